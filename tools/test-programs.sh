#!/bin/sh
# What the suite needs of the system: a PostgreSQL server, Chromium, the fonts of the pictures.
# Installs them when root on Debian; elsewhere says what is missing. The tests
# that need them are then skipped, unless EVENTHUB_REQUIRE_POSTGRES=1 and
# EVENTHUB_REQUIRE_BROWSER=1 forbid it.
set -eu
missing=""
command -v pg_ctl >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ||
    missing="$missing postgresql"
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    command -v google-chrome >/dev/null 2>&1 ||
    [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] ||
    missing="$missing chromium"
ls /usr/share/fonts/truetype/liberation*/LiberationSans-Regular.ttf >/dev/null 2>&1 ||
    missing="$missing fonts-liberation"
[ -e /usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc ] || missing="$missing fonts-noto-cjk"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ]; then
    echo "installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update
    # shellcheck disable=SC2086 # the words of $missing are meant
    apt-get -qq install -y --no-install-recommends $missing >/dev/null
else
    echo "missing:$missing; the tests that need them are skipped" >&2
fi

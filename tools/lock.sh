#!/bin/sh
# Compile the requirement files: hashes, no index, nothing younger than a week.
set -eu
week_ago=$(python3 -c 'import datetime as d; print(d.date.today() - d.timedelta(days=7))')
for name in requirements requirements-dev requirements-plan; do
    uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal \
        --python-version 3.11 --exclude-newer "$week_ago" "$name.in" --output-file "$name.txt"
done

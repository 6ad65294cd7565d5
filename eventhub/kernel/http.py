"""Turns errors into answers, and sets the headers that every answer has."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import orjson
from flask import Flask, current_app, g, redirect, render_template, request
from flask.wrappers import Response
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as BaseResponse

from eventhub.kernel.auth import current_actor
from eventhub.kernel.errors import (
    EventHubError,
    FactorNeeded,
    Invalid,
    Limited,
    NotFound,
    NotSignedIn,
    ProofNeeded,
    Unavailable,
    UnknownHost,
)

LOGIN_PATH: Final = "/login"
PROOF_PATH: Final = "/confirm"
FACTOR_PATH: Final = "/console/me"
_POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "media-src": "'self' blob:",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}
_SCANNER_POLICY: Final = {**_POLICY, "script-src": "'self' 'wasm-unsafe-eval'"}
# Answers below these are one person's, errors included.
_PERSONAL: Final = ("/t/", "/i/", "/r/", "/console/", "/login", "/password", "/confirm", "/email/")
_OWN_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_HSTS: Final = "max-age=31536000; includeSubDomains"
_TITLES: Final = {
    400: "bad-request",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "not-json",
    429: "too-many-requests",
}


def policy_text(policy: Mapping[str, str]) -> str:
    """Return a Content-Security-Policy header."""
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def json_answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return `data` as JSON."""
    answer = Response(orjson.dumps(data), status=status, mimetype="application/json")
    answer.headers.update(headers or {})
    return answer


def problem(
    status: int,
    code: str,
    title: str,
    *,
    fields: Mapping[str, list[str]] | None = None,
    details: Mapping[str, Any] | None = None,
) -> Response:
    """Return an `application/problem+json` answer (RFC 9457) with our stable `code`."""
    data: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "code": code}
    if fields:
        data["fields"] = fields
    data |= dict(details or {})
    answer = json_answer(data, status)
    answer.mimetype = "application/problem+json"
    return answer


def conditional(response: Response, max_age: int = 0) -> Response:
    """Give `response` an ETag and answer 304 when the caller has it already."""
    response.add_etag()
    response.cache_control.max_age = max_age
    if current_actor().is_anonymous:
        response.cache_control.public = True
    else:
        response.cache_control.private = True
    response.make_conditional(request)
    return response


def private(response: Response) -> Response:
    """Mark `response` as one person's: not kept, not indexed, no referrer."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def allow_wasm(response: Response) -> Response:
    """Give a scanner page or its worker the policy under which the decoder runs."""
    response.headers["Content-Security-Policy"] = policy_text(_SCANNER_POLICY)
    response.headers["Permissions-Policy"] = "camera=(self), screen-wake-lock=(self)"
    return response


def allow_hosts(response: Response, *, media: str = "", frames: str = "") -> Response:
    """Let a page take sound and pictures, or a frame, from one host that an organizer named."""
    policy = dict(_POLICY)
    if media:
        policy["media-src"] = f"{_POLICY['media-src']} {media}"
    if frames:
        policy["frame-src"] = frames
    response.headers["Content-Security-Policy"] = policy_text(policy)
    return response


def allow_framing(response: Response, origins: str) -> Response:
    """Let the pages of some origins show this answer in a frame; none of them when empty."""
    policy = {**_POLICY, "frame-ancestors": origins or "'none'"}
    response.headers["Content-Security-Policy"] = policy_text(policy)
    return response


def see_other(url: str) -> BaseResponse:
    """Return the 303 answer after a POST."""
    return redirect(url, code=303)


def wants_json() -> bool:
    """Tell whether errors of this request are answered as problem+json."""
    if request.path.startswith("/api/") or request.path.endswith(".json"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json"


def _on_domain_error(error: EventHubError) -> Response | BaseResponse:
    if isinstance(error, NotSignedIn) and not wants_json():
        target = request.full_path.rstrip("?") if request.method == "GET" else "/console/"
        return see_other(f"{LOGIN_PATH}?{urlencode({'next': target})}")
    if isinstance(error, ProofNeeded | FactorNeeded) and not wants_json():
        path = PROOF_PATH if isinstance(error, ProofNeeded) else FACTOR_PATH
        return see_other(f"{path}?{urlencode({'next': _page_to_return_to()})}")
    fields: dict[str, list[str]] = {}
    if isinstance(error, Invalid):
        fields = {name: [str(text) for text in texts] for name, texts in error.fields.items()}
    answer = _answer(
        error.status, error.error_code, str(error.text), fields=fields, details=error.details
    )
    if isinstance(error, Limited | Unavailable):
        answer.headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, NotSignedIn):
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _page_to_return_to() -> str:
    """Return the page that a person sits at: this one, or the one whose form they sent."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    sent_from = urlsplit(request.referrer or "")
    return sent_from.path if sent_from.netloc == request.host else "/console/"


def _answer(
    status: int,
    code: str,
    text: str,
    *,
    fields: Mapping[str, list[str]] | None = None,
    details: Mapping[str, Any] | None = None,
) -> Response:
    if wants_json():
        return problem(status, code, text, fields=fields, details=details)
    page = render_template(
        "errors/error.html", status=status, code=code, text=text, request_id=g.request_id
    )
    return Response(page, status=status, mimetype="text/html")


def _on_http_error(error: HTTPException) -> Response | BaseResponse:
    status = error.code or 500
    if 300 <= status < 400:
        return error.get_response()
    if status == 404:
        return _on_domain_error(NotFound())
    if status == 429:
        return _on_domain_error(Limited())
    if isinstance(error, CSRFError):
        return _answer(400, "form-expired", _("This form is too old. Go back and send it again."))
    texts = {
        400: _("The request can not be read."),
        405: _("This address does not answer such requests."),
        413: _("This is too large."),
        415: _("Send JSON with the type application/json."),
    }
    text = texts.get(status, _("The request can not be answered."))
    answer = _answer(status, _TITLES.get(status, "bad-request"), text)
    for name, value in error.get_headers():
        if name == "Allow":
            answer.headers[name] = value
    return answer


def _on_database_error(error: OperationalError) -> Response | BaseResponse:
    current_app.logger.error("database is not available", exc_info=error)
    return _on_domain_error(Unavailable())


def _on_crash(error: Exception) -> Response | BaseResponse:
    current_app.logger.error("request failed", exc_info=error)
    if current_app.config["TESTING"]:
        raise error
    return _on_domain_error(EventHubError())


def _begin() -> None:
    g.request_id = secrets.token_hex(8)


def _finish(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", policy_text(_POLICY))
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["X-Request-Id"] = getattr(g, "request_id", "")
    if request.is_secure:
        headers["Strict-Transport-Security"] = _HSTS
    if request.path.startswith(_PERSONAL):
        private(response)
    elif request.endpoint == "static":
        _keep_static(response)
    elif "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-cache"
    return response


def _keep_static(response: Response) -> None:
    response.headers.pop("Set-Cookie", None)
    if "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"


def _is_served(host: str, served: Collection[str], *, takes_addresses: bool) -> bool:
    """Tell whether a Host header names this site; a probe may call it by its own name."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        if name in served or name in _OWN_NAMES or "*" in served:
            return True
        return takes_addresses and bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def init_app(
    app: Flask,
    *,
    trusted_proxies: int = 0,
    hosts: Collection[str] = ("*",),
    takes_addresses: bool = False,
) -> None:
    """
    Install handlers and headers.

    Args:
        app: What they are installed in.

        trusted_proxies: Number of reverse proxies that are believed.

        hosts: Names under which the site is served; `*` stands for any. Whoever
            watches the machine may use others.

        takes_addresses: Also serve under any numeric address, as on a desk where
            telephones in the same network look at it.
    """

    def refuse_other_hosts() -> None:
        is_probe = request.path in _PROBES
        if not is_probe and not _is_served(request.host, hosts, takes_addresses=takes_addresses):
            raise UnknownHost()

    app.before_request(_begin)
    app.before_request(refuse_other_hosts)
    app.after_request(_finish)
    app.register_error_handler(EventHubError, _on_domain_error)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(OperationalError, _on_database_error)
    app.register_error_handler(Exception, _on_crash)
    if trusted_proxies:
        fix = ProxyFix(
            app.wsgi_app, x_for=trusted_proxies, x_proto=trusted_proxies, x_host=trusted_proxies
        )
        setattr(app, "wsgi_app", fix)  # noqa: B010 - a method is replaced, as Flask documents

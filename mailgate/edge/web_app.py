"""What the web door answers: the page of a signed link, and two pages for machines.

    GET  /p/TOKEN    shows how a page stands; changes nothing, however often and by whatever it is fetched
    POST /p/TOKEN    with the nonce of a page shown lately: one row in the inbox, decided like an answer by mail
    POST /sms/NAME/SECRET   from a gateway of text messages: who sent what; a code in it answers a page
    GET  /health     200 or 503, and why
    GET  /metrics    for Prometheus

The last two are for this machine and the networks that config.toml names. A web server in front makes strangers look
like this machine, so whoever came through one, or calls the desk by its public name, gets what every stranger gets.

Everything slow happens in threads of the door's own, in bounded time. No path is ever logged: it holds the token.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from mailgate.edge.web_forms import form_in, text_in
from mailgate.edge.web_words import STYLE_HASH, Shown, Standing, constant_page, page_of

log = structlog.get_logger()

ANSWER_SECONDS = 8.0
"""How long a thread may take for one request; then the answer is 503."""
DECIDED_SECONDS = 3.0
"""How long a person waits for the decision before the page says that their word is kept."""
GLANCE = 0.1

ALLOWED = "GET, HEAD, POST"
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Connection": "close",
}
PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""What a web server in front adds, for who did not come from this machine."""

Network = IPv4Network | IPv6Network
T = TypeVar("T")


class Pages(Protocol):
    """The pages behind the links. Called in threads; each method may read or write the database."""

    def look(self, token: str) -> Shown | None:
        """How the page of a token stands; None when the token is nobody's. Changes nothing."""

    def is_fresh(self, token: str, nonce: str) -> bool:
        """Whether the nonce was handed out with this token's page, not long ago."""

    def answer(self, token: str) -> int | None:
        """Their word as an inbox row; None when the token is nobody's any more."""

    def is_decided(self, row: int) -> bool:
        """Whether the engine has dealt with the row."""


class Texts(Protocol):
    """The gateways that bring text messages. Called in threads."""

    def fields(self, gateway: str, secret: str) -> tuple[str, str] | None:
        """What the gateway calls the sender's number and the text; None when the secret is not the gateway's."""

    def hear(self, gateway: str, number: str, text: str) -> None:
        """What a number sent; whatever is no technician's answer to a page of theirs changes nothing."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether all is well, and each thing that was looked at with what was found ("ok" when it is well)."""

    ok: bool
    checks: tuple[tuple[str, str], ...]


class Vitals(Protocol):
    """How the daemon is. Called in threads."""

    def health(self) -> Health: ...

    def metrics(self) -> bytes:
        """Prometheus' text format, version 0.0.4."""


@dataclass(frozen=True, slots=True)
class Door:
    """Whom the machines' pages answer beside this machine, and how the world calls the desk (None: it does not).

    `name` is the desk's domain, for who wants to know whose door this is."""

    base_url: str | None = None
    metrics_allow: tuple[Network, ...] = ()
    name: str = "localhost"

    @property
    def public_host(self) -> str | None:
        host = urlsplit(self.base_url).hostname if self.base_url else None
        return None if host is None or _is_loopback(host) else host

    @property
    def prefix(self) -> str:
        """Where the desk lies on its public host: "/desk", or ""."""
        return urlsplit(self.base_url).path.rstrip("/") if self.base_url else ""


@dataclass(frozen=True, slots=True)
class Inner:
    """Who knows the answers."""

    pages: Pages
    texts: Texts
    vitals: Vitals


def web_app(door: Door, inner: Inner, threads: Executor) -> Starlette:
    """The application for `web.open_web`."""
    desk = _Desk(door, inner, threads)
    routes = [
        Route(f"{prefix}{path}", partial(_guarded, answer), methods=methods)
        for prefix in dict.fromkeys(("", door.prefix))
        for path, answer, methods in (
            ("/p/{token}", desk.page, ["GET", "POST"]),
            ("/sms/{gateway}/{secret}", desk.text, ["POST"]),
            ("/health", desk.health, ["GET"]),
            ("/metrics", desk.metrics, ["GET"]),
        )
    ]
    app = Starlette(routes=routes, exception_handlers={404: _nothing, 405: _forbidden, 500: _failed})
    app.router.redirect_slashes = False  # it would repeat whatever Host a stranger sends
    return app


Answer = Callable[[Request], Awaitable[Response]]


async def _guarded(answer: Answer, request: Request) -> Response:
    """The answer, or a page that says the same to everybody; what went wrong is logged without the path."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await answer(request)
    except ClientDisconnect:
        return constant(400)
    except TimeoutError:
        log.warning("web.slow")
    except Exception:
        log.exception("web.failed")
    return constant(503)


class _Desk:
    """The answers. Each is one request."""

    def __init__(self, door: Door, inner: Inner, threads: Executor) -> None:
        self._door, self._threads = door, threads
        self._pages, self._texts, self._vitals = inner.pages, inner.texts, inner.vitals

    async def page(self, request: Request) -> Response:
        token = request.path_params["token"]
        shown = await self._in_thread(self._pages.look, token)
        if shown is None:
            return constant(404)
        return await self._answered(request, token, shown) if request.method == "POST" else _html(page_of(shown))

    async def text(self, request: Request) -> Response:
        """204 whatever was said: a gateway that hears anything else says it again."""
        gateway = request.path_params["gateway"]
        names = await self._in_thread(self._texts.fields, gateway, request.path_params["secret"])
        if names is None:
            return constant(401)
        said = await text_in(request)
        if said is None:
            return constant(413)
        number, text = (said.get(name, "") for name in names)
        await self._in_thread(self._texts.hear, gateway, number, text)
        return Response(status_code=204, headers=HEADERS)

    async def health(self, request: Request) -> Response:
        if not self._is_near(request):
            return constant(404)
        found = await self._in_thread(self._vitals.health)
        body = json.dumps({"ok": found.ok, "checks": dict(found.checks)})
        own = {
            "X-Desk": f"{ascii(self._door.name)[1:-1]} HTTP mailgate"
        }  # as the greeting of a mail door: see door_probe
        return Response(body, 200 if found.ok else 503, own | HEADERS, "application/json")

    async def metrics(self, request: Request) -> Response:
        if not self._is_near(request):
            return constant(404)
        text = await self._in_thread(self._vitals.metrics)
        return Response(text, 200, HEADERS, "text/plain; version=0.0.4; charset=utf-8")

    async def _answered(self, request: Request, token: str, shown: Shown) -> Response:
        form = await form_in(request)
        if form is None:
            return constant(413)
        if not await self._in_thread(self._pages.is_fresh, token, form.get("nonce", "")):
            return _html(page_of(shown, aged=True), 409)
        if shown.standing in (Standing.YOURS, Standing.OVER):
            return _html(page_of(shown))
        row = await self._in_thread(self._pages.answer, token)
        if row is None:
            return constant(404)
        return _html(page_of(await self._decided(row, token, shown)))

    async def _decided(self, row: int, token: str, before: Shown) -> Shown:
        """How the page stands after their word; the word is on disk, whatever becomes of this wait."""
        received = Shown(Standing.RECEIVED, before.queue, before.number, before.desk, before.language)
        try:
            async with asyncio.timeout(DECIDED_SECONDS):
                while not await self._in_thread(self._pages.is_decided, row):  # noqa: ASYNC110 - the database tells nobody
                    await asyncio.sleep(GLANCE)
                return await self._in_thread(self._pages.look, token) or received
        except TimeoutError:
            return received

    def _is_near(self, request: Request) -> bool:
        """Whether somebody of this machine, or of an allowed network, asks by themselves."""
        if any(name in request.headers for name in PASSED_ON):
            return False
        if self._door.public_host is not None and self._door.public_host in request.headers.get("host", "").lower():
            return False
        return request.client is not None and _is_allowed(request.client.host, self._door.metrics_allow)

    async def _in_thread(self, call: Callable[..., T], *arguments: str | int) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)


def constant(status: int) -> Response:
    """A page that says the same to everybody."""
    return _html(constant_page(status), status)


def _html(page: str, status: int = 200) -> Response:
    return HTMLResponse(page, status, HEADERS)


async def _nothing(_request: Request, _error: Exception) -> Response:
    return constant(404)


async def _forbidden(_request: Request, _error: Exception) -> Response:
    response = constant(405)
    response.headers["Allow"] = ALLOWED
    return response


async def _failed(_request: Request, _error: Exception) -> Response:
    return constant(503)


def _is_allowed(peer: str, networks: tuple[Network, ...]) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return address.is_loopback or any(address in network for network in networks)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

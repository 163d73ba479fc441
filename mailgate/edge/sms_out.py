"""Text messages through an HTTP gateway that config.toml describes: `sms:NAME/+15145550101`.

The body is a template, filled in as values: JSON escapes them and a form encodes them, so no word of a customer's can
become a parameter of its own (hazards A46). Only the configured URL is dialled: redirects, proxies of the environment
and .netrc are ignored. What the gateway answers is shown, cut, without the secret in any of its spellings.

A gateway that answers 200 and yet did not take the page says so in its own words: `expect` is what must be among them.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, urlencode

from mailgate.core.delivery import Deferred, Delivered, Delivery, Parcel, Refused
from mailgate.edge.envelope import clean_reply
from mailgate.mail.text import clean_header, to_ascii
from mailgate.toml.mistakes import SiteMistakes

if TYPE_CHECKING:
    import httpx2

LONGEST_REPLY = 4096
"""Octets of an answer that are read."""

LONGEST_WAIT = 300.0
"""Seconds: a gateway may ask to be left alone (Retry-After), but a page does not wait for an hour."""

NOT_FOR_GOOD = frozenset({408, 425, 429})
"""Codes of 400 to 499 that a later attempt may not meet; the others refuse the page (RFC 9110 §15.5)."""

HIDDEN = "…"

_PLACEHOLDER = re.compile(r"\{(number|text|secret)\}")
_NOT_GSM = str.maketrans({"`": "'"})
"""The one printable character of ASCII that no SMS can hold: it would double the price of all the others."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """One `[sms.NAME]`. `template` is a JSON document with placeholders in its texts; a form's is one flat object.

    `secret` is asked at each page, so that it can be changed; with `user` it is also the password (RFC 7617).
    `timeout` is in seconds and bounds one page."""

    url: str
    template: str
    is_form: bool = False
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()
    user: str | None = None
    secret: Callable[[], str] | None = field(default=None, repr=False)
    expect: str | None = None
    timeout: float = 20.0


@dataclass(slots=True)
class SmsGateways:
    """Sends to `sms:NAME/number` by the gateway of that name."""

    gateways: Mapping[str, Gateway]
    _client: httpx2.AsyncClient | None = field(default=None, init=False, repr=False)

    async def send(self, parcel: Parcel) -> Delivery:
        """`parcel.message` is the text. Never raises for what a gateway or a network can do."""
        name, _, number = parcel.target.partition(":")[2].partition("/")
        gateway = self.gateways.get(name)
        if gateway is None:
            return Refused(f"config.toml has no [sms.{clean_reply(name)}]")
        text = clean_header(to_ascii(parcel.message.decode("utf-8", "replace"))).translate(_NOT_GSM)
        return await self._ask(name, gateway, number, text)

    async def close(self) -> None:
        """What is being sent is cut off; it is sent again after the next start."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _ask(self, name: str, gateway: Gateway, number: str, text: str) -> Delivery:
        httpx2 = await asyncio.to_thread(import_module, "httpx2")  # its import takes a third of a second
        try:
            secret = await asyncio.to_thread(gateway.secret) if gateway.secret else ""
            async with asyncio.timeout(gateway.timeout):
                words = {"number": number, "text": text, "secret": secret}
                code, wait, reply = await self._answer(gateway, words)
        except SiteMistakes as unreadable:
            return Deferred(clean_reply(f"{name}: {unreadable}"))
        except TimeoutError:
            return Deferred(f"{name}: no answer within {gateway.timeout:.0f} s")
        except (httpx2.HTTPError, httpx2.StreamError, OSError, ValueError) as error:  # whose words may hold the secret
            return Deferred(f"{name}: {type(error).__name__}")
        hidden = _spellings(words, gateway)
        if code // 100 == 2 and (gateway.expect or "") not in reply:
            return Deferred(_said(name, f"{code} without '{gateway.expect}'", reply, hidden), wait)
        return verdict(code, wait, _said(name, str(code), reply, hidden))

    async def _answer(self, gateway: Gateway, words: Mapping[str, str]) -> tuple[int, float, str]:
        """Code, seconds that the gateway asks to wait, and the beginning of its words."""
        client = await self._opened()
        request = client.build_request(
            gateway.method, gateway.url, content=body_of(gateway, words), headers=dict(_headers(gateway, words))
        )
        response = await client.send(request, stream=True)
        try:
            reply = b""
            async for piece in response.aiter_raw():
                reply += piece
                if len(reply) >= LONGEST_REPLY:
                    break
            return response.status_code, _wait(response.headers.get("retry-after", "")), _read(reply)
        finally:
            await response.aclose()

    async def _opened(self) -> httpx2.AsyncClient:
        if self._client is None:
            httpx2 = await asyncio.to_thread(import_module, "httpx2")
            client = await asyncio.to_thread(httpx2.AsyncClient, trust_env=False, follow_redirects=False, timeout=None)
            self._client = self._client or client
        return self._client


def verdict(code: int, wait: float, said: str) -> Delivery:
    """What the code of an answer means for this page."""
    match code // 100:
        case 2:
            return Delivered(said)
        case 3 | 4 if code not in NOT_FOR_GOOD:
            return Refused(said)
        case _:
            return Deferred(said, wait)


def body_of(gateway: Gateway, words: Mapping[str, str]) -> bytes:
    """The template with every placeholder filled in, once: what stands in the words is no placeholder."""
    body = _filled(json.loads(gateway.template), words)
    return (urlencode(body) if gateway.is_form else json.dumps(body)).encode("ascii")


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    match value:
        case str():
            return _PLACEHOLDER.sub(lambda found: words[found[1]], value)
        case list():
            return [_filled(inner, words) for inner in value]
        case dict():
            return {key: _filled(inner, words) for key, inner in value.items()}
        case _:
            return value


def _headers(gateway: Gateway, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield "Content-Type", "application/x-www-form-urlencoded" if gateway.is_form else "application/json"
    yield "Accept-Encoding", "identity"
    yield "User-Agent", "mailgate"
    if gateway.user is not None:
        yield "Authorization", f"Basic {_basic(gateway.user, words['secret'])}"
    for name, value in gateway.headers:
        yield name, value.replace("{secret}", words["secret"])


def _basic(user: str, secret: str) -> str:
    return base64.b64encode(f"{user}:{secret}".encode()).decode()


def _wait(written: str) -> float:
    """Retry-After in seconds, not for long; a date is as good as nothing."""
    return min(float(written), LONGEST_WAIT) if written.isascii() and written.isdigit() and len(written) < 9 else 0.0


def _read(reply: bytes) -> str:
    return reply[:LONGEST_REPLY].decode("utf-8", "replace")


def _spellings(words: Mapping[str, str], gateway: Gateway) -> tuple[str, ...]:
    """What an answer may repeat and nobody shall read there, longer ones first: the secret, also as a login, and the
    text of the page, a customer's words with its reader's link; each as it is, as JSON, and as URLs write it."""
    secret, text = words["secret"], words["text"]
    plain = {secret, text, _basic(gateway.user or "", secret)} if secret else {text}
    found = {spelled for one in plain - {""} for spelled in _spelled(one)}
    return tuple(sorted(found, key=len, reverse=True))


def _spelled(words: str) -> Iterator[str]:
    in_json = json.dumps(words)[1:-1]
    yield from (words, in_json, in_json.replace("/", "\\/"), quote(words, safe=""), quote_plus(words))


def _said(name: str, code: str, reply: str, secrets: tuple[str, ...]) -> str:
    """An answer as people may see it. Where it was cut, half a secret may be left: that end goes, too."""
    was_cut = len(reply) >= LONGEST_REPLY // 4  # characters, of up to four octets each
    for secret in secrets:
        reply = reply.replace(secret, HIDDEN)
    if secrets and was_cut:
        reply = reply[: -len(secrets[0])]
    return clean_reply(f"{name}: {code} {reply}")

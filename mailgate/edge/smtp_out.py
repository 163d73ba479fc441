"""Our mails on their way to the relay, one recipient and one transaction each (RFC 5321).

What the answer means is decided here once. Only a 5xx to MAIL, RCPT or DATA speaks about the mail and refuses it. All
the rest is about the relay or about how it was configured (no connection, no TLS, a wrong password, a hang, an answer
lost after the final dot), and no mail may be lost for that: it is deferred, and sent again under the same Message-ID.

A relay object keeps one session open and uses it for one mail at a time. Give each worker its own object: a relay that
hangs on a bulk mail then never delays a page. A session that took a mail a moment ago is not asked whether it is alive.
When it turns out that it is not, or that it takes no more, nothing of the next mail was said yet, and a new session
gets it.
"""

from __future__ import annotations

import asyncio
import math
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import structlog
from aiosmtplib import SMTP, SMTPException, SMTPResponse

from mailgate.core.delivery import Deferred, Delivered, Delivery, Parcel, Refused
from mailgate.edge.envelope import clean_reply, is_plain_address
from mailgate.edge.smtp_talk import Talk
from mailgate.toml.mistakes import SiteMistakes

log = structlog.get_logger()

Tls = Literal["starttls", "implicit", "opportunistic", "none"]
"""STARTTLS or TLS from the first octet, both with the relay's certificate verified; STARTTLS when it is offered,
without verification (for loopback only); plain text."""

START_TLS: dict[Tls, bool | None] = {"starttls": True, "implicit": False, "opportunistic": None, "none": False}

NOT_ABOUT_THE_MAIL = frozenset({530, 534, 535, 538})
"""Permanent codes that speak of missing TLS or of credentials (RFC 4954 §6, RFC 3207 §4)."""

BLOCK_TIMEOUTS = 3
END_TIMEOUTS = 10
"""Of a mail each block may take as many times longer than another answer, and the answer to its end (RFC 5321
§4.5.3.2): who gives up on a relay that is about to take a mail sends it twice. The sender bounds the whole."""

RESET_SECONDS = 5.0
"""How long a kept session may take to show that it is alive, before a new one is opened."""

FRESH_SECONDS = 2.0
"""How long a session that took a mail is believed to be alive."""

QUIT_SECONDS = 2.0

NOT_NOW = 4
"""The first digit of 421 and its like."""

GO_ON = 354

TROUBLE = (SMTPException, OSError, ValueError, SiteMistakes)
"""Of the relay, of the network, or of its password (ValueError: unreadable SASL challenges)."""


@dataclass(slots=True)
class SmtpRelay:
    """`timeout` is in seconds and bounds each command; `password` is asked at each login, so that it can be changed.

    `hostname` is our name in EHLO (default: what the system says). `ca_file` replaces the system's authorities."""

    host: str
    port: int
    tls: Tls = "starttls"
    user: str | None = None
    password: Callable[[], str] | None = field(default=None, repr=False)
    ca_file: Path | None = None
    timeout: float = 60.0
    hostname: str | None = None
    _talk: Talk | None = field(default=None, init=False, repr=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)
    _took_one_at: float = field(default=-math.inf, init=False, repr=False)

    async def send(self, parcel: Parcel) -> Delivery:
        """Never raises for what a relay or a network can do."""
        if reason := _unfit(parcel):
            return Refused(reason)
        async with self._turn:
            try:
                return await self._transaction(*await self._begun(parcel), parcel)
            except TROUBLE as error:
                self._drop()
                return Deferred(clean_reply(f"{self.host}: {error}"))
            except BaseException:
                self._drop()  # cancelled in the middle: this session is in no known state
                raise

    async def close(self) -> None:
        """Says QUIT when a session is open."""
        talk, self._talk = self._talk, None
        if talk is not None:
            try:
                talk.say(b"QUIT")
                await talk.reply(QUIT_SECONDS)
            except SMTPException as error:
                log.debug("relay.quit_failed", relay=self.host, error=clean_reply(str(error)))
            hang_up(talk.client)

    async def _begun(self, parcel: Parcel) -> tuple[Talk, SMTPResponse]:
        """A session that heard of this mail, and what it answered to MAIL. A relay may take so many mails in a session
        and no more, and yet not close it: only in a new one does its "not now" speak of this mail."""
        talk, is_fresh = self._talk, _now() < self._took_one_at + FRESH_SECONDS
        self._took_one_at = -math.inf
        if talk is not None and (is_fresh or await _answers(talk)):
            with suppress(SMTPException):
                talk.say(*_commands(talk.client, parcel))
                begun = await talk.reply(RESET_SECONDS)
                if begun.code // 100 != NOT_NOW:
                    return talk, begun
        self._drop()
        talk = await self._session()
        talk.say(*_commands(talk.client, parcel))
        return talk, await talk.reply(self.timeout)

    async def _transaction(self, talk: Talk, begun: SMTPResponse, parcel: Parcel) -> Delivery:
        if begun.code // 100 != 2:
            return await self._given_up(talk, begun)
        reply = await talk.reply(self.timeout)
        if reply.code // 100 != 2:
            return await self._given_up(talk, reply)
        reply = await talk.reply(self.timeout)
        if reply.code != GO_ON:
            return await self._given_up(talk, reply)
        reply = await talk.text(parcel.message, BLOCK_TIMEOUTS * self.timeout, END_TIMEOUTS * self.timeout)
        self._took_one_at = _now() if reply.code // 100 == 2 else -math.inf
        return verdict(reply)

    async def _given_up(self, talk: Talk, reply: SMTPResponse) -> Delivery:
        """Not a word of the mail was said. A relay that waits for a text nevertheless is left alone."""
        if not await talk.fall_silent(RESET_SECONDS):
            self._drop()
        return verdict(reply) if reply.code // 100 in (4, 5) else Deferred(clean_reply(f"{self.host}: {reply}"))

    async def _session(self) -> Talk:
        """A new one, kept for the mails that follow."""
        client = await self._new_client()
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:  # nothing was said yet, or STARTTLS made it void
                await client.ehlo()
            self._talk = talk = Talk(client)
        except BaseException:
            hang_up(client)
            raise
        return talk

    async def _new_client(self) -> SMTP:
        context = await asyncio.to_thread(self.tls_context) if self.tls != "none" else None
        password = await asyncio.to_thread(self.password) if self.password else None
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=password,
            local_hostname=self.hostname,
            timeout=self.timeout,
            use_tls=self.tls == "implicit",
            start_tls=START_TLS[self.tls],
            tls_context=context,
        )

    def tls_context(self) -> ssl.SSLContext:
        """What the relay's certificate is held against; raises OSError when `ca_file` cannot be read."""
        context = ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        if self.tls == "opportunistic":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _drop(self) -> None:
        talk, self._talk = self._talk, None
        if talk is not None:
            hang_up(talk.client)


def hang_up(client: SMTP) -> None:
    """At once: over TLS a mere close would wait for the other side's goodbye, longer than our loop may live."""
    if isinstance(client.transport, asyncio.WriteTransport):
        client.transport.abort()
    client.close()


def verdict(reply: SMTPResponse) -> Delivery:
    """What a reply to MAIL, RCPT or DATA says about this mail (RFC 5321 §4.2.1)."""
    text = clean_reply(f"{reply.code} {reply.message}")
    match reply.code // 100:
        case 2:
            return Delivered(text)
        case 5 if reply.code not in NOT_ABOUT_THE_MAIL:
            return Refused(text)
        case _:
            return Deferred(text)


def _unfit(parcel: Parcel) -> str | None:
    """Why no relay may be asked to take this parcel, or None."""
    if parcel.envelope_from and not is_plain_address(parcel.envelope_from):
        return "the sender is not a mail address"
    return None if is_plain_address(parcel.target) else "the recipient is not a mail address"


def _commands(client: SMTP, parcel: Parcel) -> tuple[bytes, bytes, bytes]:
    mail = b" ".join((f"MAIL FROM:<{parcel.envelope_from}>".encode(), *_options(client, parcel)))
    return mail, f"RCPT TO:<{parcel.target}>".encode(), b"DATA"


def _options(client: SMTP, parcel: Parcel) -> Iterator[bytes]:
    if client.supports_extension("size"):
        yield b"SIZE=%d" % len(parcel.message)
    if client.supports_extension("8bitmime") and not parcel.message.isascii():
        yield b"BODY=8BITMIME"
    if not (parcel.envelope_from + parcel.target).isascii():
        yield b"SMTPUTF8"  # without the extension the relay refuses it, which is the right end (RFC 6531 §3.2)


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _answers(talk: Talk) -> bool:
    """RSET also forgets a transaction that was refused half-way."""
    try:
        talk.say(b"RSET")
        return (await talk.reply(RESET_SECONDS)).code == 250
    except SMTPException:
        return False

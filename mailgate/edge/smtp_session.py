# ruff: noqa: N802, N815  # aiosmtpd finds what a verb does by the name smtp_VERB
"""One client at the SMTP or LMTP door: from RCPT to the answer after the final dot.

- `<>` arrives as a truthy string; it becomes "" where a Delivery is made (hazards M2).
- DATA is read in chunks into a DottedText, with a pace below which the client is cut off (M3, M4, M7).
- A client that vanishes after the dot does not cancel the commit (M5); its next attempt is recognised by content.
- LMTP answers once per recipient (M6, RFC 2033 §4.2).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from aiosmtpd.smtp import SMTP, Envelope

from mailgate.core.custody import Delivery
from mailgate.core.model import Door
from mailgate.edge.dotted import DottedText
from mailgate.edge.keeper import Guests, Keeper
from mailgate.edge.room import Place
from mailgate.edge.smtp_connection import FAREWELL_SECONDS, Connection
from mailgate.edge.smtp_paths import NULL_PATH, read_path
from mailgate.edge.smtp_replies import (
    DISK_FULL,
    NO_ROOM,
    NOT_A_WEB_SERVER,
    STOPPING,
    TOO_LARGE,
    TOO_MANY_RECIPIENTS,
    TOO_MUCH,
    UNKNOWN_RECIPIENT,
    accepted,
)

WHOLE_BUFFER = 1 << 20
"""More octets than the stream reader ever holds, so that one read empties it."""


class Reception:
    """Answers RCPT: only our own addresses are let in."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    def __dir__(self) -> list[str]:
        """What aiosmtpd looks for."""
        return ["handle_RCPT"]

    async def handle_RCPT(
        self, _server: SMTP, _session: object, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """The reply to one RCPT; takes the recipient when it is 250."""
        if len(envelope.rcpt_tos) >= self._keeper.limits.recipients:
            return TOO_MANY_RECIPIENTS
        if not self._keeper.knows(address.lower()):
            return UNKNOWN_RECIPIENT
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient ok"


class SmtpSession(Connection):
    """One SMTP client (RFC 5321)."""

    door = Door.SMTP

    def __init__(self, keeper: Keeper, guests: Guests) -> None:
        super().__init__(Reception(keeper), keeper, guests)

    async def smtp_HELO(self, hostname: str) -> None:
        await self._greet(hostname, ())

    async def smtp_EHLO(self, hostname: str) -> None:
        size = f"SIZE {self._keeper.max_size}"
        await self._greet(hostname, ("PIPELINING", size, "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8"))

    async def smtp_VRFY(self, _arg: str) -> None:
        await self.push("252 2.5.0 cannot verify, but will accept mail for our addresses")

    async def smtp_GET(self, _arg: str) -> None:
        """A browser, or a page in one, speaks to this port (hazards A10)."""
        await self._hang_up(NOT_A_WEB_SERVER)

    smtp_POST = smtp_PUT = smtp_HEAD = smtp_OPTIONS = smtp_CONNECT = smtp_DELETE = smtp_GET

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Refused while the disk fills up, so that what is in custody can still be worked off (hazards F12)."""
        if self._keeper.keeps_mail():
            await super().smtp_MAIL(arg)
        else:
            await self.push(DISK_FULL)

    async def smtp_DATA(self, arg: str | None) -> None:
        if refusal := self._not_ready(arg):
            await self.push(refusal)
            return
        with self._mail_in_hand() as place:
            if not place.is_had():
                self._take_envelope()
                await self.push(NO_ROOM)
                return
            await self.push("354 end with <CRLF>.<CRLF>")
            text = await self._text(place)
            envelope = self._take_envelope()
            await self._answer(await self._outcome(envelope, text, place), len(envelope.rcpt_tos))
        if self._guests.leaving:
            await self._hang_up(STOPPING)

    def _not_ready(self, arg: str | None) -> str | None:
        assert self.session is not None
        assert self.envelope is not None
        if not self.session.host_name:
            return "503 5.5.1 say hello first"
        if not self.envelope.rcpt_tos:
            return "503 5.5.1 need RCPT first"
        return "501 5.5.4 DATA takes no argument" if arg else None

    async def _greet(self, hostname: str, extensions: tuple[str, ...]) -> None:
        """No enhanced codes here (RFC 2034 §4)."""
        assert self.session is not None
        if not hostname:
            await self.push("501 5.5.4 a host name is missing")
            return
        self.envelope = Envelope()
        self.session.extended_smtp = bool(extensions)
        self.session.host_name = hostname
        *first, last = (self._keeper.hostname, *extensions)
        await self._say((*(f"250-{line}" for line in first), f"250 {last}"))

    @contextmanager
    def _mail_in_hand(self) -> Iterator[Place]:
        self.in_hand = True
        try:
            with Place(self._keeper.room, self.trusted) as place:
                yield place
        finally:
            self.in_hand = False

    async def _text(self, place: Place) -> DottedText:
        """Everything up to the final dot; what the client sent behind it goes back to the reader."""
        text = DottedText(self._keeper.max_size)
        deadline = self.loop.time() + self._keeper.limits.text_patience
        behind = None
        while behind is None:
            self._wait_for_client(deadline - self.loop.time())
            arrived = await self._reader.read(WHOLE_BUFFER)
            if not arrived:
                await self._hang_up()
            behind = text.feed(arrived)
            if not place.holds(text.kept):
                text.forget()
            if text.seen > 2 * self._keeper.max_size + WHOLE_BUFFER:
                await self._hang_up(TOO_MUCH)
            deadline = self._later(deadline, len(arrived))
        if behind and not self._reader.at_eof():
            self._reader.feed_data(behind)
        return text

    def _later(self, deadline: float, octets: int) -> float:
        """Octets buy time at the least rate we accept, but never more than the longest pause."""
        limits = self._keeper.limits
        return min(deadline + octets / limits.text_rate, self.loop.time() + limits.text_patience)

    def _take_envelope(self) -> Envelope:
        """The envelope of this mail; the session is ready for the next MAIL whatever becomes of it."""
        envelope = self.envelope
        assert envelope is not None
        self.envelope = Envelope()
        return envelope

    async def _outcome(self, envelope: Envelope, text: DottedText, place: Place) -> str:
        if text.is_forgotten:
            return TOO_LARGE if text.too_large else NO_ROOM
        try:
            return accepted(await self._committed(self._delivery(envelope, text.raw()), place))
        except Exception as error:  # noqa: BLE001  # whatever it is, the sender hears 451 and tries again
            return await self.handle_exception(error)

    def _delivery(self, envelope: Envelope, raw: bytes) -> Delivery:
        return Delivery(
            door=self.door,
            envelope_from="" if envelope.mail_from in (None, NULL_PATH) else envelope.mail_from,
            recipients=tuple(dict.fromkeys(envelope.rcpt_tos)),
            raw=raw,
            peer=self.peer,
            trusted=self.trusted,
        )

    async def _committed(self, delivery: Delivery, place: Place) -> int:
        """The inbox id after the commit, which goes on even if this client is gone."""
        seconds = self._keeper.limits.commit_seconds
        self._wait_for_client(seconds + FAREWELL_SECONDS)
        promise = self._keeper.custody.submit(delivery)
        place.keep_until(promise)
        answer = self._guests.answers.awaited(promise)
        late = self.loop.call_later(seconds, _give_up, answer)
        try:
            return await answer
        finally:
            late.cancel()

    async def _answer(self, reply: str, _recipients: int) -> None:
        self._talk = 0
        await self._say((reply,))
        self._reset_timeout()
        await self._count(reply)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        return read_path(arg) or (None, None)

    def _getparams(self, params: Sequence[str]) -> dict[str, str | bool] | None:
        """Without AUTH, which a relay may pass on (RFC 4954 §5) and aiosmtpd refuses."""
        read = super()._getparams(params)
        if read is not None:
            read.pop("AUTH", None)
        return read


def _give_up(answer: asyncio.Future[int]) -> None:
    if not answer.done():
        answer.set_exception(TimeoutError("the commit takes too long"))


class LmtpSession(SmtpSession):
    """One LMTP client (RFC 2033): LHLO instead of EHLO, and an answer for each recipient."""

    door = Door.LMTP

    async def smtp_LHLO(self, hostname: str) -> None:
        await super().smtp_EHLO(hostname)

    async def smtp_EHLO(self, _hostname: str) -> None:
        await self.push("500 5.5.1 this is LMTP, say LHLO")

    async def smtp_HELO(self, hostname: str) -> None:
        await self.smtp_EHLO(hostname)

    async def _answer(self, reply: str, recipients: int) -> None:
        """All in one piece, so that an error budget cannot cut it short."""
        self._talk = 0
        await self._say([reply] * recipients)
        self._reset_timeout()
        await self._count(reply)

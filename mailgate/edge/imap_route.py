"""What is handed over of a mail that was fetched. IMAP has no envelope: it is read from the headers that the delivery
left."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mailgate.core.custody import Delivery, ImapSource
from mailgate.core.model import Door, Mail
from mailgate.edge.imap_session import Fetched, Mailbox
from mailgate.mail.limits import PATH_OCTETS
from mailgate.mail.parse import read

HEADER_OCTETS = 1 << 17
"""Enough for any header block; the body is none of our business here."""


def delivery(
    mail: Fetched, source: ImapSource, mailbox: Mailbox, knows: Callable[[str], bool], fallback: str
) -> Delivery:
    """A mail as custody takes it. `knows` gets addresses in lower case; `fallback` is for whom it is when it names
    none."""
    headers = headers_of(mail.raw)
    return Delivery(
        door=Door.IMAP,
        envelope_from=envelope_from(headers),
        recipients=recipients(headers, knows, fallback),
        raw=mail.raw,
        peer=mailbox.host,
        trusted=mailbox.trusted,
        source=source,
        arrived_at=mail.arrived_at,
    )


def headers_of(raw: bytes) -> Mail:
    """What the header block says."""
    return read(raw[:HEADER_OCTETS])


def recipients(mail: Mail, knows: Callable[[str], bool], fallback: str) -> tuple[str, ...]:
    """Our addresses among those that the mail names, the delivered one first, without repetition.

    All of them, because an alias may hide the signed address: it stands in To while Delivered-To names the mailbox,
    which is no door that anybody wrote to, then."""
    written = [address.mail for address in (*mail.to, *mail.cc) if knows(address.mail.lower())]
    answers = any(_is_signed(address) for address in written)
    delivered = [address for address in _delivered(mail) if knows(address.lower())]
    named = (*(address for address in delivered if not answers or _is_signed(address)), *written)
    ours = {address.lower(): address for address in reversed(named)}
    return tuple(reversed(ours.values())) or (fallback,)


def envelope_from(mail: Mail) -> str:
    """The Return-Path that the last delivery wrote ("" for `<>`), else the author, else nobody."""
    for value in mail.header("return-path")[:1]:
        if len((path := value.strip().strip("<>").strip()).encode("utf-8", "replace")) <= PATH_OCTETS:
            return path
    return mail.sender.mail if mail.sender else ""


def _delivered(mail: Mail) -> Iterator[str]:
    for name in ("delivered-to", "x-original-to"):
        yield from (value.strip().strip("<>") for value in mail.header(name))


def _is_signed(address: str) -> bool:
    return "+" in address.rpartition("@")[0]

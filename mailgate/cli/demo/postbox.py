"""The mails that left the desk: the maildir relay keeps them as files, and the demo reads them like any mail reader."""

from __future__ import annotations

import email
import email.policy
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path

PATIENCE = 60.0
"""Seconds that a mail, or the start of the daemon, may take on a small machine that has much else to do."""
GLANCE = 0.05
"""Seconds between two looks into the maildir."""


class NeverCame(Exception):
    """Something that should have happened did not, within its time."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail as its reader sees it. `to` is an addr-spec, `name` the name beside it; `text` is the text part."""

    to: str
    name: str
    sender: str
    reply_to: str
    subject: str
    message_id: str
    text: str


@dataclass(slots=True)
class Postbox:
    """Every mail that the relay wrote, each handed out once."""

    maildir: Path
    taken: set[Path] = field(default_factory=set)

    def collect(self, wanted: int, *addresses: str) -> tuple[Arrived, ...]:
        """The next `wanted` mails to any of these addresses (to anybody when none is named), as promised.

        Raises NeverCame when there are fewer after PATIENCE seconds."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = [(path, mail) for path, mail in self._new() if not addresses or mail.to in addresses]
            if len(found) >= wanted:
                self.taken.update(path for path, _ in found[:wanted])
                return tuple(mail for _, mail in found[:wanted])
            time.sleep(GLANCE)
        raise NeverCame(f"{wanted} mail(s) to {' or '.join(addresses) or 'anybody'} did not come in {PATIENCE:.0f} s")

    def _new(self) -> Iterator[tuple[Path, Arrived]]:
        for path in sorted(self.maildir.glob("new/*")):
            if path not in self.taken:
                yield path, read(path.read_bytes())


def read(raw: bytes) -> Arrived:
    """What a mail program shows of a mail."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    body = mail.get_body(("plain",))
    name, address = parseaddr(str(mail["To"]))
    return Arrived(
        to=address,
        name=name,
        sender=str(mail["From"]),
        reply_to=parseaddr(str(mail["Reply-To"] or ""))[1],
        subject=str(mail["Subject"]),
        message_id=str(mail["Message-ID"]),
        text="" if body is None else str(body.get_content()),
    )

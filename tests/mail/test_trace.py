"""One mail by two ways: what servers, filters and mailboxes add says nothing of what was sent."""

from __future__ import annotations

import pytest

from mailgate.core.signs import BULK, LIST_FIELDS, RESPONDERS, SPECIAL
from mailgate.mail import parse
from mailgate.mail.trace import is_added, is_relays
from tests.mail.raw import from_jean

SENT = from_jean("Subject: Panne", "Message-ID: <a@x>")
WAYS = {
    "rspamd": ("X-Rspamd-Queue-Id: 4F2A", "X-Rspamd-Server: one", "X-Spamd-Result: default: False [0.1 / 15]"),
    "amavis": ("X-Quarantine-ID: <x1>", "X-Virus-Scanned: Debian", "X-Amavis-Alert: none"),
    "postgrey": ("X-Greylist: delayed 301 seconds by postgrey", "Delivery-date: Mon, 16 Nov 2026 10:00:00 -0500"),
    "Exchange Online": ("X-MS-Exchange-Organization-SCL: 1", "X-Microsoft-Antispam: BCL:0;", "X-Forefront-X: y"),
    "Gmail": ("X-Forwarded-To: x@example.com", "X-Forwarded-For: a b", "X-Gm-Message-State: A", "X-Google-X: 1"),
    "a mailbox": ("X-UID: 7", "Status: RO", "X-Keywords: urgent", "X-Sieve: CMU Sieve 3.0"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_mail_is_the_same_by_every_way(way: str) -> None:
    """Each delivery has its own queue number and its own delay: two doors would be two tickets."""
    added = "".join(f"{line}\r\n" for line in WAYS[way]).encode()
    assert parse.digest(added + SENT) == parse.digest(SENT)
    head, _, body = SENT.partition(b"\r\n\r\n")
    assert parse.digest(head + b"\r\n" + added + b"\r\n" + body) == parse.digest(SENT)


def test_what_makes_a_mail_automatic_is_never_overlooked() -> None:
    """A copy that calls itself a robot's comes first, is answered by nobody, and would silence the mail (A32, A34)."""
    signs = {one.name.lower() for one in (*SPECIAL, *RESPONDERS, *BULK)} | {name.lower() for name in LIST_FIELDS}
    assert {name for name in signs | {"auto-submitted"} if is_added(name)} == {"delivered-to"}


def test_relays_write_less_than_what_is_added() -> None:
    """A signature is a sender's: below it nothing proves anything."""
    assert not is_relays("dkim-signature")
    assert is_added("dkim-signature")
    assert all(is_added(name) for name in ("received", "arc-seal", "x-rspamd-score") if is_relays(name))

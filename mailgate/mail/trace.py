"""Header fields that servers and filters add on the way: they tell of the way, and nothing of what was sent.

    RELAYS    written at the top by whoever hands a mail on: what else stands among them is a sender's (mail.auth)
    ADDED     these, and what is written elsewhere or by the mailboxes that a mail lay in: the same mail at another door
              differs in nothing else (mail.parse)

Of the fields by which automatic mail is told, only what every server writes is among them: a copy with another one must
not pass for the mail, which would then be answered by nobody.
"""

from __future__ import annotations

RELAYS = frozenset(
    "authentication-results received x-received return-path delivered-to delivery-date x-delivered-to x-original-to"
    " envelope-to x-envelope-to x-envelope-from received-spf dkim-filter dmarc-filter x-virus-scanned x-quarantine-id"
    " x-greylist".split()
)
RELAYS_PREFIXES = (
    "arc-", "x-spam-", "x-spamd-", "x-rspamd-", "x-virus-", "x-amavis-", "x-google-", "x-ms-exchange-",
)  # fmt: skip

ADDED = RELAYS | frozenset(
    "dkim-signature domainkey-signature authentication-results-original old-authentication-results x-bogosity x-sieve"
    " x-scanned-by x-forwarded-to x-forwarded-for x-eopattributedmessage x-gm-message-state x-uid x-imapbase status"
    " x-status x-keywords x-mozilla-status x-mozilla-status2 x-mozilla-keys x-uidl".split()
)
ADDED_PREFIXES = (
    *RELAYS_PREFIXES, "x-microsoft-antispam", "x-forefront-", "x-proofpoint-", "x-mimecast-", "x-barracuda-",
    "x-ironport-", "x-dspam-", "x-ovh-",
)  # fmt: skip


def is_relays(name: str) -> bool:
    """Whether a field of this lower-case name belongs to the block that only relays write."""
    return name in RELAYS or name.startswith(RELAYS_PREFIXES)


def is_added(name: str) -> bool:
    """Whether a field of this lower-case name may differ between two copies of one mail."""
    return name in ADDED or name.startswith(ADDED_PREFIXES)

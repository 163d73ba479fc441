"""Who writes reports. A mail that says the same and comes from a person is the person's."""

from __future__ import annotations

import pytest

from mailgate.mail.fields import read_block
from mailgate.mail.mailers import Mailer, read_mailer
from tests.mail.notices import DAEMON, LOST_JEAN, addresses, parts, prose, read, status

PERSON = "From: Jean <jean@acme.example>"
BOUNCE = "Delivery to the following recipients failed:\n\n  marie@acme.example\n"


def mailer_of(*fields: str) -> Mailer | None:
    octets = "".join(f"{field}\r\n" for field in fields).encode()
    return read_mailer(read_block(octets, 0, len(octets)))


@pytest.mark.parametrize(
    "fields",
    [
        (DAEMON,),
        ("From: Mail Delivery Subsystem <Mailer-Daemon@acme.example>",),
        ("From: <Postmaster\\@acme.example@acme.example>",),
        ("From: Mail Delivery System <Mail.Delivery.System@acme.example>",),
        ("From: MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@acme.example",),
        ("From: Postmaster <>",),
        ("Return-Path: <>", PERSON),
        ("Return-Path: <MAILER-DAEMON>", PERSON),
        ("Auto-Submitted: auto-replied (rejected)", PERSON),
        ("X-Failed-Recipients: marie@acme.example", PERSON),
        ("X-MS-Embedded-Report:", PERSON),
        ("To: news-bounces+7@example.com", "From: scan@acme.example"),
    ],
)
def test_a_mailer_is_known_by_its_header(fields: tuple[str, ...]) -> None:
    """One sign is enough to believe its words."""
    assert mailer_of(*fields) is not None
    assert addresses(prose(BOUNCE, *fields[:-1], sender=fields[-1])) == ["marie@acme.example"]


@pytest.mark.parametrize(
    "fields",
    [
        (PERSON,),
        ("Auto-Submitted: no", PERSON),
        ("Auto-Submitted: auto-generated", "From: monitoring@acme.example"),
        ("List-Id: <news.acme.example>", "Precedence: bulk", "From: news@acme.example"),
        ("To: trebounces@example.com", PERSON),
        ("User-Agent: Mozilla Thunderbird", "From: postmaster@acme.example"),
        ("In-Reply-To: <1@example.com>", "From: postmaster@acme.example"),
        ("From: postmaster-general@acme.example",),
    ],
)
def test_the_same_words_of_anybody_else_are_no_report(fields: tuple[str, ...]) -> None:
    """Whoever asks why mail to Marie failed wants an answer; an alarm and a newsletter about bounces are none."""
    assert read(prose(BOUNCE, *fields[:-1], sender=fields[-1])) is None


def test_a_bounce_that_a_person_forwards_is_no_report() -> None:
    """ "Look what I got": as an attachment, with all its parts, or in the text."""
    report = status(LOST_JEAN).decode().replace("\r\n", "\n")
    fields = ("message/delivery-status", f"Reporting-MTA: dns; x\n\n{LOST_JEAN}\n")
    attached = parts("mixed", ("text/plain", "Voyez !"), ("message/rfc822", report), sender=PERSON)
    in_parts = parts("mixed", ("text/plain", BOUNCE), fields, sender=PERSON)
    quoted = prose(f"Voyez !\n\n-----Original Message-----\n{BOUNCE}", sender=PERSON)
    assert [read(mail) for mail in (attached, in_parts, quoted)] == [None, None, None]


def test_a_mailer_is_named_by_its_own_address_only() -> None:
    """What a name says a person may have written."""
    assert mailer_of(DAEMON) == Mailer(named=True, domain="mx.acme.example")
    assert mailer_of("From: Mailer-Daemon <jean@acme.example>") is None
    assert mailer_of("Return-Path: <>", PERSON) == Mailer(named=False, domain="acme.example")

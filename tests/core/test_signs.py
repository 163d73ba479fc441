"""The tables of signs: what an Auto-Submitted field says, and whose address it is."""

from __future__ import annotations

import pytest

from mailgate.core.classify import kind_and_why
from mailgate.core.events import MailReceived
from mailgate.core.identity import recognise
from mailgate.core.model import MailKind
from mailgate.core.signs import keyword
from tests.builders import a_mail, a_policy, received

Kind = MailKind


def judged(event: MailReceived) -> tuple[MailKind, str]:
    """The kind, and why."""
    return kind_and_why(event, recognise(event.mail.sender, event.envelope_from, a_policy()))


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("no", "no"),
        (" NO ", "no"),
        ("no (typed by a person)", "no"),
        ("(typed) no", "no"),
        ("(typed (by hand)) no", "no"),
        ("(a \\) b) no", "no"),
        ("no(typed)", "no"),
        ("no; owner-email=x", "no"),
        ('"no"', "no"),
        ("no (never ends", "no"),
        ("auto-replied", "auto-replied"),
        ("Auto-Replied (vacation)", "auto-replied"),
        ("(vacation) auto-replied", "auto-replied"),
        ('auto-notified; owner-token="no"', "auto-notified"),
        ("(no) auto-generated", "auto-generated"),
        (") auto-generated", "auto-generated"),
        ("no-reply", "no-reply"),
        ("", ""),
        ("(only a comment)", ""),
        ("(((((", ""),
        (";", ""),
        ("\\", "\\"),
    ],
)
def test_an_auto_submitted_field_says_one_word(value: str, word: str) -> None:
    """RFC 3834 §5: comments around it, nested and escaped, and parameters behind it are not it."""
    assert keyword(value) == word


ADDRESSES = [
    ("MAILER-DAEMON@mx.acme.example", Kind.BOUNCE),
    ("mailerdaemon@mx.acme.example", Kind.BOUNCE),
    ("MDaemon@acme.example", Kind.BOUNCE),
    ("MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@acme.example", Kind.BOUNCE),
    ("postmaster@acme.example", Kind.AUTOMATIC),
    ("noreply@acme.example", Kind.AUTOMATIC),
    ("no-reply@acme.example", Kind.AUTOMATIC),
    ("no_reply@acme.example", Kind.AUTOMATIC),
    ("No.Reply@acme.example", Kind.AUTOMATIC),
    ("comments-noreply@acme.example", Kind.AUTOMATIC),
    ("noreply+42@acme.example", Kind.AUTOMATIC),
    ("noreply2@acme.example", Kind.AUTOMATIC),
    ("donotreply@acme.example", Kind.AUTOMATIC),
    ("do-not-reply@acme.example", Kind.AUTOMATIC),
    ("nepasrepondre@acme.example", Kind.AUTOMATIC),
    ("ne-pas-repondre@acme.example", Kind.AUTOMATIC),
    ("ne_pas_répondre@acme.example", Kind.AUTOMATIC),
    ("pas-de-reponse@acme.example", Kind.AUTOMATIC),
    ("nonrispondere@acme.example", Kind.AUTOMATIC),
    ("keine-antwort@acme.example", Kind.AUTOMATIC),
    ("autoresponder@acme.example", Kind.AUTOMATIC),
    ("auto-reply@acme.example", Kind.AUTOMATIC),
    ("bounces@acme.example", Kind.AUTOMATIC),
    ("bounce+chef=acme.example@acme.example", Kind.AUTOMATIC),
    ("info-bounces@acme.example", Kind.AUTOMATIC),
    ("info-request@acme.example", Kind.AUTOMATIC),
    ("owner-info@acme.example", Kind.AUTOMATIC),
    ("acme@invitations.mailinblack.com", Kind.CHALLENGE),
    ("no-reply@boxbe.com", Kind.CHALLENGE),
]


@pytest.mark.parametrize(("address", "kind"), ADDRESSES)
def test_an_address_that_nobody_reads_is_a_programs(address: str, kind: MailKind) -> None:
    """Nothing sent there would be read; the reason names it."""
    found, why = judged(received(a_mail(address)))
    assert (found, why.startswith("sent by ")) == (kind, True)


@pytest.mark.parametrize(
    "local",
    ["reply", "jean.noel", "domino.reply", "noreplyson", "bouncer", "request", "owner", "autonome", "demande", "root"],
)
def test_an_address_that_only_resembles_a_programs_is_a_persons(local: str) -> None:
    """Names are older than conventions."""
    assert judged(received(a_mail(f"{local}@acme.example")))[0] is Kind.PERSON


def test_people_write_from_a_filters_own_domain() -> None:
    """Boxbe also sells mailboxes."""
    assert judged(received(a_mail("tristan@boxbe.com")))[0] is Kind.PERSON
    asking = a_mail("tristan@boxbe.com", subject="Please verify your message")
    assert judged(received(asking)) == (Kind.CHALLENGE, "sent by a filter at boxbe.com")

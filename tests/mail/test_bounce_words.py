"""Bounces in the words of other languages, and those that name nobody: the return address says whose mail it was."""

from __future__ import annotations

import pytest

from mailgate.core.reports import Fate, Fated, Report, ReportKind
from tests.mail.notices import OURS, prose, read, recipients, status

HARD, SOFT, DELAYED = Fate.HARD, Fate.SOFT, Fate.DELAYED
BOT = "From: bot@acme.example"


@pytest.mark.parametrize(
    ("text", "fate", "reason"),
    [
        ("Votre message à jean@acme.example n’a pas pu être remis.", HARD, ""),
        ("Votre message n’a pu être remis à :\n<jean@acme.example> : inconnu", HARD, "inconnu"),
        ("Votre message\n\nn’a pas été remis à :\n\n  jean@acme.example\n\nMotif :\n\n  Parti", HARD, "Parti"),
        ("Impossible de remettre votre message à :\n\njean@acme.example\nInconnu", HARD, "Inconnu"),
        ("Votre message n’a pas pu être remis à jean@acme.example : la boîte est saturée.", SOFT, ""),
        ("Votre message n’a pas encore été remis à jean@acme.example.", DELAYED, ""),
        (
            "La remise aux destinataires suivants a été retardée :\n\njean@acme.example\n\nPatience.",
            DELAYED,
            "Patience.",
        ),
        ("Ihre Nachricht an jean@acme.example konnte nicht zugestellt werden.", HARD, ""),
        ("Ihre Nachricht wurde noch nicht zugestellt:\n\njean@acme.example\nKein Anschluss", DELAYED, "Kein Anschluss"),
        ("Il messaggio non è stato recapitato a jean@acme.example", HARD, ""),
        ("A message is delayed for more than 4 hours:\n\njean@acme.example: no route", DELAYED, "no route"),
        ("There was a temporary problem delivering your message to jean@acme.example.", DELAYED, ""),
        ("Failed address: jean@acme.example\n\nGone", HARD, "Failed address: jean@acme.example Gone"),
    ],
)
def test_a_bounce_says_it_in_its_own_language(text: str, fate: Fate, reason: str) -> None:
    """Where no reason is given, the sentence that says it is one."""
    (fated,) = recipients(prose(text))
    assert (fated.address, fated.fate) == ("jean@acme.example", fate)
    assert fated.reason == (reason or " ".join(text.replace("’", "'").split("\n\n")[0].split()).rstrip(":;,"))


@pytest.mark.parametrize(
    "text",
    [
        "Je suis absent : votre message à jean@acme.example attendra. Adressez-vous à :\n\nmarie@acme.example\n",
        "Votre message à jean@acme.example est bien arrivé.\n",
        "Ihre Nachricht an jean@acme.example ist eingegangen. Bitte wenden Sie sich an:\n\nmarie@acme.example\n",
    ],
)
def test_an_answering_machine_that_says_to_whom_one_wrote_reports_nothing(text: str) -> None:
    """Not that it failed."""
    fields = ("Return-Path: <>", "Auto-Submitted: auto-replied")
    assert read(prose(text, *fields, sender="From: Jean <jean@acme.example>")) is None


@pytest.mark.parametrize(
    ("text", "fate", "code"),
    [
        ("Your message could not be delivered.", HARD, ""),
        ("Your message could not be delivered.\n\n550 5.1.1 Nobody of that name", HARD, "5.1.1"),
        ("Votre message n’a pas pu être remis : boîte pleine.", SOFT, ""),
        ("The following addresses failed:\n\n  j...@acme.example\n", HARD, ""),
        ("Your message has not yet been delivered, we will keep trying.", DELAYED, ""),
    ],
)
def test_a_bounce_that_names_nobody_says_what_became_of_the_mail(text: str, fate: Fate, code: str) -> None:
    """The address that it was sent to says whose mail it is."""
    said = " ".join(text.replace("’", "'").split())
    assert read(prose(text)) == Report(ReportKind.DELIVERY, unnamed=Fated("", fate, code, said))


def test_of_an_unknown_sender_nothing_is_believed_about_nobody() -> None:
    """An answering machine may say that; one that returns our mail is a report, of nothing."""
    text = "Your message could not be delivered."
    assert read(prose(text, "Return-Path: <>", sender=BOT)) is None
    told = read(prose(f"{text}\n\nMessage-ID: {OURS}", "Return-Path: <>", sender=BOT))
    assert told == Report(ReportKind.DELIVERY, message_id=OURS)


def test_a_recipient_whose_address_cannot_be_read_has_a_fate() -> None:
    """X.400 behind a gateway, or an address that somebody hid."""
    lost = "Final-Recipient: x400; /C=FR/S=Roy\nAction: failed\nStatus: 5.1.1"
    report = read(status(lost))
    assert report == Report(ReportKind.DELIVERY, (), OURS, Fated("", HARD, "5.1.1", "no such mailbox"))


def test_a_group_without_an_address_and_an_action_says_nothing() -> None:
    """It is about the message, or about nobody."""
    report = read(status("Status: 5.1.1"))
    assert report == Report(ReportKind.DELIVERY, (), OURS)

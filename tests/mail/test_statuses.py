"""Delivery status fields as they are written, which is seldom as RFC 3464 has them."""

from __future__ import annotations

import pytest

from mailgate.core.reports import Fate, Fated
from mailgate.mail import limits
from tests.mail.notices import LOST_JEAN, addresses, recipients, status


def group(*lines: str) -> str:
    return "\n".join(("Final-Recipient: rfc822; jean@acme.example", *lines))


def one(*lines: str) -> Fated:
    (fated,) = recipients(status(group(*lines)))
    return fated


def test_every_recipient_group_is_read() -> None:
    """One mail to three people has three fates."""
    report = status(
        LOST_JEAN,
        "Final-Recipient: rfc822; marie@acme.example\nAction: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; 421 Later",
        "Final-Recipient: rfc822; luc@acme.example\nAction: relayed\nStatus: 2.1.9",
    )
    assert recipients(report) == (
        Fated("jean@acme.example", Fate.HARD, "5.1.1", "no such mailbox"),
        Fated("marie@acme.example", Fate.DELAYED, "4.4.1", "421 Later"),
        Fated("luc@acme.example", Fate.DELIVERED, "2.1.9"),
    )


@pytest.mark.parametrize(
    ("lines", "fate", "code"),
    [
        (("Action: failed", "Status: 5.1.1"), Fate.HARD, "5.1.1"),
        (("Action: failed", "Status: 4.4.7"), Fate.SOFT, "4.4.7"),
        (("Action: failed", "Status: 5.2.2"), Fate.SOFT, "5.2.2"),
        (("Action: failed", "Status: 5.0.0 (over quota)"), Fate.SOFT, "5.0.0"),
        (("Action: failed", "Status: 5.0.0", "Diagnostic-Code: smtp; 452 4.2.2 Later"), Fate.SOFT, "4.2.2"),
        (("Action: failed", "Status: 5.1.1", "Diagnostic-Code: smtp; 450 Later"), Fate.HARD, "5.1.1"),
        (("Action: failed", "Diagnostic-Code: smtp; 450 Later"), Fate.SOFT, ""),
        (("Action: failed (bad mailbox)", "Status: 5.1.1"), Fate.HARD, "5.1.1"),
        (("Action: FAILURE", "Status: 553 too large"), Fate.HARD, ""),
        (("Action: error",), Fate.HARD, ""),
        (("Action: Delayed", "Status: 4.2.2"), Fate.DELAYED, "4.2.2"),
        (("Action: delivered", "Status: 2.0.0"), Fate.DELIVERED, "2.0.0"),
        (("Action: expanded", "Status: 2.0.0"), Fate.DELIVERED, "2.0.0"),
        (("Status: 4.4.1",), Fate.DELAYED, "4.4.1"),
        (("Status: 2.1.5",), Fate.DELIVERED, "2.1.5"),
        ((), Fate.HARD, ""),
    ],
)
def test_the_fate_is_that_of_action_and_status(lines: tuple[str, ...], fate: Fate, code: str) -> None:
    """The action says whether it is over; the code, or a full mailbox, whether the next mail may arrive."""
    assert (one(*lines).fate, one(*lines).status) == (fate, code)


@pytest.mark.parametrize(
    ("original", "final", "address"),
    [
        ("rfc822;Jean@Acme.Example", "rfc822; j17@store.acme.example", "jean@acme.example"),
        ("rfc822; unknown", "rfc822; jean@acme.example", "jean@acme.example"),
        ("rfc822;jean@acme.example", "x400; /S=jean/ADMD= /C=FR/", "jean@acme.example"),
        ("", "RFC822; <jean@acme.example> (Jean)", "jean@acme.example"),
        ("", "<jean@acme.example>", "jean@acme.example"),
        ("", "LOCAL; jean@acme.example", "jean@acme.example"),
        ("rfc822;jean+2Bvpn@acme.example", "", "jean+vpn@acme.example"),
        ("rfc822;jean+2Bvpn@acme.example", "rfc822; jean+2bvpn@acme.example", "jean+2bvpn@acme.example"),
        ("utf-8;h\\x{E9}l\\x{E8}ne@acme.example", "", "hélène@acme.example"),
    ],
)
def test_the_address_is_the_one_that_was_written_to(original: str, final: str, address: str) -> None:
    """We know what we sent to, not what the other side made of it; xtext is decoded unless it plainly is none."""
    assert addresses(status(f"Original-Recipient: {original}\nFinal-Recipient: {final}\nAction: failed")) == [address]


@pytest.mark.parametrize(
    "recipient",
    [
        "rfc822; jean...@acme.example",
        "x400; /S=jean/",
        "rfc822; jean@\u202eacme",
        "rfc822; \\x{D800}@acme.example",
        "rfc822; je\x07an@acme.example",
        "rfc822; je\xadan@acme.example",
        "",
    ],
)
def test_what_is_no_address_is_no_recipient(recipient: str) -> None:
    """An archive masks addresses, a gateway writes other ones, a stranger writes anything."""
    assert addresses(status(f"Final-Recipient: {recipient}\nAction: failed")) == []


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("Status: 5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 Who is\n   that?"), "550 5.1.1 Who is that?"),
        (
            ("Status: 5.7.1", "Diagnostic-Code: smtp; 550-5.7.1 Not\n 550-5.7.1 today\n 550 5.7.1 ok"),
            "550 5.7.1 Not today ok",
        ),
        (("Status: 5.1.1", "Diagnostic-Code: smtp; 550"), "no such mailbox"),
        (("Status: 5.1.1", "Diagnostic-Code: 550 5.1.1 Mailbox; unknown"), "550 5.1.1 Mailbox; unknown"),
        (("Status: 5.0.0 (disk on fire)",), "disk on fire"),
        (("Action: failed (gone fishing)", "Status: 5.9.9"), "gone fishing"),
        (("Status: 5.1.1", "Diagnostic-Code: smtp; =?utf-8?q?Bo=C3=AEte?= inconnue"), "Boîte inconnue"),
        (("Status: 5.1.1", "Diagnostic-Code: smtp; a\u202e\x07b\x7fc"), "a b c"),
        (("Status: 5.9.9",), ""),
    ],
)
def test_the_reason_is_one_line_in_words(lines: tuple[str, ...], reason: str) -> None:
    """It is shown in mail, in a terminal and to the assignee: nothing in it may move a cursor or turn the text."""
    assert one(*lines).reason == reason


def test_a_long_reason_is_cut() -> None:
    """The limit that everybody who stores or shows it may count on."""
    assert len(one("Diagnostic-Code: smtp; 550 " + "no! " * 2000).reason) == limits.REASON_CHARS


def test_a_reason_missing_in_the_fields_is_taken_from_the_words() -> None:
    """Some systems explain themselves to people only; a full mailbox is one there, too."""
    report = status(
        group("Action: failed", "Status: 5.0.0"), text="Failed recipients:\n\n<jean@acme.example>: over quota\n"
    )
    assert recipients(report) == (Fated("jean@acme.example", Fate.SOFT, "5.0.0", "over quota"),)


def test_a_reason_holds_no_signed_address() -> None:
    """Servers quote whom a mail is from; the reason is told to people who may not use that address."""
    said = f"550 5.1.8 <tickets+{'a' * 42}@example.com>: refused"
    assert one(f"Diagnostic-Code: smtp; {said}").reason == "550 5.1.8 <tickets+…@example.com>: refused"


def test_groups_need_no_blank_line_between_them() -> None:
    """The next recipient begins where a recipient field stands a second time."""
    assert addresses(status(f"{LOST_JEAN}\n{LOST_JEAN.replace('jean', 'marie')}")) == [
        "jean@acme.example",
        "marie@acme.example",
    ]


def test_an_address_is_told_once_and_the_worst_of_it() -> None:
    """A mail to an alias fails once for each of its members."""
    delayed = LOST_JEAN.replace("failed", "delayed")
    assert recipients(status(delayed, LOST_JEAN, delayed)) == (
        Fated("jean@acme.example", Fate.HARD, "5.1.1", "no such mailbox"),
    )

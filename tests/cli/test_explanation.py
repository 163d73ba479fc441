"""How `explain` shows a decision, as JSON and for reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mailgate.cli.explanation import Deadline, Explanation, MailShown, PageShown, as_json, as_text
from mailgate.core.decision import RuleTrace
from mailgate.core.effects import OpenTicket, SendMail, SetTimer, TakeTurn
from mailgate.core.letters import Correspondent, DeskFacts, Facts, Letter, Tone
from mailgate.core.model import Address, AuthLevel, Channel, Identity, MailKind, Outcome
from mailgate.core.page_effects import Page
from mailgate.core.ticket import Promise, Ticket

MONDAY = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
TORONTO = ZoneInfo("America/Toronto")
LETTER = Letter(
    template="acknowledgement",
    to=Correspondent("chef@acme.example", "Chef", "fr-CA", "America/Toronto"),
    tone=Tone.REPLIED,
    facts=Facts(DeskFacts("Exemple", "tickets@example.com")),
)
TICKET = Ticket(7, "urgent", "Panne", Address("chef@acme.example"), MONDAY, "fr-CA", "America/Toronto")
PAGE = Page("tech1", Channel.PAGER, "5145550101@pager.example.net", replace(LETTER, template="page"))


def an_explanation() -> Explanation:
    return Explanation(
        outcome=Outcome.TICKET,
        because="urgent door opens a ticket",
        identity=Identity.CONTACT,
        level=AuthLevel.L2,
        kind=MailKind.PERSON,
        facts=(("queue", "urgent"), ("to", ("a@example.com", "b@example.com"))),
        rules=(
            RuleTrace("panne", "rules/40.toml", 3, True, "matched on subject"),
            RuleTrace("nuit", "rules/40.toml", 9, False, "time is 12:30, not above 20:00"),
        ),
        effects=(OpenTicket(TICKET), SendMail(LETTER), PAGE, TakeTurn("support", "tech1")),
        deadlines={Promise.CALLBACK: Deadline(MONDAY, "reçu hors plage")},
        mails=(MailShown("chef@acme.example", "[#7] Panne", "Bonjour,\nmerci."),),
        pages=(PageShown("1@pager.example.net", "tech1", Channel.PAGER, "urgent Acme Panne #7"),),
    )


def test_the_json_has_the_keys_that_programs_rely_on() -> None:
    """interfaces.md §2 is normative for names and shapes."""
    shape = as_json(an_explanation())
    assert isinstance(shape, dict)
    assert list(shape) == [
        *("outcome", "because", "identity", "level", "kind", "facts", "rules", "deadlines", "mails", "pages"),
        *("notes", "effects"),
    ]
    assert shape["facts"] == {"queue": "urgent", "to": ["a@example.com", "b@example.com"]}
    assert shape["deadlines"] == {"callback": {"due_at": "2026-11-23T12:30:00Z", "explained": "reçu hors plage"}}
    assert shape["rules"][1]["matched"] is False


def test_every_effect_names_itself() -> None:
    """A letter among the effects is told in brief: its words stand under `mails`."""
    shape = as_json(an_explanation())
    assert isinstance(shape, dict)
    assert [effect["effect"] for effect in shape["effects"]] == ["OpenTicket", "SendMail", "Page", "TakeTurn"]
    assert shape["effects"][1]["letter"] == {
        "template": "acknowledgement",
        "to": "chef@acme.example",
        "language": "fr-CA",
        "tone": "auto-replied",
    }


def test_the_readable_form_says_everything_once() -> None:
    """Whoever asks why must see the rule that failed, the deadline and each mail without scrolling through JSON."""
    text = as_text(an_explanation(), TORONTO)
    for expected in (
        "because     urgent door opens a ticket",
        "- nuit (rules/40.toml:9): time is 12:30, not above 20:00",
        "call back by 2026-11-23 07:30: reçu hors plage",
        "OpenTicket       ticket 7",
        "SendMail         letter acknowledgement",
        "mail to chef@acme.example: [#7] Panne\n    Bonjour,\n    merci.",
        "page to tech1 by pager (1@pager.example.net)\n    urgent Acme Panne #7",
    ):
        assert expected in text


def test_values_are_told_as_the_rules_write_them() -> None:
    """Whoever copies a fact into a rule writes `true`, and every time stands in the desk's own zone."""
    seen = replace(
        an_explanation(),
        facts=(("calendar_open", True), ("has_attachment", False)),
        effects=(SetTimer(7, "escalate-0", MONDAY), SendMail(LETTER, record=True)),
    )
    text = as_text(seen, TORONTO)
    assert "calendar_open    true" in text
    assert "has_attachment   false" in text
    assert "due_at 2026-11-23 07:30" in text
    assert "record true" in text


def test_paragraphs_without_content_are_left_out() -> None:
    """A recorded mail has no deadline, no page and no effect worth a heading."""
    quiet = replace(
        an_explanation(),
        rules=(),
        effects=(),
        deadlines={},
        mails=(),
        pages=(),
        identity=None,
        level=None,
        kind=None,
    )
    text = as_text(quiet, TORONTO)
    assert "deadlines" not in text
    assert "sender      not looked at" in text

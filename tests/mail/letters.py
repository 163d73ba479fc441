"""Letters for the tests of the writing side: valid by default, one thing changed at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

from mailgate.core.letters import Correspondent, CustomerFacts, Facts, Letter, MessageFacts, TicketFacts, Tone
from mailgate.core.model import TokenKind
from mailgate.core.policy import Desk
from mailgate.mail.compose import PlainWords, Scribe, Stamp, Templates
from mailgate.mail.keyring import Keyring
from mailgate.mail.samples import FACTS, TICKET

PACKAGED = Path(__file__).parents[2] / "templates"
NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
RING = Keyring.fresh(bytes(range(32)))
DESK = Desk("Exemple Logiciels", "tickets@example.com")
TEMPLATES = Templates((PACKAGED,))


def a_scribe(words: Templates | PlainWords = TEMPLATES) -> Scribe:
    return Scribe(words, RING, DESK, {"technician": 14})


def a_stamp(occasion: str = "inbox-12.3") -> Stamp:
    return Stamp(7, occasion, NOW)


def a_reader(language: str = "fr-CA", token: TokenKind | None = TokenKind.CONTACT) -> Correspondent:
    return Correspondent("jean.roy@acme.example", "Jean Roy", language, "America/Toronto", token, 77)


def a_letter(template: str = "acknowledgement", facts: Facts = FACTS, tone: Tone = Tone.REPLIED) -> Letter:
    """A letter to a registered contact about ticket 1042, in answer to their mail."""
    asked = "<their-mail@acme.example>"
    return Letter(template, a_reader(), tone, facts, 1042, asked, (asked,))


def a_page(subject: str, customer: str = "Acme", limit: int = 160) -> Letter:
    """A pager's letter about an urgent ticket."""
    ticket = replace(TICKET, subject=subject, urgent=True)
    facts = replace(FACTS, ticket=ticket, customer=CustomerFacts("acme", customer))
    to = replace(a_reader(token=TokenKind.TECHNICIAN), address="5145550101@pager.example.net")
    return Letter("page", to, Tone.GENERATED, facts, 1042, limit=limit)


def with_ticket(facts: Facts, ticket: TicketFacts) -> Facts:
    return replace(facts, ticket=ticket)


def with_text(facts: Facts, text: str) -> Facts:
    return replace(facts, message=replace(facts.message or MessageFacts(""), text=text))


class Reader(HTMLParser):
    """Remembers the words of a page and every tag in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += [tag, *(name for name, _ in attrs)]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def said(template: str, facts: Facts = FACTS, language: str = "fr-CA") -> str:
    """The text of a letter on one line, with plain blanks."""
    letter = replace(a_letter(template, facts), to=a_reader(language))
    return " ".join(TEMPLATES.render(letter, NOW).text.split())


def shown(template: str, facts: Facts = FACTS, language: str = "fr-CA") -> str:
    """What a reader sees of its HTML, on one line."""
    letter = replace(a_letter(template, facts), to=a_reader(language))
    page = TEMPLATES.render(letter, NOW).html
    assert page is not None
    return " ".join("".join(Reader(page).words).split())

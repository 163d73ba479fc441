"""What `explain` shows: one decision as JSON (interfaces.md §2) or for reading, and the mails it would have sent."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from mailgate.cli.deadlines import TITLES
from mailgate.cli.output import jsonable, local, plain
from mailgate.core.conditions import FactValue
from mailgate.core.decision import RuleTrace
from mailgate.core.effects import Effect
from mailgate.core.letters import Letter
from mailgate.core.model import AuthLevel, Channel, Identity, MailKind, Outcome
from mailgate.core.page_effects import Page
from mailgate.core.targets import shown
from mailgate.core.ticket import Promise

HEADING = 12
"""Width of the left column, where each paragraph says what it is."""
WIDTH = 95
"""Columns that a wrapped line takes."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline, and in words how it was worked out."""

    due_at: datetime
    explained: str


@dataclass(frozen=True, slots=True)
class MailShown:
    """A mail that would have left: its text part."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class PageShown:
    """A page that would have left to an address of `technician` (a key of the rules)."""

    to: str
    technician: str
    channel: Channel
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole answer about one mail; the field names are those of `explain --json`. `notes` say what a door would
    look at and nobody looked at here."""

    outcome: Outcome
    because: str
    identity: Identity | None
    level: AuthLevel | None
    kind: MailKind | None
    facts: tuple[tuple[str, FactValue], ...]
    rules: tuple[RuleTrace, ...]
    effects: tuple[Effect, ...]
    deadlines: Mapping[Promise, Deadline]
    mails: tuple[MailShown, ...]
    pages: tuple[PageShown, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LetterShown:
    """A letter among the effects; its words are under `mails` and `pages`."""

    template: str
    to: str
    language: str
    tone: str


def as_json(explanation: Explanation) -> object:
    """The object of interfaces.md §2; each effect carries its name under `effect`, and the call-back stands among the
    deadlines even when there is none."""
    shape = {
        field.name: jsonable(getattr(explanation, field.name))
        for field in fields(explanation)
        if field.name != "effects"
    }
    shape["facts"] = {name: jsonable(value) for name, value in explanation.facts}
    shape["deadlines"] = {"callback": None, **{key.value: jsonable(one) for key, one in explanation.deadlines.items()}}
    shape["effects"] = [_effect(effect) for effect in explanation.effects]
    return shape


def as_text(explanation: Explanation, zone: ZoneInfo) -> str:
    """The same for reading, times in `zone`."""
    parts = (
        _summary(explanation),
        _paragraph("note", iter(explanation.notes)),
        _paragraph("facts", (f"{name:<16} {_words(value, zone)}" for name, value in explanation.facts)),
        _paragraph("rules", map(_rule, explanation.rules)),
        _paragraph("deadlines", _deadlines(explanation.deadlines, zone)),
        _paragraph("effects", (_effect_line(effect, zone) for effect in explanation.effects)),
        *(_letter(f"mail to {mail.to}: {mail.subject}", mail.text) for mail in explanation.mails),
        *(_letter(f"page to {page.technician} by {page.channel} ({page.to})", page.text) for page in explanation.pages),
    )
    return "\n\n".join(part for part in parts if part)


def _effect(effect: Effect) -> dict[str, object]:
    return {"effect": type(effect).__name__, **{name: jsonable(_brief(value)) for name, value in _told(effect)}}


def _told(effect: Effect) -> Iterator[tuple[str, object]]:
    """An effect's fields, but the inbox row: a mail that is only explained lies in none."""
    effect = replace(effect, target=shown(effect.target)) if isinstance(effect, Page) else effect
    return ((field.name, getattr(effect, field.name)) for field in fields(effect) if field.name != "inbox_id")


def _brief(value: object) -> object:
    if isinstance(value, Letter):
        return LetterShown(value.template, value.to.address, value.to.language, value.tone.value)
    return value


def _summary(explanation: Explanation) -> str:
    lines = (
        ("outcome", explanation.outcome),
        ("because", explanation.because),
        ("sender", _sender(explanation)),
        ("kind", explanation.kind or "not looked at"),
    )
    return "\n".join(_hanging(name, str(value), HEADING) for name, value in lines)


def _sender(explanation: Explanation) -> str:
    """Who wrote it, and how surely: "contact, L1"."""
    known = (explanation.identity, explanation.level)
    return ", ".join(one.value for one in known if one is not None) or "not looked at"


def _paragraph(heading: str, lines: Iterator[str]) -> str:
    return "\n".join(_hanging("" if number else heading, line, HEADING + 2) for number, line in enumerate(lines))


def _hanging(heading: str, line: str, indent: int) -> str:
    """One wrapped line, its continuation `indent` columns in."""
    whole = f"{heading:<{HEADING}}{plain(line)}"
    return textwrap.fill(whole, WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False, drop_whitespace=True)


def _rule(rule: RuleTrace) -> str:
    return f"{'+' if rule.matched else '-'} {rule.name} ({rule.file}:{rule.line}): {rule.why}"


def _deadlines(found: Mapping[Promise, Deadline], zone: ZoneInfo) -> Iterator[str]:
    for promise, one in found.items():
        yield f"{TITLES[promise]} by {local(one.due_at, zone)}: {one.explained}"


def _effect_line(effect: Effect, zone: ZoneInfo) -> str:
    told = ((name, _words(value, zone)) for name, value in _told(effect))
    return f"{type(effect).__name__:<16} " + ", ".join(f"{name} {words}" for name, words in told if words)


def _words(value: object, zone: ZoneInfo) -> str:
    """A value in one line, true and false as the rules write them; what holds other values shows only its first one,
    which is its name or number."""
    shown = _brief(value)
    match shown:
        case None:
            return ""
        case LetterShown():
            return shown.template
        case bool():
            return str(shown).lower()
        case datetime():
            return local(shown, zone)
        case frozenset():
            return " ".join(sorted(_words(one, zone) for one in shown))
        case tuple():
            return " ".join(_words(one, zone) for one in shown)
    return _words(getattr(shown, fields(shown)[0].name), zone) if is_dataclass(shown) else str(jsonable(shown))


def _letter(heading: str, text: str) -> str:
    return "\n".join((plain(heading), *(f"    {plain(line)}".rstrip() for line in text.splitlines())))

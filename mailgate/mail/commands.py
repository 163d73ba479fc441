"""Commands by mail (interfaces.md §6): lines that begin with `#word`, one command each, up to the end of the line.

`COMMANDS` is the whole language: what it does not list is a problem, never text for the customer. Only a technician's
own words are obeyed: nothing quoted, nothing on a line that wraps around from a quote, nothing from where somebody
else's mail begins (hazards A27).
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from mailgate.core.hours import Duration, parse_duration
from mailgate.core.intents import (
    Absent,
    Acknowledge,
    AskValidation,
    AssignTo,
    Close,
    Grade,
    Help,
    Intent,
    Internal,
    Order,
    Orders,
    Present,
    Problem,
    Reopen,
    Resolve,
    Scale,
    Spend,
    Take,
    Wait,
)
from mailgate.core.model import Activity, Status
from mailgate.mail.quote import others_from
from mailgate.mail.text import shorten

_BLANKS = " \t\u00a0\u2007\u202f"
_LINE = re.compile(rf"[{_BLANKS}]*#([^\W\d_][\w-]*)(.*)", re.DOTALL)
_PUNCTUATION = _BLANKS + ".,;:!="
_MINUTES = re.compile(r"([0-9]{1,4})(?:m|mn|min|mins|minutes?)?")
_HOURS = re.compile(r"([0-9]{1,2})(?:h|hr|hrs|hours?|heures?)(?:([0-5]?[0-9])(?:m|mn|min|minutes?)?)?")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])")
_MOST_MINUTES = 1440
_MOST_WORDS_OF_TIME = 4
_MOST_CHARS = 200
MOST_COMMANDS = 30
"""What looks like a command beyond these is one problem, and with a problem nothing is done: a pasted program with
thousands of `#lines` is not looked up word by word."""
_WAITED_FOR = {
    "client": Status.WAITING_CUSTOMER,
    "customer": Status.WAITING_CUSTOMER,
    "tiers": Status.WAITING_THIRD,
    "third": Status.WAITING_THIRD,
}
_REASONED = frozenset({Scale.SEVERITY, Scale.LEVEL})
_DAYS = re.compile(r"([0-9]{1,5})(?:d|j|jours?|days?)")
_DATE = r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
_ABSENCE = re.compile(rf"{_DATE}(?:(?:\.\.\.?|…|/){_DATE})?")
_LONGEST_ABSENCE = timedelta(days=366)
_BACK = frozenset({"non", "off"})


@dataclass(frozen=True, slots=True)
class Misread:
    """Why an argument is none: the code of a `Problem`, and the words that it is about."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its French and English word, an argument of each as an example ("" when it takes none), and what
    reads the argument."""

    french: str
    english: str
    example_fr: str
    example_en: str
    read: Callable[[str], Intent | Misread]

    def usage(self, language: str) -> str:
        """How it is written, for help and hints: "#appel 15". Any language but French reads English."""
        word, example = (self.french, self.example_fr) if language.startswith("fr") else (self.english, self.example_en)
        return f"#{word} {example}".rstrip()


def read_orders(new_text: str) -> Orders:
    """Take the new text of a technician's mail apart. Orders and problems are in the order of their lines."""
    statements = list(_statements(new_text))
    return Orders(
        text=_tidy([statement for statement in statements if isinstance(statement, str)]),
        orders=tuple(statement for statement in statements if isinstance(statement, Order)),
        problems=tuple(statement for statement in statements if isinstance(statement, Problem)),
    )


def _statements(new_text: str) -> Iterator[str | Order | Problem]:
    lines = unicodedata.normalize("NFC", new_text).split("\n")
    end = others_from(lines) if "#" in new_text else 0
    quoted = False
    commands = 0
    for line in lines[:end]:
        quoted = bool(line.strip()) and (quoted or line.lstrip(_BLANKS).startswith(">"))
        found = _LINE.match(line)
        statement = line if found is None else _statement(found, quoted)
        commands += not isinstance(statement, str)
        if commands > MOST_COMMANDS:
            yield Problem("too-many-commands", shorten(line.strip(_BLANKS), _MOST_CHARS))
            return
        yield statement
    yield from lines[end:]


def _statement(found: re.Match[str], quoted: bool) -> str | Order | Problem:
    """What a line that begins with `#word` is. Directly under a quote it may be a wrapped line of somebody else's:
    then a valid command is refused, and anything else is text."""
    line = shorten(found[0].strip(_BLANKS), _MOST_CHARS)
    command, language = _BY_WORD.get(_folded(found[1]), (None, ""))
    if quoted:
        return found[0] if command is None else Problem("quoted-command", line)
    if command is None:
        return Problem("unknown-command", line, f"#{found[1]}"[:_MOST_CHARS], _nearest(_folded(found[1])))
    read = command.read(found[2].strip(_PUNCTUATION))
    if isinstance(read, Misread):
        return Problem(read.code, line, shorten(read.detail, _MOST_CHARS), command.usage(language))
    return Order(read, line)


def _nothing(intent: Intent, argument: str) -> Intent | Misread:
    return Misread("no-argument-wanted", argument) if argument else intent


def _time_spent(activity: Activity, argument: str) -> Intent | Misread:
    """The longest run of words that is a time; whatever stands behind it is too much."""
    words = argument.split()
    if not words:
        return Misread("missing-minutes")
    for count in range(min(len(words), _MOST_WORDS_OF_TIME), 0, -1):
        minutes = _minutes("".join(words[:count]).lower())
        if minutes is not None and len(words) > count:
            return Misread("too-many-words", " ".join(words[count:]))
        if minutes is not None:
            return Spend(activity, minutes) if 1 <= minutes <= _MOST_MINUTES else Misread("bad-minutes", argument)
    return Misread("bad-minutes", argument)


def _minutes(text: str) -> int | None:
    """ "15", "90min", "2h", "1h30" or "1:30" in minutes; None for anything else."""
    if found := _MINUTES.fullmatch(text):
        return int(found[1])
    found = _HOURS.fullmatch(text) or _CLOCK.fullmatch(text)
    return 60 * int(found[1]) + int(found[2] or 0) if found else None


def _person(argument: str) -> Intent | Misread:
    return AssignTo(shorten(argument, _MOST_CHARS)) if argument else Misread("missing-who")


def _grade(scale: Scale, argument: str) -> Intent | Misread:
    """The new value, and behind it why, where the customer is told."""
    value, _, reason = argument.partition(" ")
    if not value:
        return Misread("missing-grade")
    if reason and scale not in _REASONED:
        return Misread("too-many-words", reason)
    return Grade(scale, shorten(value.strip(_PUNCTUATION), _MOST_CHARS), reason.strip(_PUNCTUATION))


def _wait(argument: str) -> Intent | Misread:
    """Whom to wait for, and for how long when that is said: 3d, 3j, 3 jours, 4h, 1w."""
    whom, *duration = argument.split() or [""]
    status = _WAITED_FOR.get(_folded(whom))
    if status is None:
        return Misread("bad-wait", argument)
    if not duration:
        return Wait(status)
    length = _duration("".join(duration).lower())
    return Misread("bad-wait", argument) if length is None else Wait(status, length)


def _absence(argument: str) -> Intent | Misread:
    """One day or a first and a last one, as 2026-12-24..2027-01-03 (a year at most); "non" or "off" takes all back."""
    if _folded(argument) in _BACK:
        return Present()
    found = _ABSENCE.fullmatch("".join(argument.split()))
    if found is None:
        return Misread("bad-dates", argument)
    try:
        first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2] or found[1])
    except ValueError:
        return Misread("bad-dates", argument)
    return Absent(first, last) if timedelta() <= last - first < _LONGEST_ABSENCE else Misread("bad-dates", argument)


def _duration(text: str) -> Duration | None:
    days = _DAYS.fullmatch(text)
    try:
        return parse_duration(f"{days[1]}d" if days else text)
    except ValueError:
        return None


COMMANDS: tuple[Command, ...] = (
    Command("prendre", "take", "", "", partial(_nothing, Take())),
    Command("assigner", "assign", "tech2", "tech2", _person),
    Command("pris", "ack", "", "", partial(_nothing, Acknowledge())),
    Command("priorité", "priority", "P2", "P2", partial(_grade, Scale.PRIORITY)),
    Command("sévérité", "severity", "basse motif", "basse reason", partial(_grade, Scale.SEVERITY)),
    Command("niveau", "level", "2 motif", "2 reason", partial(_grade, Scale.LEVEL)),
    Command("genre", "kind", "formation", "training", partial(_grade, Scale.KIND)),
    Command("file", "queue", "regulier", "regulier", partial(_grade, Scale.QUEUE)),
    Command("note", "note", "", "", partial(_nothing, Internal())),
    Command("appel", "call", "15", "15", partial(_time_spent, Activity.CALL)),
    Command("site", "visit", "2h", "2h", partial(_time_spent, Activity.VISIT)),
    Command("distance", "remote", "20", "20", partial(_time_spent, Activity.REMOTE)),
    Command("temps", "time", "10", "10", partial(_time_spent, Activity.OTHER)),
    Command("attente", "wait", "tiers 3d", "third 3d", _wait),
    Command("valider", "validate", "", "", partial(_nothing, AskValidation())),
    Command("résolu", "resolved", "", "", partial(_nothing, Resolve())),
    Command("fermer", "close", "", "", partial(_nothing, Close())),
    Command("rouvrir", "reopen", "", "", partial(_nothing, Reopen())),
    Command("absent", "absent", "2026-12-24..2027-01-03", "2026-12-24..2027-01-03", _absence),
    Command("aide", "help", "", "", partial(_nothing, Help())),
)
"""Every command, in the order of the help."""


def _folded(word: str) -> str:
    """Without case and accents."""
    decomposed = unicodedata.normalize("NFKD", word[:_MOST_CHARS].casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


_BY_WORD: dict[str, tuple[Command, str]] = {
    _folded(word): (command, language)
    for language in ("en", "fr")
    for command in COMMANDS
    for word in [command.french if language == "fr" else command.english]
}


def _nearest(word: str) -> str:
    """The usage of the command that `word` was probably meant to be, in the language of that spelling; "" for none."""
    close = difflib.get_close_matches(word[:40], _BY_WORD, n=1, cutoff=0.6)
    if not close:
        return ""
    command, language = _BY_WORD[close[0]]
    return command.usage(language)


def _tidy(lines: list[str]) -> str:
    """The words for the customer: the gap that a command line leaves is one blank line."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")

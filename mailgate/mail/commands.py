"""Commands by mail (interfaces.md §6): lines that begin with `#word`, one command each, up to the end of the line.

`COMMANDS` is the whole language: what it does not list is a problem, never text for the customer. Only a technician's
own words are obeyed: nothing quoted, nothing on a line that wraps around from a quote, nothing from where somebody
else's mail begins (hazards A27).
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice

from mailgate.core.intents import (
    UNSAID,
    Acknowledge,
    AskValidation,
    Balance,
    Close,
    Help,
    Intent,
    Internal,
    Order,
    Orders,
    Problem,
    Reopen,
    Resolve,
    Scale,
    Take,
    Undo,
)
from mailgate.core.model import Activity
from mailgate.mail.arguments import (
    BLANKS,
    MOST_CHARS,
    PUNCTUATION,
    absence,
    folded,
    grade,
    nothing,
    person,
    time_spent,
    wait,
)
from mailgate.mail.lines import CommandLine, Unfolded, command_line, unfold
from mailgate.mail.misread import Misread
from mailgate.mail.named import contact, customer, link, merge, split, subject, watch
from mailgate.mail.quote import others_from
from mailgate.mail.text import shorten

MOST_INSIDE = 5
_WORD_INSIDE = re.compile(r"(?<![\w#/&])#([^\W\d_][\w-]{0,30})")
MOST_COMMANDS = 30
"""What looks like a command beyond these is one problem, and with a problem nothing is done: a pasted program with
thousands of `#lines` is not looked up word by word."""


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
        return self.written(self.example_fr if language.startswith("fr") else self.example_en, language)

    def asking(self, language: str) -> str:
        """The command with what nobody accepts where its argument must stand."""
        return self.written(UNSAID if self.example_fr else "", language)

    def written(self, argument: str, language: str) -> str:
        """The command with this argument."""
        word = self.french if language.startswith("fr") else self.english
        return f"#{word} {argument}".rstrip()


def read_orders(new_text: str) -> Orders:
    """Take the new text of a technician's mail apart. Orders and problems are in the order of their lines."""
    statements = list(_statements(new_text))
    return Orders(
        text=_tidy([statement for statement in statements if isinstance(statement, str)]),
        orders=tuple(statement for statement in statements if isinstance(statement, Order)),
        problems=tuple(statement for statement in statements if isinstance(statement, Problem)),
        written=tuple(statements),
        inside=tuple(islice(_inside(statements), MOST_INSIDE)),
    )


def _inside(statements: Iterable[str | Order | Problem]) -> Iterator[str]:
    """The commands in the middle of lines for the customer, which somebody may have meant; not what they quote."""
    for line in statements:
        if isinstance(line, str) and "#" in line and not line.lstrip(BLANKS).startswith(">"):
            yield from (one[0] for one in _WORD_INSIDE.finditer(line) if _known(one[1])[0] is not None)


def _statements(new_text: str) -> Iterator[str | Order | Problem]:
    lines = unicodedata.normalize("NFC", new_text).split("\n")
    end = others_from(lines) if "#" in new_text or "＃" in new_text else 0
    quoted = False
    commands = at = 0
    while at < end:
        line, found = lines[at], command_line(lines[at])
        quoted = bool(line.strip()) and (quoted or line.lstrip(BLANKS).startswith(">"))
        alone = found is None or found.apart or quoted
        whole = Unfolded(line, 1) if alone else unfold(lines[:end], at)
        statement = line if found is None else _statement(command_line(whole.line) or found, whole, quoted)
        commands += not isinstance(statement, str)
        if commands > MOST_COMMANDS:
            yield Problem("too-many-commands", _shown(line))
            return
        yield statement
        at += whole.count
    yield from lines[end:]


def _statement(found: CommandLine, whole: Unfolded, quoted: bool) -> str | Order | Problem:
    """What a line that begins with `#word` is. Directly under a quote it may be a wrapped line of somebody else's:
    then a valid command is refused, and anything else is text."""
    line = _shown(whole.line)
    command, language = _known(found.word)
    lost_blank = found.with_blank()
    if command is None and lost_blank is not None:
        found, (command, language) = lost_blank, _known(lost_blank.word)
    if command is None:
        return whole.line if quoted or found.apart else _unknown(found, line)
    if quoted:
        return Problem("quoted-command", line)
    argument = found.argument.strip(PUNCTUATION)
    if found.apart:
        together = command.written(shorten(argument, MOST_CHARS), language)
        return Problem("sign-apart", line, "", together, together)
    if whole.unclear:
        return Problem("folded-line", line, "", line, f"{line}\n")
    if argument == UNSAID and command.example_fr:
        return Problem("still-asked", line, "", command.usage(language), line)
    read = command.read(argument)
    if isinstance(read, Misread):
        mended = _mended(read, command, language)
        meant = mended if read.valid else command.asking(language)
        return Problem(read.code, line, shorten(read.detail, MOST_CHARS), mended, meant + _below(read, command))
    return Order(read, line)


def _unknown(found: CommandLine, line: str) -> Problem:
    nearest, meant = _nearest(found)
    return Problem("unknown-command", line, f"#{found.word}"[:MOST_CHARS], nearest, meant)


def _mended(read: Misread, command: Command, language: str) -> str:
    return command.written(shorten(read.valid, MOST_CHARS), language) if read.valid else command.usage(language)


def _below(read: Misread, command: Command) -> str:
    """What was too much on a line and makes sense on the next one: another command, or the words of a note, which the
    customer will not read there."""
    if read.code not in ("no-argument-wanted", "too-many-words"):
        return ""
    goes_on = command_line(read.detail) is not None or command.read("") == Internal()
    return f"\n{read.detail}" if goes_on else ""


def _shown(line: str) -> str:
    return shorten(line.strip(BLANKS), MOST_CHARS)


COMMANDS: tuple[Command, ...] = (
    Command("prendre", "take", "", "", partial(nothing, Take())),
    Command("assigner", "assign", "tech2", "tech2", person),
    Command("pris", "ack", "", "", partial(nothing, Acknowledge())),
    Command("priorité", "priority", "P2", "P2", partial(grade, Scale.PRIORITY)),
    Command("sévérité", "severity", "basse motif", "basse reason", partial(grade, Scale.SEVERITY)),
    Command("niveau", "level", "2 motif", "2 reason", partial(grade, Scale.LEVEL)),
    Command("genre", "kind", "formation", "training", partial(grade, Scale.KIND)),
    Command("file", "queue", "regulier", "regulier", partial(grade, Scale.QUEUE)),
    Command("note", "note", "", "", partial(nothing, Internal())),
    Command("appel", "call", "15", "15", partial(time_spent, Activity.CALL)),
    Command("site", "visit", "2h", "2h", partial(time_spent, Activity.VISIT)),
    Command("distance", "remote", "20", "20", partial(time_spent, Activity.REMOTE)),
    Command("temps", "time", "10", "10", partial(time_spent, Activity.OTHER)),
    Command("attente", "wait", "tiers 3d", "third 3d", wait),
    Command("valider", "validate", "", "", partial(nothing, AskValidation())),
    Command("résolu", "resolved", "", "", partial(nothing, Resolve())),
    Command("fermer", "close", "", "", partial(nothing, Close())),
    Command("rouvrir", "reopen", "", "", partial(nothing, Reopen())),
    Command("absent", "absent", "2026-12-24..2027-01-03", "2026-12-24..2027-01-03", absence),
    Command("contact", "contact", "x@acme.example", "x@acme.example", contact),
    Command("client", "customer", "acme", "acme", customer),
    Command("fusionner", "merge", "17", "17", merge),
    Command("séparer", "split", "", "", split),
    Command("lier", "link", "17", "17", link),
    Command("copie", "watch", "x@acme.example", "x@acme.example", watch),
    Command("sujet", "subject", "nouvel objet", "new subject", subject),
    Command("solde", "balance", "", "", partial(nothing, Balance())),
    Command("annuler", "undo", "", "", partial(nothing, Undo())),
    Command("aide", "help", "", "", partial(nothing, Help())),
)
"""Every command, in the order of the help."""


_BY_WORD: dict[str, tuple[Command, str]] = {
    folded(word): (command, language)
    for language in ("en", "fr")
    for command in COMMANDS
    for word in [command.french if language == "fr" else command.english]
}


def _known(word: str) -> tuple[Command | None, str]:
    return _BY_WORD.get(folded(word), (None, ""))


def _nearest(found: CommandLine) -> tuple[str, str]:
    """The command that the line was probably meant to be, with its own argument where that can be read, in the language
    of that spelling; "" for none. The second is without an example's argument."""
    close = difflib.get_close_matches(folded(found.word)[:40], _BY_WORD, n=1, cutoff=0.6)
    if not close:
        return "", ""
    command, language = _BY_WORD[close[0]]
    argument = found.argument.strip(PUNCTUATION)
    read = command.read(argument)
    if not argument or isinstance(read, Misread):
        below = _below(read, command) if isinstance(read, Misread) else ""
        return command.usage(language), command.asking(language) + below
    own = command.written(shorten(argument, MOST_CHARS), language)
    return own, own


def _tidy(lines: list[str]) -> str:
    """The words for the customer: the gap that a command line leaves is one blank line."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")

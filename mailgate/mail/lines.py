"""Which lines of a text are commands, whatever mail programs and keyboards make of a line that begins with `#word`.

    - #appel 15                 * #appel 15                    a list, made of the lines by the program
    *#appel 15*                                                bold, as the plain part spells it
    #appel<https://…/appel> 15  [#appel](https://…/appel) 15   the sign taken for a hashtag and linked
    #appel15                                                   a blank that was lost

Characters that nobody sees don't count, nor do the kinds of blanks. A sign that stands apart, as in "# appel 15",
may be a heading: it is not obeyed, and not taken for text either.

A program that breaks long lines breaks a reason in two, and the customer must not get its end as if it were the answer.
The next line belongs to a command when that command is as long as programs let a line get, and the next word would have
made it longer. When the next line begins like a sentence of its own nobody can tell: then somebody must ask.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from mailgate.core.words import fold

BLANKS = " \t\u00a0\u2000-\u200a\u202f\u205f\u3000"
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\u20e3]")
_BULLET = r"(?:(?:[-–—*+•·◦▪●■‣⁃∙§o]|[0-9]{1,2}[.)])" + f"[{BLANKS}]{{1,20}})"
_LINKED = rf"(?:[{BLANKS}]{{0,2}}<(?:https?://|tag:)[^<>\s]{{1,500}}>|\]\([^()\s]{{1,500}}\))?"
_LINE = re.compile(
    rf"[{BLANKS}]*{_BULLET}?(?P<bold>[*_]{{0,3}})\[?[#＃](?P<apart>[{BLANKS}]*)(?P<bold_word>[*_]{{0,3}})"
    rf"(?P<word>[^\W\d_](?:[^\W_]|-)*){_LINKED}(?P<argument>.*)",
    re.DOTALL,
)
_LOST_BLANK = re.compile(r"([^\W\d_]+)([0-9].*)", re.DOTALL)
_ADDRESS_AGAIN = re.compile(r"\s?<(?:mailto|tel|sms):[^<>\s]{1,400}>", re.IGNORECASE)
_LINK = re.compile(r"\s?<(https?://[^<>]{1,500})>")
_LEAST_OF_FOLD = 50
_MOST_OF_FOLD = 80
_WIDTH = 65
"""Programs break lines before 66 to 80 characters."""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A line that begins with `#word`: what stands behind it, and whether the sign stands `apart` from the word."""

    word: str
    argument: str
    apart: bool = False

    def with_blank(self) -> CommandLine | None:
        """The same where a blank was lost before the first digit; None when there is no digit."""
        found = _LOST_BLANK.fullmatch(self.word)
        return CommandLine(found[1], f"{found[2]}{self.argument}", self.apart) if found else None


@dataclass(frozen=True, slots=True)
class Unfolded:
    """A line that a program broke, put together again: the line, and how many it was. When it is `unclear` whether the
    last of them belongs to it, the line is without that one."""

    line: str
    count: int
    unclear: bool = False


def command_line(line: str) -> CommandLine | None:
    """Read a line as a command; None when it is text."""
    if "#" not in line and "＃" not in line:
        return None
    found = _LINE.match(_UNSEEN.sub("", line))
    if found is None:
        return None
    argument = _ADDRESS_AGAIN.sub("", found["argument"])
    word = fold(found["word"])
    argument = _LINK.sub(lambda link: "" if word in fold(unquote(link[1])) else link[0], argument)
    for marks in (found["bold_word"], found["bold"]):
        argument = _without_end(argument, marks)
    return CommandLine(found["word"], argument, bool(found["apart"]))


def unfold(lines: Sequence[str], at: int) -> Unfolded:
    """The command that begins on the line `at`, with what a mail program broke off from it."""
    whole = [lines[at].rstrip()]
    for line in lines[at + 1 :]:
        if not _goes_on(whole[-1], line):
            break
        if not line.lstrip()[0].islower():
            return Unfolded(" ".join(whole), len(whole) + 1, unclear=True)
        whole.append(line.strip())
    return Unfolded(" ".join(whole), len(whole))


def _goes_on(line: str, following: str) -> bool:
    """Whether `following` may be what did not fit on `line`."""
    first, _, _ = following.strip().partition(" ")
    if not first or first.startswith(">") or command_line(following) is not None:
        return False
    return _LEAST_OF_FOLD <= len(line) <= _MOST_OF_FOLD and len(line) + 1 + len(first) > _WIDTH


def _without_end(argument: str, marks: str) -> str:
    """An argument without the marks that end what `marks` began: behind the word, or at the end of the line."""
    ending = marks[::-1]
    if not marks:
        return argument
    return argument.removeprefix(ending) if argument.startswith(ending) else argument.rstrip().removesuffix(ending)

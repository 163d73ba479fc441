"""The lines that say whose words follow: "Le lun. 2 mars 2026 à 10:02, Jean Roy <jean@acme.example> a écrit :".

Programs wrap them onto up to five lines, and people write sentences that look alike, so the shortest run of lines is
sought that has all of it: a verb and a colon, and before or behind them an address or a date and time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from mailgate.mail import limits
from mailgate.mail.kinds import Kind

_VERBS = (
    r"a écrit|a ecrit|à écrit|wrote|schrieb|geschrieben|ha scritto|escribió|escribio|escreveu|schreef|geschreven|skrev"
    r"|kirjoitti|napisał\(a\)|napisał|napísal\(a\)|napísala?|napsal\(a\)|napsala?|написал\(а\)|написала?|пише|írta"
    r"|a scris|yazdı|写道|書きました"
)
_SAID = re.compile(rf"(?:^|[\s>])(?:{_VERBS})(?:\s(?![:：])[^\n]{{0,250}})?\s?(?:[:：]|-{{2,8}})\s*$", re.IGNORECASE)
_ENDINGS = (":", "：", "--")
_LONGEST_SAID = 300
_VERB = re.compile(_VERBS, re.IGNORECASE)
_STARTS_WITHOUT_NAME = re.compile(rf"<|[^\s<>]{{1,100}}@[^\s<>]{{1,100}}>|(?:{_VERBS})\b", re.IGNORECASE)
_STARTS_WITH_TIME = re.compile(r"[0-9]{1,2} ?[:.h] ?[0-9]{2}\b(?![./-])")
_SAID_IN_PASSING = re.compile(
    r"(?:nous|vous|lui|leur|m['’]|t['’]) ?(?:a écrit|ha scritto|wrote)\s?:\s*$", re.IGNORECASE
)
_OPENS = re.compile(
    r"(?:-{2,8} ?)?(?:le|on|am|at|el|il|il giorno|op|em|den|dne|dnia|w dniu|pe|на)?\s?"
    r"(?:\w{2,12}[.,]{0,2} ){0,2}[0-9]{1,4}(?:st|nd|rd|th|er|°)?\b",
    re.IGNORECASE,
)
_DIGIT_OR_AT = re.compile("[0-9@]")
_ADDRESS = re.compile(r"[^\s<>@]@[^\s<>@]")
_TIME = re.compile(r"\b[0-9]{1,2} ?[:.h] ?[0-9]{2}\b")
_DATE = re.compile(r"\b(?:19|20)[0-9]{2}\b|\b[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}\b")
_STAMP = re.compile(
    r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}(?: [0-9]{1,2}:[0-9]{2})?(?P<zone> GMT[+-][0-9]{2}:[0-9]{2})?"
    r" [^<>=:\[\]()]{0,60}(?P<address><[^<>\s]{1,100}@[^<>\s]{1,100}>)?\s?:?$"
)
_UP_TO_NUMBER = re.compile(
    r".*[0-9][^\s,]*(?:\s?(?:[A-Z][A-Z0-9+:−-]{1,8}|[ap]\.m\.|Uhr|min|s|h)\b\.?){0,4}(?P<comma>,)?"
)
_OF_A_NAME = re.compile(
    r"[\W_]*(?:[^\W\d_a-zß-öø-ÿ]|\S*@|(?:de|la|le|du|des|d['’]|von|van|der|den|zu|di|da|dal|del|della|bin|el|al|via|et|und"
    r"|and|hat|heeft|ha|uhr|am|pm|a\.m\.|p\.m\.|użytkownik|пользователь|používateľ|időpontban|ezt|dos|mailto:)\b)|[<>()«»„“”\"]+$"
)
_OF_A_DATE = re.compile(
    r"\S*[0-9]|[^\w\s]+$|(?:le|on|am|at|el|il|giorno|op|em|den|à|a|alle|ore|um|uhr|om|h|min|s|st|nd|rd|th|er"
    r"|lun|mar|mer|jeu|ven|sam|dim|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janv|févr|avr|juil|sept|oct|nov"
    r"|déc|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|gio|sab|dom|lunedì|martedì"
    r"|mercoledì|giovedì|venerdì|sabato|domenica|gen|feb|apr|mag|giu|lug|ago|set|ott|dic|gennaio|febbraio|marzo|aprile"
    r"|maggio|giugno|luglio|agosto|settembre|ottobre|dicembre)\b[.,]{0,2}$",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"< ?[^<>\s]{1,100}@[^<>\s]{1,100}>")
_NUMBER_AND_COMMA = re.compile("[0-9],")
_LAST_LINE = re.compile(r"(?:[:：>]|\w\s?-{2,8}|GMT[+-][0-9]{2}:[0-9]{2} .{1,100})$")
_TAIL_OF_ADDRESS = re.compile(r"\s?>\s?(?:[:：]|(?:[\w()]{1,12} ){0,3}[\w()]{1,12}\s?[:：])\s*$")
_BEFORE_WORDS = re.compile(
    rf"[^<>]{{5,200}}<[^<>\s]{{1,100}}@[^<>\s]{{1,100}}>\s?(?:{_VERBS})\s?[:：](?=\s{{2,9}}\S)", re.IGNORECASE
)
_MOST_LINES = 5


@dataclass(frozen=True, slots=True)
class _Run:
    """The lines from `start` to where an attribution may end, as one line."""

    start: int
    words: str


def find_attributions(lines: list[str], kinds: list[Kind]) -> None:
    """Mark every line of every attribution; linear, as at most five lines are ever looked at together, and bounded, as
    no more than `limits.ATTRIBUTION_ENDS` lines are looked at as the last one."""
    lines = [_without_words_behind(line) for line in lines]
    for index in islice(_ends(lines, kinds), limits.ATTRIBUTION_ENDS):
        start = _start(lines, kinds, index)
        if start is not None:
            kinds[start : index + 1] = [Kind.ATTRIBUTION] * (index + 1 - start)


def _without_words_behind(line: str) -> str:
    """Yahoo on a telephone lets the first words of the other follow on the same line, behind some blanks."""
    found = _BEFORE_WORDS.match(line) if ">" in line and "@" in line else None
    return line if found is None or _OPENS.match(found[0].lstrip()) is None else found[0]


def _ends(lines: list[str], kinds: list[Kind]) -> Iterator[int]:
    """The lines with which an attribution may end."""
    for index, line in enumerate(lines):
        if kinds[index] in (Kind.TEXT, Kind.QUOTE) and _may_end(lines, kinds, index, line):
            yield index


def _may_end(lines: list[str], kinds: list[Kind], index: int, line: str) -> bool:
    if kinds[index] is Kind.QUOTE:
        above = "".join(lines[max(index - 3, 0) : index])
        return _TAIL_OF_ADDRESS.match(line) is not None and above.count("<") > above.count(">")
    return _LAST_LINE.search(line.rstrip()) is not None


def _start(lines: list[str], kinds: list[Kind], end: int) -> int | None:
    """The first line of the attribution whose last line is `end`, or None.

    Without an opening word it is the shortest run of lines that has a name."""
    followed = next((kind for kind in kinds[end + 1 : end + 5] if kind is not Kind.BLANK), None) is Kind.QUOTE
    accepted: list[_Run] = []
    for run in _runs_back(lines, kinds, end):
        if not _attributes(run.words, followed, run.start == end):
            continue
        nearer = next((near for near in accepted if _is_complete(near.words)), None)
        if _opens(run.words) and (nearer is None or _continues(lines, run, nearer)):
            return run.start
        accepted.append(run)
    return next((run.start for run in accepted if _is_complete(run.words)), accepted[-1].start) if accepted else None


def _runs_back(lines: list[str], kinds: list[Kind], end: int) -> Iterator[_Run]:
    """The lines that an attribution ending at `end` may have, fewest first; never across a paragraph, except one that
    holds nothing but an address."""
    for start in range(end, max(end - _MOST_LINES, -1), -1):
        if kinds[start] is Kind.BLANK and not lines[start + 1].lstrip().startswith("<"):
            return
        if kinds[start] in (Kind.TEXT, Kind.QUOTE):
            yield _Run(start, _joined(lines, start, end))
        elif kinds[start] is not Kind.BLANK:
            return


def _attributes(words: str, followed: bool, one_line: bool) -> bool:
    """What is said by <somebody's address>, or by a name at a date and time, is an attribution; less is one only above
    a quote."""
    if _DIGIT_OR_AT.search(words) is None:
        return False
    stamp = _STAMP.match(words)
    if stamp and (stamp["address"] or stamp["zone"]):
        return True
    if _SAID_IN_PASSING.search(words):
        return False
    if _said(words) is None:
        return followed and _is_said_without_a_verb(words)
    if _BRACKETED.search(words):
        return True
    addressed, timed, dated = (part.search(words) is not None for part in (_ADDRESS, _TIME, _DATE))
    if followed and (addressed or timed or dated):
        return one_line or _has_name(words)
    return dated and (timed or addressed) and _has_name(words)


def _said(words: str) -> re.Match[str] | None:
    """What says in `words` that somebody wrote, up to their end. It is looked for where it may begin at the earliest:
    anywhere else every verb would be tried with every length behind it."""
    if not words.endswith(_ENDINGS):
        return None
    return _SAID.search(words, max(len(words) - _LONGEST_SAID, 0))


def _is_said_without_a_verb(words: str) -> bool:
    return _OPENS.match(words) is not None and _ADDRESS.search(words) is not None and words.endswith((":", "："))


def _opens(words: str) -> bool:
    """Whether an attribution begins here: with a date, not with the time that stands behind one."""
    return _OPENS.match(words) is not None and _STARTS_WITH_TIME.match(words) is None


def _is_complete(words: str) -> bool:
    named = _ADDRESS.search(words) or _TIME.search(words)
    return named is not None and _STARTS_WITHOUT_NAME.match(words) is None and _said(words) is not None


def _continues(lines: list[str], run: _Run, nearer: _Run) -> bool:
    """Whether the lines above what is an attribution already belong to it: it begins with a time, or they bring a whole
    date. "Le 3 me convient" only stands above it."""
    if _STARTS_WITH_TIME.match(nearer.words):
        return True
    above = _joined(lines, run.start, nearer.start - 1)
    whole = _DATE.search(above) and (_TIME.search(above) or _NUMBER_AND_COMMA.search(above))
    return whole is not None and _are_date_and_name(above)


def _has_name(words: str) -> bool:
    """Whether nothing but a name stands between the last number of a date and the verb, and nothing but a date and a
    name behind it: "à 10:00, jean a écrit :" has one, "à 10:00 il est tombé Jean a écrit :" has not."""
    said = _said(words)
    before = words[: said.start()] if said else words
    if said and not _are_date_and_name(_VERB.sub("", said[0], count=1)):
        return False
    number = _UP_TO_NUMBER.match(before)
    behind = before[number.end() :] if number else before
    if number and number["comma"]:
        return ":" not in behind
    if number and number[0].endswith("."):
        return not behind.strip()
    return all(_OF_A_NAME.match(word) for word in behind.split())


def _are_date_and_name(words: str) -> bool:
    return all(_OF_A_NAME.match(word) or _OF_A_DATE.match(word) for word in words.split())


def _joined(lines: list[str], start: int, end: int) -> str:
    """The lines as one, any blanks (also no-break ones) as single spaces; the end counts when it is too long."""
    return " ".join(" ".join(lines[start : end + 1]).split())[-limits.LINE_CHARS :]

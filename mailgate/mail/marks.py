"""The lines that mail programs write around somebody else's words, told apart line by line.

Linear whatever the text is: every pattern runs on one line, or on at most five joined ones, cut at
`limits.LINE_CHARS`, has no repeat within a repeat, and is tried on `limits.QUOTE_LINES` lines (hazards M12).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto

from mailgate.mail import limits
from mailgate.mail.letterhead import is_pasted, letterheads, role_of

MARKER = "##- "
"""What begins the line under which our own mails stand in an answer: nothing below it is new."""


class Kind(Enum):
    """What one line is."""

    BLANK = auto()
    TEXT = auto()
    QUOTE = auto()  # "> …"
    ATTRIBUTION = auto()  # "Le …, Jean a écrit :", on one to five lines
    HEADERS = auto()  # the first of several lines such as "De :", "Envoyé :", "À :", "Objet :"
    ORIGINAL = auto()  # "-----Message d'origine-----"
    FORWARD = auto()  # "---------- Message transféré ---------"
    ANNOUNCED = auto()  # such a block under words that nobody knows, which end in a colon or stand between dashes
    MARKER = auto()
    SIGNATURE = auto()  # found by quote.py, which knows what follows


_QUOTE = re.compile(r"\s{0,3}(?:>|[A-Z]{1,2}>(?:\s|$))")
_QUOTE_MARKS = re.compile(r"[\s>|]{0,40}")
_DECORATION = re.compile(r"[\s>|*_=-]{0,60}")
_DASHES = re.compile(r"\s{0,3}\*?[-_=]{2,60}")

_VERBS = (
    r"a écrit|a ecrit|à écrit|wrote|schrieb|geschrieben|ha scritto|escribió|escribio|escreveu|schreef|geschreven|skrev"
    r"|kirjoitti|napisał\(a\)|napisał|napísal\(a\)|napísala?|napsal\(a\)|napsala?|написал\(а\)|написала?|пише|írta"
    r"|a scris|yazdı|写道|書きました"
)
_SAID = re.compile(rf"(?:^|[\s>])(?:{_VERBS})(?:\s[^\n]{{0,250}})?\s?(?:[:：]|-{{2,8}})\s*$", re.IGNORECASE)
_STARTS_WITHOUT_NAME = re.compile(rf"<|(?:{_VERBS})\b", re.IGNORECASE)
_STARTS_WITHOUT_DATE = re.compile(r"[0-9]{1,2} ?[:.h] ?[0-9]{2}\b(?![./-])")
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
_BRACKETED = re.compile(r"<[^<>\s]{1,100}@[^<>\s]{1,100}>")
_LAST_LINE_OF_ATTRIBUTION = re.compile(r"(?:[:：>]|\w\s?-{2,8}|GMT[+-][0-9]{2}:[0-9]{2} .{1,100})$")
_TAIL_OF_ADDRESS = re.compile(r"\s?>\s?(?:[:：]|(?:[\w()]{1,12} ){0,3}[\w()]{1,12}\s?[:：])\s*$")
_MOST_LINES_OF_ATTRIBUTION = 5
_DASHED = re.compile(r"-{3,20} ?\w.{0,60}\w ?:?-{3,20}$")
_MOST_CHARS_OF_ANNOUNCEMENT = 60

_ORIGINAL = re.compile(
    r"(?:(?:message|(?:e-?)?mail|courriel) (?:d['’]origine|original|initial)|original (?:message|e-?mail|appointment)"
    r"|rendez-vous d['’]origine|ursprüngliche (?:nachricht|e?-?mail)|originalnachricht|messaggio originale"
    r"|mensaje original|mensagem original|oorspronkelijk bericht|originalmeddelande|ursprungligt meddelande"
    r"|wiadomość oryginalna|исходное сообщение|original besked)\s?\*?\s?(?:[-_=]|$)",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"(?:(?:begin |start of )?forwarded (?:message|by|mail)|(?:anfang der |beginn der )?weitergeleiteten? nachricht"
    r"|(?:début du )?(?:message|courriel) (?:transféré|réexpédié|transmis)|(?:inizio )?messaggio inoltrato"
    r"|(?:inicio del )?mensaje reenviado|(?:início da )?mensagem (?:re)?encaminhada|(?:begin )?doorgestuurd bericht"
    r"|(?:inledning av |begynnelse av )?vidarebefordrat (?:meddelande|brev|mejl)"
    r"|(?:start på )?videresendt (?:besked|melding|meddelelse)|přeposlaná zpráva|začátek přeposílané zprávy"
    r"|(?:edelleenlähetetty|välitetty) viesti|továbbított (?:üzenet|levél)|przekazana wiadomość"
    r"|początek przekazywanej wiadomości|treść przekazanej wiadomości|(?:începe )?mesaj(?:ul)? redirecționat"
    r"|пересылаемое сообщение|перенаправленное сообщение|начало переадресованного сообщения"
    r"|preposlaná správa|začiatok preposlanej správy|iletilmiş mesaj|iletilen ileti|proslijeđena poruka"
    r"|перенаправлене повідомлення|переслане повідомлення)",
    re.IGNORECASE,
)


def classify(lines: list[str]) -> list[Kind]:
    """The kind of every line; lines beyond `limits.QUOTE_LINES` are text."""
    cut = [line[: limits.LINE_CHARS] for line in lines[: limits.QUOTE_LINES]]
    kinds = [_alone(line) for line in cut]
    _find_headers(cut, kinds)
    _find_attributions(cut, kinds)
    return kinds + [Kind.TEXT] * (len(lines) - len(cut))


def unquoted(line: str) -> str:
    """A quoted line without its marks."""
    found = _QUOTE_MARKS.match(line)
    return line[found.end() :] if found else line


def _alone(line: str) -> Kind:
    bare = line.strip()
    if not bare:
        return Kind.BLANK
    if line.lstrip().startswith(MARKER):
        return Kind.MARKER
    named = _without(line, _DECORATION)
    if _FORWARD.match(named) and _is_boundary_line(line, named):
        return Kind.FORWARD
    if _ORIGINAL.match(named) and _DASHES.match(line):
        return Kind.ORIGINAL
    return Kind.QUOTE if _QUOTE.match(line) else Kind.TEXT


def _is_boundary_line(line: str, named: str) -> bool:
    """A forward is announced between dashes, or by a short line that ends in a colon."""
    dashed = named is not line and re.match(r"[\s>|*]{0,40}[-_=]{2}", line) is not None
    return dashed or (
        len(named) <= _MOST_CHARS_OF_ANNOUNCEMENT and named.rstrip("* \u00a0\u202f").endswith((":", "："))
    )


def _without(line: str, prefix: re.Pattern[str]) -> str:
    found = prefix.match(line)
    return line[found.end() :] if found else line


def _find_headers(lines: list[str], kinds: list[Kind]) -> None:
    """Mark where a block of header lines begins, with the line of dashes above it that says what it is."""
    for head in letterheads(lines):
        if is_pasted(lines, head):
            continue
        above = _line_above(lines, kinds, head.start)
        said = "" if above is None else lines[above].strip("> *\u00a0\u202f")
        if above is not None and _DASHED.match(said) and not _ORIGINAL.match(said.lstrip("- ")):
            kinds[above] = Kind.ANNOUNCED
        elif len(said) <= _MOST_CHARS_OF_ANNOUNCEMENT and said.endswith((":", "：")) and role_of(said) is None:
            kinds[head.start] = Kind.ANNOUNCED
        elif kinds[head.start] is not Kind.QUOTE:
            kinds[head.start] = Kind.HEADERS


def _line_above(lines: list[str], kinds: list[Kind], index: int) -> int | None:
    """The line of words just above, with at most two blank ones between."""
    above = index - 1
    while above >= 0 and index - above <= 3 and not lines[above].strip("> \u00a0"):
        above -= 1
    found = above >= 0 and index - above <= 3 and kinds[above] in (Kind.TEXT, Kind.QUOTE)
    return above if found else None


def _find_attributions(lines: list[str], kinds: list[Kind]) -> None:
    for index, line in enumerate(lines):
        if kinds[index] not in (Kind.TEXT, Kind.QUOTE) or not _may_end_attribution(lines, kinds, index, line):
            continue
        start = _attribution_start(lines, kinds, index)
        if start is not None:
            kinds[start : index + 1] = [Kind.ATTRIBUTION] * (index + 1 - start)


def _may_end_attribution(lines: list[str], kinds: list[Kind], index: int, line: str) -> bool:
    if kinds[index] is Kind.QUOTE:
        above = "".join(lines[max(index - 3, 0) : index])
        return _TAIL_OF_ADDRESS.match(line) is not None and above.count("<") > above.count(">")
    return _LAST_LINE_OF_ATTRIBUTION.search(line.rstrip()) is not None


def _attribution_start(lines: list[str], kinds: list[Kind], end: int) -> int | None:
    """The first line of the attribution whose last line is `end`, or None.

    What is said by <somebody's address>, or at a date and time, is an attribution; less is one only above a quote."""
    followed = _next_kind(kinds, end + 1) is Kind.QUOTE
    accepted: int | None = None
    for start in _back_from(lines, kinds, end):
        joined = _joined(lines, start, end)
        opens = _OPENS.match(joined) is not None
        if _attributes(joined, opens, followed):
            accepted = start
            if opens and not _STARTS_WITHOUT_DATE.match(joined):
                return start
    return accepted if accepted is None else _with_name(lines, accepted, end)


def _attributes(joined: str, opens: bool, followed: bool) -> bool:
    if _DIGIT_OR_AT.search(joined) is None:
        return False
    stamp = _STAMP.match(joined)
    if stamp and (stamp["address"] or stamp["zone"]):
        return True
    if _SAID_IN_PASSING.search(joined):
        return False
    addressed, timed, dated = (bool(part.search(joined)) for part in (_ADDRESS, _TIME, _DATE))
    if _SAID.search(joined):
        by_program = _BRACKETED.search(joined) is not None or (dated and (timed or addressed))
        return by_program or (followed and (addressed or timed or dated))
    return followed and opens and addressed and joined.rstrip().endswith((":", "："))


def _back_from(lines: list[str], kinds: list[Kind], end: int) -> Iterator[int]:
    """Where an attribution that ends at `end` may begin, nearest first; never across a paragraph, except one that
    holds nothing but an address."""
    for start in range(end, max(end - _MOST_LINES_OF_ATTRIBUTION, -1), -1):
        if kinds[start] is Kind.BLANK and not lines[start + 1].lstrip().startswith("<"):
            return
        if kinds[start] in (Kind.TEXT, Kind.QUOTE):
            yield start
        elif kinds[start] is not Kind.BLANK:
            return


def _joined(lines: list[str], start: int, end: int) -> str:
    """The lines as one, any blanks (also no-break ones) as single spaces; the end counts when it is too long."""
    return " ".join(" ".join(lines[start : end + 1]).split())[-limits.LINE_CHARS :]


def _with_name(lines: list[str], accepted: int, end: int) -> int:
    """Without an opening word the attribution is the shortest run of lines that has the name and the verb."""
    for start in range(end, accepted, -1):
        joined = _joined(lines, start, end)
        named = (_ADDRESS.search(joined) or _TIME.search(joined)) and not _STARTS_WITHOUT_NAME.match(joined)
        if named and _SAID.search(joined):
            return start
    return accepted


def _next_kind(kinds: list[Kind], start: int) -> Kind | None:
    return next((kind for kind in kinds[start : start + 4] if kind is not Kind.BLANK), None)

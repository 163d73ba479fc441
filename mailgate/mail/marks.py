"""The lines that mail programs write around somebody else's words, told apart line by line.

Linear whatever the text is: every pattern here, in letterhead.py and in attribution.py runs on one line, or on at most
five joined ones, cut at `limits.LINE_CHARS`, has no repeat within a repeat, and is tried on `limits.QUOTE_LINES` lines
(hazards M12).
"""

from __future__ import annotations

import re

from mailgate.mail import limits
from mailgate.mail.attribution import find_attributions
from mailgate.mail.kinds import Kind
from mailgate.mail.letterhead import is_pasted, letterheads, role_of

MARKER = "##- "
"""What begins the line under which our own mails stand in an answer: nothing below it is new."""

_QUOTE = re.compile(r"\s{0,3}(?:>|[A-Z]{1,2}>(?:\s|$))")
_QUOTE_MARKS = re.compile(r"[\s>|]{0,40}")
_GROUPWISE = re.compile(
    r"\s{0,3}>>> ?[^<>]{0,100}(?:<[^<>\s]{1,100}@[^<>\s]{1,100}>[^<>]{0,60}|[0-9]{1,2}:[0-9]{2}[^<>]{0,20})>>>\s*$"
)
_DECORATION = re.compile(r"[\s>|*_=-]{0,60}")
_DASHES = re.compile(r"\s{0,3}\*?[-_=]{2,60}")
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
    find_attributions(cut, kinds)
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
    if _GROUPWISE.match(line):
        return Kind.ATTRIBUTION
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

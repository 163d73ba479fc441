"""What mail programs and people put under a text: signatures, footers of lists, and the words of a telephone.

When it may as well be something that somebody says, it is no signature: a rule between two paragraphs, a sentence that
begins with "Sent from my".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailgate.mail import limits
from mailgate.mail.kinds import Kind

_DELIMITER = re.compile(r"-- \s{0,9}$")
_LIKE_DELIMITER = re.compile(r"(?:--|—|–)\s{0,9}$")
_UNDERSCORES = re.compile(r"_{5,}\s{0,9}$")
_RULE = re.compile(r"\s*[-_=*~#+–—ᐧ]{1,200}\s*$")
_PLACE = re.compile(r"://|www\.|[^\s@]@[^\s@]")
_MOST_LINES = 15
_MOST_LINES_OF_FOOTER = 4
_MOST_CHARS_OF_LINE = 80

_SENT_FROM = re.compile(
    r"[\s(<\[]{0,4}(?:"
    r"sent (?:from|via|with|by|using)\b|from my\b|\w{1,20} from mobile$|get \[?outlook for|"
    r"envoyée? (?:de|depuis|à partir|avec|via)\b|(?:obtenez|obtenir|télécharger|téléchargez) \[?outlook|provenance :|"
    r"(?:von meinem|diese nachricht wurde von|(?:mobil )?gesendet(?: (?:von|mit|aus|über))?)\b|holen sie sich outlook|"
    r"outlook für \w+ (?:herunterladen|beziehen)|inviat[oa] (?:d[ae]l?l?[ao]?|con)\b|(?:scarica|ottieni) outlook|"
    r"enviado (?:desde|do|de|via)\b|obtener outlook|verzonden (?:vanaf|met|via)\b|"
    r"sendt fra\b|skickat från\b|wysłane z\b|從我的)",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"i(?:phone|pad|pod|os\b)|android|phone|mobil|portable|handy\b|tablet|telefon|téléphone|cellulare|cell\b|galaxy"
    r"|samsung|huawei|xiaomi|nokia|blackberry|windows|outlook|yahoo|gmail|gmx|web\.de|t-online|proton|thunderbird|spark"
    r"|airmail|bluemail|mailbox|courrier\b|posta\b|k-9|\bpc\b|\bmac\b|gerät|appareil|\bdevice|dispositivo"
    r"|\b[a-z]{1,9}-?[0-9]{1,3}\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;.!]\s{1,4}(?=\w)")
_APOLOGY = re.compile(
    r"(?:please |veuillez |merci d['’]|bitte )?(?:excus|pardon|forgive|désol|entschuldig|verzeih|scus|perdon|brevity)",
    re.IGNORECASE,
)
_MOST_CHARS_OF_DEVICE = 100


def find_signatures(lines: Sequence[str], kinds: list[Kind]) -> None:
    """Mark what stands between a delimiter and the next quote, boundary or end, when it reads like a signature."""
    for start, end in _runs(kinds):
        at = _signature_in(lines, kinds, start, end)
        if at is not None:
            kinds[at:end] = [Kind.SIGNATURE] * (end - at)


def is_trailing(line: str) -> bool:
    """Whether nobody wrote this last line: it is blank, a rule, or says which device or program it was written on."""
    if len(line) > limits.LINE_CHARS:
        return not line.strip()
    return not line.strip() or _RULE.match(line) is not None or _is_of_device(line)


def _is_of_device(line: str) -> bool:
    if len(line) > _MOST_CHARS_OF_DEVICE or _SENT_FROM.match(line) is None:
        return False
    device, *more = _CLAUSE.split(line, maxsplit=1)
    return _DEVICE.search(device) is not None and all(_APOLOGY.match(clause) for clause in more)


def _runs(kinds: Sequence[Kind]) -> Iterator[tuple[int, int]]:
    """Where words stand that nothing interrupts."""
    start = 0
    for index, kind in enumerate(kinds):
        if kind not in (Kind.TEXT, Kind.BLANK):
            yield start, index
            start = index + 1
    yield start, len(kinds)


def _signature_in(lines: Sequence[str], kinds: Sequence[Kind], start: int, end: int) -> int | None:
    """Where the signature of one run of words begins.

    Only "-- " is certain. Two lines that are merely like it, or a whole sentence under one, are rules of a text; so are
    underscores, except above the footer of a list or under a quote."""
    certain = [index for index in range(start, end) if _DELIMITER.match(lines[index])]
    alike = [index for index in range(start, end) if _LIKE_DELIMITER.match(lines[index])]
    rules = [index for index in range(start, end) if _UNDERSCORES.match(lines[index])]
    for at in certain[:1]:
        if _said(kinds, at, end) <= _MOST_LINES:
            return at
    if len(alike) == 1 and _said(kinds, alike[0], end) <= _MOST_LINES and not _is_prose(lines[alike[0] : end]):
        return alike[0]
    for at in rules[:1]:
        if _said(kinds, at, end) <= _MOST_LINES_OF_FOOTER and _is_footer(lines, kinds, at, end):
            return at
    return None


def _said(kinds: Sequence[Kind], at: int, end: int) -> int:
    return kinds[at + 1 : end].count(Kind.TEXT)


def _is_prose(lines: Sequence[str]) -> bool:
    return any(len(line) > _MOST_CHARS_OF_LINE and not _PLACE.search(line[: limits.LINE_CHARS]) for line in lines)


def _is_footer(lines: Sequence[str], kinds: Sequence[Kind], at: int, end: int) -> bool:
    above = at - 1
    while above >= 0 and kinds[above] is Kind.BLANK:
        above -= 1
    under_quote = above >= 0 and kinds[above] is Kind.QUOTE
    return under_quote or any(_PLACE.search(line[: limits.LINE_CHARS]) for line in lines[at + 1 : end])

"""The header block above a quoted or forwarded mail, as mail programs write it into the text.

    De : Jean Roy <jean@acme.example>         *From:* Jean Roy <jean@acme.example<mailto:jean@acme.example>>
    Envoyé : lundi 2 mars 2026 10:02          *Date:* Monday, 2 March 2026 at 10:02
    À : Support                               *To:* Support
    Objet : Panne                             *Subject:* Panne

The names are those of the programs in their languages, not those of RFC 5322. A name and two others beside it make a
block; lines that a program wrapped belong to the field above them. Every pattern runs on one cut line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from mailgate.core.model import Address
from mailgate.mail import limits
from mailgate.mail.mailboxes import read_address
from mailgate.mail.text import clean_header


class Role(StrEnum):
    """What a line of a block tells."""

    FROM = "from"
    SENT = "sent"
    DATE = "date"
    TO = "to"
    SUBJECT = "subject"
    OTHER = "other"


_NAMES = {
    Role.FROM: "de la|de|from|von|da|van|från|fra|od|отправитель|от|від кого|від|lähettäjä|feladó|gönderen|kimden"
    "|expéditeur|expeditorul|saatja|šalje|nadawca|mittente|absender|remitente|remetente|afzender|avsändare|afsender"
    "|发件人|寄件者|差出人",
    Role.SENT: "envoyée?(?: le)?|sent|gesendet(?: am)?|inviat[oa](?: il)?|enviad[oa](?: el| em)?|verzonden|skickat"
    "|sendt|odesláno|wysłano|data wysłania|отправлено|надіслано|lähetetty|küldve|elküldve|trimis|gönderilme|gönderildi"
    "|odoslané|poslano|发送时间|送信日時",
    Role.DATE: "date(?: d['’]envoi)?|datum|data|fecha|dato|дата|päivämäärä|päiväys|dátum|dată|tarih|kuupäev|日期|日付",
    Role.TO: "à|a|to|an|para|aan|till|til|komu|do|для|кому|vastaanottaja|címzett|către|catre|kime|alıcı|destinataires?"
    "|destinatar(?:ul|io|i)|empfänger|pour|per|prima|za|saaja|pre|adresat|收件人|宛先",
    Role.SUBJECT: "objet|sujet|subject|betreff|oggetto|asunto|assunto|onderwerp|ämne|emne|předmět|predmet|temat|тема"
    "|aihe|tárgy|subiect(?:ul)?|konu|teema|naslov|主题|主旨|件名",
    Role.OTHER: "cc|cci|ccn|bcc|copie(?: à)?|kopie|kopi|kopia|kopio|kópia|c[oó]pia|másolat|dw|копия|копія|bilgi"
    "|reply-to|répondre à|antwort(?:en)? an|rispondi a|responder a|attachments?|pièces? jointes?|anlagen?|allegat[oi]"
    "|importance|wichtigkeit|priorità|organi[sz]ation",
}
_DECORATION = re.compile(r"[\s>|*_=-]{0,60}")
_FIELD = re.compile(
    "(?:" + "|".join(f"(?P<{role}>{names})" for role, names in _NAMES.items()) + r")\s?\*?\s?[:：]\s{0,20}\*?",
    re.IGNORECASE,
)
_ONLY_ON_THE_WIRE = re.compile(
    r"[\s>]{0,9}(?:received|message-id|mime-version|return-path|delivered-to|dkim-signature|authentication-results"
    r"|content-type|x-[a-z-]{2,40}):",
    re.IGNORECASE,
)
_SUBJECT_ANYWHERE = re.compile(rf"(?:{_NAMES[Role.SUBJECT]})\s?[:：]", re.IGNORECASE)
_FROM_AFTER_RULE = re.compile(rf"-{{3,20}}\s{{0,9}}(?:{_NAMES[Role.FROM]})\s?[:：]", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:«»„“”]{1,64}@[^\s<>()\[\]\"',;:«»„“”*]{1,255}")
_AROUND_NAME = " \t\u00a0\u202f<>()[]*\"'«»„“”’‘,;:"
_MAILTO = re.compile(r"mailto$", re.IGNORECASE)

_BESIDE_FROM = frozenset((Role.SENT, Role.DATE, Role.TO, Role.SUBJECT))
_DATES = frozenset((Role.SENT, Role.DATE))
_ONLY_IN_MAIL = frozenset((Role.SENT, Role.SUBJECT))
_MOST_LINES = 10
_MOST_STRAY_LINES = 2
_MOST_LINES_OF_FIELD = 3
_MOST_CHARS_OF_VALUE = 1000


@dataclass(frozen=True, slots=True)
class Letterhead:
    """A block: where its first and its last field stand."""

    start: int
    end: int


def role_of(line: str) -> Role | None:
    """Which field this line begins; quote marks, bold asterisks and dashes before its name don't count."""
    found = _field(line)
    return Role(found.lastgroup) if found and found.lastgroup else None


def letterheads(lines: Sequence[str]) -> Iterator[Letterhead]:
    """Every block, from above; linear in the number of lines."""
    roles = [role_of(line[: limits.LINE_CHARS]) for line in lines]
    behind = -1
    for index, role in enumerate(roles):
        if role is None or index <= behind:
            continue
        head = Letterhead(index, _end(roles, index))
        if _is_whole(lines, roles, head) and not _begins_below(lines, roles, head):
            behind = head.end
            yield head


def is_pasted(lines: Sequence[str], head: Letterhead) -> bool:
    """Whether these are the fields of RFC 5322 themselves: somebody shows them, or they fell out of a broken mail."""
    above = lines[max(head.start - _MOST_LINES, 0) : head.start]
    below = lines[head.start : head.end + _MOST_LINES]
    paragraph = (*takewhile(str.strip, reversed(above)), *takewhile(str.strip, below))
    return any(_ONLY_ON_THE_WIRE.match(line) for line in paragraph)


def sender_in(lines: Sequence[str], head: Letterhead) -> Address | None:
    """Whom the block names as the sender; None when there is no address."""
    return first_address(_value(lines, head, Role.FROM))


def subject_in(lines: Sequence[str], head: Letterhead) -> str:
    """The subject that the block names, or ""."""
    return clean_header(_value(lines, head, Role.SUBJECT).strip(" *"), limits.SUBJECT_CHARS)


def in_one_line(line: str) -> tuple[Address | None, str]:
    """The sender and the subject of a block that a program wrote on one line without anything between its fields."""
    begin = _FROM_AFTER_RULE.search(line[: limits.LINE_CHARS])
    if begin is None:
        return None, ""
    fields = line[begin.end() :][:_MOST_CHARS_OF_VALUE]
    subject = _SUBJECT_ANYWHERE.search(fields)
    said = clean_header(fields[subject.end() :], limits.SUBJECT_CHARS) if subject else ""
    return first_address(fields[: subject.start()] if subject else fields), said


def first_address(value: str) -> Address | None:
    """The first address in some words, with the words before it as its name."""
    for found in _ADDRESS.finditer(value):
        mail = read_address(found[0].strip("."))
        if mail is not None:
            name = _MAILTO.sub("", value[: found.start()].strip(_AROUND_NAME)).strip(_AROUND_NAME)
            return Address(mail, clean_header(_closed(name), limits.NAME_CHARS))
    return None


def _closed(name: str) -> str:
    """A name that ends in a bracket of its own, "Luc Roy (Acme)", of which the end was taken for one around it."""
    _, bracket, inside = name.rpartition("(")
    return f"{name})" if bracket and ")" not in inside else name


def _field(line: str) -> re.Match[str] | None:
    bare = _DECORATION.match(line)
    return _FIELD.match(line, bare.end() if bare else 0)


def _end(roles: list[Role | None], start: int) -> int:
    """The last field of what may be a block that begins at `start`; no field comes twice, and one date is enough."""
    found: set[Role] = set()
    last = start
    for index in range(start, min(start + _MOST_LINES, len(roles))):
        role = roles[index]
        if role is None and index - last <= _MOST_STRAY_LINES:
            continue
        if role is None or role in found or (role in _DATES and found & _DATES):
            break
        last = index
        found.update([role] if role is not Role.OTHER else [])
    return last


def _is_whole(lines: Sequence[str], roles: list[Role | None], head: Letterhead) -> bool:
    """Whether there are enough fields: a sender and two others; a journey is from somewhere to somewhere on a date."""
    found = set(roles[head.start : head.end + 1])
    if Role.FROM not in found or len(found & _BESIDE_FROM) < 2:
        return False
    return bool(found & _ONLY_IN_MAIL) or "@" in "".join(lines[head.start : head.end + 1])


def _begins_below(lines: Sequence[str], roles: list[Role | None], head: Letterhead) -> bool:
    """Whether a whole block begins a little further down, behind a gap or with a field that this one already has: then
    what stands above are somebody's own words, "Objet : imprimante"."""
    for start in range(head.start + 1, min(head.start + _MOST_STRAY_LINES + 2, head.end)):
        later = Letterhead(start, _end(roles, start))
        apart = roles[start - 1] is None or later.end > head.end
        if roles[start] is not None and apart and _is_whole(lines, roles, later):
            return True
    return False


def _value(lines: Sequence[str], head: Letterhead, role: Role) -> str:
    """What the block says in a field: its line and those that it wraps onto, up to the next field."""
    for index in range(head.start, head.end + 1):
        line = lines[index][:_MOST_CHARS_OF_VALUE]
        found = _field(line)
        if found and found.lastgroup == role:
            return " ".join((line[found.end() :].strip(), *_wrapped(lines, index + 1, head.end)))
    return ""


def _wrapped(lines: Sequence[str], start: int, end: int) -> Iterator[str]:
    """The lines that continue a field; what stands under the last field of a block is no longer part of it."""
    for index in range(start, min(start + _MOST_LINES_OF_FIELD - 1, end)):
        line = lines[index][:_MOST_CHARS_OF_VALUE].strip(" \t>\u00a0")
        if not line or _field(line):
            return
        yield line

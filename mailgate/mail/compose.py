"""A letter becomes the bytes of one mail, ready for the outbox: written once, so a second sending is the same mail.

Headers are those of interfaces.md §5. What a mail is decides how it may come back (RFC 3834): the automatic answer to
one mail leaves with the null reverse-path, everything else with a signed one that names its outbox row. Each reader
gets a reply address of their own; before anything leaves, every token in its words is taken out, so that a technician
who quotes a mail of the desk never hands their own to the customer (promise 6, hazards A25).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from mailgate.core.letters import Correspondent, Letter, Tone
from mailgate.core.model import Attachment, TokenKind
from mailgate.core.policy import Desk
from mailgate.mail import address, mime
from mailgate.mail.codes import page_code
from mailgate.mail.dates import zone_of
from mailgate.mail.headers import Field, date_field, fixed_field, identifiers_field, mailbox_field, text_field
from mailgate.mail.keyring import Keyring
from mailgate.mail.plain import PlainWords
from mailgate.mail.strike import struck
from mailgate.mail.templates import Templates
from mailgate.mail.text import clean_header, to_ascii
from mailgate.mail.words import WHOLE_TEXT, TemplateFailed, Words, whole_text

__all__ = ["Draft", "PlainWords", "Scribe", "Stamp", "TemplateFailed", "Templates", "Words"]

TOKEN_DAYS = {TokenKind.TECHNICIAN: 14, TokenKind.CONTACT: 365, TokenKind.BOUNCE: 30}
"""How long a token holds where the rules' `token_days` say nothing."""
REFERENCES_MOST = 20
SUPPRESS = {Tone.REPLIED: "All", Tone.GENERATED: "DR, RN, NRN, OOF, AutoReply"}
"""X-Auto-Response-Suppress: what may not be answered automatically; without "All", bounces come back."""

_RUN = b"x" * 42
_RUNS = bytes(_RUN[0] if chr(octet).isalnum() or octet == ord("?") else 0 for octet in range(128)).ljust(256, b"\0")
"""Whatever `address.SHAPED` finds holds such a run, which is found out in a tenth of the time; what is not ASCII counts
as "?", because four letters that are not are the same as a letter of ours where case is ignored."""

_REPEATED = 8
"""How many texts are remembered with whether they hold such a run: those of one decision, which several readers get."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What makes one mail unlike any other: its outbox row, its `occasion` ("inbox-12.3"), and the moment."""

    outbox_id: int
    occasion: str
    now: datetime

    @property
    def unique(self) -> str:
        """Never the same twice: an event may be decided again, and a restored database counts from before."""
        return f"{self.occasion}.{self.now.timestamp():.6f}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail ready to leave. `envelope_from` is "" for the null reverse-path; `text` is what its text part says."""

    message: bytes
    message_id: str
    envelope_from: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Scribe:
    """Writes a desk's letters. `token_days` is how many days a token of each kind holds, `base_url` where the links of
    pages lead (None: they have none), `answering` the gateways that bring answers to text messages."""

    words: Templates | PlainWords
    ring: Keyring
    desk: Desk
    token_days: Mapping[str, int] = field(default_factory=dict)
    base_url: str | None = None
    answering: frozenset[str] = frozenset()

    def write(self, letter: Letter, stamp: Stamp, enclosures: tuple[mime.Part, ...] = ()) -> Draft:
        """The mail; TemplateFailed when its template can't say it."""
        link = self._link(letter, stamp.now.date())
        said = self.words.render(self._answerable(letter, link), stamp.now)
        words = self._without_tokens(_tagged(said, letter.ticket), link)
        message_id = address.message_id(self.ring, letter.ticket, stamp.unique, self.domain)
        head = tuple(self._head(letter, words.subject, message_id, stamp))
        files = (*self.enclose(_whole_text(letter)), *enclosures)
        message = mime.message(head, _body(letter, words, message_id, files))
        return Draft(message, message_id, self._envelope_from(letter, stamp), words.subject, words.text)

    def enclose(self, files: tuple[tuple[Attachment, bytes], ...]) -> tuple[mime.Part, ...]:
        """Files made ready to travel, once for every letter that takes them along."""
        return tuple(mime.file_part(self._named(one), self._without_tokens_inside(octets)) for one, octets in files)

    @property
    def domain(self) -> str:
        """The domain of our Message-IDs."""
        return self.desk.address.rpartition("@")[2]

    def _head(self, letter: Letter, subject: str, message_id: str, stamp: Stamp) -> Iterator[Field]:
        yield mailbox_field("From", self.desk.address, self._sender(letter))
        yield mailbox_field("To", letter.to.address, _shown(letter, letter.to.name))
        yield from self._reply_to(letter, stamp.now.date())
        yield text_field("Subject", subject)
        yield date_field("Date", stamp.now.astimezone(zone_of(self.desk.timezone)))
        yield fixed_field("Message-ID", message_id)
        yield from self._thread(letter)
        if letter.tone is not Tone.PERSON:
            yield fixed_field("Auto-Submitted", letter.tone.value)
            yield fixed_field("X-Auto-Response-Suppress", SUPPRESS[letter.tone])

    def _sender(self, letter: Letter) -> str:
        author = letter.facts.technician
        if letter.tone is Tone.PERSON and author is not None:
            return f"{author.name} ({self.desk.name})"
        return _shown(letter, self.desk.name)

    def _reply_to(self, letter: Letter, today: date) -> Iterator[Field]:
        if letter.to.token is not None:
            token = self._token(letter.to.token, letter.ticket or 0, letter.to, today)
            yield mailbox_field("Reply-To", address.tagged(self.desk.address, token), _shown(letter, self.desk.name))

    def _thread(self, letter: Letter) -> Iterator[Field]:
        """Every mail of a ticket refers to the same root, also those whose first mail the reader never saw."""
        roots = (address.thread_id(self.ring, letter.ticket, self.domain),) if letter.ticket else ()
        answered = (letter.in_reply_to,) if letter.in_reply_to else ()
        answers = identifiers_field("In-Reply-To", answered or roots)
        references = identifiers_field("References", (*roots, *letter.references[-REFERENCES_MOST:], *answered))
        yield from (one for one in (answers, references) if one is not None)

    def _envelope_from(self, letter: Letter, stamp: Stamp) -> str:
        if letter.tone is Tone.REPLIED:
            return ""
        token = self._token(TokenKind.BOUNCE, stamp.outbox_id, letter.to, stamp.now.date())
        return address.tagged(self.desk.address, token)

    def _answerable(self, letter: Letter, link: str | None) -> Letter:
        """The letter with the link and the code that its reader may answer by."""
        links = letter.facts.links
        if link is not None and self.base_url is not None:
            links = replace(links, page=f"{self.base_url}/p/{link}")
        if letter.answerable and letter.ticket is not None and letter.gateway in self.answering:
            links = replace(links, code=page_code(self.ring, letter.ticket, letter.to.person))
        if links is letter.facts.links:
            return letter
        return replace(letter, facts=replace(letter.facts, links=links))

    def _link(self, letter: Letter, today: date) -> str | None:
        """The token of a page's link; it holds as long as the signed address beside it."""
        if self.base_url is None or letter.ticket is None or not letter.answerable:
            return None
        days = self._days(TokenKind.TECHNICIAN)
        return address.sign(self.ring, TokenKind.PAGE, letter.ticket, letter.to.person, today + timedelta(days=days))

    def _token(self, kind: TokenKind, ticket: int, to: Correspondent, today: date) -> str:
        return address.sign(self.ring, kind, ticket, to.person, today + timedelta(days=self._days(kind)))

    def _days(self, kind: TokenKind) -> int:
        return self.token_days.get(kind.value, TOKEN_DAYS[kind])

    def _without_tokens(self, words: Words, link: str | None) -> Words:
        """`link` is the one token that its reader shall have."""
        html = self._without_token(words.html, link) if words.html is not None else None
        return Words(self._without_token(words.subject), self._without_token(words.text, link), html)

    def _without_token(self, text: str, link: str | None = None) -> str:
        """The text with every other token of ours taken out, whoever it was made for and however old it is.

        One letter less, and `link` by itself is no run: most texts that hold it hold no other."""
        rest = text.replace(link, link[1:]) if link is not None else text
        if not _holds_a_run(rest):
            return text
        return address.SHAPED.sub(
            lambda found: found[0] if found["token"] == link or not self._is_ours(found["token"]) else "", text
        )

    def _named(self, file: Attachment) -> Attachment:
        return replace(file, name=self._without_token(file.name))

    def _without_tokens_inside(self, octets: bytes) -> bytes:
        return struck(octets, self._is_ours)

    def _is_ours(self, token: str) -> bool:
        return address.verify(self.ring, token, date.min, address.ANYWHERE) is not None


@lru_cache(maxsize=_REPEATED)
def _holds_a_run(text: str) -> bool:
    return _RUN in text.encode("ascii", "replace").translate(_RUNS)


def _tagged(words: Words, ticket: int | None) -> Words:
    """The words with the ticket's tag before the subject, once."""
    if ticket is None:
        return Words(clean_header(words.subject), words.text, words.html)
    tag = f"[#{ticket}]"
    subject = clean_header(words.subject.replace(tag, " "))
    return Words(f"{tag} {subject}".rstrip(), words.text, words.html)


def _whole_text(letter: Letter) -> tuple[tuple[Attachment, bytes], ...]:
    """The file that goes along with a text which is shown in part; its mark says that it is UTF-8."""
    text = whole_text(letter)
    if text is None:
        return ()
    octets = text.encode("utf-8-sig", "replace")
    return ((Attachment(0, WHOLE_TEXT, "text/plain", len(octets)), octets),)


def _shown(letter: Letter, name: str) -> str:
    """A name as this letter may show it: a pager's in ASCII."""
    return name if letter.limit is None else to_ascii(name)


def _body(letter: Letter, words: Words, seed: str, files: tuple[mime.Part, ...]) -> mime.Part:
    if letter.limit is not None:
        return mime.plain_part(words.text)
    said = mime.text_part("plain", words.text)
    if words.html is not None:
        said = mime.multipart("alternative", (said, mime.text_part("html", words.html)), seed)
    return mime.multipart("mixed", (said, *files), seed) if files else said

"""Bytes to a `Mail`. Total: whatever the octets are, the answer is a mail, and what was wrong is among its defects.

    whole, caps = read_parts(raw)     fields.py, parts.py, params.py
    body        = read_body(whole)    body.py, html.py, markup.py
    said        = said_in(...)        forward.py, quote.py, marks.py, letterhead.py
    attachments = list_files(...)     files.py

Reading happens after custody (hazards M9): nothing here decides whether a mail is accepted. Every step is one pass over
octets or characters whose number `limits` bounds, so that reading is linear in the size of the mail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from mailgate.core.model import Address, Mail
from mailgate.mail import limits
from mailgate.mail.body import Body, read_body
from mailgate.mail.fields import Block, decode_value, read_block
from mailgate.mail.files import list_files
from mailgate.mail.forward import said_in
from mailgate.mail.language import language_of
from mailgate.mail.mailboxes import message_ids, read_mailboxes, thread
from mailgate.mail.parts import leaves, read_parts
from mailgate.mail.reports import read_report
from mailgate.mail.text import clean_header
from mailgate.mail.trace import is_added


def read(raw: bytes) -> Mail:
    """Read a mail."""
    whole, caps = read_parts(raw)
    block, body = whole.block, read_body(whole)
    subject = clean_header(decode_value(block.first("subject")), limits.SUBJECT_CHARS)
    sender, doubts = _sender(block)
    to, more_to = _addresses(block, "to")
    cc, more_cc = _addresses(block, "cc")
    references, older = _references(block)
    people = [address.mail.lower() for address in (sender, *to, *cc) if address]
    said = said_in(whole, body, subject, people if references else None)
    files, more_files = list_files(whole, body.shown)
    report = read_report(whole)
    return Mail(
        sender=sender,
        subject=subject,
        text=said.text,
        body=body.whole,
        message_id=next(iter(message_ids(block.first("message-id"))), ""),
        references=references,
        to=to,
        cc=cc,
        headers=tuple((field.name, decode_value(field.value)) for field in block.fields),
        attachments=files,
        size=len(raw),
        language=language_of(said.text) or language_of(subject),
        report=report,
        forwarded=said.forwarded if report is None else None,
        defects=(*caps, *doubts, *more_to, *more_cc, *older, *_cuts(raw, body, more_files)),
    )


def attachments(raw: bytes, indexes: Iterable[int]) -> tuple[bytes, ...]:
    """The decoded octets of leaf parts, as `Attachment.index` counts; IndexError when there is no such part.

    All at once, because each time the whole mail is taken apart."""
    whole, _ = read_parts(raw)
    parts = tuple(leaves(whole))
    return tuple(parts[index].octets() for index in indexes)


def digest(raw: bytes) -> str:
    """SHA-256 (hex) of what the sender sent: without the fields that relays add, whatever line ends they used.

    It only looks at the header block line by line: the door asks for it before its 250. Where that block is beyond the
    caps every octet of it counts, so that no two mails are taken for one because of what was not read."""
    block = read_block(raw, 0, len(raw))
    sent = hashlib.sha256()
    if not block.whole:
        sent.update(_with_one_line_end(raw[: block.body]))
    for field in block.fields:
        if not is_added(field.name):
            sent.update(field.name.encode("latin-1") + b":" + field.value + b"\n")
    sent.update(b"\n" + _with_one_line_end(raw[block.body :]).rstrip(b"\n"))
    return sent.hexdigest()


def _with_one_line_end(octets: bytes) -> bytes:
    return octets.replace(b"\r\n", b"\n")


def _sender(block: Block) -> tuple[Address | None, tuple[str, ...]]:
    """The one mailbox of the one From field; None and the reason when there could be two opinions (hazards §2.4)."""
    values = block.all("from")
    if not values:
        return None, ("no From field",)
    if len(values) > 1 or block.from_lines > 1:
        return None, ("several From fields",)
    named = read_mailboxes(values[0])
    if len(named.addresses) > 1:
        return None, ("several mailboxes in From",)
    if not named.addresses or not named.clear:
        return None, ("From is not one plain mailbox",)
    return named.addresses[0], ()


def _addresses(block: Block, name: str) -> tuple[tuple[Address, ...], tuple[str, ...]]:
    """The addresses of every field `name` together, capped as one, and whether that left some out."""
    read = read_mailboxes(b",".join(block.all(name)))
    told = (f"more than {limits.ADDRESSES} addresses in {name.capitalize()}",) if read.more else ()
    return read.addresses, told


def _references(block: Block) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The newest of the mails that are answered, and whether there are older ones."""
    answered = thread(block.all("references"), block.all("in-reply-to"))
    told = (f"more than {limits.REFERENCES} references",) if len(answered) > limits.REFERENCES else ()
    return answered[-limits.REFERENCES :], told


def _cuts(raw: bytes, body: Body, more_files: bool) -> Iterator[str]:
    """What was left out, or is odd enough to say, beyond what the header and the parts already said."""
    if _has_endless_line(raw):
        yield f"a line of more than {limits.LINE_OCTETS} octets"
    if body.cut:
        yield f"text cut after {limits.TEXT_CHARS} characters"
    if more_files:
        yield f"more than {limits.ATTACHMENTS} attachments"


def _has_endless_line(raw: bytes) -> bool:
    """Whether a line is longer than the cap. Looks for line ends from behind, so that no octet is seen three times."""
    begin = 0
    while len(raw) - begin > limits.LINE_OCTETS:
        end = raw.rfind(b"\n", begin, begin + limits.LINE_OCTETS + 1)
        if end < 0:
            return True
        begin = end + 1
    return False

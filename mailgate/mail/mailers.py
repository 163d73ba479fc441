"""Signs that a program which carries mail wrote a mail, and not a person.

A delivery report that follows a standard says so by its form. All others are prose, and people write the same prose:
they answer reports, forward them and ask about them. So prose is only believed with one of these signs in the header:

- the sender is named as such programs are (RFC 5321 §4.5.5, RFC 2142), or is nobody at all: `<>`;
- the mail is marked as an answer of a program (RFC 3834 §5; "auto-generated" also marks alarms and newsletters);
- it carries a field that only Exim or Exchange put into a report;
- it was sent to an address that is no person's, but where bounces go.

A postmaster may be a person: one who answers, or whose mail program left its name, is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mailgate.mail import limits
from mailgate.mail.fields import Block, decode_value

_NAMES = frozenset(
    "mailerdaemon postmaster maildaemon mdaemon maildeliverysystem maildeliverysubsystem ndr"
    " microsoftexchange329e71ec88ae4615bbc36ab6ce41109e".split()
)
_PERSONAL = ("user-agent", "thread-topic", "accept-language", "x-originating-ip", "in-reply-to", "references")
_FIELDS = ("x-failed-recipients", "x-ms-embedded-report", "x-ms-exchange-message-is-ndr")
_WHERE_BOUNCES_GO = re.compile(rb"(?<![a-z])bounces?(?![a-z])[^@,<>\s]{0,250}@")
_PUNCTUATION = str.maketrans("", "", "._- \"'")


@dataclass(frozen=True, slots=True)
class Mailer:
    """A program that carries mail. `named` says that its own address is one that such programs have; `domain` is the
    one it writes from, lower case, or ""."""

    named: bool
    domain: str


def read_mailer(block: Block) -> Mailer | None:
    """The program that wrote a mail, or None when nothing in the header says that it was one."""
    if not any(sign(block) for sign in _SIGNS):
        return None
    return Mailer(_named(block), _mailbox(block, "from").rpartition("@")[2].strip())


def _named(block: Block) -> bool:
    local = _local(block, "from")
    if local == "postmaster":
        return not any(block.first(name) for name in _PERSONAL)
    return local in _NAMES


def _from_nobody(block: Block) -> bool:
    return any("<>" in decode_value(block.first(name)) for name in ("from", "return-path"))


def _returned_to_mailer(block: Block) -> bool:
    return _local(block, "return-path") in _NAMES - {"postmaster"}


def _answers_by_itself(block: Block) -> bool:
    return decode_value(block.first("auto-submitted")).lower().startswith("auto-replied")


def _has_its_field(block: Block) -> bool:
    return any(field.name in _FIELDS for field in block.fields)


def _sent_where_bounces_go(block: Block) -> bool:
    sent_to = b",".join(block.all("to"))[: limits.FIELD_CHARS]
    return _WHERE_BOUNCES_GO.search(sent_to.lower()) is not None


_SIGNS: tuple[Callable[[Block], bool], ...] = (
    _named,
    _from_nobody,
    _returned_to_mailer,
    _answers_by_itself,
    _has_its_field,
    _sent_where_bounces_go,
)


def _mailbox(block: Block, name: str) -> str:
    """What stands between angle brackets, else all; lower case. Not checked: some of these are no addresses."""
    value = decode_value(block.first(name)).lower()
    bracketed = value.rpartition("<")[2].partition(">")[0]
    return bracketed if "<" in value else value.partition("(")[0]


def _local(block: Block, name: str) -> str:
    return re.split(r"[@\\]", _mailbox(block, name), maxsplit=1)[0].translate(_PUNCTUATION)

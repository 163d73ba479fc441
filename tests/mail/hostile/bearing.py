"""What every mail that was read must be, whatever it was read from."""

from __future__ import annotations

import re

from mailgate.core.model import Mail
from mailgate.mail import limits
from mailgate.mail.mailboxes import read_address

UNBEARABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(mail: Mail) -> list[str]:
    """Every text of a mail that a person, a header or a database may get."""
    people = [mail.sender] if mail.sender else []
    addresses = [text for one in (*people, *mail.to, *mail.cc) for text in (one.mail, one.name)]
    files = [text for one in mail.attachments for text in (one.name, one.content_type)]
    values = [value for _, value in mail.headers]
    return [mail.subject, mail.text, mail.body, mail.message_id, *mail.references, *addresses, *files, *values]


def assert_bearable(mail: Mail) -> None:
    """Nothing that a terminal obeys, a database refuses or a reader misreads; every value of the shape it promises."""
    assert not [text for text in shown(mail) if UNBEARABLE.search(text)]
    assert mail.sender is None or read_address(mail.sender.mail) == mail.sender.mail
    assert all(re.fullmatch(r"<[!-;=?-~]{1,996}>", one) for one in (*mail.references, mail.message_id or "<x>"))
    assert len(mail.references) <= limits.REFERENCES
    assert max(len(mail.to), len(mail.cc)) <= limits.ADDRESSES
    assert len(mail.attachments) <= limits.ATTACHMENTS
    assert len(mail.headers) <= limits.HEADER_FIELDS
    assert max(len(mail.text), len(mail.body)) <= limits.TEXT_CHARS
    assert all("\n" not in text for text in (mail.subject, *(value for _, value in mail.headers)))

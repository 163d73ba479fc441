"""What leaves, as a parser in C reads it that knows nothing of ours: Dovecot's, by IMAP's ENVELOPE (hazards A43)."""

from __future__ import annotations

from email.header import decode_header, make_header

import pytest
from imapclient.response_types import Address, Envelope

from mailgate.mail.text import clean_header, clean_text
from tests.mail.test_headers_out import FRENCH, LINE_ENDS, TEMPLATES, draft_of, evil_letter
from tests.peers.dovecot import Dovecot

pytestmark = pytest.mark.peer("dovecot")

WORDS = [
    *(f"a{end}Bcc: evil@x.example{end}X: y" for end in LINE_ENDS),
    "=?utf-8?q?a=0D=0ABcc:_evil@x.example?=",
    '"Zoé" (Acme) <evil@x.example>, b@x.example; c:',
    FRENCH,
    "É" * 80,
    "\ud800 x " * 40,
]


def decoded(value: bytes) -> str:
    return str(make_header(decode_header(value.decode("ascii"))))


def only(addresses: tuple[Address, ...]) -> tuple[str, str]:
    """Name and address of the one mailbox of a field."""
    (one,) = addresses
    return decoded(one.name), f"{one.mailbox.decode()}@{one.host.decode()}"


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_a_mail_server_finds_the_header_that_was_meant(dovecot: Dovecot, template: str) -> None:
    """One reader, by the name that they gave themselves; the cleaned subject, our Message-ID, and nobody else."""
    letters = [evil_letter(template, [words] * 12) for words in WORDS]
    drafts = [draft_of(letter, words, words) for letter, words in zip(letters, WORDS, strict=True)]
    with dovecot.login(f"{template}@desk.example") as client:
        for draft in drafts:
            client.append("INBOX", draft.message)
        client.select_folder("INBOX")
        told = client.fetch(client.search(), ["ENVELOPE"])
    envelopes: list[Envelope] = [told[number][b"ENVELOPE"] for number in sorted(told)]
    for words, draft, envelope in zip(WORDS, drafts, envelopes, strict=True):
        assert decoded(envelope.subject) == draft.subject
        assert envelope.message_id.decode() == draft.message_id
        assert envelope.in_reply_to == b"<ok@x.example>"
        assert only(envelope.from_)[1] == "tickets@example.com"
        assert only(envelope.to) == (clean_header(clean_text(words)), "jean.roy@acme.example")
        assert only(envelope.reply_to)[1].startswith("tickets+")
        assert (envelope.cc, envelope.bcc) == (None, None)

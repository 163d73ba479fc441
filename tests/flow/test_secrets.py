"""What must never leave: a long random conversation, and not one mail to a customer holds what is not theirs."""

from __future__ import annotations

import random
import re
from base64 import b64decode, encodebytes
from pathlib import Path

import pytest

from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.test_conversation import CHEF, to

DOORS = ("support-urgent@example.com", "support-regulier@example.com")
CUSTOMERS = {
    CHEF: "MARKEACME",
    "it@acme.example": "MARKEACME",
    "informatique@helvetia-demo.example": "MARKEHELVETIA",
    "x@nowhere.example": "MARKESTRANGER",
}
FOREIGN = {mail: {one for one in CUSTOMERS.values() if one != mark} for mail, mark in CUSTOMERS.items()}
INTERNAL = "MARKEINTERNE"
TECHNICIAN_ADDRESS = re.compile(r"tech[1-4]@example\.com|5145550\d+@pager|admin@example\.com")
TOKEN = re.compile(r"(?<![a-z2-7])[a-z2-7]{42}(?![a-z2-7])")
ORDERS = ("", "#appel 15\n", "#prendre\n", "#résolu\n", "#fermer\n", "#rouvrir\n", "#attente client\n", "#temps 5\n")


def everything(mail: Sent) -> str:
    """All that a reader could find: headers, words, HTML, names and octets of files, taken out of their encodings."""
    parts = [octets for part in mail.message.walk() if isinstance(octets := part.get_payload(decode=True), bytes)]
    shown = [mail.message.as_string(), *(octets.decode("utf-8", "replace") for octets in parts)]
    shown += [mail.header(name) for name in mail.message]
    return "\n".join(shown)


def technicians_token(text: str, desk: LiveDesk) -> bool:
    """Whether the token of a mail to a technician stands anywhere in it."""
    theirs = {token for mail in desk.sent if mail.to.startswith("tech") for token in TOKEN.findall(mail.reply_to)}
    return any(token in text.lower() for token in theirs)


def one_turn(desk: LiveDesk, chance: random.Random, number: int) -> None:
    """Somebody writes something: a customer to a door, or anybody an answer to any mail that they got."""
    if not desk.sent or chance.random() < 0.2:
        sender = chance.choice(list(CUSTOMERS))
        mark = CUSTOMERS[sender]
        desk.write(Letter(f"{mark} bonjour {number}", sender, chance.choice(DOORS), f"{mark} sujet {number}"))
        return
    mail = chance.choice(desk.sent[-40:])
    if mail.to.startswith("tech"):
        note = chance.random() < 0.4
        said = f"#note\n{INTERNAL} {number}" if note else f"{chance.choice(ORDERS)}Réponse {number}"
        desk.write(answer(mail, chance.choice((said, f"{said}\n#nimporte"))))
    elif mail.to in CUSTOMERS and mail.reply_to:
        desk.write(answer(mail, f"{CUSTOMERS[mail.to]} suite {number} #note #fermer"))
    desk.advance(minutes=chance.choice((1, 5, 30)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_customer_ever_reads_what_is_not_theirs(desk: LiveDesk, seed: int) -> None:
    """No internal note, no journal, no technician's address or token, no other customer's word (promise 6, I27)."""
    chance = random.Random(seed)
    for number in range(140):
        one_turn(desk, chance, number)
    read = [mail for mail in desk.sent if mail.to in CUSTOMERS]
    assert len(read) > 30
    for mail in read:
        text = everything(mail)
        assert INTERNAL not in text
        assert not FOREIGN[mail.to] & set(re.findall(r"MARKE[A-Z]+", text)), mail.to
        assert not TECHNICIAN_ADDRESS.search(text)
        assert not technicians_token(text, desk)
        assert not re.search(r"\bdoor\b|rule '|team '", text)


def forwarded(page: Sent, encoding: str) -> bytes:
    """A technician's answer with the page attached as a mail of its own."""
    whole = page.message.as_bytes()
    octets = encodebytes(whole) if encoding == "base64" else whole
    return (
        b"From: tech1@example.com\r\nSubject: Re\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nVoici.\r\n'
        b'--b\r\nContent-Type: application/octet-stream; name="page.eml"\r\nContent-Disposition: attachment\r\n'
        b"Content-Transfer-Encoding: " + encoding.encode() + b"\r\n\r\n" + octets + b"\r\n--b--\r\n"
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["base64", "8bit"])
@pytest.mark.parametrize("kind", ["application/octet-stream", "message/rfc822", "text/plain"])
def test_a_page_that_a_technician_attaches_loses_its_signed_address(desk: LiveDesk, kind: str, encoding: str) -> None:
    """ "Forward as attachment" hands the technician's own Reply-To to the customer (A25)."""
    page = to(desk.write(Letter("Panne")), "tech1@example.com")
    raw = forwarded(page, encoding).replace(b"application/octet-stream", kind.encode())
    mail = to(desk.insist(desk.deliver(raw, "tech1@example.com", page.reply_to)), CHEF)
    assert "Voici." in mail.text
    text = everything(mail) + "".join(map(_inner, mail.files.values()))
    assert page.reply_to not in text
    assert not technicians_token(text, desk)


def _inner(octets: bytes) -> str:
    try:
        return b64decode(octets).decode("utf-8", "replace")
    except ValueError:
        return octets.decode("utf-8", "replace")


@pytest.mark.parametrize(
    "shape", ["tickets+{}@example.com", "mailto:tickets%2B{}@example.com", "TICKETS+{}@EXAMPLE.COM"]
)
def test_a_technicians_token_in_their_own_words_is_taken_out(desk: LiveDesk, shape: str) -> None:
    """However the mail program wrote the address that it answers to."""
    page = to(desk.write(Letter("Panne")), "tech1@example.com")
    token = page.reply_to.partition("+")[2].partition("@")[0]
    said = answer(page, f"Écrivez à {shape.format(token)} <{shape.format(token.upper())}>")
    mail = to(desk.insist(desk.write(said)), CHEF)
    assert not technicians_token(everything(mail), desk)


def test_nothing_secret_is_logged(desk: LiveDesk, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Neither a token nor a word of a mail (A48)."""
    page = to(desk.write(Letter("MARKELOG", subject="MARKELOG")), "tech1@example.com")
    desk.write(answer(page, "#note\nMARKELOG"))
    said = "".join(capsys.readouterr())
    assert "event.decided" in said
    assert "MARKELOG" not in said
    assert not TOKEN.search(said)

"""A technician's mail program encrypts by habit: the desk reads nothing of it, and says so."""

from __future__ import annotations

import pytest

from tests.flow.desk import LiveDesk, Sent
from tests.flow.test_held_mails import TECHS, paged, to

PGP = (
    'multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"',
    (
        "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n"
        'Content-Type: application/octet-stream; name="encrypted.asc"\r\n\r\n'
        "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----\r\n--b--\r\n"
    ),
)
SMIME = (
    (
        'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"\r\n'
        "Content-Disposition: attachment; filename=smime.p7m\r\nContent-Transfer-Encoding: base64"
    ),
    "MIAGCSqGSIb3DQEHA6CAMIACAQAxggE=\r\n",
)


def sealed(page: Sent, kind: tuple[str, str], sender: str) -> bytes:
    """An encrypted answer to a mail of the desk."""
    head = f"From: {sender}\r\nTo: {page.reply_to}\r\nSubject: Re: {page.subject}\r\nMessage-ID: <s@{sender}>\r\n"
    return f"{head}In-Reply-To: {page.header('Message-ID')}\r\nContent-Type: {kind[0]}\r\n\r\n{kind[1]}".encode()


@pytest.mark.parametrize("kind", [PGP, SMIME], ids=["PGP", "S/MIME"])
def test_an_encrypted_answer_is_no_answer(desk: LiveDesk, kind: tuple[str, str]) -> None:
    """The customer could not read it either, and a command inside would be lost: no promise is kept by it."""
    page = paged(desk)[TECHS[0]]
    (told,) = desk.deliver(sealed(page, kind, TECHS[0]), TECHS[0], page.reply_to)
    assert told.to == TECHS[0]
    assert "chiffré" in told.text
    callback = desk.ticket().callback
    assert callback is not None
    assert (desk.ticket().status, callback.kept_at) == ("new", None)


def test_an_encrypted_request_is_a_request(desk: LiveDesk) -> None:
    """Somebody calls its author back, who is told so; what came stays with the ticket."""
    kind, body = SMIME
    raw = f"From: chef@acme.example\r\nSubject: x\r\nContent-Type: {kind}\r\n\r\n{body}".encode()
    sent = desk.deliver(raw, "chef@acme.example", "support-urgent@example.com")
    assert "smime.p7m" in to([one for one in sent if one.template == "technician"], TECHS[0]).text

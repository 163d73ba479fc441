"""What a hostile mail is to the tests: a recipe, so that no file of octets lies in the repository."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

CHEF = "chef@acme.example"
HEAD = b"From: Chantal <chef@acme.example>\r\nTo: support-urgent@example.com\r\nMessage-ID: <hostile@acme.example>\r\n"
"""What every mail here says where its attack lies elsewhere: a registered contact asks the urgent door."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """One attack. `hazard` is its number in the threat model, `defect` what the mail is told to have ("": nothing)."""

    hazard: str
    name: str
    write: Callable[[], bytes]
    defect: str = ""

    def __str__(self) -> str:
        return f"{self.hazard}-{self.name}"


def mail(*fields: bytes, body: bytes = b"Au secours, plus rien ne marche.\r\n") -> bytes:
    """A mail of the registered contact, with these fields beside its own."""
    return HEAD + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body


def bare(*fields: bytes, body: bytes = b"Au secours, plus rien ne marche.\r\n") -> bytes:
    """A mail with exactly these fields."""
    return b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body


def file(content_type: bytes, body: bytes, *fields: bytes) -> bytes:
    """A mail of some words and one file."""
    part = b"".join(field + b"\r\n" for field in (b"Content-Type: " + content_type, *fields))
    words = b"--b\r\nContent-Type: text/plain\r\n\r\nVoir le fichier.\r\n"
    return mail(
        b'Content-Type: multipart/mixed; boundary="b"',
        body=words + b"--b\r\n" + part + b"\r\n" + body + b"\r\n--b--\r\n",
    )

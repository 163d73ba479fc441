"""A mail as octets: charsets, transfer encodings, format=flowed, alternatives."""

from __future__ import annotations

import base64
import quopri
import textwrap
from dataclasses import dataclass
from html import escape

from tests.mail.answers.said import Block
from tests.mail.answers.tongues import QUOTED, Tongue


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program has to send. `ours`: the mail that is answered still has our own line on top."""

    blocks: tuple[Block, ...]
    tongue: Tongue
    ours: bool

    @property
    def lines(self) -> list[str]:
        """The words as lines."""
        return "\n\n".join("\n".join(block) for block in self.blocks).split("\n")

    @property
    def quoted(self) -> list[str]:
        """The mail that is answered."""
        return list(QUOTED if self.ours else QUOTED[2:])


@dataclass(frozen=True, slots=True)
class Leaf:
    """A text part. `how` is its transfer encoding."""

    kind: str
    text: str
    charset: str = "utf-8"
    how: str = "quoted-printable"
    more: str = ""

    def octets(self) -> bytes:
        """The part with its header fields."""
        charset = self.charset if _fits(self.text, self.charset) else "utf-8"
        body = self.text.replace("\n", "\r\n").encode(charset)
        how = "8bit" if self.how == "7bit" and not body.isascii() else self.how
        head = f"Content-Type: text/{self.kind}; charset={charset}{self.more}\r\nContent-Transfer-Encoding: {how}\r\n"
        if how == "quoted-printable":
            body = quopri.encodestring(body.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
        elif how == "base64":
            body = base64.encodebytes(body).replace(b"\n", b"\r\n")
        return head.encode() + b"\r\n" + body + b"\r\n"


def plain(lines: list[str], charset: str = "utf-8", how: str = "quoted-printable", more: str = "") -> Leaf:
    return Leaf("plain", "\n".join(lines) + "\n", charset, how, more)


def flowed(lines: list[str], charset: str = "utf-8", how: str = "8bit", width: int = 72) -> Leaf:
    """Lines broken as format=flowed has it (RFC 3676): a blank at the end says that the line goes on."""
    broken = [part for line in lines for part in _broken(line, width)]
    return Leaf("plain", "\n".join(broken) + "\n", charset, how, "; format=flowed")


def page(body: str, charset: str = "utf-8", how: str = "quoted-printable") -> Leaf:
    """An HTML part with a head."""
    head = '<html><head><meta http-equiv="Content-Type" content="text/html"><style>p {margin:0}</style></head>'
    return Leaf("html", f"{head}<body>{body}</body></html>", charset, how)


def send(answer: Answer, program: str, *leaves: Leaf) -> bytes:
    """The mail: one part, or the alternatives."""
    fields = (
        "From: Camille Tremblay <tech1@example.com>",
        "To: Exemple Logiciels <tickets+abc@example.com>",
        f"Subject: {answer.tongue.prefix}: [#1001] Panne du serveur",
        "Message-ID: <answer@example.com>",
        "In-Reply-To: <1001@example.com>",
        "References: <1001@example.com>",
        "Date: Mon, 16 Nov 2026 10:05:00 -0500",
        f"X-Mailer: {program}",
        "MIME-Version: 1.0",
    )
    head = "".join(f"{line}\r\n" for line in fields).encode()
    if len(leaves) == 1:
        return head + leaves[0].octets()
    inside = b"".join(b"--=_b\r\n" + leaf.octets() for leaf in leaves)
    return head + b'Content-Type: multipart/alternative; boundary="=_b"\r\n\r\n' + inside + b"--=_b--\r\n"


def spelled(line: str) -> str:
    """A line as an editor writes it into HTML."""
    return escape(line, quote=False).replace("\u00a0", "&nbsp;")


def marked(lines: list[str], mark: str = "> ") -> list[str]:
    """Lines as a quote."""
    return [f"{mark}{line}".rstrip() for line in lines]


def folded(line: str, width: int = 76) -> list[str]:
    """A line broken as old programs break it, without a sign."""
    return textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]


def _broken(line: str, width: int) -> list[str]:
    if line.startswith(">") or len(line) <= width:
        return [line]
    *first, last = folded(line, width)
    return [*(f"{part} " for part in first), last]


def _fits(text: str, charset: str) -> bool:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True

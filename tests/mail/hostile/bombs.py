"""Mails that cost more to read than to send: width, depth, repetition, and the square of each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mailgate.mail import limits
from tests.mail.hostile.recipe import Hostile, bare, mail

_BLOCK = f"header block over {limits.HEADER_OCTETS} octets"
_FIELDS = f"more than {limits.HEADER_FIELDS} header fields"
_DEEP = f"parts nested deeper than {limits.MIME_DEPTH}"
_PARTS = f"more than {limits.MIME_PARTS} parts"
_TO = f"more than {limits.ADDRESSES} addresses in To"
_CC = f"more than {limits.ADDRESSES} addresses in Cc"
_REFERENCES = f"more than {limits.REFERENCES} references"
_LINE = f"a line of more than {limits.LINE_OCTETS} octets"
_FILES = f"more than {limits.ATTACHMENTS} attachments"
_SWELLS = f"a part would decode to more than {limits.DECODED_TIMES} times its size"
_TEXT = f"text cut after {limits.TEXT_CHARS} characters"


def _nested(depth: int) -> bytes:
    """Multiparts in multiparts."""
    return mail(
        b'Content-Type: multipart/mixed; boundary="b0"',
        body=b"".join(
            b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n' % (level, level + 1)
            for level in range(depth)
        ),
    )


def _siblings(count: int, kind: bytes = b"text/plain") -> bytes:
    return mail(
        b'Content-Type: multipart/mixed; boundary="b"',
        body=(b"--b\r\nContent-Type: " + kind + b"\r\n\r\nx\r\n") * count,
    )


def _in_itself() -> bytes:
    """Every part claims the boundary of the one around it."""
    return mail(
        b'Content-Type: multipart/mixed; boundary="b"',
        body=b'--b\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' * 20_000,
    )


def _fields_in_parts() -> bytes:
    """In each part as many fields as fit into the cap on octets."""
    part = b"--b\n" + b"a:\n" * 34_000 + b"\n"
    return mail(b'Content-Type: multipart/mixed; boundary="b"', body=part * 250)


def _messages_in_messages(depth: int) -> bytes:
    return mail(b"Content-Type: message/rfc822", body=b"Content-Type: message/rfc822\r\n\r\n" * depth + b"fin")


def _almost_delimiters() -> bytes:
    return mail(b'Content-Type: multipart/mixed; boundary="-"', body=b"---------" * 200_000)


def _alternating() -> bytes:
    """Alternatives of alternatives: each is looked at by whoever chooses among them."""
    return mail(
        b'Content-Type: multipart/alternative; boundary="b0"',
        body=b"".join(
            b'--b%d\r\nContent-Type: multipart/alternative; boundary="b%d"\r\n\r\n' % (level, level + 1)
            + (b"--b%d\r\n\r\nx\r\n" % (level + 1)) * 30
            for level in range(limits.MIME_DEPTH)
        ),
    )


def _pages() -> bytes:
    """Twenty-four texts, each as long as a text may be."""
    page = b"--b\r\nContent-Type: text/html\r\n\r\n" + b"<p>x" * 250_000 + b"\r\n"
    return mail(b'Content-Type: multipart/mixed; boundary="b"', body=page * 24)


def _blank_alternatives() -> bytes:
    """Fifty times somebody looks whether they say anything."""
    opening = b'--b%d\r\nContent-Type: multipart/alternative; boundary="b%d"\r\n\r\n'
    levels = b"".join(opening % (level, level + 1) for level in range(limits.MIME_DEPTH - 2))
    blank = b"--b%d\r\n\r\n" % (limits.MIME_DEPTH - 2) + b" " * 20_000_000
    return mail(b'Content-Type: multipart/alternative; boundary="b0"', body=levels + blank)


def _big_files() -> bytes:
    """Files as large as a mail may be, in the alphabet that our own signed addresses are looked for in."""
    part = b"--b\r\nContent-Type: application/pdf\r\n\r\n" + b"+abcdefghijklmnopqrstuvwxyz234567" * 100_000 + b"\r\n"
    return mail(b'Content-Type: multipart/mixed; boundary="b"', body=b"--b\r\n\r\nVoir\r\n" + part * 7)


def _many_ids() -> bytes:
    """A page that is searched for each of a hundred pictures."""
    page = b"--b\r\nContent-Type: text/html\r\n\r\n" + b"cid:" * 250_000 + b"\r\n"
    picture = b"--b\r\nContent-Type: image/png\r\nContent-ID: <cid:cid:cid:%d>\r\n\r\nx\r\n"
    return mail(
        b'Content-Type: multipart/related; boundary="b"', body=page + b"".join(picture % one for one in range(900))
    )


def _to(value: bytes) -> bytes:
    return bare(b"From: chef@acme.example", b"To: " + value)


def _from(value: bytes) -> bytes:
    return bare(b"From: " + value)


_WIDE: dict[str, tuple[Callable[[], bytes], str]] = {
    "block-10-mb": (lambda: mail(b"X-Pad: " + b"\r\n ".join([b"x" * 900] * 11_000)), _BLOCK),
    "fields-100000": (lambda: mail(*[b"X: y"] * 100_000), _FIELDS),
    "fields-of-one-name": (lambda: mail(*[b"Authentication-Results: x"] * 100_000), _FIELDS),
    "subject-5-mb": (lambda: mail(b"Subject: " + b"x" * 5_000_000), _BLOCK),
    "addresses-20000": (lambda: _to(b"a@x.example," * 20_000), _BLOCK),
    "addresses-8000": (lambda: _to(b"a@x.example," * 8_000), _TO),
    "addresses-folded": (lambda: _to(b"a@x.example,\r\n " * 6_000), _TO),
    "copies-8000": (lambda: mail(b"Cc: " + b"a@x.example," * 8_000), _CC),
    "words-16000": (lambda: mail(b"Subject: " + b"=?utf-8?q?x?= " * 16_000), _BLOCK),
    "words-7000": (lambda: mail(b"Subject: " + b"=?utf-8?q?x?= " * 7_000), ""),
    "words-in-turn": (lambda: mail(b"Subject: " + b"=?utf-8?q?x?= =?cp1252?q?y?= " * 3_000), ""),
    "parameters-16000": (lambda: mail(b"Content-Type: text/plain" + b"; a=b" * 16_000), ""),
    "sections-16000": (lambda: mail(b"Content-Type: text/plain" + b"; n*%d*=%%41" * 1 % 1 + b"; n*1=a" * 14_000), ""),
    "references-10000": (lambda: mail(b"References:" + b" <a@x.example>" * 10_000), _BLOCK),
    "references-5000": (lambda: mail(b"References: " + b" ".join(b"<%d@x>" % n for n in range(5_000))), _REFERENCES),
    "parentheses-to": (lambda: _to(b"(" * 90_000), ""),
    "parentheses-from": (lambda: _from(b"(" * 90_000), ""),
    "pairs-from": (lambda: _from(b"()" * 45_000), ""),
    "quotes-from": (lambda: _from(b'"' * 90_000), ""),
    "backslashes-from": (lambda: _from(b'"\\' * 45_000), ""),
    "angles-from": (lambda: _from(b"<" * 90_000), ""),
    "brackets-from": (lambda: _from(b"[" * 90_000), ""),
    "results-parentheses": (lambda: mail(b"Authentication-Results: mx.example.com; " + b"(" * 90_000), ""),
    "half-words": (lambda: mail(b"Subject: " + b"=?a?q?" * 15_000), ""),
    "folds-50000": (lambda: mail(b"Subject: x" + b"\r\n x" * 25_000), ""),
}

_DEPTHS: dict[str, tuple[Callable[[], bytes], str]] = {
    "nested-1000": (partial(_nested, 1_000), _DEEP),
    "nested-100000": (partial(_nested, 100_000), _DEEP),
    "siblings-100000": (partial(_siblings, 100_000), _PARTS),
    "files-500": (partial(_siblings, 500, b"image/png"), _FILES),
    "files-100000": (partial(_siblings, 100_000, b"image/png"), _FILES),
    "fields-in-parts": (_fields_in_parts, ""),
    "in-itself": (_in_itself, ""),
    "messages-20000": (partial(_messages_in_messages, 20_000), ""),
    "almost-delimiters": (_almost_delimiters, ""),
    "alternatives": (_alternating, ""),
    "pages-24": (_pages, _TEXT),
    "blank-alternatives": (_blank_alternatives, ""),
    "big-files": (_big_files, ""),
    "pictures-900": (_many_ids, _FILES),
}

_TEXTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "lines-100000": (lambda: mail(body=b"ligne de texte\r\n" * 60_000), ""),
    "lines-500000": (lambda: mail(body=b"x\r\n" * 500_000), ""),
    "line-100-kb": (lambda: mail(body=b"x" * 100_000), _LINE),
    "line-5-mb": (lambda: mail(body=b"x" * 5_000_000), _TEXT),
    "line-ends-1-mb": (lambda: mail(body=b"\n" * 1_000_000), ""),
    "blanks-1-mb": (lambda: mail(body=b" " * 1_000_000), ""),
    "words-1-mb": (lambda: mail(body=b"mot " * 250_000), ""),
    "base64-20-mb": (lambda: mail(b"Content-Transfer-Encoding: base64", body=b"YWFh" * 5_000_000), _TEXT),
    "soft-line-ends": (lambda: mail(b"Content-Transfer-Encoding: quoted-printable", body=b"=\r\n" * 400_000), ""),
    "equals": (lambda: mail(b"Content-Transfer-Encoding: quoted-printable", body=b"=" * 1_000_000), ""),
    "flowed": (lambda: mail(b"Content-Type: text/plain; format=flowed", body=b"> x \r\n" * 160_000), ""),
    "uu-swelling": (lambda: mail(b"Content-Transfer-Encoding: uuencode", body=b"M\n" * 1_000_000), _SWELLS),
    "uu-lines": (lambda: mail(b"Content-Transfer-Encoding: x-uuencode", body=b"#86)C\n" * 200_000), ""),
}

_QUOTES: dict[str, bytes] = {
    "attributions": b"On Mon, a wrote ",
    "attribution-lines": "Le 3 mars 2026 à 10:00, Jean a écrit :\n".encode(),
    "dates-in-vain": "Le 3 mars 2026 à 10:00, Jean Roy Roy Roy Roy Roy>\n".encode(),
    "verbs-in-vain": b"1 " + b"wrote " * 60 + b">\n",
    "names-in-vain": b"2026-01-01 10:00 " + b"jean, " * 55 + b"wrote:\n",
    "on-on-on": b"On ",
    "header-lines": b"De : x\n",
    "header-blocks": "De : x\nEnvoyé : x\nÀ : x\nObjet : x\n".encode(),
    "marks": b">",
    "mark-lines": b"> x\n",
    "colons": b":\n",
    "angles": b"<\n> :\n",
    "dashes": b"-",
    "signatures": b"-- \n",
    "rules": b"________\n",
    "telephones": "Envoyé de mon iPhone\n".encode(),
    "our-line": b"##- x\n",
    "commands": b"#appel 15\n",
    "no-commands": b"#x\n",
    "forwards": b"---------- Forwarded message ---------\n",
    "combining": "e\u0301\u0323".encode(),
    "ligatures": "\ufdfa\n".encode(),
    "ligatures-only": "\ufdfa".encode(),
    "piles": "\u0301\u0323".encode(),
}
"""What quote readers look for, again and again (M12)."""

_MARKUP: dict[str, bytes] = {
    "nested-div": b"<div>",
    "nested-b-i": b"<b><i>",
    "nested-quote": b"<blockquote>",
    "nested-table": b"<table><tr><td>",
    "nested-list": b"<ul><li>",
    "open-a": b"<a ",
    "open-comment": b"<!--",
    "open-attribute": b"<a href='",
    "less-than": b"a<b ",
    "script": b"<script>",
    "entities": b"&amp;",
    "bad-entities": b"&#x110000;&#0;&xyz",
    "links": b"<a href='https://x.example/'>x</a>",
    "paragraphs": b"<p>x",
    "breaks": b"<br>",
    "cells": b"<td>x",
    "attributes": b"<p class=a id=b style='display:block'>",
    "pre": b"<pre>\n",
    "spans": b"<span>x</span>",
}
"""HTML without end (M13, A20)."""


def _html(piece: bytes, size: int) -> bytes:
    return mail(b"Content-Type: text/html; charset=utf-8", body=piece * (size // len(piece)) + b"fin")


def _text(piece: bytes, size: int) -> bytes:
    return mail(b"Content-Type: text/plain; charset=utf-8", body=piece * (size // len(piece.decode())))


def bombs(size: int) -> tuple[Hostile, ...]:
    """All of them; texts and pages have about `size` characters, of which `limits.TEXT_CHARS` are read."""
    return (
        *(Hostile("M11", name, write, defect) for name, (write, defect) in _WIDE.items()),
        *(Hostile("A12", name, write, defect) for name, (write, defect) in (_DEPTHS | _TEXTS).items()),
        *(Hostile("M12", name, partial(_text, piece, size)) for name, piece in _QUOTES.items()),
        *(Hostile("M13", name, partial(_html, piece, size)) for name, piece in _MARKUP.items()),
    )

"""Small mails that break a reader: poison headers, octets that no text may hold, dates and names that lie."""

from __future__ import annotations

from functools import partial

from tests.mail.hostile.recipe import Hostile, bare, mail

_HEADERS = {
    "from-angle": b"From: <",
    "from-quote": b'From: "',
    "from-comment": b"From: (",
    "from-nothing": b"From:",
    "from-group": b"From: :;",
    "to-angle": b"To: <",
    "reply-to-line-end": b"Reply-To: =?utf-8?q?=0D=0A",
    "message-id-angle": b"Message-ID: <",
    "message-id-bracket": b"Message-ID: <[>",
    "references-angles": b"References: <<<<",
    "subject-half-word": b"Subject: =?",
    "subject-bad-base64": b"Subject: =?utf-8?b?a?=",
    "type-semicolon": b"Content-Type: ;",
    "type-open-boundary": b'Content-Type: multipart/mixed; boundary="',
    "type-star": b"Content-Type: text/plain; charset*0*=x",
    "disposition-star": b"Content-Disposition: attachment; filename*=''%",
    "encoding-word": b"Content-Transfer-Encoding: =?x?",
    "date-comment": b"Date: (",
    "received-nothing": b"Received:",
    "colon-only": b":",
    "control-name": b"\x01: x",
    "folded-first": b" folded",
}
"""About ten octets each; several of them end the standard library's parser (M9)."""

_INJECTIONS = {
    "encoded-line-end": b"Subject: =?utf-8?q?a=0D=0ABcc:_evil@x.example?=",
    "separator": b"Subject: a\x1cBcc: evil@x.example",
    "next-line": "Subject: a\u0085Bcc: evil@x.example".encode(),
    "line-separator": "Subject: a\u2028Bcc: evil@x.example".encode(),
    "bare-return": b"Subject: a\rBcc: evil@x.example",
}

_TEXTS = {
    "nul": (b"text/plain", b"a\0b"),
    "surrogates-in-utf-8": (b"text/plain; charset=utf-8", b"a\xed\xa0\x80b"),
    "surrogates-in-utf-16": (b"text/plain; charset=utf-16-le", b"a\0\x00\xd8b\0"),
    "surrogates-in-utf-7": (b"text/plain; charset=utf-7", b"+2AA-"),
    "charset-undefined": (b"text/plain; charset=undefined", b"\xe9t\xe9"),
    "charset-nul": (b'text/plain; charset="\0"', b"\xe9t\xe9"),
    "charset-idna": (b"text/plain; charset=idna", b"xn--a\xe9"),
    "charset-escape": (b"text/plain; charset=unicode_escape", b"\\N{NULL}\\ud800"),
    "charset-endless": (b"text/plain; charset=" + b"x" * 9000, b"\xe9"),
    "charset-path": (b"text/plain; charset=../../etc/passwd", b"\xe9"),
    "escapes": (b"text/plain", b"\x1b]0;titre\x07\x1b[2J\x9b31m"),
}

_DATES = (
    "Mon, 16 Nov 99999 10:00:00 +0000",
    "Mon, 16 Nov 2026 10:00:00 +9999",
    "Fri, 31 Dec 9999 23:59:59 -2300",
    "Sat, 01 Jan 0000 00:00:00 +2359",
    "Mon, 16 Nov 2099 10:00:00 -0500",
    "Thu, 01 Jan 1970 00:00:00 +0000",
    "Mon, 16 Nov 2026 25:61:61 +0000",
    "Mon, 29 Feb 2027 10:00:00 +0000",
    "99 (((( Nov",
    "=?utf-8?q?=00?=",
)

FACES = {
    "desk-name": 'From: "Soutien <support-urgent@example.com>" <evil@x.example>',
    "address-as-name": "From: chef@acme.example <evil@x.example>",
    "override": "From: \u202egro.elpmaxe@fehc\u202c <evil@x.example>",
    "isolate": "From: \u2066Chantal\u2069 <evil@x.example>",
    "cyrillic-domain": "From: Chantal <chef@\u0430cme.example>",
    "cyrillic-punycode": "From: Chantal <chef@xn--cme-5cd.example>",
    "verified": "From: =?utf-8?b?4pyF?= V\u00e9rifi\u00e9 <evil@x.example>",
    "endless-name": f"From: {'Chantal ' * 1000}<evil@x.example>",
    "invisible-address": "From: Chantal <chef\u200b@acme.example>",
    "kelvin": "From: Chantal <\u212aim@acme.example>",
}
"""Names and domains that want to be taken for others (A18)."""

EMPTIES = {
    "nothing": b"",
    "one-octet": b"\0",
    "line-ends": b"\r\n" * 50 + b".",
    "no-headers": b"\r\n\r\nx",
    "nuls": b"\0" * 500,
}


def _dated(date: str) -> bytes:
    return mail(f"Date: {date}".encode())


DATES = tuple(Hostile("A17", f"date-{date[:21]}", partial(_dated, date)) for date in _DATES)

POISON = (
    *(Hostile("M9", name, partial(bare, field, b"Subject: Panne")) for name, field in _HEADERS.items()),
    *(Hostile("M10", name, partial(mail, field)) for name, field in _INJECTIONS.items()),
    *(
        Hostile("A16", name, partial(mail, b"Content-Type: " + kind, body=body))
        for name, (kind, body) in _TEXTS.items()
    ),
    *(Hostile("A11", name, partial(bytes, octets)) for name, octets in EMPTIES.items()),
    *DATES,
    *(Hostile("A18", name, partial(bare, field.encode(), b"Subject: x")) for name, field in FACES.items()),
    Hostile(
        "A18", "turned-around", partial(mail, "Subject: \u202eetrevuo".encode(), body="\u202e!xuaf\u2069".encode())
    ),
)

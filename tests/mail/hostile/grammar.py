"""Header blocks out of a grammar that goes wrong on purpose: `header_block(Random(seed))` is the same for ever.

Every field is built as its RFC says, out of pieces of which some are broken: an angle, quote or comment that never
closes, encoded words that hold line ends or half a character, folds where none may be, octets that are no text,
controls. Then the octets are cut, doubled and swapped, as bad relays and worse senders do.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

ATOMS = (
    b"jean",
    b"chef",
    b"acme.example",
    b"x",
    b"1",
    b"a.b",
    b"caf\xc3\xa9",
    b"\xe9t\xe9",
    b"\xed\xa0\x80",
    b"\xff\xfe",
)
BLANKS = (b" ", b"\t", b"", b"  ", b"\r\n ", b"\r\n\t", b"\n ", b"\r\n \r\n ", b"\xc2\xa0")
SIGNS = (
    *(b"<", b">", b"(", b")", b'"', b"\\", b"@", b",", b";", b":", b"=", b"[", b"]", b"?", b"*", b"'", b"%", b"/"),
    *(
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b"\xe2\x80\xae",
        b"\xe2\x81\xa6",
        b"\xe2\x80\x8b",
        b"\xef\xbb\xbf",
        b"\xef\xbf\xbd",
    ),
    *(
        b"=?",
        b"?=",
        b"=?utf-8?q?",
        b"=?utf-8?b?",
        b"=0D=0A",
        b"..",
        b"--",
        b"<>",
        b"<@",
        b"@>",
        b"<<",
        b">>",
        b"((",
        b'""',
    ),
    *(b"\0", b"\x0b", b"\x0c", b"\x1b", b"\x1c", b"\x7f", b"\r"),
)
NASTY = (*SIGNS, b"\n", b"\r\n", b"\r\r\n", b"\n\n", b"\r\n\r\n")
CHARSETS = (b"utf-8", b"iso-8859-1", b"cp1252", b"utf-16", b"utf-7", b"undefined", b"idna", b"x" * 60, b"", b"utf-8*fr")
CODED = (b"a", b"_", b"=C3=A9", b"=0D=0ABcc:_evil@x", b"=00", b"=E2=80=AE", b"=ED=A0=80", b"=C3", b"YQ==", b"YQ", b"=?")
TYPES = (
    b"text/plain",
    b"text/html",
    b"multipart/mixed",
    b"multipart/report",
    b"message/rfc822",
    b"a/b",
    b"x",
    b"/",
    b"",
)
METHODS = (b"dkim", b"spf", b"dmarc", b"arc", b"x-y", b"dkim/1", b"")
RESULTS = (b"pass", b"fail", b"none", b"softfail", b"neutral", b"pass (ok)", b"")
WORDS = (b"auto-replied", b"no", b"auto-generated", b"bulk", b"list", b"junk", b"<list.example.com>", b"All", b"OOF")
DAYS = (b"Mon, ", b"Lun, ", b"", b"99, ")
MOST_MUTATIONS = 4


def header_block(random: Random) -> bytes:
    """One header block, with the empty line that may end it, and some words."""
    fields = [_field(random, b"From")] if random.random() < 0.8 else []
    fields += [_field(random, random.choice(tuple(FIELDS))) for _ in range(random.randint(1, 6))]
    octets = b"".join(fields) + random.choice((b"\r\n", b"\n", b"", b"\r\n")) + b"Bonjour\r\n#appel 15\r\n"
    for _ in range(random.choice((0, 0, 0, 0, 0, 1, 1, MOST_MUTATIONS))):
        octets = random.choice(MUTATIONS)(random, octets)
    return octets


def _field(random: Random, name: bytes) -> bytes:
    shown = random.choice((name, name, name, name.lower(), name.upper(), name + b" "))
    value = FIELDS[name](random)
    if random.random() < 0.15:
        at = random.randint(0, len(value))
        value = value[:at] + random.choice(SIGNS) + value[at:]
    blank, end = random.choice((b" ", b" ", *BLANKS)), random.choice((*[b"\r\n"] * 40, b"\n", b"\n", b"\r"))
    return shown + b":" + blank + value + end


def _blank(random: Random) -> bytes:
    return random.choice(BLANKS)


def _encoded_word(random: Random) -> bytes:
    text = b"".join(random.choice(CODED) for _ in range(random.randint(0, 4)))
    word = b"=?" + random.choice(CHARSETS) + b"?" + random.choice((b"q", b"b", b"Q", b"B", b"x", b"")) + b"?" + text
    return word + random.choice((b"?=", b"?=", b"?=", b"?", b""))


def _quoted(random: Random) -> bytes:
    inside = b"".join(random.choice((*ATOMS, *SIGNS, b"\\\\", b'\\"')) for _ in range(random.randint(0, 4)))
    return b'"' + inside + random.choice((b'"', b'"', b'"', b""))


def _comment(random: Random, depth: int = 0) -> bytes:
    inside = random.choice((*ATOMS, *SIGNS)) if depth > 3 or random.random() < 0.6 else _comment(random, depth + 1)
    return b"(" * random.choice((1, 1, 1, 50)) + inside + random.choice((b")", b")", b")", b""))


def _word(random: Random) -> bytes:
    return random.choice((_encoded_word, _quoted, _comment, _atom, _atom, _atom))(random)


def _atom(random: Random) -> bytes:
    return random.choice(ATOMS) * random.choice((1, 1, 1, 1, 40))


def _phrase(random: Random) -> bytes:
    return _blank(random).join(_word(random) for _ in range(random.randint(0, 4)))


def _addr_spec(random: Random) -> bytes:
    if random.random() < 0.5:
        return b"chef@acme.example"
    local = random.choice((_atom, _atom, _quoted, _encoded_word))(random)
    domain = random.choice((b"acme.example", b"[192.0.2.1]", b"[", b"x.example", b"caf\xc3\xa9.example", b"", b"a..b"))
    return local + random.choice((b"@", b"@", b"@", b"@", b" @ ", b"", b"@@")) + domain


def _mailbox(random: Random) -> bytes:
    address = _addr_spec(random)
    if random.random() < 0.4:
        return address + random.choice((b"", b"", b" " + _comment(random)))
    route = random.choice((b"", b"", b"", b"@a.example,@b.example:"))
    return _phrase(random) + _blank(random) + b"<" + route + address + random.choice((b">", b">", b">", b">", b""))


def _mailboxes(random: Random) -> bytes:
    some = b",".join(_mailbox(random) for _ in range(random.randint(0, 3)))
    return random.choice((some, some, some, b"team:" + some + b";", b"undisclosed-recipients:;"))


def _one_mailbox(random: Random) -> bytes:
    if random.random() < 0.3:
        return _atom(random) + b" <" + _addr_spec(random) + b">"
    return _mailbox(random) if random.random() < 0.8 else _mailboxes(random)


def _text(random: Random) -> bytes:
    return random.choice((b"", b"", b"Re: ", b"TR: ", b"[#1042] ")) + _phrase(random)


def _identifier(random: Random) -> bytes:
    inside = _atom(random) + random.choice((b"@", b"@", b"", b"@@")) + _atom(random)
    return random.choice((b"<", b"<", b"<", b"<[", b"")) + inside + random.choice((b">", b">", b">", b"]>", b""))


def _identifiers(random: Random) -> bytes:
    return _blank(random).join(_identifier(random) for _ in range(random.randint(0, 5)))


def _parameter(random: Random) -> bytes:
    name = random.choice((b"charset", b"boundary", b"filename", b"name", b"format", b"report-type", b"x", b""))
    section = random.choice((b"", b"", b"", b"*", b"*0", b"*0*", b"*1*", b"*99", b"**"))
    value = random.choice((_atom, _quoted, _encoded_word))(random)
    value = random.choice((value, value, b"utf-8''%C3%A9%00%ED%A0%80", b"x'y", random.choice(CHARSETS)))
    return b";" + _blank(random) + name + section + random.choice((b"=", b"=", b"=", b"", b" = ")) + value


def _parameters(random: Random) -> bytes:
    return random.choice(TYPES) + b"".join(_parameter(random) for _ in range(random.randint(0, 4)))


def _disposition(random: Random) -> bytes:
    kind = random.choice((b"attachment", b"inline", b"", b"x"))
    return kind + b"".join(_parameter(random) for _ in range(random.randint(0, 3)))


def _date(random: Random) -> bytes:
    clock = b"%d:%02d:%d" % (random.randint(0, 99), random.randint(0, 99), random.randint(0, 99))
    zone = random.choice((b"+0000", b"-0500", b"+9999", b"-2300", b"EST", b"", _comment(random)))
    year = random.choice((2026, 26, 99999, 0, 1970, 9999))
    return random.choice(DAYS) + b"%d Nov %d " % (random.randint(0, 40), year) + clock + b" " + zone


def _received(random: Random) -> bytes:
    clauses = (b"from", b"by", b"with", b"id", b"for")
    return b" ".join(one + b" " + _word(random) for one in clauses) + b";" + _date(random)


def _results(random: Random) -> bytes:
    server = random.choice((b"mx.example.com", b"mx.example.com 1", b"MX.example.com", b"evil.example", _word(random)))
    return server + b"".join(_result(random) for _ in range(random.randint(0, 4)))


def _result(random: Random) -> bytes:
    about = random.choice((b"header.from", b"header.d", b"header.i", b"smtp.mailfrom", b"x", b""))
    told = b" " + about + b"=" + random.choice((b"acme.example", b"@acme.example", _word(random)))
    result = random.choice(METHODS) + _blank(random) + b"=" + _blank(random) + random.choice(RESULTS)
    return b";" + _blank(random) + result + told + random.choice((b"", _comment(random)))


def _plain(random: Random) -> bytes:
    return random.choice(WORDS)


def _encoding(random: Random) -> bytes:
    return random.choice((b"base64", b"quoted-printable", b"7bit", b"8bit", b"uuencode", _word(random)))


FIELDS: dict[bytes, Callable[[Random], bytes]] = {
    **dict.fromkeys((b"From", b"Sender", b"Return-Path"), _one_mailbox),
    **dict.fromkeys((b"To", b"Cc", b"Reply-To", b"Resent-To"), _mailboxes),
    **dict.fromkeys((b"Subject", b"Comments", b"X-Criticit\xe9"), _text),
    **dict.fromkeys((b"Message-ID", b"References", b"In-Reply-To"), _identifiers),
    **dict.fromkeys((b"Auto-Submitted", b"Precedence", b"List-Id", b"X-Auto-Response-Suppress"), _plain),
    b"Content-Type": _parameters,
    b"Content-Disposition": _disposition,
    b"Content-Transfer-Encoding": _encoding,
    b"Date": _date,
    b"Received": _received,
    b"Authentication-Results": _results,
}


def _without_some(random: Random, octets: bytes) -> bytes:
    at = random.randint(0, len(octets))
    return octets[:at] + octets[at + random.choice((1, 1, 2, 20)) :]


def _with_nasty(random: Random, octets: bytes) -> bytes:
    at = random.randint(0, len(octets))
    return octets[:at] + random.choice(NASTY) * random.choice((1, 1, 3)) + octets[at:]


def _with_some_twice(random: Random, octets: bytes) -> bytes:
    begin, end = sorted((random.randint(0, len(octets)), random.randint(0, len(octets))))
    return octets[:end] + octets[begin:end] + octets[end:]


def _cut(random: Random, octets: bytes) -> bytes:
    return octets[: random.randint(0, len(octets))]


def _swapped(random: Random, octets: bytes) -> bytes:
    at = random.randint(0, len(octets))
    return octets[at:] + octets[:at]


MUTATIONS = (_without_some, _with_nasty, _with_nasty, _with_some_twice, _cut, _swapped)

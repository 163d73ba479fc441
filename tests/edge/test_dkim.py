"""Signatures that we verify ourselves: real keys, real signatures, a name server that says what a test needs."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.edge.dkim import (
    LONGEST_KEY,
    MOST_BLANKS,
    MOST_LINES,
    MOST_OCTETS,
    MOST_SIGNATURES,
    Lookup,
    is_signed,
    signers,
)

dkim = pytest.importorskip("dkim", reason="the extra 'dkim' is not installed")
from tests.edge.signing import KEY, LETTER, PRIVATE, WEAK_PRIVATE, WEAK_PUBLIC, Zone, signed  # noqa: E402  needs dkim

NOW = datetime.now(UTC)
CORP = ("corp.example",)


def found(raw: bytes, zone: Lookup | None = None, seconds: float = 5.0) -> tuple[str, ...]:
    """Who signed."""
    return signers(raw, zone or Zone(), NOW, seconds)


def stamp(**later: float) -> str:
    """A time as tags write it."""
    return str(int((NOW + timedelta(**later)).timestamp()))


@pytest.mark.parametrize("canonical", [(b"simple", b"simple"), (b"relaxed", b"relaxed"), (b"relaxed", b"simple")])
def test_what_a_signer_signed_is_verified(canonical: tuple[bytes, bytes]) -> None:
    """The whole way round through dkimpy's own signer."""
    line = dkim.sign(LETTER, b"k1", b"corp.example", PRIVATE, canonicalize=canonical)
    zone = Zone()
    assert found(line + LETTER, zone) == CORP
    assert zone.asked == ["k1._domainkey.corp.example."]


def test_a_mail_that_is_not_signed_asks_nobody() -> None:
    """Most of the work is not to be done at all."""
    zone = Zone()
    assert found(LETTER, zone) == ()
    assert zone.asked == []
    assert (is_signed(LETTER), is_signed(signed())) == (False, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"rien ne", b"tout"),
        (b"marche. \r\n", b"marche. \r\nPS\r\n"),
        (b"chef@corp", b"cheffe@corp"),
        (b"Subject: Panne", b"Subject: Vacances"),
        (b"From: Chantal", b"From: evil@evil.example\r\nFrom: Chantal"),
        (b"d=corp.example", b"d=evil.example"),
    ],
)
def test_what_was_altered_is_not_signed(old: bytes, new: bytes) -> None:
    """Body, author, subject, a second author above, another signer."""
    raw = signed()
    assert found(raw) == CORP
    assert found(raw.replace(old, new, 1), Zone({**Zone().records, "k1._domainkey.evil.example.": KEY})) == ()


def test_a_second_author_below_is_not_signed_either() -> None:
    """The signature covers the lowest From there is."""
    raw = signed().replace(b"To: support", b"From: evil@evil.example\r\nTo: support", 1)
    assert found(raw) == ()


@pytest.mark.parametrize("second", [b"Subject: ACHETEZ", b"SUBJECT:\r\n ACHETEZ"])
def test_a_second_field_above_takes_the_signature_from_the_first(second: bytes) -> None:
    """A signature holds for the lowest of them (RFC 6376 §8.15), and people read the first: whoever has a signed mail
    could send it on under words of their own."""
    assert found(second + b"\r\n" + signed()) == ()
    assert found(second + b"\r\n" + signed(h="from")) == CORP
    assert found(b"Received: from x by y\r\n" * 2 + signed(h="from:subject:received")) == ()
    assert found(signed(b"Comments: a\r\nComments: b\r\n" + LETTER, h="from:comments")) == CORP


@pytest.mark.parametrize(
    "tags",
    [
        {"l": str(len(LETTER.partition(b"\r\n\r\n")[2]))},
        {"x": stamp(seconds=-1)},
        {"x": "never"},
        {"x": "9" * 5000},
        {"t": stamp(days=2)},
        {"h": "subject:to"},
        {"h": ":".join(["from", *["x"] * 500])},
        {"a": "rsa-md5"},
        {"q": "dns/evil"},
        {"v": "2"},
        {"i": "@corp.example.evil.example"},
        {"d": "corp.example\tevil"},
        {"z": " " * 1000 + "x"},
        {"z": "x" * 20_000},
    ],
)
def test_a_signature_that_says_too_little_says_nothing(tags: dict[str, str]) -> None:
    """Part of the body, no author, over, an algorithm that was broken, or more than anybody needs to say."""
    assert found(signed(**tags)) == ()


def test_a_broken_algorithm_proves_nothing() -> None:
    """The signature itself holds (RFC 8301 §3.1)."""
    line = dkim.sign(LETTER, b"k1", b"corp.example", PRIVATE, signature_algorithm=b"rsa-sha1")
    assert dkim.verify(line + LETTER, dnsfunc=lambda _name, timeout: KEY.encode())
    assert found(line + LETTER) == ()


def test_a_signature_is_good_until_it_expires() -> None:
    """And may be for a subdomain's user, and name fields twice so that none is added."""
    assert found(signed(x=stamp(hours=1), t=stamp(hours=-1), h="from:subject:from", i="@mail.corp.example")) == CORP


@pytest.mark.parametrize(
    "record",
    [
        "",
        "v=DKIM1; p=",
        KEY.replace("DKIM1", "DKIM2"),
        KEY + "; t=y",
        KEY + "; t=y:s",
        KEY + "; s=tlsrpt",
        KEY + "; h=sha1",
        KEY + "; n=" + "x" * LONGEST_KEY,
        KEY.replace("MIGf", "QIGf"),
        "v=DKIM1; k=rsa; p=!!!",
        "v=DKIM1; k=rsa; p=" + "A" * 900,
        "v=DKIM1; k=dsa; p=AAAA",
        "v=DKIM1; k=ed25519; p=AAAA",
        "no tags at all",
        "\x00" * 100,
        f"v=DKIM1; p={WEAK_PUBLIC}",
    ],
)
def test_a_key_that_cannot_be_used_proves_nothing(record: str) -> None:
    """Revoked, on trial, for another purpose, too short, or nonsense."""
    assert found(signed(), Zone({"k1._domainkey.corp.example.": record})) == ()


def test_a_short_key_proves_nothing() -> None:
    """512 bits are broken in an afternoon; the signature itself holds."""
    assert found(signed(LETTER, WEAK_PRIVATE), Zone({"k1._domainkey.corp.example.": f"p={WEAK_PUBLIC}"})) == ()


@pytest.mark.parametrize(("identity", "expected"), [("@corp.example", CORP), ("@mail.corp.example", ())])
def test_a_key_may_be_for_its_domain_alone(identity: str, expected: tuple[str, ...]) -> None:
    """t=s: nobody below it (RFC 6376 §3.6.1)."""
    assert found(signed(i=identity), Zone({"k1._domainkey.corp.example.": KEY + "; t=s"})) == expected


@pytest.mark.parametrize("trouble", [TimeoutError(), OSError("SERVFAIL"), UnicodeError(), RecursionError()])
def test_no_name_server_can_do_harm(trouble: Exception) -> None:
    """Nothing was said; the mail goes its way."""
    assert found(signed(), Zone(trouble=trouble)) == ()


def test_a_signature_that_fails_does_not_hide_the_next() -> None:
    """A list's signature above the author's, its key long gone."""
    assert found(signed(signed(), s="gone", d="list.example")) == CORP
    both = Zone({**Zone().records, "k1._domainkey.list.example.": KEY})
    assert found(signed(signed(signed()), d="LIST.example"), both) == ("list.example", "corp.example")


def test_no_more_than_a_few_signatures_are_looked_at() -> None:
    """Each one is a question to a stranger's name server."""
    raw = signed()
    for number in range(MOST_SIGNATURES + 3):
        raw = signed(raw, s=f"gone{number}")
    zone = Zone()
    assert found(raw, zone) == ()
    assert len(zone.asked) == MOST_SIGNATURES


def test_after_its_time_nobody_is_asked() -> None:
    """Slow name servers share one time box."""
    zone = Zone(pause=0.2)
    assert found(signed(signed(signed(), s="a"), s="b"), zone, seconds=0.25) == ()
    assert len(zone.asked) == 2
    assert found(signed(), zone, seconds=-1) == ()


@pytest.mark.parametrize(
    "raw",
    [
        signed() + b"x" * MOST_OCTETS,
        signed() + b" " * MOST_BLANKS,
        signed() + b"\n" * (MOST_LINES + 1),
        signed().replace(b"To:", b"X: 1\r\n" * 1001 + b"To:", 1),
        signed().replace(b"To:", b"X: " + b"y" * 110_000 + b"\r\nTo:", 1),
    ],
)
def test_a_mail_beyond_a_cap_is_left_alone(raw: bytes) -> None:
    """It is kept like any other, only that nothing was said."""
    zone = Zone()
    assert found(raw, zone) == ()
    assert zone.asked == []


BLANKS = b" " * 400_000 + b"x\r\n"
HOSTILE = {
    "blanks in the body": signed(LETTER + BLANKS, c="relaxed/relaxed"),
    "short runs of blanks": signed(LETTER + (b" " * 400 + b"x") * 1000, c="relaxed/relaxed"),
    "empty lines": signed(LETTER + b"\r\n" * 190_000, c="relaxed/relaxed"),
    "blanks in the signature": signed().replace(b"; bh=", b"; z=" + b"\r\n " * 20_000 + b"!; bh="),
    "continued lines": signed().replace(b"To:", b"X: 1\r\n" + b" a\r\n" * 20_000 + b"To:", 1),
    "names": signed(h="from:" + ":".join(f"x{number}" for number in range(190))),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails_are_verified_in_linear_time(name: str) -> None:
    """Patterns run without letting other threads run: a quadratic one would stop the desk. It takes minutes here, and
    the pytest timeout is the only clock."""
    assert found(HOSTILE[name]) in ((), CORP)


def test_hostile_numbers_are_no_power() -> None:
    """The largest key that fits, with an exponent as long as its modulus."""
    integer = b"\x02\x82\x01\x60" + b"\x7f" * 0x160
    der = b"\x30\x82\x02\xc8" + integer + integer
    assert found(signed(), Zone({"k1._domainkey.corp.example.": f"p={b64encode(der).decode()}"})) == ()


@pytest.mark.parametrize("raw", [b"", b"\n", b"DKIM-Signature", b"DKIM-Signature:", b"DKIM-Signature: ;;;=\xff", b" x"])
def test_whatever_came_is_answered(raw: bytes) -> None:
    """Never an exception: the door waits for an answer."""
    assert found(raw) == ()
    assert found(raw + b"\r\n" + signed()) in ((), CORP)

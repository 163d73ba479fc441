"""No bytes are too broken: every hostile mail is read, in bounded time, and says what was left out (hazards §2.5)."""

from __future__ import annotations

import pytest

from mailgate.mail import parse
from tests.mail.hostile import HOSTILE
from tests.mail.hostile.bearing import assert_bearable
from tests.mail.hostile.recipe import Hostile

pytestmark = pytest.mark.timeout(30)
"""The only clock here: read with the square of their length, these took minutes."""

CAPS = [one for one in HOSTILE if one.defect]


@pytest.mark.parametrize("hostile", HOSTILE, ids=str)
def test_it_is_read(hostile: Hostile) -> None:
    """M9, M11 to M13, A11 to A21: no exception, nothing unbearable, and where a cap was reached the mail says so."""
    raw = hostile.write()
    mail = parse.read(raw)
    assert_bearable(mail)
    assert mail.size == len(raw)
    assert not hostile.defect or hostile.defect in mail.defects


def test_every_cap_of_the_threat_model_is_told_by_some_mail() -> None:
    """Header block and count, line, depth, parts, addresses, references, files, decoded size, text."""
    told = {one.defect for one in CAPS}
    assert told == {
        "header block over 102400 octets",
        "more than 1000 header fields",
        "a line of more than 65536 octets",
        "parts nested deeper than 50",
        "more than 1000 parts",
        "more than 1000 addresses in To",
        "more than 1000 addresses in Cc",
        "more than 50 references",
        "more than 100 attachments",
        "a part would decode to more than 4 times its size",
        "text cut after 1000000 characters",
    }


def test_every_hazard_of_readers_has_its_mails() -> None:
    """M10, M12 and M14 have tests of their own beside these, in headers, quotes and templates."""
    assert {one.hazard for one in HOSTILE} == {
        *("M9", "M10", "M11", "M12", "M13"),
        *("A11", "A12", "A13", "A14", "A15", "A16", "A17", "A18", "A20", "A21"),
    }


@pytest.mark.parametrize("hostile", CAPS, ids=str)
def test_its_digest_is_its_own(hostile: Hostile) -> None:
    """Also where nobody reads: one octet more is another mail (hazards A32)."""
    raw = hostile.write()
    head = raw.index(b"\r\n\r\n")
    assert parse.digest(raw) != parse.digest(raw[:head] + b"!" + raw[head:])
    assert parse.digest(raw) != parse.digest(raw + b"!")

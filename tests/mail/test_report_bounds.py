"""Reports by strangers: any octets have an answer, in time and memory that do not depend on what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.reports import Report
from mailgate.mail import limits
from mailgate.mail.text import clean_header
from tests.mail.notices import DAEMON, LOST_JEAN, RETURNED, parts, prose, read, status

GOOD = [
    status(LOST_JEAN, LOST_JEAN.replace("jean", "marie").replace("failed", "delayed")),
    prose(
        f"The following addresses failed:\n\n  jean@acme.example:\n    550 5.1.1 no\n\n-- Returned mail --\n{RETURNED}"
    ),
    parts(
        "report; report-type=disposition-notification", ("message/disposition-notification", "Disposition: x; deleted")
    ),
    parts("mixed", ("text/html", "<p>Undeliverable: <b>jean@acme.example</b>"), ("message/rfc822", RETURNED)),
]
PIECES = [
    *(
        b"\r\n",
        b"\n\n",
        b"\0",
        b"\xff",
        b"<",
        b">",
        b"@",
        b":",
        b";",
        b"(",
        b"\\x{D800}",
        b"+2B",
        b"=?utf-8?b?",
        b"--b",
    ),
    *(b"Final-Recipient:", b"Action: failed", b"Status: 4.", b"rfc822;", b"undeliverable to", b"\xe2\x80\xae", b"To: "),
    *(
        b"Content-Type: multipart/report; boundary=b\n\n--b\n",
        b"(expanded from ",
        b"emailing name@",
        b"X-Failed-Recipients:",
    ),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good report in which some octets were replaced by pieces of others."""
    octets = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(1, 6))):
        begin = draw(st.integers(0, len(octets)))
        end = min(len(octets), begin + draw(st.integers(0, 40)))
        octets = octets[:begin] + draw(st.sampled_from(PIECES) | st.binary(max_size=8)) + octets[end:]
    return octets


@given(mutated() | st.binary(max_size=300).map(lambda body: DAEMON.encode() + b"\n\n" + body))
def test_any_report_is_read_and_what_is_read_is_clean(octets: bytes) -> None:
    """It goes into the database, into mail and into a terminal."""
    report = read(octets)
    for fated in report.recipients if report else ():
        assert fated.address == fated.address.lower()
        assert fated.address.isprintable()
        assert "@" in fated.address
        assert fated.reason == clean_header(fated.reason, limits.REASON_CHARS)
    assert report is None or len({fated.address for fated in report.recipients}) == len(report.recipients)


def told(octets: bytes) -> Report:
    report = read(octets)
    assert report is not None
    return report


def group(number: int) -> str:
    return LOST_JEAN.replace("jean", f"jean{number}")


def test_a_hundred_thousand_recipients_are_a_hundred() -> None:
    """A report about mail of ours has one; whoever sends this wants us busy."""
    report = told(status(*(group(number) for number in range(100_000))))
    assert [fated.address for fated in report.recipients[:2]] == ["jean0@acme.example", "jean1@acme.example"]
    assert len(report.recipients) == limits.REPORT_RECIPIENTS


def test_a_hundred_thousand_recipients_in_prose_are_a_hundred() -> None:
    """The same in words."""
    listed = "".join(f"  jean{number}@acme.example\n" for number in range(100_000))
    assert len(told(prose(f"Failed recipients:\n\n{listed}")).recipients) == limits.REPORT_RECIPIENTS


@pytest.mark.parametrize(
    "fields",
    [
        f"{LOST_JEAN}\n\n" * 350_000,
        f"{LOST_JEAN}\nDiagnostic-Code: x\n" + " a\n" * 8_000_000,
        LOST_JEAN + "\n" * 25_000_000,
        f"{LOST_JEAN}\nDiagnostic-Code: " + "(" * 25_000_000,
    ],
    ids=["groups", "continuations", "blank-lines", "one-line"],
)
def test_a_status_part_of_25_megabytes_is_read_to_its_cap(fields: str) -> None:
    """The time limit of the suite is the judge of the time; what stands first is found."""
    assert [fated.address for fated in told(status(fields)).recipients] == ["jean@acme.example"]


@pytest.mark.timeout(10)
@pytest.mark.parametrize("blank", [" ", "\u00a0", "\t"])
def test_blanks_in_a_diagnostic_are_no_type(blank: str) -> None:
    """A type was looked for behind each of them: eighteen seconds for three hundred kilobytes."""
    groups = (f"{group(number)}\nDiagnostic-Code: x{blank * 8000}y" for number in range(36))
    assert told(status(*groups)).recipients[0].reason == "x y"


def test_only_the_first_parts_of_many_are_read() -> None:
    """Each alone is within its cap."""
    many = (("message/delivery-status", group(number)) for number in range(900))
    assert len(told(parts("report", *many)).recipients) == limits.REPORT_TEXTS


def test_a_thousand_nested_reports_are_one() -> None:
    """Beyond the depth that is read stands nothing that is believed."""
    nested = "".join(f"Content-Type: multipart/report; boundary=b{n}\n\n--b{n}\n" for n in range(1000))
    assert told(prose(f"--b\n{nested}{LOST_JEAN}", "Content-Type: multipart/report; boundary=b")).recipients == ()


def test_a_report_in_a_report_in_a_report_is_not_looked_for() -> None:
    """One wrapping is a filter's, more are nobody's."""
    once = "Content-Type: multipart/mixed; boundary={}\n\n--{}\nContent-Type: message/rfc822\n\n"
    deep = "".join(once.replace("{}", f"b{n}") for n in range(1000))
    assert read(f"{DAEMON}\n{deep}{status(LOST_JEAN).decode()}".encode()) is None

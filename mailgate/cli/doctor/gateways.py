"""Carriers that took mail for text messages, and stopped. A page to one of them is lost without a sound.

Only what the carrier itself announced, or what ended beyond doubt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Gateway:
    """`ends` is its last day, or the last day of the month that is known."""

    domain: str
    carrier: str
    ends: date


GATEWAYS = {
    one.domain: one
    for one in (
        Gateway("txt.att.net", "AT&T", date(2025, 6, 17)),
        Gateway("mms.att.net", "AT&T", date(2025, 6, 17)),
        Gateway("tmomail.net", "T-Mobile", date(2024, 12, 31)),
        Gateway("vtext.com", "Verizon", date(2027, 3, 31)),
        Gateway("vzwpix.com", "Verizon", date(2027, 3, 31)),
    )
}
"""By domain, in lower case."""

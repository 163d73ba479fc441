"""What is decided first."""

from __future__ import annotations

import pytest

from mailgate.core.custody import Delivery
from mailgate.core.model import Door
from mailgate.core.patience import patience
from tests.builders import a_policy

URGENT, REGULAR = 60, 240


@pytest.mark.parametrize(
    ("sender", "recipients", "minutes"),
    [
        ("chef@acme.example", ("support-urgent@example.com",), URGENT),
        ("chef@acme.example", ("support-regulier@example.com",), REGULAR),
        ("chef@acme.example", ("support-regulier@example.com", "Support-Urgent@example.com"), URGENT),
        ("", ("support-urgent@example.com",), URGENT),
        ("tech1@example.com", ("tickets+1001.abc@example.com",), URGENT),
        ("tech1@example.com", ("Tickets@Example.com",), URGENT),
        ("", ("tickets+b.17@example.com",), REGULAR),
        ("chef@acme.example", ("somebody@example.com",), REGULAR),
        ("chef@acme.example", (), REGULAR),
    ],
)
def test_the_most_urgent_door_says_how_long_a_mail_may_wait(
    sender: str, recipients: tuple[str, ...], minutes: int
) -> None:
    """An answer may acknowledge a page; a bounce, a device without an address of ours and a collected mail may wait."""
    assert patience(Delivery(Door.SMTP, sender, recipients, b""), a_policy()) == minutes

"""Where on its lines a report in prose names those who failed, and where it names others."""

from __future__ import annotations

import pytest

from mailgate.core.reports import Fate, Fated
from tests.mail.notices import addresses, prose, recipients

JEAN = "jean@acme.example"


@pytest.mark.parametrize(
    "text",
    [
        "Failed recipients:\n\njean@acme.example\nmarie@acme.example is whom to ask\n",
        "Your mail was not delivered to us as marie@acme.example says:\n\njean@acme.example\n",
        "Delivery failed. To marie@acme.example: sorry.\n\njean@acme.example\n",
        "Failed recipients:\n\njean@acme.example\n550 5.1.1 <marie@acme.example>: nobody\n",
        "Failed recipients:\n\njean@acme.example, marie@localhost\n",
        "Your mail couldn’t be delivered to jean@acme.example, though marie@acme.example could.\n",
        "------ Message not delivered to the following addresses:\n\n jean@acme.example\n",
        "Failed recipients: 'jean@acme.example'.\n",
        'Failed recipients:\n\n"Jean" <jean@acme.example>\n"jean@acme.example" <jean@acme.example>\n',
        "Failed recipients:\n\n[SMTP:jean@acme.example]\n",
        "Failed recipients:\n\njean@acme.example, <JEAN@acme.example>; on Monday\n",
    ],
)
def test_only_jean_is_named(text: str) -> None:
    """An address in the middle of a sentence, or behind a number, is somebody else's."""
    assert addresses(prose(text)) == [JEAN]


def test_recipients_have_their_own_reasons() -> None:
    """Even without a blank line between them; those that share one are listed together."""
    text = "Failed recipients:\n\n jean@acme.example\n   450 Later\n marie@acme.example\n luc@acme.example\n   550 No\n"
    assert recipients(prose(text)) == (
        Fated(JEAN, Fate.SOFT, reason="450 Later"),
        Fated("marie@acme.example", Fate.HARD, reason="550 No"),
        Fated("luc@acme.example", Fate.HARD, reason="550 No"),
    )


def test_a_report_about_one_recipient_is_all_about_that_one() -> None:
    """The code stands anywhere; with two recipients nobody knows whose it is."""
    text = "Failed recipients:\n\njean@acme.example\n\nBusy.\n\nMore:\n4.4.4 Try later\n"
    assert [(fated.fate, fated.status) for fated in recipients(prose(text))] == [(Fate.SOFT, "4.4.4")]
    both = text.replace("jean@acme.example", "jean@acme.example\nmarie@acme.example")
    assert [(fated.fate, fated.status) for fated in recipients(prose(both))] == [(Fate.HARD, ""), (Fate.HARD, "")]

"""The table of what mail systems say: every row is heard, and names its recipient where it says that one stands."""

from __future__ import annotations

import pytest

from mailgate.core.reports import Fate
from mailgate.mail.sayings import SAYINGS, Place, Saying
from tests.mail.notices import addresses, prose, recipients

SENDER = "From: bot@acme.example"
JEAN = "jean@acme.example"
FORMS = {
    Place.AFTER: (f"x {{}}: {JEAN}", f"x {{}}\n\n  {JEAN}\n"),
    Place.BEHIND: (f"{{}} <{JEAN}>",),
    Place.BEFORE: (f"{JEAN} - {{}}",),
    Place.IN_TO: (f"x {{}}.\n\nTo: {JEAN}\n",),
    Place.NAMES: ("x {}\n jean\n",),
    Place.NOWHERE: (f"Your message to {JEAN} {{}}.",),
}
FAILED = "\n\nSorry, that was not accepted.\n"


def test_every_place_has_its_forms() -> None:
    """So that no row goes untested."""
    assert FORMS.keys() == set(Place)


@pytest.mark.parametrize("saying", SAYINGS, ids=lambda saying: saying.words)
def test_every_saying_names_its_recipient(saying: Saying) -> None:
    """Also when a mailer says it whose name nobody knows."""
    for form in FORMS[saying.place]:
        report = prose(form.format(saying.words) + ("" if saying.fate else FAILED), "Return-Path: <>", sender=SENDER)
        assert addresses(report) == [JEAN]
        assert (recipients(report)[0].fate is Fate.DELAYED) == (saying.fate is Fate.DELAYED)


@pytest.mark.parametrize(
    "saying", [saying for saying in SAYINGS if saying.fate is None], ids=lambda saying: saying.words
)
def test_what_does_not_say_that_mail_failed_is_not_enough(saying: Saying) -> None:
    """It only says whose mail it was."""
    assert addresses(prose(f"x {saying.words}: {JEAN}", "Return-Path: <>", sender=SENDER)) == []


def test_a_saying_that_holds_another_comes_first() -> None:
    """The first that is heard opens the list."""
    for index, saying in enumerate(SAYINGS):
        assert not any(
            earlier.words in saying.words for earlier in SAYINGS[:index] if earlier.place is not saying.place
        )

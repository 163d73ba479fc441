"""A holiday that a promise passes over is named to each reader in their own language."""

from __future__ import annotations

from tests.builders import local
from tests.flow.desk import Letter, LiveDesk
from tests.flow.test_held_mails import CHEF, to


def test_an_english_customer_reads_the_name_of_the_holiday_in_english(desk: LiveDesk) -> None:
    """The desk's language is French; both parts of the mail say the same."""
    desk.at(local("2026-12-24 19:50"))
    told = to(desk.write(Letter("Hello, nothing works.")), CHEF)
    assert "(Jour de Noël)" in told.text
    desk.change_rules('language = "fr-CA"', 'language = "en"')
    told = to(desk.write(Letter("Hello, nothing works any more.", subject="Server")), CHEF)
    for part in (told.text, told.html):
        assert "(Christmas Day)" in part
        assert "Noël" not in part

"""What every letter says, word for word, in each locale: a change of words is seen in review, and none comes unseen.

`make snapshots` writes the files anew; read the difference before it is committed. All three kinds of French have the
same words, with U+00A0 before : ; ! ? and inside « », as people write it in Québec, and "14 h 30" is good usage in each
of them; times are those of the reader's own zone.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from mailgate.mail.samples import NAMES, sample_letters
from tests.mail.letters import NOW, PACKAGED, TEMPLATES

FOLDER = Path(__file__).parent / "snapshots"
LOCALES = {
    "fr-CA": "America/Toronto",
    "fr-CH": "Europe/Zurich",
    "fr-FR": "Europe/Paris",
    "en": "America/Toronto",
}
RENEW = os.environ.get("MAILGATE_SNAPSHOTS") == "renew"


def rendered(locale: str, name: str) -> str:
    """Every sample of a letter, the one below the other."""
    said = []
    for place, letter in enumerate(sample_letters(name, locale), 1):
        words = TEMPLATES.render(replace(letter, to=replace(letter.to, timezone=LOCALES[locale])), NOW)
        said.append(f"======== {place}\nSubject: {words.subject}\n\n{words.text}\n")
    return "\n".join(said)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", NAMES)
def test_a_letter_says_what_it_said_before(name: str, locale: str) -> None:
    """Somebody who cannot ask back reads it: no word of it changes by accident."""
    stored = FOLDER / locale / f"{name}.txt"
    if RENEW:
        stored.parent.mkdir(parents=True, exist_ok=True)
        stored.write_text(rendered(locale, name), "utf-8")
    before = stored.read_text("utf-8") if stored.exists() else ""
    assert rendered(locale, name) == before, "other words: if they are meant, run `make snapshots`"


def test_every_letter_is_kept_in_every_locale() -> None:
    """A template without a snapshot, or the snapshot of a template that is gone, guards nothing."""
    templates = {path.name.removesuffix(".txt.j2") for path in PACKAGED.glob("*/[!_]*.txt.j2")}
    stored = {(path.parent.name, path.stem) for path in FOLDER.glob("*/*.txt")}
    assert templates == set(NAMES)
    assert stored == {(locale, name) for locale in LOCALES for name in templates}


@pytest.mark.parametrize("locale", [locale for locale in LOCALES if locale.startswith("fr")])
def test_french_breaks_no_line_before_a_sign(locale: str) -> None:
    """A line that begins with « : » looks like a mistake; a pager knows no other blank than the ordinary one."""
    for name in NAMES:
        wrong = re.findall(r"(?m)^(?!#).*(?:\w [:;!?»]|« ).*", rendered(locale, name)) if name != "page" else []
        assert wrong == []


@pytest.mark.parametrize(("locale", "hour"), [("fr-CA", "12 h 00"), ("fr-CH", "18 h 00"), ("en", "12:00")])
def test_a_deadline_is_told_in_the_reader_s_own_time(locale: str, hour: str) -> None:
    """A customer in Geneva does not count in Montréal's hours."""
    assert hour in rendered(locale, "acknowledgement").replace("\u00a0", " ")

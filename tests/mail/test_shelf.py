"""Templates as they were when they were read: a desk prints one set of them, whatever is edited meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mailgate.mail.compose import TemplateFailed, Templates
from mailgate.mail.shelf import Shelf
from tests.mail.test_sandbox import a_site, refusal, text_of


def test_what_is_edited_later_is_not_printed(tmp_path: Path) -> None:
    """Neither a letter nor a part of it, whether it was printed before or not."""
    part = '{% import "fr/_mine.txt.j2" as mine %}'
    templates = a_site(tmp_path, fr___mine__txt="{% macro word() %}Fini{% endmacro %}")
    templates = a_site(tmp_path, fr__closing__txt=f"{part}Subject: x\n\n{{{{ mine.word() }}}}")
    for path in (tmp_path / "templates/fr").iterdir():
        path.write_text("Subject: x\n\nnew", "utf-8")
    assert text_of(templates) == "Fini"
    assert text_of(Templates(templates.directories)) == "new"


def test_what_is_deleted_later_is_still_printed(tmp_path: Path) -> None:
    """A deployment that replaces the directory takes no words from a desk that runs."""
    templates = a_site(tmp_path, fr__closing__txt="Subject: x\n\nFini.")
    (tmp_path / "templates/fr/closing.txt.j2").unlink()
    assert text_of(templates) == "Fini."


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_told_by_its_name(tmp_path: Path) -> None:
    """As one that is broken."""
    templates = a_site(tmp_path, fr__closing__txt="")
    (tmp_path / "templates/fr/closing.txt.j2").chmod(0)
    with pytest.raises(TemplateFailed, match=r"templates/fr/closing\.txt\.j2: .*denied"):
        text_of(Templates(templates.directories))


def test_a_language_behind_a_link_is_read_and_a_circle_ends(tmp_path: Path) -> None:
    """« fr-CH » is often a link to « fr »; a link to the directory itself is a slip."""
    a_site(tmp_path, fr__closing__txt="Subject: x\n\nFini.")
    (tmp_path / "templates/fr-CH").symlink_to("fr")
    (tmp_path / "templates/fr/again").symlink_to("..")
    shelf = Shelf((tmp_path / "templates",))
    assert list(shelf.stems(".txt.j2")) == ["0/fr/closing", "0/fr-CH/closing"]


def test_nothing_outside_is_included(tmp_path: Path) -> None:
    """A template names templates."""
    (tmp_path / "secret").write_text("hunter2")
    assert "no template is named" in refusal(tmp_path, '{% include "../secret" %}')

"""Templates of a site: found in the right order, kept in their sandbox, and told with file and line when they fail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mailgate.mail.compose import TemplateFailed, Templates
from mailgate.mail.samples import FACTS
from tests.mail.letters import NOW, PACKAGED, a_letter, a_reader


def a_site(root: Path, **files: str) -> Templates:
    """Templates of a site over the packaged ones; a file is named language__name__kind."""
    folder = root / "templates"
    for name, source in files.items():
        language, stem, kind = name.split("__")
        path = folder / language.replace("_", "-") / f"{stem}.{kind}.j2"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return Templates((folder, PACKAGED))


def text_of(templates: Templates, template: str = "closing", language: str = "fr-CA") -> str:
    return templates.render(replace(a_letter(template), to=a_reader(language)), NOW).text


def refusal(root: Path, body: str) -> str:
    """Why a template with this body fails."""
    with pytest.raises(TemplateFailed) as failed:
        text_of(a_site(root, fr__closing__txt=f"Subject: x\n\n{body}"))
    return str(failed.value)


def test_the_site_s_template_wins(tmp_path: Path) -> None:
    """And the packaged one fills in what the site doesn't write."""
    templates = a_site(tmp_path, fr__closing__txt="Subject: A {{ ticket.number }}\n\nFini.")
    assert text_of(templates) == "Fini."
    assert "attendons votre réponse" in text_of(templates, "reminder")


def test_a_region_wins_over_its_language(tmp_path: Path) -> None:
    """fr-CH may say « natel » where fr says « cellulaire »."""
    templates = a_site(tmp_path, fr_CH__closing__txt="Subject: x\n\nSuisse", fr__closing__txt="Subject: x\n\nFrance")
    assert text_of(templates, language="fr-CH") == "Suisse"
    assert text_of(templates, language="fr-CA") == "France"


def test_an_unknown_language_gets_the_desk_s_then_english(tmp_path: Path) -> None:
    """A customer who reads German gets something they can hand to somebody."""
    assert "est fermée" in text_of(Templates((PACKAGED,)), language="de")
    assert "is closed" in text_of(Templates((PACKAGED,), language="it"), language="de")


def test_a_site_that_rewrites_the_text_sends_text_only(tmp_path: Path) -> None:
    """Its own words beside our HTML would be two different mails."""
    templates = a_site(tmp_path, fr__closing__txt="Subject: x\n\nFini.")
    assert templates.render(a_letter("closing"), NOW).html is None


def test_a_site_may_use_the_packaged_parts(tmp_path: Path) -> None:
    """A new letter begins with one line, not with a copy of the layout."""
    blocks = "{% block title %}T{% endblock %}{% block main %}{{ ticket.number }}{% endblock %}"
    page = "{% extends 'fr/_page.html.j2' %}" + blocks
    templates = a_site(tmp_path, fr__closing__txt="Subject: x\n\nFini.", fr__closing__html=page)
    html = templates.render(a_letter("closing"), NOW).html
    assert html is not None
    assert "prefers-color-scheme" in html
    assert templates.check() == ()


def test_a_template_of_the_site_s_own_name_is_checked_too(tmp_path: Path) -> None:
    """`template = "…"` in a rule may name any of them."""
    templates = a_site(tmp_path, fr__fermeture__txt="Subject: x\n\n{{ ticket.nummer }}")
    (mistake,) = templates.check()
    assert mistake.startswith("templates/fr/fermeture.txt.j2:3: ")
    assert "nummer" in mistake


@pytest.mark.parametrize(
    "body",
    [
        "{{ ''.__class__ }}",
        "{{ ticket.__init__.__globals__ }}",
        "{{ ticket.history.append(1) }}",
        "{{ 'a'.center(100000000) }}",
        "{{ deadline.callback.due_at.isoformat() }}",
        "{{ 'a' * 200000000 }}",
        "{{ 'a' + 'b' }}",
        "{{ '%0200000000d' % 1 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{% for i in range(10) %}x{% endfor %}",
        "{{ self.__init__ }}",
        "{{ ticket.number.bit_length() }}",
        "{{ 1 / 0 }}",
        "{{ ticket.nummer }}",
        "{{ [1] | map('safe') | list }}",
        "{% include 'fr/nowhere.j2' %}",
        "{% include '../../etc/passwd' %}",
    ],
)
def test_a_template_only_reads(tmp_path: Path, body: str) -> None:
    """Jinja's own sandbox calls any method and multiplies strings until memory ends (hazards M14, A44)."""
    assert refusal(tmp_path, body).startswith("templates/fr/closing.txt.j2")


@pytest.mark.parametrize(
    "body",
    ["{{ ticket.subject|safe }}", "{% autoescape false %}x{% endautoescape %}", "{% if %}", "{{ 'a'|center(9) }}"],
)
def test_what_cannot_be_compiled_names_its_line(tmp_path: Path, body: str) -> None:
    """`|safe` is how strangers' words become markup (hazards A45)."""
    templates = a_site(tmp_path, fr__closing__txt="Subject: x\n\nok", fr__closing__html=f"<p>\n{body}</p>")
    assert [mistake.split(": ")[0] for mistake in templates.check()] == ["templates/fr/closing.html.j2:2"]


def test_a_text_macro_that_html_uses_is_escaped(tmp_path: Path) -> None:
    """In one environment for both it wouldn't be: jinja trusts what a macro returns."""
    macro = "{% macro subject(what) %}{{ what }}{% endmacro %}"
    page = "{% import 'fr/macros.txt.j2' as say %}<p>{{ say.subject(ticket.subject) }}</p>"
    templates = a_site(tmp_path, fr__macros__txt=macro, fr__closing__txt="Subject: x\n\nok", fr__closing__html=page)
    assert FACTS.ticket is not None
    evil = replace(FACTS, ticket=replace(FACTS.ticket, subject="<b>x</b>"))
    html = templates.render(a_letter("closing", evil), NOW).html
    assert html is not None
    assert "<b>" not in html


def test_a_date_outside_its_context_explains_itself(tmp_path: Path) -> None:
    """The commonest slip of somebody who moves a sentence into a macro."""
    macro = "{% macro due(at) %}{{ at|moment }}{% endmacro %}"
    body = "Subject: x\n\n{% import 'fr/_mine.txt.j2' as mine %}{{ mine.due(deadline.callback.due_at) }}"
    templates = a_site(tmp_path, fr___mine__txt=macro, fr__closing__txt=body)
    with pytest.raises(TemplateFailed, match="with context"):
        text_of(templates)


def test_a_template_that_never_ends_is_stopped(tmp_path: Path) -> None:
    """Nested loops over a long text print more than a mail may hold."""
    loops = "{% for a in message.text %}{% for b in message.text %}{% for c in message.text %}{{ message.text }}"
    assert "prints too much" in refusal(tmp_path, loops + "{% endfor %}" * 3)


def test_a_text_must_begin_with_its_subject(tmp_path: Path) -> None:
    """A mail without a subject is taken for spam."""
    for start in ("Bonjour\n", "Subject: x\nBonjour", ""):
        templates = a_site(tmp_path, fr__closing__txt=start)
        assert templates.check() == ("templates/fr/closing.txt.j2:1: begin with 'Subject: …' and an empty line",)


def test_a_missing_template_is_told(tmp_path: Path) -> None:
    """A rule may name a template that nobody wrote."""
    with pytest.raises(TemplateFailed, match=r"templates/fr-CA/nothing.txt.j2: there is none"):
        text_of(Templates((PACKAGED,)), "nothing")
    assert "templates/fr-CA/page.txt.j2: there is none" in Templates((tmp_path,)).check()


def test_html_without_its_text_is_told(tmp_path: Path) -> None:
    """It would never be sent."""
    templates = a_site(tmp_path, fr__fermeture__html="<p>x</p>")
    assert templates.check() == ("templates/fr/fermeture.html.j2: needs a text beside it, fermeture.txt.j2",)


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    """Old editors still write Windows-1252."""
    a_site(tmp_path, fr__closing__txt="")
    (tmp_path / "templates" / "fr" / "closing.txt.j2").write_bytes(b"Subject: \xe9\n\nx")
    (mistake,) = a_site(tmp_path).check()
    assert mistake.startswith("templates/fr/closing.txt.j2: 'utf-8' codec")

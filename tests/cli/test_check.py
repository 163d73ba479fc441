"""`mailgate check`"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from mailgate.cli.main import run
from mailgate.mail.samples import NAMES
from tests.mail.letters import PACKAGED

ONE_RULE = """
[[rule]]
name = "essai"
when = { subject = "essai" }
then = { tag = "essai" }
[[rule.example]]
mail = { from = "chef@acme.example", to = "support-urgent@example.com", subject = "essai" }
expect = { pages = 3 }
"""


def spoil(path: Path, old: str, new: str) -> None:
    """Write a mistake into a file of the site."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_starter_is_without_mistakes(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer's first check says ok, and creates nothing."""
    assert run(["check", "-c", str(config)]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("ok: 2 queues, 4 technicians, ")
    assert told.err == ""
    assert not (config.parent / "var").exists()


def test_one_of_a_kind_is_counted_as_one(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A small desk may have one customer, one rule and one example."""
    rules = config.parent / "rules"
    customers = (rules / "40-customers.toml").read_text("utf-8")
    (rules / "40-customers.toml").write_text(customers.partition("[customer.helvetia-demo]")[0], "utf-8")
    (rules / "60-rules.toml").write_text(ONE_RULE, "utf-8")
    assert run(["check", "-c", str(config)]) == 0
    assert capsys.readouterr().out.endswith(", 1 customer, 1 rule, 1 example that holds\n")


def test_every_mistake_is_one_line_with_its_place(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rules and templates are reported together; an administrator mends them in one go."""
    spoil(config.parent / "rules" / "20-queues.toml", "callback  =", "calback  =")
    spoil(config.parent / "templates" / "fr" / "acknowledgement.txt.j2", "{", "{{ nonsense. }}{")
    assert run(["check", "-c", str(config)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert any("(did you mean 'callback'?)" in line for line in told.err.splitlines())
    assert any(line.startswith("templates/fr/acknowledgement.txt.j2:") for line in told.err.splitlines())


def test_a_slip_in_the_configuration_hides_no_other(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rules are read without a desk then, so that both are mended in one go."""
    spoil(config, "timezone =", "timezon =")
    spoil(config.parent / "rules" / "20-queues.toml", "callback  =", "calback  =")
    assert run(["check", "-c", str(config)]) == 1
    told = capsys.readouterr().err
    assert "config.toml:" in told
    assert "rules/20-queues.toml:" in told


def test_an_example_that_does_not_hold_is_a_mistake(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rules carry their own tests."""
    spoil(config.parent / "rules" / "60-rules.toml", "pages = 3", "pages = 2")
    assert run(["check", "-c", str(config), "--json"]) == 1
    (mistake,) = json.loads(capsys.readouterr().out)
    assert set(mistake) == {"file", "line", "column", "text"}
    assert mistake["file"] == "rules/60-rules.toml"


def test_a_good_site_is_an_empty_array(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For an editor or a pipeline that shows mistakes where they are."""
    assert run(["check", "-c", str(config), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('base_url = "https://x.example"', ""),
        ('base_url = "http://127.0.0.1:8080"', ""),
        ('base_url = "http://x.example"', ": base_url of [web] is not https: "),
        ("", ": [web] has no base_url: pages carry no link"),
    ],
)
def test_links_that_lead_nowhere_or_in_the_clear_are_said(
    config: Path, line: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An administrator who switches the web pages on must not wait for their links, nor show them to everybody."""
    config.write_text(config.read_text("utf-8") + f'\n[web]\nlisten = "127.0.0.1:0"\n{line}\n', "utf-8")
    assert run(["check", "-c", str(config)]) == 0
    told = capsys.readouterr().err
    assert says in told
    assert ("[web]" in told) is bool(says)


def test_what_the_site_needs_and_the_machine_lacks_is_a_mistake(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`serve` refuses it too: a desk that was told to verify and cannot would look verified."""
    config.write_text(config.read_text("utf-8") + "\n[dkim]\nverify = true\n", "utf-8")
    monkeypatch.setitem(sys.modules, "dns", None)
    assert run(["check", "-c", str(config)]) == 1
    assert "install mailgate with its extra 'dkim'" in capsys.readouterr().err
    assert run(["serve", "-c", str(config)]) == 1
    assert not (config.parent / "var").exists()


def test_a_language_that_no_template_is_in_is_a_warning(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Mails leave all the same, in words that nobody asked for: English, or a customer's in the desk's own."""
    spoil(config.parent / "rules" / "40-customers.toml", 'language = "fr-CH"', 'language = "de-CH"')
    assert run(["check", "-c", str(config)]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("warning: rules/40-customers.toml:")
    assert "no template is in 'de-CH': mails leave in 'fr' until templates/de holds some" in line
    spoil(config, 'language = "fr-CA"', 'language = "de"')
    assert run(["check", "-c", str(config)]) == 0
    assert "config.toml:12:12: no template is in 'de': mails leave in 'en'" in capsys.readouterr().err


def test_a_translation_that_has_begun_is_told_what_it_lacks(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever translates one template after the other wants to know which mails still leave in other words."""
    spoil(config, 'language = "fr-CA"', 'language = "de"')
    templates = config.parent / "templates"
    (templates / "de").mkdir()
    (templates / "de/acknowledgement.txt.j2").write_bytes((templates / "en/acknowledgement.txt.j2").read_bytes())
    assert run(["check", "-c", str(config)]) == 0
    lacks = f"templates/de has no closing, correction, drill and {len(NAMES) - 4} more: these mails leave in 'en'"
    assert lacks in capsys.readouterr().err
    for name in NAMES:
        (templates / "de" / f"{name}.txt.j2").write_bytes((PACKAGED / "en" / f"{name}.txt.j2").read_bytes())
    assert run(["check", "-c", str(config)]) == 0
    assert capsys.readouterr().err == ""

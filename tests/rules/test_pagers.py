"""What is wrong with a way to reach somebody, in the words that `check` prints."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mailgate.core.people import Pager
from mailgate.rulebook import load
from mailgate.toml.document import SiteMistakes
from tests.rules.sites import DESK, loaded, mistakes, rules

WRONG_PAGERS = {
    "5145550101": "'5145550101' is not a pager: write mailto:5145550101@pager.example.net?max=160 or an Apprise URL",
    "mailto:x@pager.example.net?mx=160": "unknown parameter 'mx' of a mailto: pager (did you mean 'max'?)",
    "mailto:x@pager.example.net?max=9": "'max=9' of a pager must be a number of characters, at least 40",
    "nosuch://x": "'nosuch://…' is not a pager that Apprise knows",
    "snp://gateway.example/1": "'snp://…' is not a pager that Apprise knows (did you mean 'snpp'?)",
    "snpp://g.example/1 2": "'snpp://g.example/1 2' is not a pager: write snpp://pager.example.net:444/5145550101",
    "snpp://me:canary@gateway.example/1": "'snpp:…' is not a pager: write snpp://pager.example.net:444/5145550101",
    "snpp://g.example:99999/1": "'snpp://g.example:99999/1' is not a pager: its port is a number from 1 to 65535",
    "snpp://gateway.example/1?mx=80": "unknown parameter 'mx' of a snpp: pager (did you mean 'max'?)",
    "sms:ovh/514 555": "'sms:ovh/514 555' is not a pager: write sms:NAME/+15145550101, and [sms.NAME] in config.toml",
    "mailto:x@pager.example.net?privacy=1": "'privacy' of a pager is 'yes' or 'no': write ?privacy=yes",
    "ntfy:x": "'ntfy:…' is not an Apprise URL: it has no '://'",
}


@pytest.mark.parametrize(("pager", "sentence"), WRONG_PAGERS.items())
def test_a_wrong_pager_is_told_with_what_would_be_right(tmp_path: Path, pager: str, sentence: str) -> None:
    """The administrator reads the sentence, not the documentation; a password is not in it."""
    more = f'[technician.t]\nname = "T"\nmail = "t@example.com"\npager = ["{pager}"]\n'
    (found,) = mistakes(tmp_path, more=more)
    assert found == f"rules/more.toml:4:10: {sentence}"


@pytest.mark.parametrize(
    ("written", "pager"),
    [
        ("mailto:x@p.example?max=80&privacy=yes", Pager("x@p.example", by_mail=True, limit=80, private=True)),
        ("snpp://p.example/1?privacy=yes", Pager("snpp://p.example:444/1", by_mail=False, private=True)),
        ("sms:ovh/514?privacy=no", Pager("sms:ovh/514", by_mail=False)),
        ("json://h.example/?a=b&privacy=yes&c=d", Pager("json://h.example/?a=b&c=d", by_mail=False, private=True)),
    ],
)
def test_any_pager_may_be_private(tmp_path: Path, written: str, pager: Pager) -> None:
    """The switch is ours: what is dialled does not have it."""
    more = f'[technician.t]\nname = "T"\nmail = "t@example.com"\npager = ["{written}"]\n'
    assert loaded(tmp_path, more=more).policy.technicians["t"].pagers == (pager,)


def test_a_pager_of_an_unknown_gateway_is_a_mistake(tmp_path: Path) -> None:
    """Rules and config.toml are two files, and one page."""
    more = '[technician.t]\nname = "T"\nmail = "t@example.com"\npager = ["sms:ohv/5145550101?max=100"]\n'
    with pytest.raises(SiteMistakes) as caught:
        load(rules(tmp_path, more=more), DESK, ("ovh", "other"))
    (found,) = caught.value.mistakes
    assert str(found) == "rules/more.toml:4:10: config.toml has no [sms.ohv] (did you mean 'ovh'?)"
    (pager,) = load(rules(tmp_path, more=more), DESK, ("ohv",)).policy.technicians["t"].pagers
    assert pager == Pager("sms:ohv/5145550101", by_mail=False, limit=100)


def test_a_pager_without_apprise_is_a_warning_that_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is optional: the desk works by mail, and says which pages will not leave."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    pagers = 'pager = ["mailto:1@pager.example.net", "ntfys://ntfy.example.net/t"]\n'
    more = f'[technician.t]\nname = "T"\nmail = "t@example.com"\n{pagers}'
    (warning,) = loaded(tmp_path, more=more).warnings
    says = "no page leaves by ntfys: install mailgate with its extra 'notify'"
    assert str(warning) == f"rules/more.toml:4:40: {says}"

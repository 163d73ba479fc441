"""The last line of `make prove`."""

from __future__ import annotations

import pytest

from tests.prove import __main__ as prove
from tests.prove.__main__ import LEFT_OUT, End, Part, summary
from tests.prove.figures import Figures
from tests.prove.rig import Rig

IMAP = Rig("IMAP", "faults", lambda _: Figures(), (), needs=("no-such-program",))
SOAK = Rig("soak", "mails", lambda _: Figures(), (), is_alone=True)


def test_a_rig_that_cannot_run_here_does_not_hold() -> None:
    """It proves nothing, and whoever reads the last line is told."""
    ends = [End("IMAP", LEFT_OUT, ""), End("soak", 0, ""), End("soak", 0, "")]
    assert summary((IMAP, SOAK), ends) == "1 of 2 rigs hold and catch every broken build; not run here: IMAP"


def test_a_rig_that_fell_twice_fell_once() -> None:
    """A lonely rig's two halves end one by one."""
    ends = [End("IMAP", 0, ""), End("soak", 1, ""), End("soak", 1, "")]
    assert summary((IMAP, SOAK), ends) == "1 of 2 rigs hold and catch every broken build"


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", LEFT_OUT)])
def test_what_is_missing_is_a_failure_in_ci_alone(ci: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere whoever has no Dovecot may still run the others."""
    monkeypatch.setenv("CI", ci)
    assert prove._proof(IMAP, Part.BOTH, False) == code


def test_a_figure_that_was_not_measured_is_no_zero() -> None:
    """« rss_max=0MB » would be read as a measurement."""
    assert str(Figures(sent=3)).endswith("max_delay=- rss_max=-")
    assert str(Figures(max_delay=0.04, rss_max=156_000_000)).endswith("max_delay=0.0s rss_max=156MB")

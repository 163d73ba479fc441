"""`mailgate report sla`: which promises were kept, for people, for programs and as a page."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailgate.cli.main import run
from mailgate.core.clocks import kept
from mailgate.daemon import clock
from mailgate.store.clocks import clocks_of, set_clock
from mailgate.store.tables import TicketRow
from tests.cli.sites import FIRST, MONDAY, REGULAR, a_database, raw_mail, receive

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def desk(config: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two questions on Monday at 10:00, due at 14:00: one kept at 12:00, the other not yet at 18:00."""
    receive(config, raw_mail("Question", to=REGULAR), raw_mail("Autre question", to=REGULAR))
    database = a_database(config)
    with database.write() as tx:
        (callback,) = clocks_of(tx, FIRST)
        set_clock(tx, FIRST, kept(callback, MONDAY + timedelta(hours=2), "tech1"))
        tx.get_one(TicketRow, FIRST + 1).customer = "<b>x</b> & fils"
    database.close()
    monkeypatch.setattr(clock, "now", lambda: MONDAY + timedelta(hours=8))
    return config


def answered(capsys: Captured, config: Path, *arguments: str) -> Any:
    assert run(["report", "sla", *arguments, "--json", "-c", str(config)]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_report_counts_what_fell_due(desk: Path, capsys: Captured) -> None:
    """One of two, for the desk, for its queue, for each customer and for the month."""
    found = answered(capsys, desk)
    (line,) = found["promises"]
    assert (line["promise"], line["due"], line["kept"], line["missed"]) == ("callback", 2, 1, 1)
    assert (line["kept_percent"], line["late_percent"], line["missed_percent"]) == (50, 0, 50)
    assert line["used"][1] == {"up_to": 50, "count": 1, "percent": 50}
    assert line["lateness"][2] == {"up_to": 240, "count": 1, "percent": 100}
    groups = [[one["group"] for one in found[table]] for table in ("queues", "customers", "months")]
    assert groups == [["regulier"], ["<b>x</b> & fils", "acme"], ["2026-11"]]


@pytest.mark.parametrize(
    ("narrowed", "due"),
    [
        (("--customer", "acme"), [1]),
        (("--queue", "urgent"), []),
        (("--since", "2026-11"), [2]),
        (("--since", "2026-10", "--until", "2026-11-22"), []),
    ],
)
def test_a_report_is_narrowed(desk: Path, capsys: Captured, narrowed: tuple[str, ...], due: list[int]) -> None:
    """To what somebody has to answer for."""
    assert [line["due"] for line in answered(capsys, desk, *narrowed)["promises"]] == due


def test_a_report_for_reading_has_tables_and_bars(desk: Path, capsys: Captured) -> None:
    """What was used of the promised time, and by how much it was overrun."""
    assert run(["report", "sla", "-c", str(desk)]) == 0
    told = "\n".join(" ".join(line.split()) for line in capsys.readouterr().out.splitlines())
    assert told.startswith("promises that fell due from 2026-10-24 00:00 to 2026-11-23 18:00\n")
    for expected in (
        "call back 2 1 0 1 50%",
        "\n25 to 50% ███████████████ 1 50%\n",
        "late, by working time\n",
        "\nup to 4 h ██████████████████████████████ 1 100%\n",
    ):
        assert expected in told


def test_a_page_is_written_in_the_desks_language(desk: Path, tmp_path: Path, capsys: Captured) -> None:
    """French first; and what comes from outside stays text."""
    where = tmp_path / "sla.html"
    assert run(["report", "sla", "--html", str(where), "-c", str(desk)]) == 0
    assert capsys.readouterr().out == f"{where}\n"
    page = where.read_text("utf-8")
    assert "<strong>50\N{NO-BREAK SPACE}%</strong> 1 tenues, 0 en retard, 1 manquées" in page
    assert "Échéances du samedi 24 octobre 2026 au lundi 23 novembre 2026" in page
    assert "&lt;b&gt;x&lt;/b&gt; &amp; fils" in page
    assert "<b>" not in page


def test_a_desk_never_served_has_nothing_to_report(config: Path, capsys: Captured) -> None:
    """And a misspelt queue is named."""
    assert run(["report", "sla", "--queue", "urgnt", "-c", str(config)]) == 0
    captured = capsys.readouterr()
    assert captured.out.endswith("no promise fell due then\n")
    assert "did you mean 'urgent'?" in captured.err
    assert not (config.parent / "var").exists()


def test_a_page_that_cannot_be_written_is_one_sentence(desk: Path, tmp_path: Path, capsys: Captured) -> None:
    """No traceback."""
    assert run(["report", "sla", "--html", str(tmp_path / "no" / "sla.html"), "-c", str(desk)]) == 1
    assert capsys.readouterr().err.endswith("sla.html: No such file or directory\n")


def test_a_time_that_is_none_is_wrong_usage(config: Path, capsys: Captured) -> None:
    """With examples of what would be right."""
    assert run(["report", "sla", "--since", "monday", "-c", str(config)]) == 2
    assert "write 30d, 2026-11 or 2026-11-23" in capsys.readouterr().err

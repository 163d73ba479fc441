"""`mailgate bank`"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailgate.cli import bank as banking
from mailgate.cli.main import run
from mailgate.core.bank_effects import EntryKind
from mailgate.core.events import BankAsked
from mailgate.store import inbox
from tests.cli.sites import MONDAY, a_daemon, a_database, decide_pending, requested

ADD = ("add", "20h", "--reference", "INV-12")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(banking, "PATIENCE", 0.1)


def bank(config: Path, *arguments: str, customer: str = "acme") -> int:
    return run(["bank", customer, *arguments, "-c", str(config)])


def entered(config: Path, *wishes: tuple[EntryKind, int, str]) -> None:
    """Entries that the daemon has made."""
    database = a_database(config)
    for what, minutes, reference in wishes:
        with database.write() as tx:
            inbox.ask(tx, BankAsked(0, MONDAY, "acme", what, minutes, reference), MONDAY)
    decide_pending(config, database)
    database.close()


def test_hours_are_bought_through_the_daemon(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The balance comes back at once."""
    monkeypatch.setattr(banking, "PATIENCE", 30)
    with a_daemon(config):
        assert bank(config, *ADD) == 0
    assert capsys.readouterr().out == "+20 h (INV-12) for acme: 20 h left\n"


def test_without_a_daemon_they_are_queued(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is lost: they are entered when it runs again."""
    assert bank(config, *ADD, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "inbox": 1, "customer": "acme", "what": "purchase", "minutes": 1200, "reference": "INV-12", "balance": None,
    }  # fmt: skip
    assert requested(config) == BankAsked(1, MONDAY, "acme", EntryKind.PURCHASE, 1200, "INV-12")


def test_a_reference_is_entered_once(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An invoice that is typed twice is hours given away; the sentence says what is there already."""
    entered(config, (EntryKind.PURCHASE, 1200, "INV-12"))
    assert bank(config, *ADD[:2], "--reference", " INV-12\n") == 1
    said = "'INV-12' is in the bank of 'acme' already (entry 1, +20 h on 2026-11-23 10:00): nothing was entered\n"
    assert capsys.readouterr().err == said


def test_a_reference_that_waits_is_not_asked_for_again(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody hears a daemon that refuses it an hour later."""
    assert bank(config, *ADD) == 0
    assert bank(config, *ADD) == 1
    assert "waits in the inbox" in capsys.readouterr().err
    entered(config)
    assert bank(config, "--json") == 0
    assert json.loads(capsys.readouterr().out)["balance"] == 1200


def test_the_bank_is_shown_entry_by_entry(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was bought, what was set right, and what was left then."""
    entered(config, (EntryKind.PURCHASE, 1200, "INV-12"), (EntryKind.CORRECTION, -1230, "à tort"))
    assert bank(config) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Acme (acme), bank 'hours': -30 min left",
        "",
        "entry  at                what        time          balance  for",
        "1      2026-11-23 10:00  purchase    +20 h         20 h     INV-12",
        "2      2026-11-23 10:00  correction  -20 h 30 min  -30 min  à tort",
    ]


def test_programs_get_minutes(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Integers, and the row that asked for each."""
    entered(config, (EntryKind.PURCHASE, 1200, "INV-12"))
    assert bank(config, "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert {name: shown[name] for name in ("customer", "name", "bank", "balance")} == {
        "customer": "acme", "name": "Acme", "bank": "hours", "balance": 1200,
    }  # fmt: skip
    assert shown["entries"] == [
        {
            "number": 1, "at": "2026-11-23T15:00:00Z", "what": "purchase", "minutes": 1200, "balance": 1200,
            "reference": "INV-12", "ticket": None, "technician": None, "inbox": 1,
        }
    ]  # fmt: skip


def test_an_empty_bank_creates_nothing(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Looking at a site that was never served."""
    assert bank(config) == 0
    assert capsys.readouterr().out == "Acme (acme), bank 'hours': 0 min left\n"
    assert not (config.parent / "var").exists()


def test_a_bank_that_the_rules_took_away_is_still_shown(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was paid does not go with a line of TOML; nothing more is entered."""
    entered(config, (EntryKind.PURCHASE, 1200, "INV-12"))
    rules = config.parent / "rules/40-customers.toml"
    rules.write_text(rules.read_text("utf-8").replace('bank     = "hours"', 'bank     = "none"'), "utf-8")
    assert bank(config) == 0
    assert capsys.readouterr().out.startswith("Acme (acme), bank 'none': 20 h left\n")
    assert bank(config, "add", "1h", "--reference", "INV-13") == 1


@pytest.mark.parametrize("arguments", [(), ADD])
@pytest.mark.parametrize(
    ("customer", "sentence"),
    [
        ("acmee", "unknown customer 'acmee' (did you mean 'acme'?)"),
        ("helvetia-demo", "customer 'helvetia-demo' has no bank: 'bank = \"hours\"' in [customer.helvetia-demo] gives"),
    ],
)
def test_who_has_no_bank(
    customer: str, sentence: str, arguments: tuple[str, ...], config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Told with what would be right; nothing was asked for."""
    assert bank(config, *arguments, customer=customer) == 1
    assert sentence in capsys.readouterr().err
    assert not (config.parent / "var").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        *(("add", time, "--reference", "x") for time in ("20", "soon", "0h", "1h30m30", "200000h", "h", "-5m")),
        ("add", "20h"),
        ("add", "20h", "--reference", " "),
        ("add", "20h", "--reference", "x" * 101),
        ("add", "--reference", "x"),
        ("refund", "20h", "--reference", "x"),
    ],
)
def test_a_slip_of_the_hand_is_wrong_usage(wrong: tuple[str, ...], config: Path) -> None:
    """Hours are money: nothing is guessed."""
    assert bank(config, *wrong) == 2
    assert not (config.parent / "var").exists()


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("20h", 1200), ("90m", 90), ("90 min", 90), ("1h30", 90), ("1:30", 90), ("1H05min", 65), ("2 h", 120)],
)
def test_times_are_written_as_people_write_them(written: str, minutes: int) -> None:
    """Never as a bare number, which may be either."""
    assert banking._minutes(written) == minutes


@pytest.mark.parametrize(("action", "minutes"), [("credit", 30), ("debit", -30)])
def test_a_correction_goes_either_way(action: str, minutes: int, config: Path) -> None:
    """Without a sign on the command line, which would look like an option."""
    assert bank(config, action, "30m", "--reference", "#1001 à tort") == 0
    assert requested(config) == BankAsked(1, MONDAY, "acme", EntryKind.CORRECTION, minutes, "#1001 à tort")

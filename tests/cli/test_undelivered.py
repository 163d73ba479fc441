"""`mailgate ticket N` says which mails did not arrive, and whom mail does not reach."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mailgate.cli.main import run
from mailgate.core.effects import MarkAddress, SetFate
from mailgate.core.reports import Fate
from mailgate.store.fates import FateChange, change_fate
from tests.cli.sites import FIRST, MONDAY, a_database, raw_mail, receive

Captured = pytest.CaptureFixture[str]
CHEF = "chef@acme.example"
UNKNOWN = "5.1.1 user unknown"
LOST = (SetFate(1, Fate.HARD, UNKNOWN, MONDAY), MarkAddress(CHEF, Fate.HARD, UNKNOWN, MONDAY))


def _site(config: Path, *changes: FateChange) -> None:
    """One request, answered and paged; then what was reported about the first mail."""
    receive(config, raw_mail("Panne"))
    database = a_database(config)
    with database.write() as tx:
        for change in changes:
            change_fate(tx, change)
    database.close()


def _story(config: Path, capsys: Captured) -> Any:
    assert run(["ticket", str(FIRST), "--json", "-c", str(config)]) == 0
    return json.loads(capsys.readouterr().out)


def _told(config: Path, capsys: Captured) -> list[str]:
    assert run(["ticket", str(FIRST), "-c", str(config)]) == 0
    return capsys.readouterr().out.splitlines()


def test_every_mail_of_a_ticket_is_listed_with_what_became_of_it(config: Path, capsys: Captured) -> None:
    """Acknowledgement and pages, oldest first; null where nothing was heard."""
    _site(config, *LOST)
    first, *others = _story(config, capsys)["mails"]
    at = "2026-11-23T15:00:00Z"
    assert first == {
        "id": 1, "kind": "acknowledgement", "to": CHEF, "subject": first["subject"], "state": "promised",
        "fate": "hard", "reason": UNKNOWN, "promised_at": at, "sent_at": None, "fate_at": at,
    }  # fmt: skip
    assert others
    assert {(mail["fate"], mail["reason"], mail["fate_at"]) for mail in others} == {(None, None, None)}


def test_a_message_shows_how_surely_it_is_its_senders(config: Path, capsys: Captured) -> None:
    """The level of the mail that it came in as; the desk's own words have none."""
    _site(config)
    levels = {message["direction"]: message["level"] for message in _story(config, capsys)["messages"]}
    assert levels["in"] == "L1"
    assert levels.get("out") is None


def test_marked_addresses_of_a_tickets_people_are_shown(config: Path, capsys: Captured) -> None:
    """Requester, participants and whom the desk wrote to, and nobody of another ticket."""
    _site(
        config,
        *LOST,
        LOST[1],
        *(MarkAddress(f"{one}@example.com", Fate.SOFT, "full", MONDAY) for one in ("tech1", "x")),
    )
    found = _story(config, capsys)["addresses"]
    assert [(one["address"], one["fate"], one["times"], one["since"]) for one in found] == [
        (CHEF, "hard", 2, "2026-11-23T15:00:00Z"),
        ("tech1@example.com", "soft", 1, "2026-11-23T15:00:00Z"),
    ]
    assert found[0]["reason"] == UNKNOWN


def test_the_story_tells_which_mail_did_not_arrive(config: Path, capsys: Captured) -> None:
    """Whoever takes over must not believe that the customer was told; the address stands at the top."""
    _site(config, *LOST, LOST[1])
    lines = _told(config, capsys)
    assert f"no mail to {CHEF} since 2026-11-23 10:00, 2 times: hard bounce, {UNKNOWN}" in lines[:10]
    assert f"2026-11-23 10:00  mail to {CHEF} (acknowledgement): hard bounce, {UNKNOWN}" in lines


@pytest.mark.parametrize(
    ("fate", "ending"), [(Fate.SOFT, "soft bounce, 4.2.2"), (Fate.DELAYED, "delayed, 4.2.2"), (Fate.DELIVERED, None)]
)
def test_each_fate_has_its_words(fate: Fate, ending: str | None, config: Path, capsys: Captured) -> None:
    """A mail that arrived is no news."""
    _site(config, SetFate(1, fate, "4.2.2", MONDAY))
    told = [line.partition("(acknowledgement): ")[2] for line in _told(config, capsys) if "  mail to " in line]
    assert told == ([ending] if ending else [])

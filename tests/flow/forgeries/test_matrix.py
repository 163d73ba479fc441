"""The matrix of forgeries: nothing is executed, and who is registered hears of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailgate.core.effects import SendMail
from mailgate.core.model import AuthLevel, Outcome
from tests.flow.forgeries.authors import BEARER, BY_EYE
from tests.flow.forgeries.matrix import ALSO_WRITTEN, CASES, ORDERS, Forgery
from tests.flow.forgeries.results import ANY_DOMAIN, ANY_SERVER, TOKEN_COMMANDS
from tests.flow.forgeries.stage import CHEF, TECH1, Scene, Stage, raw, untouched
from tests.flow.forgeries.tokens import AGELESS, ANY_KIND, NO_MAC
from tests.flow.forgeries.weakening import Weakening

LEAST = 300
FOUND = {
    BEARER: "the bare display name",
    BY_EYE: "the bare display name",
    ANY_KIND: "the customer's",
    NO_MAC: "with a bit of letter 40",
    AGELESS: "an expired one",
    TOKEN_COMMANDS: "another server",
    ANY_SERVER: "another server",
    ANY_DOMAIN: "a pass of another domain",
}
"""Builds without a defence, and a row that notices."""


def rows(scene: Scene) -> dict[str, list[Any]]:
    """Everything in the database but the traces of what came and what was told."""
    with scene.database.read() as tx:
        connection = tx.connection()
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        kept = [name for name in names if name not in ALSO_WRITTEN]
        return {name: [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")] for name in kept}


def comes_to_nothing(forgery: Forgery, scene: Scene) -> None:
    """No row but the traces; no mail but the one to the registered address."""
    before = rows(scene)
    forgery.play(scene)
    (entry,) = scene.fresh
    assert (entry.outcome, entry.level is AuthLevel.L4) == (Outcome.REFUSED, False)
    assert [(mail.to, mail.template) for mail in scene.told] == [(forgery.told, "transcript")]
    assert rows(scene) == before
    untouched(scene)


def is_refused(forgery: Forgery, scene: Scene) -> None:
    """No effect but the one mail."""
    decision = forgery.judged(scene)
    letters = [effect.letter for effect in decision.effects if isinstance(effect, SendMail)]
    assert (decision.outcome, len(decision.effects)) == (Outcome.REFUSED, 1)
    assert [(letter.to.address, letter.template) for letter in letters] == [(forgery.told, "transcript")]


@pytest.mark.parametrize("forgery", CASES, ids=str)
def test_a_forgery_executes_nothing_and_is_told(stage: Stage, forgery: Forgery) -> None:
    """Whatever is put together, and whatever is ordered."""
    with stage.scene() as scene:
        comes_to_nothing(forgery, scene) if forgery.whole else is_refused(forgery, scene)


def test_the_matrix_has_hundreds_of_forgeries() -> None:
    """No two alike; every command is among them, in both languages."""
    assert len(CASES) >= LEAST
    assert len({str(case) for case in CASES}) == len(CASES)
    assert {case.order for case in CASES} == set(ORDERS)


@pytest.mark.parametrize(("weakening", "row"), FOUND.items(), ids=lambda one: getattr(one, "words", one))
def test_the_matrix_finds_a_build_without_a_defence(stage: Stage, weakening: Weakening, row: str) -> None:
    """A forgery of that row comes through there."""
    forgery = replace(next(case for case in CASES if row in case.name), order="#fermer")
    with stage.scene() as scene, weakening.applied(), pytest.raises(AssertionError):
        comes_to_nothing(forgery, scene)


def test_the_same_mail_a_hundred_times_acts_once(stage: Stage) -> None:
    """However it is delivered again: as it was, by another way, from another envelope, to another address as well."""
    mail = raw(f"From: {TECH1}", "Message-ID: <once@example.com>", body="#appel 15\r\n\r\nBonjour.")
    with stage.scene() as scene:
        signed = scene.address_of(TECH1)
        for number in range(100):
            way = b"" if number % 2 else f"Received: from mx{number}.example.com by mx.example.com\r\n".encode()
            beside = (scene.address_of(CHEF),) if number % 3 == 2 else ()
            envelope_from, recipient = "" if number % 5 == 4 else TECH1, signed.upper() if number % 7 == 6 else signed
            scene.deliver(way + mail, envelope_from, recipient, *beside)
        story = scene.ticket(1001)
        assert [one.minutes for one in story.interventions] == [15]
        assert [mail.to for mail in scene.told if mail.to == CHEF] == [CHEF]
        assert len(scene.fresh) == 100
        assert [one.outcome for one in scene.fresh].count(Outcome.FOLLOW_UP) == 1


@pytest.mark.parametrize("order", ORDERS)
def test_who_has_left_is_obeyed_never(stage: Stage, order: str) -> None:
    """From the next rules on, with the very address that their page was signed with."""
    with stage.scene() as scene:
        policy = scene.desk.policy
        rest = {key: one for key, one in policy.technicians.items() if key != "tech1"}
        teams = {key: replace(one, members=tuple(rest), leads=()) for key, one in policy.teams.items()}
        scene.needs(technicians=rest, teams=teams)
        scene.deliver(raw(f"From: {TECH1}", "Subject: Re: [#1001] Panne", body=order), TECH1, scene.address_of(TECH1))
        untouched(scene)
        assert not {mail.to for mail in scene.told} & {CHEF}
        assert AuthLevel.L4 not in {one.level for one in scene.fresh}

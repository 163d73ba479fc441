"""What the customer must not read: an internal note, another customer's words, a signed address, a copy to outside."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.decide import decide
from mailgate.core.decision import Decision
from mailgate.core.effects import AddMessage
from mailgate.core.intents import Internal
from mailgate.core.letters import Doubt
from mailgate.core.model import Address, Direction, Status
from mailgate.core.seen import Seen
from mailgate.core.ticket import Line
from tests.builders import NOW, a_policy, a_ticket
from tests.core.asking import ask, letters, of
from tests.core.working import answer

NOTE = "Le mot de passe de ce serveur est « sésame-42 », ne le dites à personne."
EARLIER = NOW - timedelta(minutes=9)


def of_story(*lines: tuple[Direction, str], **ticket: Any) -> Seen:
    """#1001 with earlier messages, by tech2 unless they came in."""
    ours = "tech2@example.com"
    history = tuple(
        Line(EARLIER, "chef@acme.example" if way is Direction.IN else ours, way, text) for way, text in lines
    )
    return Seen(1002, by_token=a_ticket(status=Status.OPEN, assignee="tech1", history=history, **ticket))


def doubts(decision: Decision) -> tuple[Doubt, ...]:
    """What the technician is asked about."""
    return tuple(doubt for one in letters(decision, "transcript") for doubt in one.facts.transcript.doubts)  # type: ignore[union-attr]  # a transcript has them


def codes(decision: Decision) -> list[str]:
    return [one.code for one in doubts(decision)]


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, le mot de passe de ce serveur est sésame-42.",
        "LE MOT DE PASSE\nDE CE SERVEUR EST « SÉSAME-42 », NE LE DITES PAS.",
        "Essayez « sésame-42 ».",
        "Essayez sésame-42",
    ],
)
def test_words_of_an_internal_note_are_held(text: str) -> None:
    """In any case, wrapped anywhere; nothing reaches the customer."""
    decision = ask(answer(text=text), of_story((Direction.INTERNAL, NOTE)))
    assert codes(decision) == ["shows-note"]
    assert of(decision, AddMessage) == []
    assert doubts(decision)[0].text == NOTE


def test_a_short_note_counts_as_a_whole() -> None:
    """A password alone on its line is five words too few, and still a secret."""
    assert codes(ask(answer(text="Essayez login hunter2."), of_story((Direction.INTERNAL, "login hunter2")))) == [
        "shows-note"
    ]


def test_what_the_customer_knows_is_no_secret() -> None:
    """A note that repeats the customer keeps nobody from answering in the same words."""
    asked = "L'imprimante du premier étage ne répond plus."
    seen = of_story((Direction.IN, asked), (Direction.INTERNAL, f"Il dit : {asked}"))
    assert codes(ask(answer(text="L'imprimante du premier étage ne répond plus ? Je passe."), seen)) == []


def test_a_note_that_is_internal_again_is_not_held() -> None:
    """Nobody but the desk reads it."""
    assert codes(ask(answer(Internal(), text=NOTE), of_story((Direction.INTERNAL, NOTE)))) == []


def test_words_of_another_customer_are_held() -> None:
    """Somebody answered from the wrong window."""
    theirs = "Notre caisse numéro trois imprime tous les reçus en double depuis la mise à jour."
    seen = replace(of_story(), others_words=("Bonjour", theirs))
    decision = ask(answer(text=f"Bonjour,\n\nvous écriviez : {theirs}"), seen)
    assert codes(decision) == ["shows-other-customer"]


def test_courtesy_is_nobodys() -> None:
    """What everybody writes is not another customer's."""
    seen = replace(of_story(), others_words=("Bonjour, je vous remercie de votre aide.",))
    assert codes(ask(answer(text="Bonjour, je vous remercie de votre aide."), seen)) == []


@pytest.mark.parametrize("shown", ["boss@globex.example", "Boss <boss@globex.example>", "« boss@globex.example »"])
def test_an_address_of_another_customer_is_held(shown: str) -> None:
    """However it is written."""
    policy = a_policy()
    acme = next(iter(policy.customers.values()))
    globex = replace(acme, key="globex", name="Globex", domains=("globex.example",), contacts=())
    both = replace(policy, customers={**policy.customers, "globex": globex})
    decision = decide(answer(text=f"Écrivez à {shown}."), of_story(), both, NOW)
    assert [(one.code, one.detail) for one in doubts(decision)] == [("shows-other-customer", "Globex")]


def test_everyday_words_of_a_note_are_nobodys() -> None:
    """What everybody writes about every server."""
    seen = of_story((Direction.INTERNAL, "Il dit qu'il y a un problème avec le serveur depuis ce matin, je rappelle"))
    assert codes(ask(answer(text="Je vois qu'il y a un problème avec le serveur."), seen)) == []


def test_a_signed_address_in_the_words_is_held() -> None:
    """It never leaves anyhow; but whoever pasted it should know."""
    assert codes(ask(replace(answer(text="Écrivez ici."), shows_token=True), of_story())) == ["shows-signed-address"]


def test_a_copy_to_somebody_outside_is_asked_about() -> None:
    """The technician's mail program sent it, and with it their signed address."""
    event = answer(text="C'est fait.")
    copied = (Address("fournisseur@ailleurs.example"), Address("tech2@example.com"), Address("chef@acme.example"))
    decision = ask(replace(event, mail=replace(event.mail, cc=copied)), of_story())
    assert [(one.code, one.detail) for one in doubts(decision)] == [("outside-copy", "fournisseur@ailleurs.example")]


def test_once_confirmed_it_leaves() -> None:
    """One word is enough."""
    event = replace(answer(text=NOTE), confirmed_at=NOW)
    assert [one.text for one in of(ask(event, of_story((Direction.INTERNAL, NOTE))), AddMessage)] == [NOTE]


@given(st.lists(st.sampled_from("un deux trois quatre cinq six sept huit neuf dix".split()), min_size=10, max_size=30))
def test_no_ten_words_of_a_note_pass(words: list[str]) -> None:
    """Wherever they stand, and whatever stands around them."""
    note = " ".join(words)
    said = f"Bonjour, voici : {' '.join(words[:10])} — au revoir"
    assert codes(ask(answer(text=said), of_story((Direction.INTERNAL, note)))) == ["shows-note"]

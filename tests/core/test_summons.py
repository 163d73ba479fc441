"""Whom a request calls, with what, and when there are too few."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.effects import TakeTurn
from mailgate.core.model import Attachment, Channel
from mailgate.core.page_effects import Page
from mailgate.core.policy import Limits
from mailgate.core.seen import Seen
from tests.builders import a_mail, a_policy, a_technician, local, received
from tests.core.asking import ask, letters, of, only, paged
from tests.core.firms import with_queue


def test_the_technicians_get_the_attachments_that_fit_and_the_names_of_the_rest() -> None:
    """A photo of the screen is half of the request; a disk image is not for the mail."""
    small, large = Attachment(1, "écran.png", "image/png", 900), Attachment(2, "disque.iso", "application/x", 9_000)
    logo = Attachment(3, "logo.png", "image/png", 10, inline=True)
    mail = a_mail(attachments=(small, large, logo))
    decision = ask(received(mail), policy=a_policy(limits=Limits(enclosures=1000)))
    letter = of(decision, Page)[0].letter
    assert letter.enclosure is not None
    assert letter.enclosure.parts == (small,)
    assert letter.facts.message is not None
    assert letter.facts.message.left_out == (large,)
    assert of(decision, Page)[1].letter.enclosure is None


def test_each_technicians_mail_carries_their_own_signed_address() -> None:
    """Nobody's answer may pass for another's."""
    persons = {page.letter.to.person for page in of(ask(received()), Page)}
    assert len(persons) == 3


def test_too_few_people_is_told_to_the_leads_and_the_administrators() -> None:
    """A promise of three with one at work is a shortfall that a person must hear of."""
    policy = a_policy()
    away = ((local("2026-11-01 00:00").date(), local("2026-11-30 00:00").date()),)
    people = {key: replace(one, away=away if key != "tech1" else ()) for key, one in policy.technicians.items()}
    decision = ask(received(), policy=replace(policy, technicians=people))
    assert paged(decision) == ["tech1"]
    assert [letter.to.address for letter in letters(decision, "notice")] == ["tech4@example.com", "admin@example.com"]
    assert "2 of 3 people missing" in decision.because


def test_the_shortfall_reaches_the_administrators_when_nobody_leads() -> None:
    """Somebody must hear of it."""
    policy = a_policy()
    team = replace(policy.teams["support"], members=("tech1",))
    decision = ask(received(), policy=replace(policy, teams={"support": team}))
    assert [letter.to.address for letter in letters(decision, "notice")] == ["admin@example.com"]


def test_the_rotation_goes_on_after_the_last_one_paged() -> None:
    """The same three people must not be woken every night."""
    decision = ask(received(), Seen(1001, turns={"support": "tech2"}))
    assert paged(decision) == ["tech3", "tech4", "tech1"]
    assert only(decision, TakeTurn) == TakeTurn("support", "tech1")


def test_a_quiet_queue_holds_the_pager_and_not_the_mail() -> None:
    """`quiet_hours`: at night the pager waits for the opening, mail never does."""
    night = received(received_at=local("2026-11-16 23:00"))
    pages = of(ask(night, policy=with_queue(quiet_hours=True)), Page)
    assert {page.not_before for page in pages if page.channel is Channel.MAIL} == {None}
    assert {page.not_before for page in pages if page.channel is Channel.PAGER} == {local("2026-11-17 07:00")}
    day = of(ask(received(), policy=with_queue(quiet_hours=True)), Page)
    assert {page.not_before for page in day} == {None}


def test_technicians_of_the_customers_language_come_first() -> None:
    """A French firm's night is not the moment to practise English."""
    policy = a_policy()
    people = {**policy.technicians, "tech1": a_technician(1, language="en")}
    decision = ask(received(to="support-regulier@example.com"), policy=replace(policy, technicians=people))
    assert paged(decision) == ["tech2", "tech3"]

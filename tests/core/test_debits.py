"""What a technician's mail takes from a customer's bank, and what it tells whom (domain.md §6, hazards I30 to I33)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.bank_effects import Book, EntryKind
from mailgate.core.billing import charge, pays
from mailgate.core.decision import Decision
from mailgate.core.effects import AddIntervention, AddMessage, Effect, SendMail
from mailgate.core.intents import Balance, Grade, Help, Intent, Internal, Resolve, Scale, SetCustomer, Spend
from mailgate.core.letters import BankFacts, Letter, StatementFacts
from mailgate.core.model import Activity, Status
from mailgate.core.people import Contact
from mailgate.core.policy import Banks, Policy
from mailgate.core.seen import Seen, Worked
from tests.builders import NOW, a_policy, a_ticket
from tests.core.asking import ask, letters, of, only
from tests.core.firms import with_bank
from tests.core.working import answer, codes, notification

CALL = Spend(Activity.CALL, 12)
KINDS = ("assistance", "service", "training", "customisation", "development", "installation")
PAID = {
    "hours": {"assistance", "service", "installation"},
    "flex": {"customisation", "development"},
    "none": set[str](),
}


def done(*intents: Intent, balance: int | None = 1200, policy: Policy | None = None, **ticket: Any) -> Decision:
    """What becomes of a technician's mail on a ticket of level 2, when the customer has this balance."""
    banks = {} if balance is None else {"acme": balance}
    seen = Seen(1002, by_token=a_ticket(**{"level": 2, **ticket}), banks=banks, worked=Worked(15, 60))
    return ask(answer(*intents), seen, policy or with_bank())


def debited(decision: Decision) -> int:
    """The minutes that one decision takes from a bank."""
    return -sum(one.debit.minutes for one in of(decision, AddIntervention) if one.debit is not None)


def stated(decision: Decision) -> StatementFacts:
    (letter,) = letters(decision, "transcript")
    assert letter.facts.transcript is not None
    assert letter.facts.transcript.statement is not None
    return letter.facts.transcript.statement


def test_an_intervention_is_one_entry_of_the_customers_bank() -> None:
    """With the mail that asked for it, so that no replay makes a second one."""
    work = only(done(CALL), AddIntervention)
    assert (work.minutes, work.charged) == (12, 60)
    assert work.debit == Book("acme", EntryKind.CHARGE, -60, NOW, 1, ticket=1001, technician="tech1")


@pytest.mark.parametrize("bank", PAID)
@pytest.mark.parametrize("kind", KINDS)
def test_a_bank_pays_for_what_it_may(kind: str, bank: str) -> None:
    """Hours never for training or changes, Flex for changes alone; what it does not pay is charged all the same."""
    work = only(done(CALL, kind=kind, policy=with_bank(bank)), AddIntervention)
    assert (work.charged, work.debit is not None) == (60, kind in PAID[bank])


@pytest.mark.parametrize(
    "decision",
    [
        done(CALL, level=1),
        done(Internal()),
        done(Resolve()),
        done(CALL, customer=None),
        done(CALL, queue="gone"),
        ask(answer(text="Voici."), Seen(1002, by_token=a_ticket(level=2)), with_bank()),
    ],
    ids=["covered", "note", "no time", "no customer", "no tariff", "words"],
)
def test_what_charges_nothing_takes_nothing(decision: Decision) -> None:
    """Maintenance pays, nobody worked, or nobody knows what it costs."""
    assert debited(decision) == 0


def test_the_mail_says_time_charge_reason_and_what_is_left() -> None:
    """To the contact who asked, and to the technician."""
    decision = done(CALL)
    for template in ("notification", "transcript"):
        (letter,) = letters(decision, template)
        work = letter.facts.intervention
        assert work is not None
        assert (work.minutes, work.charged, work.unit, work.minimum, work.banked) == (12, 60, 30, 60, True)
        assert letter.facts.bank == BankFacts(1140)


def test_the_balance_stands_in_mails_that_charge_nothing_of_it() -> None:
    """Training is billed beside it."""
    assert notification(done(CALL, kind="training")).facts.bank == BankFacts(1200)
    assert notification(done(CALL, level=1)).facts.bank == BankFacts(1200)
    assert notification(done(CALL, policy=with_bank("flex"))).facts.bank == BankFacts(1200, "flex")
    assert notification(done(CALL, policy=a_policy())).facts.bank is None


def test_who_is_no_contact_learns_no_balance() -> None:
    """A colleague, a stranger whom a rule gave to the customer, or somebody who only watches."""
    assert notification(done(CALL, registered=False)).facts.bank is None
    told = letters(done(CALL, watchers=("expert@elsewhere.example",)), "notification")
    banks = {letter.to.address: letter.facts.bank for letter in told}
    assert banks == {"chef@acme.example": BankFacts(1140), "expert@elsewhere.example": None}


@given(
    minutes=st.integers(1, 1440),
    more=st.integers(0, 600),
    activity=st.sampled_from([one for one in Activity if one is not Activity.NOTE]),
    kind=st.sampled_from(KINDS),
    bank=st.sampled_from(sorted(PAID)),
    queue=st.sampled_from(["regulier", "urgent"]),
)
def test_a_charge_is_whole_enough_and_never_falls(
    minutes: int, more: int, activity: Activity, kind: str, bank: str, queue: str
) -> None:
    """Units and minimum of the table, monotone, and a debit exactly where the bank pays (hazards I32)."""
    policy, ticket = with_bank(bank), a_ticket(level=2, kind=kind, queue=queue)
    table = policy.tariffs[queue]
    rate = table.site if activity is Activity.VISIT else table.phone
    assert rate is not None
    unit, minimum = (rate.unit_without_bank, 0) if bank == "none" else (rate.unit, rate.minimum)
    bill, longer = charge(activity, minutes, ticket, policy), charge(activity, minutes + more, ticket, policy)
    assert bill.charged % unit == 0
    assert max(minutes, minimum) <= bill.charged <= longer.charged
    assert bill.charged < max(minutes, minimum) + unit
    assert bill.banked == pays(ticket, policy) == (kind in PAID[bank])


@given(
    steps=st.lists(st.one_of(st.integers(1, 600), st.integers(-2400, -1)), max_size=25),
    low=st.one_of(st.none(), st.integers(1, 600)),
    start=st.one_of(st.none(), st.integers(-300, 1500)),
)
def test_both_sides_are_warned_once_for_each_crossing(steps: list[int], low: int | None, start: int | None) -> None:
    """Whatever is worked (above zero) and bought: a balance falls below `low` as often as it is told."""
    policy, balance = with_bank(banks=Banks(low)), start
    for step in steps:
        if step < 0:
            balance = (balance or 0) - step
            continue
        decision = done(Spend(Activity.CALL, step), balance=balance, policy=policy)
        after = (balance or 0) - debited(decision)
        crossed = low is not None and after < low and (balance is None or balance >= low)
        assert len(letters(decision, "low-balance")) == len(letters(decision, "notice")) == crossed
        balance = after


def test_a_low_balance_is_told_to_who_answers_for_the_customer_and_to_the_leads() -> None:
    """An answer of the customer is a request of its own: no ticket, no signed address."""
    decision = done(CALL, balance=150)
    (theirs,), (ours,) = letters(decision, "low-balance"), letters(decision, "notice")
    assert (theirs.to.address, theirs.to.token, theirs.ticket) == ("chef@acme.example", None, None)
    assert theirs.facts.bank == ours.facts.bank == BankFacts(90)
    assert (ours.to.address, ours.facts.notice and ours.facts.notice.code) == ("tech4@example.com", "low-balance")


def test_without_anybody_responsible_every_contact_hears_of_it() -> None:
    """Somebody has to."""
    policy = with_bank()
    contacts = (Contact("it@acme.example"), Contact("chef@acme.example"))
    acme = replace(policy.customers["acme"], contacts=contacts)
    told = letters(done(CALL, balance=150, policy=replace(policy, customers={"acme": acme})), "low-balance")
    assert [letter.to.address for letter in told] == ["it@acme.example", "chef@acme.example"]


def test_who_never_bought_hours_is_warned_by_the_first_charge() -> None:
    """And then goes on below zero: whose production is down is helped first."""
    decision = done(CALL, balance=None)
    assert debited(decision) == 60
    assert notification(decision).facts.bank == BankFacts(-60)
    assert len(letters(decision, "low-balance")) == 1
    assert letters(done(CALL, balance=-60), "low-balance") == []


def test_what_a_mail_changes_counts_for_its_own_charge() -> None:
    """Who becomes the customer pays, and a new level or kind decides whether a bank does."""
    bolt = replace(with_bank().customers["acme"], key="bolt", name="Bolt", domains=(), contacts=())
    policy = replace(with_bank(), customers={**with_bank().customers, "bolt": bolt})
    confirmed = replace(answer(SetCustomer("bolt"), CALL), confirmed_at=NOW)
    moved = only(ask(confirmed, Seen(1002, by_token=a_ticket(level=2)), policy), AddIntervention)
    assert moved.debit is not None
    assert moved.debit.customer == "bolt"
    assert debited(done(Grade(Scale.LEVEL, "2", "données"), CALL, level=1)) == 60
    assert debited(done(Grade(Scale.KIND, "formation"), CALL)) == 0


def harmless(effects: tuple[Effect, ...]) -> list[Letter]:
    """The letters of a decision that changes nothing and keeps what was asked."""
    mails = [one.letter for one in effects if isinstance(one, SendMail)]
    kept = [one for one in effects if isinstance(one, AddMessage)]
    assert len(mails) + len(kept) == len(effects)
    return mails


@pytest.mark.parametrize("status", Status)
def test_a_balance_is_told_to_who_asks_and_changes_nothing(status: Status) -> None:
    """Nobody else hears of it; a request that nobody has is still nobody's, and its pages call on."""
    decision = done(Balance(), status=status, level=1)
    new = status is Status.NEW
    told = [one for one in decision.effects if new or isinstance(one, SendMail | AddMessage)]
    (letter,) = harmless(tuple(told))
    assert (letter.template, letter.to.address) == ("transcript", "tech1@example.com")
    assert codes(decision) == []


def test_a_balance_is_told_with_times_and_the_price_of_a_call() -> None:
    """What the technician would look up on a web page."""
    facts = stated(done(Balance()))
    assert (facts.bank, facts.minutes, facts.charged) == (BankFacts(1200), 15, 60)
    assert (facts.following.minutes, facts.following.charged, facts.following.minimum) == (15, 60, 60)
    assert stated(done(Balance(), level=1)).following.covered
    assert stated(done(Balance(), policy=a_policy())).bank is None
    assert stated(done(Balance(), Help())).bank == BankFacts(1200)


def test_a_balance_that_is_asked_beside_work_includes_it() -> None:
    """The answer is how things stand when it is read."""
    facts = stated(done(CALL, Balance()))
    assert (facts.bank, facts.minutes, facts.charged) == (BankFacts(1140), 27, 120)

"""How surely a mail is its sender's, and what each level opens (hazards §2.4)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.conditions import Condition, Like
from mailgate.core.events import MailReceived
from mailgate.core.identity import Sender, person_id
from mailgate.core.letters import Proof
from mailgate.core.levels import ENOUGH, MAY, Act
from mailgate.core.model import Address, AuthLevel, AuthVerdict, Identity, Outcome, Token, TokenKind
from mailgate.core.policy import Actions, CommandsNeed, Desk, Policy, Rule
from mailgate.core.seen import Seen
from tests.builders import a_mail, a_policy, a_ticket, contact_token, received, technician_token
from tests.core.asking import ask, letters, paged

PASS, FAIL = AuthVerdict.PASS, AuthVerdict.FAIL
STRANGER = "x@nowhere.example"
ELSEWHERE = a_ticket(number=1007, participants=frozenset({STRANGER}), customer=None)


def level(event: MailReceived, seen: Seen | None = None, policy: Policy | None = None) -> AuthLevel | None:
    """The level that the decision was made on."""
    return ask(event, seen or Seen(1002), policy).findings.level


def test_the_tables_are_total() -> None:
    """A new level or a new need must say what it opens."""
    assert set(MAY) == set(AuthLevel)
    assert set(ENOUGH) == set(CommandsNeed)


def test_only_the_highest_level_commands() -> None:
    """Authority over a ticket needs the person and the capability, both."""
    assert [one for one in AuthLevel if Act.COMMAND in MAY[one]] == [AuthLevel.L4]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (received(a_mail(STRANGER)), "L0"),
        (received(a_mail(STRANGER), verdict=PASS), "L0"),
        (received(a_mail(None)), "L0"),
        (received(a_mail(None), envelope_from="chef@acme.example", verdict=PASS), "L0"),
        (received(verdict=FAIL), "L0"),
        (received(), "L1"),
        (received(a_mail("stagiaire@acme.example")), "L1"),
        (received(a_mail("tech1@example.com")), "L1"),
        (received(verdict=PASS), "L2"),
    ],
)
def test_a_mail_without_a_signed_address_is_judged_by_its_from(event: MailReceived, expected: str) -> None:
    """L0 to L2: nobody, somebody, somebody proven."""
    assert level(event) == expected


@pytest.mark.parametrize(
    ("sender", "verdict", "expected"),
    [
        ("chef@acme.example", AuthVerdict.NONE, "L4"),
        ("chef@acme.example", PASS, "L4"),
        ("chef@acme.example", FAIL, "L3"),
        (STRANGER, AuthVerdict.NONE, "L3"),
        (STRANGER, FAIL, "L3"),
        ("it@acme.example", AuthVerdict.NONE, "L3"),
        ("it@acme.example", PASS, "L2"),
    ],
)
def test_a_customers_signed_address_is_a_capability(sender: str, verdict: AuthVerdict, expected: str) -> None:
    """Whoever holds it may add to the ticket; only its own person stands for themselves with it."""
    event = received(a_mail(sender), to="tickets+t@example.com", token=contact_token(), verdict=verdict)
    assert level(event, Seen(1002, by_token=a_ticket())) == expected


@pytest.mark.parametrize(("participants", "expected"), [({"chef@acme.example"}, "L3"), ({STRANGER}, "L4")])
def test_a_number_that_is_anybodys_makes_nobody_the_very_person(participants: set[str], expected: str) -> None:
    """A token names its person in 32 bits: with somebody's forwarded address, a sender with the same number is found in
    an hour. Who asked for the ticket is somebody; whoever else has the number only holds the address."""
    token = Token(TokenKind.CONTACT, 1001, person_id("contact", STRANGER))
    event = received(a_mail(STRANGER), to="tickets+t@example.com", token=token)
    assert level(event, Seen(1002, by_token=a_ticket(participants=frozenset(participants)))) == expected


@pytest.mark.parametrize(
    ("sender", "verdict", "need", "expected"),
    [
        ("tech1@example.com", AuthVerdict.NONE, CommandsNeed.NOT_FAILING, "L4"),
        ("tech1@example.com", AuthVerdict.NONE, CommandsNeed.PASS, "L3"),
        ("tech1@example.com", PASS, CommandsNeed.PASS, "L4"),
        ("tech1@example.com", FAIL, CommandsNeed.NOT_FAILING, "L3"),
        ("5145550101@pager.example.net", AuthVerdict.NONE, CommandsNeed.NOT_FAILING, "L3"),
        ("5145550101@pager.example.net", FAIL, CommandsNeed.NOT_FAILING, "L0"),
        ("tech2@example.com", AuthVerdict.NONE, CommandsNeed.NOT_FAILING, "L1"),
        (STRANGER, PASS, CommandsNeed.NOT_FAILING, "L0"),
    ],
)
def test_a_technicians_signed_address_counts_in_their_own_hands(
    sender: str, verdict: AuthVerdict, need: CommandsNeed, expected: str
) -> None:
    """Anybody else's hands make it worth nothing."""
    policy = a_policy(desk=Desk("X", "tickets@example.com", commands_need=need))
    event = received(a_mail(sender), to="tickets+t@example.com", token=technician_token("tech1"), verdict=verdict)
    assert level(event, Seen(1002, by_token=a_ticket()), policy) == expected


@pytest.mark.parametrize(
    ("token", "envelope_from"),
    [
        (contact_token(), "chef@acme.example"),
        (technician_token("tech1"), "tech1@example.com"),
        (technician_token("tech1"), "5145550101@pager.example.net"),
    ],
)
@pytest.mark.parametrize("verdict", AuthVerdict)
def test_nothing_makes_up_for_a_doubtful_from(token: Token, envelope_from: str, verdict: AuthVerdict) -> None:
    """Two mailboxes in From, the very address in the envelope, and the very token: whoever sent it, it is nobody's."""
    event = received(
        a_mail(None), to="tickets+t@example.com", envelope_from=envelope_from, token=token, verdict=verdict
    )
    assert level(event, Seen(1002, by_token=a_ticket())) == "L0"


def test_a_robots_doubtful_from_does_not_make_its_word_a_request() -> None:
    """ "From: MAILER-DAEMON" is no mailbox; what it says about a mail of ours stays with the ticket, wakes nobody."""
    event = received(a_mail(None, headers=(("auto-submitted", "auto-replied"),)), envelope_from="")
    event = replace(event, recipients=("tickets+t@example.com",), token=contact_token())
    decision = ask(event, Seen(1002, by_token=a_ticket()))
    assert (decision.outcome, decision.ticket, len(decision.effects)) == (Outcome.RECORDED, 1001, 1)
    assert ask(event).outcome is Outcome.TICKET


@pytest.mark.parametrize("token", [contact_token(), technician_token("tech1")])
def test_a_signed_address_of_no_ticket_opens_nothing(token: Token) -> None:
    """The database was restored from before the ticket: whoever holds the address holds nothing."""
    pager = "5145550101@pager.example.net" if token.kind is TokenKind.TECHNICIAN else STRANGER
    event = received(a_mail(pager), to="tickets+t@example.com", token=token)
    assert level(event, Seen(1002)) == "L0"
    assert level(event, Seen(1002, by_token=a_ticket())) == "L3"


def test_a_technician_who_left_takes_their_addresses_along() -> None:
    """The rules no longer name them: the address is nobody's."""
    event = received(a_mail("parti@example.com"), to="tickets+t@example.com", token=technician_token("parti"))
    assert level(event, Seen(1002, by_token=a_ticket())) == "L0"


def test_a_stranger_who_takes_part_is_known_to_the_ticket() -> None:
    """Unknown to the rules, but not to this ticket: enough to go on with it by its number."""
    event = received(a_mail(STRANGER), to="tickets@example.com")
    decision = ask(event, Seen(1008, by_tag=ELSEWHERE))
    assert (decision.findings.level, decision.ticket) == (AuthLevel.L1, 1007)


def test_two_mailboxes_in_from_never_go_on_with_a_ticket() -> None:
    """The envelope sender takes part, but From is ambiguous: never "the first one wins"."""
    event = received(a_mail(None), to="tickets@example.com", envelope_from=STRANGER)
    decision = ask(event, Seen(1008, by_tag=ELSEWHERE))
    assert (decision.findings.level, decision.outcome) == (AuthLevel.L0, Outcome.TICKET)


def test_a_return_address_is_no_capability() -> None:
    """Everybody who gets a mail of ours can read it in Return-Path."""
    token = Token(TokenKind.BOUNCE, 12, 7)
    event = received(a_mail(STRANGER), to="tickets+t@example.com", token=token)
    assert level(event, Seen(1002, by_token=a_ticket())) == "L0"


@pytest.mark.parametrize(
    ("verdict", "checked", "expected"),
    [
        (AuthVerdict.NONE, False, Proof.UNASKED),
        (AuthVerdict.NONE, True, Proof.MISSING),
        (PASS, True, Proof.UNASKED),
        (FAIL, True, Proof.FAILING),
    ],
)
def test_technicians_see_what_could_be_proven_and_was_not(verdict: AuthVerdict, checked: bool, expected: Proof) -> None:
    """A desk that cannot check senders must not cry wolf at each mail."""
    decision = ask(received(verdict=verdict, checked=checked))
    pages = [
        effect.letter for effect in decision.effects if hasattr(effect, "technician") and hasattr(effect, "letter")
    ]
    assert {page.facts.message.proof for page in pages if page.facts.message} == {expected}


def test_whoever_fails_authentication_sees_nothing_of_their_own_again() -> None:
    """The registered address may get an acknowledgement it never asked for: with none of the forger's words."""
    (told,) = letters(ask(received(verdict=FAIL)), "acknowledgement")
    assert told.facts.ticket is not None
    assert told.facts.ticket.subject is None


def test_rules_may_ask_how_surely_it_is_the_sender() -> None:
    """A firm may want to wake one person, not three, for somebody whom nothing shows."""
    doubtful = Condition((("auth_level", Like("L0")),))
    policy = a_policy(rules=(Rule("doute", "rules/x.toml", 1, doubtful, Actions(notify=1)),))
    assert len(paged(ask(received(a_mail(STRANGER)), policy=policy))) == 1
    assert len(paged(ask(received(), policy=policy))) == 3


def test_a_sender_is_nobody_until_graded() -> None:
    """Forgetting to grade can only take away."""
    assert Sender(Identity.CONTACT, Address("chef@acme.example")).level is AuthLevel.L0

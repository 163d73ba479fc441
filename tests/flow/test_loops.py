"""Robots that do not say what they are, and desks that write to each other: it always comes to an end (promise 4)."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from mailgate import site, starter
from mailgate.mail.keyring import Keyring
from mailgate.toml.mistakes import SiteMistakes
from tests.flow.desk import Letter, LiveDesk, Sent, a_database, answer
from tests.flow.test_conversation import CHEF, to

TECH1 = "tech1@example.com"
STRANGER = "x@nowhere.example"
TOO_MANY = 400

Robot = Callable[[Sent], Letter | None]


def to_reply_to(mail: Sent) -> Letter:
    """A vacation program that follows Reply-To."""
    return Letter("Je suis absent.", mail.to, mail.reply_to or "tickets@example.com", f"Re: {mail.subject}")


def to_from(mail: Sent) -> Letter:
    """One that answers to From, under the subject that it got."""
    return Letter("Je suis absent.", mail.to, "tickets@example.com", f"Re: {mail.subject}")


def with_its_own_subject(mail: Sent) -> Letter:
    """One that knows no threads at all."""
    return Letter("Je suis absent.", mail.to, "tickets@example.com", "Absence")


def to_the_envelope(mail: Sent) -> Letter | None:
    """One that answers to the reverse-path (RFC 3834 §4), which an acknowledgement has not."""
    return Letter("Je suis absent.", mail.to, mail.envelope_from, "Absence") if mail.envelope_from else None


def quoting_all(mail: Sent) -> Letter:
    """One that repeats everything it got, without a mark, signed address included."""
    return Letter(f"Absent.\n\n{mail.reply_to}\n\n{mail.text}", mail.to, "tickets@example.com", "Absence")


ROBOTS = (to_reply_to, to_from, with_its_own_subject, to_the_envelope, quoting_all)


def wear_out(desk: LiveDesk, first: Letter, robots: dict[str, Robot]) -> None:
    """Deliver a mail, and every answer to every answer, twenty seconds apart; fails when there is no end."""
    waiting = deque([first])
    for _ in range(TOO_MANY):
        if not waiting:
            return
        mails = desk.write(waiting.popleft())
        answers = (robots[mail.to](mail) for mail in mails if mail.to in robots)
        waiting.extend(one for one in answers if one is not None)
        desk.advance(seconds=20)
    pytest.fail("they would write to each other for ever")


def acknowledgements(desk: LiveDesk) -> Counter[tuple[str, str]]:
    """How many automatic answers each address got for each ticket."""
    answers = [one for one in desk.sent if one.template in ("acknowledgement", "parked") and not one.envelope_from]
    return Counter((mail.to, mail.subject.partition("]")[0]) for mail in answers)


@pytest.mark.parametrize("robot", ROBOTS)
@pytest.mark.parametrize("who", [CHEF, STRANGER, TECH1])
def test_a_robot_that_hides_itself_is_answered_a_bounded_number_of_times(
    desk: LiveDesk, who: str, robot: Robot
) -> None:
    """A customer's, a stranger's, a technician's: without any header that gives it away (A36)."""
    first = Letter("Panne", CHEF if who == TECH1 else who)
    wear_out(desk, first, {who: robot})
    assert set(acknowledgements(desk).values()) == {1}
    assert len([mail for mail in desk.sent if mail.to == who]) <= 60


@pytest.mark.parametrize("robot", ROBOTS)
def test_two_robots_at_both_ends_of_a_ticket_come_to_an_end(desk: LiveDesk, robot: Robot) -> None:
    """The technician's answers reach the customer as a person's words, so both sides look like people."""
    wear_out(desk, Letter("Panne"), {CHEF: to_reply_to, TECH1: robot})
    assert len(desk.sent) < 150


def test_a_parked_colleagues_robot_and_the_contacts_robot_come_to_an_end(desk: LiveDesk) -> None:
    """Each round would ask both contacts again."""
    colleague = "stagiaire@acme.example"
    wear_out(desk, Letter("Feu", colleague), {colleague: with_its_own_subject, CHEF: with_its_own_subject})
    assert set(acknowledgements(desk).values()) == {1}


def test_refusals_are_no_weapon_against_a_forged_sender(desk: LiveDesk) -> None:
    """A queue that refuses strangers tells one address a bounded number of times, and nothing of the forger's (A38)."""
    for path in (desk.root / "rules").iterdir():
        text = path.read_text("utf-8")
        path.write_text(text.replace("notify    = 3", 'notify    = 3\nunknown_senders = "refuse"'), "utf-8")
    desk.reload()
    told = [mail for _ in range(9) for mail in desk.write(Letter("ACHETEZ", STRANGER, subject="ACHETEZ"))]
    assert len(told) == 3
    assert not any("ACHETEZ" in mail.text + mail.subject for mail in told)


def test_a_customers_answer_is_told_though_everybody_it_was_told_to_has_left(desk: LiveDesk) -> None:
    """No assignee, nobody left of those who were paged, no leads: then the whole team hears of it."""
    ack = to(desk.write(Letter("Panne")), CHEF)
    for path in (desk.root / "rules").iterdir():
        text = path.read_text("utf-8").partition("[team.leads]")[0].replace(', { after = "30m", team = "leads" }', "")
        path.write_text(re.sub(r"\btech([1-4])\b(?!@)", r"new\1", text), "utf-8")
    desk.reload()
    assert len(desk.write(answer(ack, "Alors ?"))) == 4


def test_a_mail_to_a_door_is_acknowledged_however_many_there_are(desk: LiveDesk) -> None:
    """A busy customer is no robot."""
    for number in range(15):
        assert to(desk.write(Letter("Encore", subject=f"Panne {number}")), CHEF).template == "acknowledgement"


def test_who_was_silenced_is_heard_again_the_next_day(desk: LiveDesk) -> None:
    """And nothing was lost meanwhile: every mail became a ticket, and says why it was not answered."""
    desk.without_floods()
    wear_out(desk, Letter("Panne"), {CHEF: with_its_own_subject})
    silenced = max(mail.subject for mail in desk.sent if mail.template == "technician")
    assert "not answered" in desk.ticket(int(silenced.partition("#")[2].partition("]")[0])).journal[0].because
    desk.advance(hours=25)
    again = desk.write(Letter("Bonjour", to="tickets@example.com", subject="Autre chose"))
    assert to(again, CHEF).template == "acknowledgement"


def test_a_long_exchange_between_people_is_never_cut(desk: LiveDesk) -> None:
    """Forty answers in a day, each told to the technician."""
    ack = to(desk.write(Letter("Panne")), CHEF)
    for number in range(40):
        assert len(desk.write(answer(ack, f"Précision {number}"))) == 3


def test_our_own_mail_that_comes_back_is_answered_by_nobody(desk: LiveDesk) -> None:
    """A queue's address that is also a technician's, or a list that sends everything back."""
    for mail in desk.write(Letter("Panne")):
        raw = b"Received: from a by b\r\n" + mail.message.as_bytes()
        for back_to in ("support-urgent@example.com", "tickets@example.com", mail.reply_to):
            assert desk.deliver(raw, mail.envelope_from or "x@list.example", back_to) == []


def test_an_automatic_answer_to_a_page_opens_no_ticket(desk: LiveDesk) -> None:
    """A technician's address that leads into another help desk: each of its receipts would page it again."""
    page = to(desk.write(Letter("Panne")), TECH1)
    head = {"Auto-Submitted": "auto-replied", "In-Reply-To": page.header("Message-ID")}
    assert desk.write(Letter("Reçu", "otrs@desk.example", "tickets@example.com", "Ticket 4711", head)) == []
    assert desk.write(Letter("Panne", subject="Autre"))[0].subject.startswith("[#1002]")


def test_a_queue_that_pages_its_own_door_stands_still(desk: LiveDesk) -> None:
    """tech1's address and pager are the desk's own doors: a mistake in the rules must not become a storm."""
    for path in (desk.root / "rules").iterdir():
        text = path.read_text("utf-8").replace("5145550101@pager.example.net", "support-regulier@example.com")
        path.write_text(text.replace('"tech1@example.com"', '"support-urgent@example.com"'), "utf-8")
    try:
        desk.reload()
    except SiteMistakes:
        return
    arriving = deque(desk.write(Letter("Panne")))
    for _ in range(50):
        if not arriving:
            return
        mail = arriving.popleft()
        if mail.to.startswith("support-"):
            arriving.extend(desk.deliver(mail.message.as_bytes(), mail.envelope_from, mail.to))
    pytest.fail("it pages itself")


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[dict[str, LiveDesk]]:
    """Two desks, by domain, each of which is the other's first contact and the other's first technician."""
    with ExitStack() as held:
        yield {
            domain: held.enter_context(_one_of_two(tmp_path / domain, domain, other))
            for domain, other in (("example.com", "other.example"), ("other.example", "example.com"))
        }


@contextmanager
def _one_of_two(root: Path, domain: str, other: str) -> Iterator[LiveDesk]:
    starter.write(root)
    for path in (*(root / "rules").iterdir(), root / "config.toml"):
        text = path.read_text("utf-8").replace("example.com", domain)
        text = text.replace("chef@acme.example", f"support-urgent@{other}")
        text = text.replace('"rotation"', '"listed"')
        path.write_text(text.replace(f'"tech1@{domain}"', f'"support-regulier@{other}"'), "utf-8")
    with a_database(root / "var/mailgate.db") as database:
        yield LiveDesk(site.load(root / "config.toml"), database, Keyring.fresh(domain.ljust(32).encode()))


def test_two_desks_that_write_to_each_other_for_a_week_settle(pair: dict[str, LiveDesk]) -> None:
    """Each the other's customer, and each the other's technician: one acknowledgement per ticket, and an end."""
    first, second = pair.values()
    for number in range(7):
        second.write(
            Letter("So that the numbers differ", "it@acme.example", "support-urgent@other.example", f"{number}")
        )
    first.write(Letter("Panne", "support-urgent@other.example", "support-urgent@example.com"))
    second.write(Letter("Panne", "support-urgent@example.com", "support-urgent@other.example"))
    carried, settled = Counter[str](), 0
    for hour in range(7 * 24):
        settled = sum(carried.values()) if hour == 3 * 24 else settled
        for desk in pair.values():
            for mail in desk.sent[carried[desk.root.name] :]:
                carried[desk.root.name] += 1
                peer = pair.get(mail.to.rpartition("@")[2])
                if peer is not None and peer is not desk:
                    peer.deliver(mail.message.as_bytes(), mail.envelope_from, mail.to)
            desk.advance(hours=1)
    assert all(set(acknowledgements(desk).values()) <= {1} for desk in pair.values())
    assert sum(carried.values()) == settled
    assert all(carried[desk.root.name] == len(desk.sent) for desk in pair.values())

"""An answer that did not arrive: from the reports that come back to the clock, the assignee and the address."""

from __future__ import annotations

import pytest

from tests.builders import local
from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.test_conversation import CHEF, to

TECH1 = "tech1@example.com"


def standard(mail: Sent, action: str, status: str, said: str) -> bytes:
    """A delivery report as RFC 3464 wants it."""
    return f"""From: Mail Delivery System <MAILER-DAEMON@relay.example>
To: {mail.envelope_from}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

I am sorry to have to inform you.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; {mail.to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--b
Content-Type: text/rfc822-headers

Message-ID: {mail.header("Message-ID")}
Subject: x

--b--
""".replace("\n", "\r\n").encode()


@pytest.fixture
def answered(desk: LiveDesk) -> Sent:
    """tech1 has answered the customer, which kept the promise."""
    page = to(desk.write(Letter("Panne")), TECH1)
    mail = to(desk.write(answer(page, "Bonjour, redémarrez le poste.")), CHEF)
    assert desk.ticket().callback.kept_at is not None  # type: ignore[union-attr]  # a ticket at a door has a promise
    return mail


def callback_kept(desk: LiveDesk) -> bool:
    """Whether the promise counts as kept."""
    callback = desk.ticket().callback
    assert callback is not None
    return callback.kept_at is not None


def test_an_answer_that_bounced_is_no_contact(desk: LiveDesk, answered: Sent) -> None:
    """The clock goes on, the assignee is told why, the ticket shows it, nobody answers the robot."""
    raw = standard(answered, "failed", "5.1.1", "550 5.1.1 <chef@acme.example>: User unknown")
    (told,) = desk.deliver(raw, "", answered.envelope_from)
    assert not callback_kept(desk)
    assert told.to == TECH1
    assert "550 5.1.1 <chef@acme.example>: User unknown" in told.text
    (lost,) = [mail for mail in desk.ticket().mails if mail.fate == "hard"]
    assert (lost.to, lost.kind) == (CHEF, "notification")
    (marked,) = desk.ticket().addresses
    assert (marked.address, marked.fate) == (CHEF, "hard")


@pytest.mark.parametrize("command", ["#attente client", "#valider", "#résolu", "#fermer"])
def test_the_clock_goes_on_whatever_the_lost_answer_asked_for(desk: LiveDesk, command: str) -> None:
    """Nobody asked the customer anything: the desk is warned and late, and closes nothing by silence."""
    page = to(desk.write(Letter("Panne")), TECH1)
    mail = to(desk.insist(desk.write(answer(page, f"{command}\nRedémarrez le poste."))), CHEF)
    desk.deliver(standard(mail, "failed", "5.1.1", "550 gone"), "", mail.envelope_from)
    assert (desk.ticket().status, callback_kept(desk)) == ("open", False)
    told = [mail for _ in range(7) for mail in desk.advance(minutes=10)]
    assert any("En retard (rappel)" in one.subject for one in told if one.to == TECH1)
    assert [one for day in range(30) for one in desk.advance(days=1) if one.to == CHEF] == []


def lose(desk: LiveDesk, mail: Sent) -> list[Sent]:
    """The mail comes back."""
    return desk.deliver(standard(mail, "failed", "5.1.1", "550 gone"), "", mail.envelope_from)


def test_an_automatic_sentence_that_bounced_takes_no_answer_back(desk: LiveDesk, answered: Sent) -> None:
    """The customer has the answer; only the word about ten minutes of work was lost."""
    desk.advance(minutes=10)
    lose(desk, to(desk.write(answer(answered_by(desk), "#temps 10")), CHEF))
    assert callback_kept(desk)


def answered_by(desk: LiveDesk) -> Sent:
    """The page that tech1 got."""
    return to(desk.sent, TECH1)


def test_a_lost_question_leaves_nobody_waiting_though_somebody_called(desk: LiveDesk) -> None:
    """The promise of news goes on from the call, and the mail about the loss says so."""
    page = to(desk.write(Letter("Panne")), TECH1)
    desk.write(answer(page, "#appel 5"))
    desk.advance(minutes=10)
    (told,) = lose(desk, to(desk.write(answer(page, "#attente client\nQuelle version ?")), CHEF))
    assert (desk.ticket().status, callback_kept(desk)) == ("open", True)
    assert desk.ticket().update_due_at == local("2026-11-16 12:00")
    assert "Nouvelles au client avant lundi 12 h 00" in told.text.replace("\u00a0", " ")


def test_two_lost_answers_reported_in_any_order_leave_nobody_waiting(desk: LiveDesk, answered: Sent) -> None:
    """Neither reached anybody."""
    desk.advance(minutes=10)
    mail = to(desk.write(answer(answered_by(desk), "#attente client\nQuelle version ?")), CHEF)
    lose(desk, mail)
    lose(desk, answered)
    assert (desk.ticket().status, callback_kept(desk)) == ("open", False)
    assert desk.ticket().update_due_at == local("2026-11-16 12:00")


@pytest.mark.parametrize("command", ["#valider", "#temps 10\n#attente client"])
def test_a_wordless_question_that_bounced_asked_nobody_either(desk: LiveDesk, command: str) -> None:
    """The call-back stood still for a customer who knows of nothing."""
    page = to(desk.write(Letter("Panne")), TECH1)
    desk.advance(minutes=10)
    mail = to(desk.write(answer(page, command)), CHEF)
    assert desk.ticket().status.startswith("waiting")
    desk.advance(minutes=5)
    lose(desk, mail)
    assert (desk.ticket().status, callback_kept(desk)) == ("open", False)


@pytest.mark.parametrize("command", ["#appel 5\n#valider", "#valider\nC’est réparé."])
def test_a_lost_reminder_wakes_nobody(desk: LiveDesk, command: str) -> None:
    """They were asked by the mail before it, or by phone."""
    page = to(desk.write(Letter("Panne")), TECH1)
    mail = to(desk.write(answer(page, command)), CHEF)
    if "appel" in command:
        lose(desk, mail)
    (reminder,) = [one for day in range(3) for one in desk.advance(days=1) if one.to == CHEF]
    lose(desk, reminder)
    assert desk.ticket().status == "waiting-validation"


def test_who_was_called_since_is_not_owed_a_call(desk: LiveDesk, answered: Sent) -> None:
    """The call keeps the promise instead; news are owed since then."""
    desk.advance(minutes=10)
    desk.write(answer(answered_by(desk), "#appel 5"))
    lose(desk, answered)
    assert callback_kept(desk)
    assert desk.ticket().callback.kept_at == local("2026-11-16 10:10")  # type: ignore[union-attr]  # it was just asked
    assert desk.ticket().update_due_at == local("2026-11-16 12:10")


def test_an_answer_that_was_undone_takes_nothing_back(desk: LiveDesk) -> None:
    """What it did is undone already: the question before it may have arrived."""
    page = to(desk.write(Letter("Panne")), TECH1)
    desk.write(answer(page, "#attente client\nQuelle version ?"))
    desk.advance(minutes=5)
    mail = to(desk.write(answer(page, "Oubliez ma question.")), CHEF)
    desk.write(answer(page, "#annuler"))
    lose(desk, mail)
    assert (desk.ticket().status, callback_kept(desk)) == ("waiting-customer", True)


def test_the_customer_who_writes_again_is_reachable_again(desk: LiveDesk, answered: Sent) -> None:
    """The mark is gone; the promise is owed until somebody keeps it."""
    desk.deliver(standard(answered, "failed", "5.1.1", "550 gone"), "", answered.envelope_from)
    desk.write(answer(answered, "Alors ?"))
    assert desk.ticket().addresses == ()
    assert not callback_kept(desk)


def test_a_full_mailbox_is_soft(desk: LiveDesk, answered: Sent) -> None:
    """It may work tomorrow; today nobody read it."""
    desk.deliver(standard(answered, "failed", "5.2.2", "552 mailbox full"), "", answered.envelope_from)
    assert [mail.fate for mail in desk.ticket().mails if mail.fate] == ["soft"]
    assert not callback_kept(desk)


def test_a_delay_alarms_nobody(desk: LiveDesk, answered: Sent) -> None:
    """The relay is still trying: shown, and nothing else."""
    raw = standard(answered, "delayed", "4.4.1", "connect timed out")
    assert desk.deliver(raw, "", answered.envelope_from) == []
    assert [mail.fate for mail in desk.ticket().mails if mail.fate] == ["delayed"]
    assert callback_kept(desk)
    desk.deliver(standard(answered, "failed", "5.4.7", "delivery time expired"), "", answered.envelope_from)
    assert [mail.fate for mail in desk.ticket().mails if mail.fate] == ["hard"]


def test_the_same_loss_is_told_once(desk: LiveDesk, answered: Sent) -> None:
    """Two systems report it, in their own words."""
    desk.deliver(standard(answered, "failed", "5.1.1", "550 gone"), "", answered.envelope_from)
    assert desk.deliver(standard(answered, "failed", "5.1.1", "no such user"), "", answered.envelope_from) == []


def test_a_report_to_another_address_is_believed_by_its_message_id(desk: LiveDesk, answered: Sent) -> None:
    """Some systems report to Reply-To or to From."""
    desk.deliver(standard(answered, "failed", "5.1.1", "550 gone"), "", "tickets@example.com")
    assert not callback_kept(desk)


def test_who_knows_a_message_id_cannot_bounce_for_others(desk: LiveDesk, answered: Sent) -> None:
    """A report about a recipient that we never wrote to changes nothing."""
    raw = standard(answered, "failed", "5.1.1", "550 gone").replace(b"rfc822; chef@", b"rfc822; it@")
    assert desk.deliver(raw, "", "tickets@example.com") == []
    assert callback_kept(desk)


def test_a_page_that_bounced_is_told_to_the_others(desk: LiveDesk) -> None:
    """tech1 was not reached: the page failed, and those who were hear of it."""
    page = to(desk.write(Letter("Panne")), TECH1)
    told = desk.deliver(standard(page, "failed", "5.1.1", "550 gone"), "", page.envelope_from)
    assert {mail.to for mail in told} == {"tech2@example.com", "tech3@example.com"}
    assert [one.state for one in desk.ticket().pages if one.to == TECH1] == ["failed"]


def test_an_exim_bounce_counts_as_well(desk: LiveDesk, answered: Sent) -> None:
    """No RFC 3464 at all."""
    raw = (
        f"From: Mail Delivery System <Mailer-Daemon@mx.example>\r\nTo: {answered.envelope_from}\r\n"
        f"X-Failed-Recipients: {answered.to}\r\nAuto-Submitted: auto-replied\r\n"
        "Subject: Mail delivery failed: returning message to sender\r\n\r\n"
        "This message was created automatically by mail delivery software.\r\n\r\n"
        "A message that you sent could not be delivered to one or more of its\r\n"
        "recipients. This is a permanent error. The following address(es) failed:\r\n\r\n"
        f"  {answered.to}\r\n    Unrouteable address\r\n"
    ).encode()
    desk.deliver(raw, "", answered.envelope_from)
    assert [(mail.to, mail.fate) for mail in desk.ticket().mails if mail.fate] == [(CHEF, "hard")]


def test_a_bounce_that_names_nobody_counts_at_its_return_address(desk: LiveDesk, answered: Sent) -> None:
    """Some systems hide the address, or never say it: the mail was to one person."""
    raw = (
        f"From: Mailer-Daemon@mx.example\r\nTo: {answered.envelope_from}\r\nSubject: Votre message\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\nVotre message n’a pas pu être remis : boîte pleine.\r\n"
    ).encode()
    (told,) = desk.deliver(raw, "", answered.envelope_from)
    assert (told.to, callback_kept(desk)) == (TECH1, False)
    assert [(mail.to, mail.fate) for mail in desk.ticket().mails if mail.fate] == [(CHEF, "soft")]

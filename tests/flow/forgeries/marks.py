"""A34: header fields by which programs know each other, and this one itself, written by somebody else.

The desk has no rules here: what happens to automatic mail is then the program's own answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from mailgate.core.classify import mail_kind
from mailgate.core.decision import Decision
from mailgate.core.events import MailReceived
from mailgate.core.model import AuthVerdict, MailKind, Outcome, Status
from mailgate.core.page_effects import Page
from tests.flow.forgeries.case import Case
from tests.flow.forgeries.results import unproven
from tests.flow.forgeries.stage import CHEF, TECH1, URGENT, Scene, raw, recorded
from tests.flow.forgeries.weakening import Weakening

ROBOTS = (
    "Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated", "Auto-Submitted: auto-notified",
    "X-Auto-Response-Suppress: All", "X-Autoreply: yes", "X-Autorespond: yes", "X-Loop: yes", "X-Cron-Env: <A=1>",
    "Precedence: auto_reply", "Precedence: bulk", "Precedence: list", "Precedence: junk",
    "List-Id: <x.acme.example>", "List-Unsubscribe: <mailto:x@acme.example>", "Mailing-List: contact x",
    "Return-Path: <>", "X-Failed-Recipients: x@acme.example", "X-Mailer: vacation",
    "\r\n".join(["Received: from a by b"] * 60),
)  # fmt: skip
"""Signs of a robot. With any of them the sender gets no acknowledgement, and everything else happens."""

MARKS = (
    "X-Mailgate-Ticket: 1001", "X-Mailgate-Loop: 1", "X-Mailgate-Level: L4", "X-Mailgate: processed",
    "X-Mailgate-Technician: tech1", "X-Loop: tickets@example.com", "X-RT-Loop-Prevention: example.com",
    "RT-Ticket: example.com #1001", "X-OTRS-Loop: yes", "X-OTRS-Queue: Junk", "X-Zammad-Ignore: true",
    "X-Spam-Flag: YES", "X-Priority: 5",
)  # fmt: skip
"""Words of other desks, and what might be this one's own."""


def knows_itself(original: Any) -> Callable[..., MailReceived]:
    """A field that looks like a desk's makes a mail the desk's own."""

    def read(*given: Any) -> MailReceived:
        event: MailReceived = original(*given)
        known = ("x-mailgate", "x-loop", "x-rt-", "rt-", "x-otrs-", "x-zammad-", "x-spam-flag", "x-priority")
        return replace(event, ours=any(name.startswith(known) for name, _ in event.mail.headers))

    return read


def verdict_of_itself(original: Any) -> Callable[..., MailReceived]:
    """A verdict in a field of our own name is ours."""

    def read(*given: Any) -> MailReceived:
        event: MailReceived = original(*given)
        said = event.mail.header("x-mailgate-verdict")
        return replace(event, verdict=AuthVerdict(said[0])) if said else event

    return read


def opens_nothing(original: Any) -> Callable[..., Decision]:
    """Automatic mail is put aside."""

    def request(event: Any, sender: Any, *rest: Any) -> Decision:
        found: Decision = original(event, sender, *rest)
        return found if mail_kind(event, sender) is MailKind.PERSON else Decision(Outcome.RECORDED, "a robot's")

    return request


def calls_nobody(original: Any) -> Callable[..., Decision]:
    """Automatic mail is no reason to call people."""

    def accept(asked: Any, *rest: Any) -> Decision:
        found: Decision = original(asked, *rest)
        kept = tuple(one for one in found.effects if not (asked.automatic and isinstance(one, Page)))
        return replace(found, effects=kept)

    return accept


KNOWS_ITSELF = Weakening("the desk's own fields are believed", "engine:read_mail", knows_itself)
OWN_VERDICT = Weakening("verdicts under the desk's own name are believed", "engine:read_mail", verdict_of_itself)
OPENS_NOTHING = Weakening("automatic mail opens no ticket", "core.opening:request", opens_nothing)
CALLS_NOBODY = Weakening("automatic mail calls nobody", "core.opening:_accept", calls_nobody)


def request_with(field: str, scene: Scene) -> None:
    """A contact asks at the urgent door, where two people are called."""
    policy = scene.desk.policy
    scene.needs(rules=(), queues={**policy.queues, "urgent": replace(policy.queues["urgent"], notify=2)})
    scene.deliver(raw(field, f"From: {CHEF}", "Subject: Cuve", body="La cuve déborde."), CHEF, URGENT)


def with_the_rules(scene: Scene) -> None:
    """The same with the rules that come with the program, of which one may put it aside, and say so."""
    for field in (*ROBOTS, *MARKS):
        mail = raw(field, f"From: {CHEF}", "Subject: Cuve", body="La cuve déborde.")
        scene.noted.append(scene.judged(scene.read(mail, CHEF, URGENT)))


def called(scene: Scene) -> None:
    """A ticket with its clock, and two people called at each of their addresses."""
    recorded(scene)
    assert [(one.outcome, one.ticket) for one in scene.fresh] == [(Outcome.TICKET, 1002)]
    story = scene.ticket(1002)
    assert (story.status, story.queue, story.requester) == (Status.NEW, "urgent", CHEF)
    assert story.callback is not None
    assert story.messages[0].text == "La cuve déborde."
    assert (len(story.pages), len({page.technician for page in story.pages})) == (4, 2)


def called_and_silent(scene: Scene) -> None:
    """The same, and no acknowledgement to what says that it is a robot."""
    called(scene)
    assert "acknowledgement" not in {mail.template for mail in scene.told}


def called_and_told(scene: Scene) -> None:
    """The same, and the acknowledgement, too."""
    called(scene)
    assert (CHEF, "acknowledgement") in {(mail.to, mail.template) for mail in scene.told}


def a_ticket_each(scene: Scene) -> None:
    """Every one is a ticket; where nobody is called, a rule says so, and the reason names it."""
    assert len(scene.noted) == len(ROBOTS) + len(MARKS)
    for one in scene.noted:
        assert one.ticket == 1002
        assert "rule '" in one.because
        assert (one.outcome is Outcome.TICKET) is bool([effect for effect in one.effects if isinstance(effect, Page)])


def own_verdict(scene: Scene) -> None:
    """tech1's address and token, and a proof that the mail wrote itself."""
    scene.needs_proof()
    head = (f"From: {TECH1}", "X-Mailgate-Verdict: pass", "X-Mailgate-Level: L4")
    scene.deliver(raw(*head, body="#fermer"), TECH1, scene.address_of(TECH1))


def cases() -> list[Case]:
    """Every row of A34."""
    return [
        *_robots(),
        *[Case("A34", one, partial(request_with, one), called_and_told, (KNOWS_ITSELF,)) for one in MARKS],
        Case(
            "A34",
            "all of them, with the rules as they come",
            with_the_rules,
            a_ticket_each,
            (OPENS_NOTHING, KNOWS_ITSELF),
        ),
        Case("A34", "a verdict on itself", own_verdict, unproven, (OWN_VERDICT,)),
    ]


def _robots() -> Iterator[Case]:
    for field in ROBOTS:
        name = field.partition("\r\n")[0]
        yield Case("A34", name, partial(request_with, field), called_and_silent, (OPENS_NOTHING, CALLS_NOBODY))

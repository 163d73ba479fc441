"""Whatever happens to a desk, in whatever order, breaks no invariant. A seed repeats a walk step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest

from mailgate.core.delivery import Refused
from mailgate.store.verify import State, verify
from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.test_bounces import standard

pytestmark = pytest.mark.timeout(600)

STEPS = 60
DOORS = ("support-urgent@example.com", "support-urgent@example.com", "support-regulier@example.com")
AUTHORS = ("chef@acme.example", "it@acme.example", "collegue@acme.example", "inconnu@elsewhere.example")
ENVELOPES = (None, None, None, None, "", "autre@acme.example")
HEADERS: tuple[dict[str, str], ...] = ({}, {}, {}, {"Auto-Submitted": "auto-replied"}, {"List-Id": "<l.acme.example>"})
SUBJECTS = ("Panne", "Question", "Panne [#1001]", "panne critique", "")
WORDS = ("oui", "Merci", "Rien ne va plus.", "Bonjour, redémarrez le poste.", "pris", "C'est réglé")
COMMANDS = (
    *("#prendre", "#pris", "#assigner tech3", "#note\nà voir", "#appel 15\nBonjour", "#site 1h30", "#temps 10"),
    *("#attente client", "#attente tiers 3d", "#attente client 2h", "#valider", "#résolu", "#fermer", "#rouvrir"),
    *("#priorité P1", "#sévérité critique", "#sévérité basse mieux", "#niveau 2 réseau", "#genre formation"),
    *("#fusionner 1001", "#fusionner 1002\nBonjour", "#fusionner 1003\n#note", "#séparer", "#séparer Autre\nVoici"),
    *(
        "#lier 1001",
        "#copie it@acme.example\nVoici",
        "#copie non it@acme.example",
        "#contact it@acme.example",
        "#sujet X",
    ),
    *("#absent 2026-12-24", "#absent non", "#aide", "#rien", "#résolu\nC'est réparé."),
)
MINUTES = (1, 2, 5, 14, 16, 31, 61, 240, 500, 1440, 5 * 1440)
MORTAL = ("tech1@example.com", "tech2@example.com", "5145550101@pager.example.net", "chef@acme.example")


@dataclass
class Walk:
    """A desk, and chance."""

    desk: LiveDesk
    chance: Random
    letters: list[Letter] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def step(self) -> None:
        """Something happens."""
        ACTIONS[self.chance.randrange(len(ACTIONS))](self)

    def tell(self, *said: object) -> None:
        """Note what happened, for whoever reads why a walk failed."""
        self.told.append(" ".join(map(str, said)))


def somebody_writes(walk: Walk) -> None:
    """A request, or whatever it is."""
    one = walk.chance.choice
    letter = Letter(one(WORDS), one(AUTHORS), one(DOORS), one(SUBJECTS), dict(one(HEADERS)), one(ENVELOPES))
    walk.tell("writes", letter)
    walk.desk.write(letter)
    walk.letters.append(letter)


def a_customer_answers(walk: Walk) -> None:
    """One of the newest mails of the desk."""
    _answer(walk, [mail for mail in walk.desk.sent if mail.to in AUTHORS], walk.chance.choice(WORDS))


def a_technician_answers(walk: Walk) -> None:
    """With a command, or with words."""
    theirs = [mail for mail in walk.desk.sent if mail.to.startswith("tech")]
    _answer(walk, theirs, walk.chance.choice((*COMMANDS, *COMMANDS, *WORDS)))


def a_mail_bounces(walk: Walk) -> None:
    """Whoever it was for."""
    mails = [mail for mail in walk.desk.sent[-20:] if mail.envelope_from]
    if mails:
        mail, (action, status) = (
            walk.chance.choice(mails),
            walk.chance.choice((("failed", "5.1.1"), ("delayed", "4.4.1"))),
        )
        walk.tell("bounces", mail.to, mail.template, action)
        walk.desk.deliver(standard(mail, action, status, "550 gone"), "", mail.envelope_from)


def a_mail_comes_again(walk: Walk) -> None:
    """At the same door or at another."""
    if walk.letters:
        place, door = walk.chance.randrange(len(walk.letters)), walk.chance.choice(DOORS)
        walk.tell("again", place, door)
        walk.desk.deliver(walk.letters[place].raw(place + 1), walk.letters[place].sender, door)


def time_passes(walk: Walk) -> None:
    """A minute, or a week."""
    minutes = walk.chance.choice(MINUTES)
    walk.tell("minutes", minutes)
    walk.desk.advance(minutes=minutes)


def an_address_dies(walk: Walk) -> None:
    """Or all of them work again."""
    address = walk.chance.choice((*MORTAL, ""))
    walk.tell("dies", address)
    if address:
        walk.desk.answers[address] = Refused("550 gone")
    else:
        walk.desk.answers.clear()


ACTIONS: tuple[Callable[[Walk], None], ...] = (
    *(somebody_writes, a_customer_answers, a_mail_bounces, a_mail_comes_again, an_address_dies),
    *(a_technician_answers, a_technician_answers, a_technician_answers, time_passes, time_passes),
)


@pytest.mark.parametrize("seed", [10, 11, 12])
def test_no_walk_breaks_an_invariant(seed: int, desk: LiveDesk) -> None:
    """Now and then, at the end, and three quiet days later."""
    walk = Walk(desk, Random(seed))
    for step in range(STEPS):
        walk.step()
        if step % 10 == 0:
            assert broken(desk) == [], walk.told
    assert broken(desk) == [], walk.told
    desk.advance(days=3)
    assert broken(desk) == [], walk.told
    assert desk.work() == []


def broken(desk: LiveDesk) -> list[str]:
    """What is broken, in words."""
    found = (one for one in verify(desk.database, desk.now) if one.state is State.BROKEN)
    return [f"{one.invariant}: {one.rows[0].row} {one.rows[0].detail}" for one in found]


def _answer(walk: Walk, mails: list[Sent], text: str) -> None:
    mails = [mail for mail in mails[-12:] if mail.reply_to]
    if mails:
        mail = walk.chance.choice(mails)
        walk.tell("answers", mail.to, mail.subject, repr(text))
        walk.desk.write(answer(mail, text))

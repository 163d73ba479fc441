"""No statement of a conversation reads a whole table that grows, however much the conversation asks for.

tests/store/test_plans.py looks at the store's own questions, effect by effect. Here whole mails go through engine and
outbox, with commands, held mails, merges, undone mails, time that passes and mail that comes back: whatever is asked
then, today or by a later change, is asked of an index.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

from mailgate.core.delivery import Deferred, Refused
from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.store.plans import plan_of, scans, watched

CHEF, TECH = "chef@acme.example", "tech2@example.com"
ORDERS = (
    "#prendre\n",
    "#note\nÀ voir demain.",
    "#appel 15\nC'était l'onduleur.",
    "#temps 5\n",
    "#solde\n",
    "#priorité P2\n",
    "#sévérité haute production arrêtée\n",
    "#objet Onduleur\n",
    "#copie externe@ailleurs.example\nVoici le plan.",
    "#lier 1001\n",
    "#attente client\nQu'en est-il ?",
    "#annuler\n",
    "#assigner tech3\n",
    "#absent 2026-12-24..2026-12-26\n",
    "#fusionner 1001\nMême cause.",
    "#résolu\n",
    "#fermer\n",
    "#rouvrir\n",
)


def _converse(desk: LiveDesk) -> None:
    """Two requests, everything that a technician can say of the second, and what the world answers."""
    desk.write(Letter("Panne", CHEF))
    opened = desk.write(Letter("Encore une panne", CHEF))
    for order in ORDERS:
        to_tech = next(mail for mail in opened if mail.to == TECH)
        desk.insist(desk.write(answer(to_tech, order)))
        desk.advance(minutes=1)
    _reply(desk, opened)
    _fail(desk)
    desk.write(Letter("Inconnu", "x@stranger.example", headers={"References": "<1@acme.example>"}))
    for days in (1, 7, 30):
        desk.advance(days=days)


def _reply(desk: LiveDesk, opened: list[Sent]) -> None:
    """The customer's answers: by the signed address, by the thread alone, by the tag alone, and the same one twice."""
    acknowledged = next(mail for mail in opened if mail.to == CHEF)
    by_address = answer(acknowledged, "Merci.")
    desk.write(by_address)
    desk.write(replace(by_address, to="support-urgent@example.com"))
    desk.write(Letter("Et ceci", CHEF, subject="Re: [#1002] Panne"))
    raw = by_address.raw(99)
    desk.deliver(raw, CHEF, by_address.to)
    desk.deliver(raw, CHEF, by_address.to)


def _fail(desk: LiveDesk) -> None:
    """A relay that refuses one and puts off another, and a mail that comes back."""
    desk.answers = {CHEF: Refused("550 nobody here"), "tech1@example.com": Deferred("450 later")}
    desk.write(Letter("Troisième panne", CHEF))
    desk.advance(hours=2)
    desk.answers = {}
    sent = next(mail for mail in desk.sent if mail.envelope_from)
    desk.write(Letter("550 5.1.1 nobody here", "MAILER-DAEMON@relay.example", sent.envelope_from, envelope_from=""))


def test_no_statement_of_a_conversation_reads_a_whole_table(desk: LiveDesk) -> None:
    """What a desk asks a thousand times a day must cost at a million tickets what it costs at ten."""
    with watched(desk.database) as statements:
        _converse(desk)
    asked = {text: (text, values) for text, values in statements if not text.startswith(("BEGIN", "PRAGMA"))}
    connection = sqlite3.connect(Path(desk.root) / "var/mailgate.db")
    found = {text: scanned for text, one in asked.items() if (scanned := scans(plan_of(connection, one)))}
    connection.close()
    assert len(asked) > 120
    assert found == {}

"""Whatever happens to a desk, in whatever order, breaks no invariant."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from mailgate.core.delivery import Refused
from mailgate.store.verify import State, verify
from tests.flow.desk import Letter, LiveDesk, Sent, answer, live_desk
from tests.flow.test_bounces import standard

pytestmark = pytest.mark.timeout(600)

DOORS = st.sampled_from(["support-urgent@example.com", "support-regulier@example.com", "tickets@example.com"])
AUTHORS = st.sampled_from(
    ["chef@acme.example", "it@acme.example", "collegue@acme.example", "inconnu@elsewhere.example", "tech1@example.com"]
)
ENVELOPES = st.sampled_from([None, None, None, "", "autre@acme.example"])
HEADERS = st.sampled_from([{}, {}, {}, {"Auto-Submitted": "auto-replied"}, {"List-Id": "<l.acme.example>"}])
SUBJECTS = st.sampled_from(["Panne", "Question", "Panne [#1001]", "panne critique", ""])
WORDS = st.sampled_from(
    ["oui", "Merci", "Merci beaucoup !", "Rien ne va plus.", "Bonjour, redémarrez le poste.", "pris"]
)
COMMANDS = st.sampled_from(
    [
        *("#prendre", "#pris", "#assigner tech3", "#note\nà voir", "#appel 15\nBonjour", "#site 1h30", "#temps 10"),
        *("#attente client", "#attente tiers 3d", "#attente client 2h", "#valider", "#résolu", "#fermer", "#rouvrir"),
        *("#priorité P1", "#sévérité critique", "#sévérité basse mieux", "#niveau 2 réseau", "#genre formation"),
        *("#absent 2026-12-24", "#absent non", "#aide", "#rien", "#résolu\nC'est réparé."),
    ]
)
TIMES = st.sampled_from([1, 14, 16, 31, 61, 240, 500, 1440, 5 * 1440])


class Desk(RuleBasedStateMachine):
    """Customers, technicians, relays and time, as they come."""

    @initialize()
    def start(self) -> None:
        self._open = ExitStack()
        directory = self._open.enter_context(tempfile.TemporaryDirectory())
        self._open.enter_context(structlog.testing.capture_logs())
        self.desk: LiveDesk = self._open.enter_context(live_desk(Path(directory) / "site"))
        self.letters: list[tuple[Letter, int]] = []

    @rule(author=AUTHORS, to=DOORS, subject=SUBJECTS, text=WORDS, envelope=ENVELOPES, headers=HEADERS)
    def somebody_writes(
        self, author: str, to: str, subject: str, text: str, envelope: str | None, headers: dict[str, str]
    ) -> None:
        letter = Letter(text, author, to, subject, dict(headers), envelope)
        self.desk.write(letter)
        self.letters.append((letter, len(self.letters)))

    @precondition(lambda self: self.desk.sent)
    @rule(text=WORDS, which=st.integers(0, 30))
    def somebody_answers(self, text: str, which: int) -> None:
        self._answer(self._mails(tuple(self.desk.sent), which), text)

    @precondition(lambda self: self._work())
    @rule(command=st.one_of(COMMANDS, WORDS), which=st.integers(0, 30))
    def a_technician_answers(self, command: str, which: int) -> None:
        self._answer(self._mails(self._work(), which), command)

    @precondition(lambda self: self.desk.sent)
    @rule(which=st.integers(0, 30), action=st.sampled_from([("failed", "5.1.1"), ("delayed", "4.4.1")]))
    def a_mail_bounces(self, which: int, action: tuple[str, str]) -> None:
        mail = self._mails(tuple(self.desk.sent), which)
        if mail.envelope_from:
            self.desk.deliver(standard(mail, *action, "550 gone"), "", mail.envelope_from)

    @precondition(lambda self: self.letters)
    @rule(which=st.integers(0, 30), to=DOORS)
    def a_mail_comes_again(self, which: int, to: str) -> None:
        letter, number = self.letters[which % len(self.letters)]
        self.desk.deliver(letter.raw(number + 1), letter.sender, to)

    @rule(minutes=TIMES)
    def time_passes(self, minutes: int) -> None:
        self.desk.advance(minutes=minutes)

    @rule(who=st.sampled_from(["tech1@example.com", "tech2@example.com", "5145550101@pager.example.net"]))
    def an_address_dies(self, who: str) -> None:
        self.desk.answers[who] = Refused("550 gone")

    @rule()
    def every_address_works_again(self) -> None:
        self.desk.answers.clear()

    def teardown(self) -> None:
        """At the end, and again after three quiet days; then nothing more happens by itself at once."""
        if not hasattr(self, "_open"):
            return
        with self._open:
            self._look()
            self.desk.advance(days=3)
            self._look()
            assert self.desk.work() == []

    def _look(self) -> None:
        assert [one for one in verify(self.desk.database, self.desk.now) if one.state is State.BROKEN] == []

    def _work(self) -> tuple[Sent, ...]:
        return tuple(mail for mail in self.desk.sent if mail.to.startswith("tech") and mail.reply_to)

    def _answer(self, mail: Sent, text: str) -> None:
        if mail.reply_to and "text/plain" in {part.get_content_type() for part in mail.message.walk()}:
            self.desk.write(answer(mail, text))

    def _mails(self, mails: tuple[Sent, ...], which: int) -> Sent:
        """One of the newest."""
        return mails[-1 - which % len(mails)]


Desk.TestCase.settings = settings(
    max_examples=4, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
TestDesk = Desk.TestCase

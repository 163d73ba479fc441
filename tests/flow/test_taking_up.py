"""What a reload does to what is under way: promises that run, pages that have not left, yesterday's links and codes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from mailgate import site
from mailgate.core.letters import NoticeFacts
from mailgate.core.model import PageState
from mailgate.daemon.answering import Answering
from mailgate.daemon.in_force import InForce, Live
from mailgate.daemon.reloading import Means, Reloads
from mailgate.daemon.texting import Texting
from mailgate.doors import Behind
from mailgate.edge.imap_in import MailboxReader
from mailgate.engine import Desk
from mailgate.mail import parse
from mailgate.mail.templates import Templates
from tests.builders import local
from tests.edge.custodies import CursorCustody
from tests.edge.imap_servers import ONE_MAIL, scripted_imap
from tests.edge.test_imap_in import a_mailbox
from tests.flow.desk import Letter, LiveDesk, answer
from tests.flow.process import eventually
from tests.flow.test_conversation import to
from tests.flow.test_page_links import WEB, link_of
from tests.flow.test_page_texts import NUMBER, PAGER, SMS, code_of
from tests.flow.test_reload import BOTH, ONE, PEOPLE, QUEUES, edit, without

REGULAR = "support-regulier@example.com"


@dataclass
class Daemon:
    """Puts edited files in force on a live desk, as `serve` does."""

    desk: LiveDesk
    told: list[NoticeFacts] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.in_force = InForce(site.settled(self.desk.root / "config.toml"), self.desk.ring)
        self.in_force.changed = self._use
        self._use(self.in_force.desk())
        desk, database = self.desk, self.desk.database
        self._reloads = Reloads(Means(self.in_force, database, lambda: desk.now, lambda: None, self.told.append))

    def _use(self, desk: Desk) -> None:
        self.desk.desk = desk
        self.desk.engine.use(desk)

    def reload(self) -> None:
        """Everything was well."""
        self._reloads.reload()
        assert self.told == []

    def web(self) -> Answering:
        """What the web door asks, all the time that it is open."""
        return Answering(self.desk.database, self.in_force.desk, lambda: self.desk.now, bytes, lambda: None)


@pytest.fixture
def daemon(desk: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> Daemon:
    """The starter with a web door and a gateway for text messages; its templates are sound."""
    monkeypatch.setattr(Templates, "check", lambda _templates: ())
    config, secret = desk.root / "config.toml", Path(desk.root / "answers")
    config.write_text(config.read_text("utf-8") + WEB + SMS, "utf-8")
    secret.write_text("s3cret\n", "utf-8")
    secret.chmod(0o600)
    edit(desk.root, PEOPLE, PAGER, f'"sms:ovh/{NUMBER}"')
    return Daemon(desk)


def due(desk: LiveDesk) -> str:
    callback = desk.ticket().callback
    assert callback is not None
    return f"{callback.due_at:%d %H:%M}"


@pytest.mark.parametrize(("hours", "expected"), [("08:30-20:00", "17 01:00"), ("08:30-16:30", "17 16:30")])
def test_a_running_promise_goes_by_an_edited_calendar_where_that_is_better(
    daemon: Daemon, hours: str, expected: str
) -> None:
    """Four hours from Monday 16:00 on: that day, when the desk now stays open so long; never later than promised."""
    (daemon.desk.root / "rules/60-rules.toml").unlink()  # its examples say what the calendar was
    daemon.desk.at(local("2026-11-16 16:00"))
    daemon.desk.write(Letter("Bonjour", to=REGULAR))
    assert due(daemon.desk) == "17 16:30"
    edit(daemon.desk.root, "rules/10-calendars.toml", "08:30-17:00", hours)
    daemon.reload()
    daemon.desk.work()
    assert due(daemon.desk) == expected


def test_a_page_that_has_not_left_for_who_has_left_does_not_leave(daemon: Daemon) -> None:
    """The others go out; the minute after, somebody else is called in their place."""
    desk = daemon.desk
    desk.accept(Letter("Panne").raw(1), "chef@acme.example", "support-urgent@example.com")
    desk.decide()
    without(desk.root, "tech2")
    daemon.reload()
    first = {mail.to for mail in desk.work()}
    assert {"tech1@example.com", "tech3@example.com"} <= first
    assert not {"tech2@example.com", f"sms:ovh/{NUMBER}"} & first
    assert {page.state for page in desk.ticket().pages if page.technician == "tech2"} == {PageState.CANCELLED}
    assert "tech4@example.com" in {mail.to for mail in desk.advance(minutes=2)}


def test_who_left_has_no_link_and_no_code_any_more(daemon: Daemon) -> None:
    """Neither on a page that is open in their browser; until the reload they have both."""
    pages, web = daemon.desk.write(Letter("Panne")), daemon.web()
    token, code = link_of(pages, "tech2@example.com"), code_of(daemon.desk)
    texting = Texting({}, web)
    without(daemon.desk.root, "tech2")
    shown = web.look(token)
    assert shown is not None
    daemon.reload()
    assert (web.look(token), web.answer(token)) == (None, None)
    texting.hear("ovh", NUMBER, code)
    assert daemon.desk.work() == []
    assert web.look(link_of(pages, "tech1@example.com")) is not None


def test_a_word_that_was_kept_before_its_speaker_left_is_not_obeyed(daemon: Daemon) -> None:
    """It is decided after the reload, by the rules of then."""
    token = link_of(daemon.desk.write(Letter("Panne")), "tech2@example.com")
    assert daemon.web().answer(token) is not None
    without(daemon.desk.root, "tech2")
    daemon.reload()
    daemon.desk.work()
    assert daemon.desk.ticket().assignee is None
    assert "whom the rules do not know" in daemon.desk.ticket().journal[-1].because


def test_who_left_is_a_stranger_with_yesterdays_mail(daemon: Daemon) -> None:
    """Their signed address gives no order, and what they write reaches no customer."""
    page = to(daemon.desk.write(Letter("Panne")), "tech2@example.com")
    without(daemon.desk.root, "tech2")
    daemon.reload()
    told = daemon.desk.write(answer(page, "#résolu\nC’est réglé."))
    assert (daemon.desk.ticket().assignee, daemon.desk.ticket().status) == (None, "new")
    assert [mail.to for mail in told if mail.to == "chef@acme.example"] == []


def test_a_mail_in_hand_is_decided_by_the_rules_it_was_read_by(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new ones come while it is read: it is the next mail's turn to meet them."""
    desk, old = daemon.desk, daemon.desk.desk
    queues = {key: replace(one, team="leads", notify=1) for key, one in old.policy.queues.items()}
    new, read = replace(old, policy=replace(old.policy, queues=queues)), parse.read

    def reading_slowly(raw: bytes) -> object:
        desk.engine.use(new)
        return read(raw)

    monkeypatch.setattr(parse, "read", reading_slowly)
    desk.write(Letter("Panne"))
    desk.write(Letter("Panne", subject="Autre"))
    assert [len({page.technician for page in desk.ticket(number).pages}) for number in (1001, 1002)] == [3, 1]


def test_the_journal_says_by_which_rules_something_was_decided(daemon: Daemon) -> None:
    """Whoever asks in spring why a mail was treated so must know which rules there were in autumn."""
    first = site.digest(daemon.in_force.site().config.path)
    page = to(daemon.desk.write(Letter("Panne")), "tech1@example.com")
    edit(daemon.desk.root, QUEUES, ONE, BOTH)
    daemon.reload()
    daemon.desk.write(answer(page, "#prendre"))
    second = site.digest(daemon.in_force.site().config.path)
    assert [entry.rules for entry in daemon.desk.ticket().journal] == [first, second]
    assert first != second


def test_doors_know_the_addresses_of_this_moment(daemon: Daemon) -> None:
    """SMTP and LMTP at each RCPT, IMAP for each mail."""
    custody = CursorCustody()
    behind = Behind(daemon.in_force.policy, custody, custody, lambda: 0.0, lambda _mailbox: None, print, lambda: True)  # type: ignore[arg-type,return-value]  # nobody beats
    assert not behind.knows("pannes@example.com")
    edit(daemon.desk.root, QUEUES, ONE, BOTH)
    daemon.reload()
    assert behind.knows("pannes@example.com")


def test_a_mailbox_asks_for_each_mail_whose_it_is() -> None:
    """The queue of a mailbox may get another address while its connection stands."""
    custody = CursorCustody()
    with scripted_imap(ONE_MAIL) as server:
        reader = MailboxReader(a_mailbox(server), custody, custody, lambda _address: False, lambda: 0.0)
        reader.fallback = lambda: "new@desk.example"
        reader.start()
        eventually(lambda: custody.deliveries)
        reader.stop()
    assert custody.deliveries[0].recipients == ("new@desk.example",)


def test_gateways_are_those_of_this_moment() -> None:
    """Who sends and who hears keep one mapping, and look into it each time."""
    now = {"old": 1}
    gateways = Live(lambda: now)
    now = {"new": 2}
    assert (dict(gateways), len(gateways), gateways.get("old")) == ({"new": 2}, 1, None)

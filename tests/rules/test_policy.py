"""rules/*.toml to the core's policy: what is said, and what follows from saying nothing."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from datetime import date, time
from pathlib import Path

import pytest

from mailgate.core.hours import Duration, Span, Unit
from mailgate.core.model import Activity
from mailgate.core.people import Contact, Order, Pager
from mailgate.core.policy import Automatic, Bound, Escalation, Rate, UnknownSenders
from mailgate.rulebook import load
from tests.rules.sites import DESK, PEOPLE, QUEUE, STARTER, loaded

OFFICE = (Span(time(8, 30), time(17)),)


def test_a_queue_says_little_and_gets_the_defaults(tmp_path: Path) -> None:
    """interfaces.md §4 names them."""
    queue = loaded(tmp_path).policy.queues["urgent"]
    assert queue.callback == Duration(1, Unit.HOURS)
    assert queue.callback_kept_by == {Activity.CALL, Activity.VISIT, Activity.REPLY}
    assert queue.unknown_senders is UnknownSenders.ACCEPT
    assert (queue.quiet_hours, queue.escalate, queue.tariff, queue.title) == (False, (), None, {})


def test_a_queue_says_everything(tmp_path: Path) -> None:
    """Every key of interfaces.md §4."""
    more = (
        'title = { fr = "support urgent", en = "urgent support" }\ncallback_kept_by = ["call"]\nquiet_hours = true\n'
        'unknown_senders = "park"\nescalate = [{ after = "15m", notify = 1 }, { after = "30m", team = "support" }]\n'
        'tariff = "night"\n[tariff.night]\nphone = { unit = 30, unit_without_bank = 60, minimum = 60 }\n'
    )
    policy = loaded(tmp_path, queue=QUEUE + more).policy
    queue = policy.queues["urgent"]
    assert queue.title["fr"] == "support urgent"
    assert queue.callback_kept_by == {Activity.CALL}
    assert (queue.unknown_senders, queue.quiet_hours) == (UnknownSenders.PARK, True)
    assert queue.escalate == (
        Escalation(Duration(15, Unit.MINUTES), 1, None),
        Escalation(Duration(30, Unit.MINUTES), 0, "support"),
    )
    assert policy.tariffs["night"].phone == Rate(30, 60, 60)
    assert policy.tariffs["night"].site is None


def test_a_calendar_has_a_week_and_a_zone(tmp_path: Path) -> None:
    """The desk's zone unless it has its own."""
    more = PEOPLE + '[calendar.zurich]\nhours = { sat-sun = "10:00-12:00" }\ntimezone = "Europe/Zurich"\n'
    calendars = loaded(tmp_path, people=more).policy.calendars
    assert calendars["office"].week == (OFFICE,) * 5 + ((), ())
    assert (calendars["office"].timezone, calendars["zurich"].timezone) == ("America/Toronto", "Europe/Zurich")
    assert calendars["office"].closed(date(2026, 12, 25)) == "Jour de Noël"
    assert calendars["zurich"].closed(date(2026, 12, 25)) is None


def test_a_technician_may_have_several_addresses_and_pagers(tmp_path: Path) -> None:
    """The first address is written to, all of them are obeyed."""
    more = (
        'mail = ["Tech2@example.com", "tech2@home.example"]\nname = "B"\nskills = ["réseau"]\nlanguage = "en"\n'
        'pager = ["mailto:5145550102@pager.example.net?max=160", "mailto:x@pager.example.net"]\n'
        'away = ["2026-12-24/2027-01-03", "2026-11-02"]\ntimezone = "Europe/Paris"\n'
    )
    one = loaded(tmp_path, more=f"[technician.tech2]\n{more}").policy.technicians["tech2"]
    assert (one.mail, one.mails) == ("tech2@example.com", ("tech2@example.com", "tech2@home.example"))
    assert one.pagers[0] == Pager("5145550102@pager.example.net", by_mail=True, limit=160)
    assert one.pagers[1] == Pager("x@pager.example.net", by_mail=True, limit=None)
    assert one.away == ((date(2026, 12, 24), date(2027, 1, 3)), (date(2026, 11, 2), date(2026, 11, 2)))
    assert (one.skills, one.language, one.timezone) == (frozenset({"réseau"}), "en", "Europe/Paris")


def test_an_snpp_pager_names_its_port_and_its_limit(tmp_path: Path) -> None:
    """The port has a default, and the limit is ours, not the gateway's."""
    url = "snpp://Pager.example.net/5145550102?max=80"
    more = f'[technician.tech2]\nname = "B"\nmail = "b@example.com"\npager = "{url}"\n'
    (pager,) = loaded(tmp_path, more=more).policy.technicians["tech2"].pagers
    assert pager == Pager("snpp://pager.example.net:444/5145550102", by_mail=False, limit=80)


def test_a_pager_that_is_no_mail_keeps_its_url(tmp_path: Path) -> None:
    """Apprise knows what to do with it."""
    more = '[technician.tech2]\nname = "B"\nmail = "b@example.com"\npager = "ntfys://ntfy.example.net/tech2"\n'
    (pager,) = loaded(tmp_path, more=more).policy.technicians["tech2"].pagers
    assert pager == Pager("ntfys://ntfy.example.net/tech2", by_mail=False)


def test_a_team_rotates_and_may_name_its_leads(tmp_path: Path) -> None:
    """A member named twice is one person, and is paged once."""
    more = '[team.two]\nmembers = ["tech1", "tech1"]\nleads = ["tech1"]\norder = "least-busy"\n'
    teams = loaded(tmp_path, more=more).policy.teams
    assert (teams["support"].order, teams["support"].leads) == (Order.ROTATION, ())
    assert (teams["two"].members, teams["two"].leads, teams["two"].order) == (("tech1",), ("tech1",), Order.LEAST_BUSY)


def test_a_customer_has_contacts_in_lower_case(tmp_path: Path) -> None:
    """Mail programs keep the case in which somebody once typed an address."""
    more = (
        '[customer.bolt]\nname = "Bolt"\ndomains = "Bolt.example"\nbank = "hours"\ntimezone = "Europe/Zurich"\n'
        'contacts = [{ name = "Zoé", mail = "Zoe@Bolt.example", responsible = true, language = "en" }]\n'
    )
    bolt = loaded(tmp_path, more=more).policy.customers["bolt"]
    assert bolt.contacts == (Contact("zoe@bolt.example", "Zoé", responsible=True, language="en"),)
    assert (bolt.domains, bolt.bank, bolt.timezone) == (("bolt.example",), "hours", "Europe/Zurich")
    assert bolt.covered == {"assistance", "defect"}


def test_scales_may_have_a_calendar_of_their_own(tmp_path: Path) -> None:
    """An engagement may be counted on other hours than the queue's promise."""
    more = '[severity.haute]\nengage = "4h"\ncalendar = "office"\n[priority.P1]\ncalendar = "office"\n'
    policy = loaded(tmp_path, more=more).policy
    assert policy.severities["haute"].engage == Duration(4, Unit.HOURS)
    assert (policy.severities["haute"].resolve, policy.severities["haute"].calendar) == (None, "office")
    assert policy.priorities["P1"].calendar == "office"


def test_limits_have_defaults_key_by_key(tmp_path: Path) -> None:
    """Saying one thing must not unsay the others."""
    said = loaded(tmp_path, more="[limits]\nhistory = 2\ntoken_days = { contact = 30 }\n").policy.limits
    assert (said.enclosures, said.history, said.page) == (10_000_000, 2, 160)
    assert said.token_days == {"technician": 14, "contact": 30, "bounce": 30}


def test_limits_may_be_said_in_several_files(tmp_path: Path) -> None:
    """All files together are one rulebook."""
    said = loaded(tmp_path, a="[limits]\nhistory = 2\n", b='[limits]\nenclosures = "1 MB"\n').policy.limits
    assert (said.enclosures, said.history) == (1_000_000, 2)


def test_bounds_on_automatic_mail_have_defaults_key_by_key(tmp_path: Path) -> None:
    """One that is said is said whole: no day beside an hour means as many a day as come."""
    a, b = "[automatic]\naddress = { hour = 2 }\n", "[automatic]\nrequests = { day = 0 }\ntotal = { hour = 9 }\n"
    said = loaded(tmp_path, a=a, b=b).policy.automatic
    assert said == replace(Automatic(), address=Bound(hour=2), requests=Bound(day=0), total=Bound(hour=9))
    assert loaded(tmp_path, a="[automatic]\n", b="").policy.automatic == Automatic()


def test_the_starter_shows_the_bounds_that_hold_without_it() -> None:
    """Its comment says so; an administrator who deletes a line must get what it said."""
    section = tomllib.loads((STARTER / "00-desk.toml").read_text(encoding="utf-8"))["automatic"]
    assert set(section) == {field.name for field in fields(Automatic)}
    assert load(STARTER, DESK).policy.automatic == Automatic()


def test_rules_keep_the_order_of_the_files_and_know_their_lines(tmp_path: Path) -> None:
    """A later rule overrides an earlier one, so their order is their meaning."""
    rules = loaded(
        tmp_path, b='\n[[rule]]\nname = "second"\n', a='[[rule]]\nname = "first"\nstop = true\n'
    ).policy.rules
    assert [(rule.name, rule.file, rule.line, rule.stop) for rule in rules] == [
        ("first", "rules/a.toml", 1, True),
        ("second", "rules/b.toml", 2, False),
    ]


def test_a_rule_without_a_name_is_called_by_its_place(tmp_path: Path) -> None:
    """`explain` must be able to speak of it."""
    (rule,) = loaded(tmp_path, a='[[rule]]\nthen = { tag = "x" }\n').policy.rules
    assert rule.name == "rules/a.toml:1"


def test_then_is_what_it_says_and_nothing_else(tmp_path: Path) -> None:
    """None leaves what earlier rules or the queue say."""
    then = 'then = { skills = ["réseau"], tag = "x", level = 2, notify = 0, acknowledge = false, assign = "tech1" }\n'
    (rule,) = loaded(tmp_path, a=f"[[rule]]\n{then}").policy.rules
    assert (rule.then.skills, rule.then.tag, rule.then.level) == (frozenset({"réseau"}), ("x",), 2)
    assert (rule.then.notify, rule.then.acknowledge, rule.then.assign) == (0, False, "tech1")
    assert (rule.then.queue, rule.then.refuse, rule.then.park, rule.then.kind) == (None, None, None, None)


@pytest.mark.parametrize(("written", "reason"), [("true", ""), ('"Pas ici"', "Pas ici"), ("false", None)])
def test_a_rule_may_refuse_with_words_or_without(tmp_path: Path, written: str, reason: str | None) -> None:
    """ "" uses the template's own words."""
    (rule,) = loaded(tmp_path, a=f"[[rule]]\nthen = {{ refuse = {written} }}\n").policy.rules
    assert rule.then.refuse == reason


def test_hidden_files_are_an_editors(tmp_path: Path) -> None:
    """Emacs leaves dangling links, macOS leaves ._20-queues.toml."""
    assert loaded(tmp_path, **{".#queue": "[[[", "notes": "# nothing\n"}).policy.queues

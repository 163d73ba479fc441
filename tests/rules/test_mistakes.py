"""Every mistake of the rules, with its place and the nearest word, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.rulebook import load, mistakes_in
from mailgate.toml.document import SiteMistakes
from tests.rules.sites import ACME, DESK, PEOPLE, QUEUE, STARTER, loaded, mistakes, rules

NIGHT = "write a night as two spans, 22:00-24:00 and 00:00-06:00"


def only(tmp_path: Path, text: str) -> str:
    """The one mistake of z.toml (the last file to be read), without the file's name."""
    (found,) = mistakes(tmp_path, z=text)
    return found.removeprefix("rules/z.toml:")


UNKNOWN_NAMES = {
    '[queue.q]\naddresses = "q@example.com"\ncalendar = "ofice"\ncallback = "1h"\nnotify = 1\nteam = "support"\n': (
        "3:12: unknown calendar 'ofice' (did you mean 'office'?)"
    ),
    '[queue.q]\naddresses = "q@example.com"\ncalendar = "office"\ncallback = "1h"\nnotify = 1\nteam = "suport"\n': (
        "6:8: unknown team 'suport' (did you mean 'support'?)"
    ),
    '[team.t]\nmembers = ["tech1", "tehc1"]\n': "2:21: unknown technician 'tehc1' (did you mean 'tech1'?)",
    '[team.t]\nmembers = ["tech1"]\nleads = ["tech"]\n': "3:10: unknown technician 'tech' (did you mean 'tech1'?)",
    '[severity.s]\ncalendar = "x"\n': "2:12: unknown calendar 'x' (known: office)",
    '[[rule]]\nthen = { queue = "urgnt" }\n': "2:18: unknown queue 'urgnt' (did you mean 'urgent'?)",
    '[[rule]]\nthen = { priority = "P1" }\n': "2:21: unknown priority 'P1' (the rules declare none)",
    '[[rule]]\nthen = { severity = "P1" }\n': "2:21: unknown severity 'P1' (the rules declare none)",
    '[[rule]]\nthen = { assign = "tech" }\n': "2:19: unknown technician 'tech' (did you mean 'tech1'?)",
    '[[rule]]\nthen = { team = "supports" }\n': "2:17: unknown team 'supports' (did you mean 'support'?)",
    '[[rule]]\nthen = { customer = "acne" }\n': "2:21: unknown customer 'acne' (did you mean 'acme'?)",
    '[[rule]]\nwhen = { queue = ["urgent", "urgnt"] }\n': "2:29: unknown queue 'urgnt' (did you mean 'urgent'?)",
    '[[rule]]\nwhen = { customer = { not = "acne" } }\n': "2:29: unknown customer 'acne' (did you mean 'acme'?)",
    '[[rule]]\n[[rule.example]]\nmail = {}\nexpect = { queue = "urgnt" }\n': (
        "4:20: unknown queue 'urgnt' (did you mean 'urgent'?)"
    ),
}


@pytest.mark.parametrize(("text", "sentence"), UNKNOWN_NAMES.items())
def test_an_unknown_name_is_found_wherever_it_is_written(tmp_path: Path, text: str, sentence: str) -> None:
    """A rule that assigns to nobody would be noticed on the day it matters."""
    assert only(tmp_path, text) == sentence


WRONG_VALUES = {
    '[calendar.c]\nhours = { mon = "12:00-08:00" }\n': f"2:17: '12:00-08:00' ends before it starts: {NIGHT}",
    '[calendar.c]\nhours = { mon = ["08:00-12:00", "11:00-13:00"] }\n': (
        "2:9: two spans of mon overlap: 08:00-12:00 and 11:00-13:00"
    ),
    '[calendar.c]\nhours = { mon = "8:00-24:00", mon-fri = "23:00-24:00" }\n': (
        "2:9: two spans of mon overlap: 08:00-24:00 and 23:00-24:00"
    ),
    "[calendar.c]\nhours = {}\n": '2:9: a calendar without hours never opens: write { mon-fri = "08:30-17:00" }',
    '[calendar.c]\nhours = {lun = "8:00-9:00"}\n': "2:10: unknown day 'lun' (known: mon, tue, wed, thu, fri, sat, sun)",
    '[calendar.c]\nhours = { mon = "8h-12h" }\n': "2:17: '8h-12h' is not a span of time: write 08:30-17:00",
    '[calendar.c]\nhours = { mon = "08:00-12:61" }\n': "2:17: '08:00-12:61' holds a time of day that does not exist",
    '[calendar.c]\nhours = { mon = "08:00-12:00" }\nholidays = "QC"\n': (
        "3:12: no public holidays are known for country 'QC': write a country, or both as in CA-QC"
    ),
    '[calendar.c]\nhours = { mon = "08:00-12:00" }\nextra_holidays = ["24 décembre", 2026-12-31]\n': (
        "3:19: '24 décembre' is not a date: write 2026-12-24"
    ),
    '[calendar.c]\nhours = { mon = "08:00-12:00" }\ntimezone = "America/Montréal"\n': (
        "3:12: unknown time zone 'America/Montréal' (did you mean 'America/Montreal'?)"
    ),
    '[technician.t]\nname = "T"\nmail = "t@example.com"\naway = "2027-01-03/2026-12-24"\n': (
        "4:8: the absence '2027-01-03/2026-12-24' ends before it starts"
    ),
    '[priority.P1]\nupdate_every = "2 hours"\n': "2:16: '2 hours' is not a duration: write 90m, 4h, 3d or 1w",
    "[priority.P1]\nupdate_every = 2\n": "2:16: '2' is not a duration: write 90m, 4h, 3d or 1w",
    "[limits]\npage = 10\n": "2:8: 'page' in [limits] must be at least 40, not 10",
    "[automatic]\nadress = { hour = 3 }\n": "2:1: unknown key 'adress' in [automatic] (did you mean 'address'?)",
    "[automatic]\naddress = { hours = 3, day = 9 }\n": (
        "2:13: unknown key 'hours' in [automatic.address] (did you mean 'hour'?)"
    ),
    "[automatic]\ndomain = { day = 3, hour = 1 }\n": ("2:12: unknown key 'day' in [automatic.domain] (known: hour)"),
    "[automatic]\nticket = { day = 101 }\n": "2:18: 'day' in [automatic.ticket] must be at most 100, not 101",
    "[automatic]\ntotal = { hour = -1 }\n": "2:18: 'hour' in [automatic.total] must be at least 0, not -1",
    "[bank]\nlo = '2h'\n": "2:1: unknown key 'lo' in [bank] (did you mean 'low'?)",
    '[bank]\nlow = "1d"\n': "2:7: '1d' is no amount of time: write 90m or 2h, or never",
    "[floods]\nticket = 4\n": "2:1: unknown key 'ticket' in [floods] (did you mean 'tickets'?)",
    "[floods]\ntickets = 1\n": "2:11: 'tickets' in [floods] must be at least 2, not 1",
    "[floods]\nunknown = 0\n": "2:11: 'unknown' in [floods] must be at least 1, not 0",
    '[floods]\nwithin = "2h"\n': (
        "2:10: '2h' is too long: what comes in a flood waits so long for its page, 1h at most"
    ),
    "[automatic]\ntotal = 500\n": "2:9: 'total' in [automatic] must be a table, not 500",
    "[automatic]\naddress = {}\n": "2:11: a bound needs 'hour' or 'day', else it bounds nothing",
    '[customer.x]\nname = "X"\nbank = "hour"\n': (
        "3:8: 'bank' in [customer.x] must be 'hours', 'flex' or 'none', not 'hour' (did you mean 'hours'?)"
    ),
    '[[rule]]\nthen = { prority = "P1" }\n': "2:10: unknown key 'prority' in [rule.then] (did you mean 'priority'?)",
    "[[rule]]\nthen = { refuse = 1 }\n": "2:19: 'refuse' must be true, false or the words for the sender, not 1",
    '[[rule]]\n[[rule.example]]\nmail = { at = "demain" }\nexpect = {}\n': (
        "3:15: 'demain' is not a date with a time: write 2026-11-20T16:30"
    ),
    '[[rule]]\n[[rule.example]]\nmail = {}\nexpect = { callback = "25:00" }\n': (
        "4:23: '25:00' is not a time of day: write 17:00"
    ),
}


@pytest.mark.parametrize(("text", "sentence"), WRONG_VALUES.items())
def test_a_wrong_value_is_told_with_what_would_be_right(tmp_path: Path, text: str, sentence: str) -> None:
    """The administrator reads the sentence, not the documentation."""
    assert only(tmp_path, text) == sentence


def test_an_unknown_subdivision_lists_those_there_are(tmp_path: Path) -> None:
    """Two letters have no near word."""
    said = only(tmp_path, '[calendar.c]\nhours = { mon = "08:00-12:00" }\nholidays = "CA-QB"\n')
    assert said.startswith("3:12: no public holidays are known for 'QB' of CA (known: AB, ")
    assert "QC" in said


def test_a_step_that_reaches_nobody_is_refused(tmp_path: Path) -> None:
    """An escalation that escalates to no one is worse than none."""
    (found,) = mistakes(tmp_path, queue=QUEUE + 'escalate = [{ after = "15m" }]\n')
    assert found.endswith(":7:13: a step of 'escalate' needs 'notify' or 'team', else it reaches nobody")


CLASHES = {
    '[technician.t]\nname = "T"\nmail = "TECH1@example.com"\n': (
        "3:8: tech1@example.com already belongs to technician 'tech1' (rules/people.toml:6)"
    ),
    '[technician.t]\nname = "T"\nmail = ["t@example.com", "chef@acme.example"]\n': (
        "3:26: chef@acme.example already belongs to customer 'acme' (rules/acme.toml:4)"
    ),
    '[technician.t]\nname = "T"\nmail = "tickets@example.com"\n': "3:8: tickets@example.com is the desk's own address",
    '[technician.t]\nname = "T"\nmail = "t@example.com"\npager = "mailto:support-urgent@example.com?max=160"\n': (
        "4:9: mailto:support-urgent@example.com?max=160 cannot be a pager: "
        "support-urgent@example.com is an address of queue 'urgent'"
    ),
    '[customer.c]\nname = "C"\ncontacts = [{ mail = "support-urgent@example.com" }]\n': (
        "3:22: support-urgent@example.com is an address of queue 'urgent'"
    ),
    '[customer.c]\nname = "C"\ndomains = ["acme.example"]\n': (
        "3:12: acme.example already belongs to customer 'acme' (rules/acme.toml:3)"
    ),
    '[customer.c]\nname = "C"\ncontacts = [' + ", ".join(f'{{ mail = "c{n}@c.example" }}' for n in range(6)) + "]\n": (
        "3:121: customer 'c' names more than 4 contacts"
    ),
}


@pytest.mark.parametrize(("text", "sentence"), CLASHES.items())
def test_an_address_belongs_to_one_person_or_one_door(tmp_path: Path, text: str, sentence: str) -> None:
    """Who owns an address decides whose orders are obeyed and who may read a ticket."""
    assert only(tmp_path, text) == sentence


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("Support-Urgent@example.com", "already belongs to queue 'urgent' (rules/queue.toml:2)"),
        ("tickets@example.com", "is the desk's own address"),
        ("admin@example.com", "is an administrator's: the desk would write to itself"),
    ],
)
def test_a_door_shares_its_address_with_nobody(tmp_path: Path, address: str, reason: str) -> None:
    """Two queues with one address: which promise holds? The desk's own address: mail in a circle."""
    queue = QUEUE.replace("queue.urgent", "queue.second").replace("support-urgent@example.com", address)
    assert mistakes(tmp_path, second=queue) == [f"rules/second.toml:2:14: {address.lower()} {reason}"]


def test_a_table_declared_in_two_files_is_told(tmp_path: Path) -> None:
    """TOML refuses it within one file; across files only we can."""
    second = QUEUE.replace("support-urgent@", "other@")
    assert mistakes(tmp_path, second=second) == [
        "rules/second.toml:1:8: [queue.urgent] is already declared at rules/queue.toml:1"
    ]


def test_a_limit_said_twice_is_told(tmp_path: Path) -> None:
    """Which of the two would hold?"""
    found = mistakes(tmp_path, a="[limits]\nhistory = 1\n", b="[limits]\nhistory = 2\n")
    assert found == ["rules/b.toml:2:1: [limits.history] is already declared at rules/a.toml:2"]


def test_a_bound_said_twice_is_told(tmp_path: Path) -> None:
    """The same, although each file says the rest of the section."""
    a, b = "[automatic]\ndomain = { hour = 1 }\n", "[automatic]\ntotal = { hour = 9 }\ndomain = { hour = 2 }\n"
    found = mistakes(tmp_path, a=a, b=b)
    assert found == ["rules/b.toml:3:1: [automatic.domain] is already declared at rules/a.toml:2"]


def test_all_mistakes_of_all_files_come_together(tmp_path: Path) -> None:
    """A misspelt key, an unknown name, a clash and a broken file, in four files, in one run."""
    found = mistakes(
        tmp_path,
        a='[[rule]]\nwhen = { sujbect = "x", body = { regex = "(" } }\nthen = { prority = "P1" }\n',
        b="[x\n",
        queue=QUEUE.replace("callback =", "calback ="),
        z='[technician.t]\nname = "T"\nmail = "tech1@example.com"\n',
    )
    assert [said.split(": ")[0] for said in found] == [
        "rules/a.toml:2:10",
        "rules/a.toml:2:42",
        "rules/a.toml:3:10",
        "rules/b.toml:1:3",
        "rules/queue.toml:1:1",
        "rules/queue.toml:4:1",
        "rules/z.toml:3:8",
    ]


def test_names_of_a_file_that_cannot_be_parsed_are_not_missed(tmp_path: Path) -> None:
    """One missing bracket must not turn into fifty unknown names."""
    assert mistakes(tmp_path, people=PEOPLE + "[x\n") == [
        "rules/people.toml:9:3: Expected ']' at the end of a table declaration"
    ]


def test_no_queue_at_all_is_a_mistake(tmp_path: Path) -> None:
    """A desk without a door would start, and answer 550 to everybody."""
    assert mistakes(tmp_path, queue="") == ["rules: no queue is declared: the desk would have no door"]


def test_a_missing_directory_is_a_mistake(tmp_path: Path) -> None:
    """The first thing that goes wrong with a new site."""
    with pytest.raises(SiteMistakes) as caught:
        load(tmp_path / "rules", DESK)
    assert str(caught.value) == "rules: cannot be read: No such file or directory"


def test_a_team_smaller_than_the_promise_is_a_warning(tmp_path: Path) -> None:
    """It works, and falls short on every mail."""
    (warning,) = loaded(tmp_path, queue=QUEUE.replace("notify = 1", "notify = 3")).warnings
    assert str(warning) == "rules/queue.toml:5:10: queue 'urgent' notifies 3 people, but team 'support' has only 1"


def test_a_skill_that_nobody_has_is_a_warning(tmp_path: Path) -> None:
    """It prefers nobody, silently."""
    people = PEOPLE.replace("[team", 'skills = ["réseau"]\n[team')
    (warning,) = loaded(tmp_path, people=people, more='[[rule]]\nthen = { skills = "reseau" }\n').warnings
    assert str(warning) == "rules/more.toml:2:19: no technician has the skill 'reseau' (did you mean 'réseau'?)"


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        (
            '[customer.bolt]\nname = "Bolt"\ncovered = ["asistance"]\n',
            "3:12: no request is of the kind 'asistance' (did you mean 'assistance'?)",
        ),
        (
            '[bank]\nhours_not_for = ["formation"]\n',
            "2:18: no request is of the kind 'formation' (did you mean 'training'?)",
        ),
        ('[bank]\nflex_for = ["devis"]\n[[rule]]\nthen = { kind = "devis" }\n', None),
    ],
)
def test_a_kind_that_no_request_has_is_a_warning(said: str, doubt: str | None, tmp_path: Path) -> None:
    """Money: with a slip in `covered` a customer is charged for what their contract pays."""
    told = [str(warning) for warning in loaded(tmp_path, more=said).warnings]
    assert told == ([] if doubt is None else [f"rules/more.toml:{doubt}"])


DOUBTFUL_BOUNDS = {
    "domain = { hour = 0 }": "2:19: 'domain' allows none in an hour: all such mail is held back",
    "ticket = { day = 0 }": "2:18: 'ticket' allows none in a day: all such mail is held back",
    "address = { hour = 20, day = 10 }": "2:20: 'address' allows 20 in an hour, but only 10 in a day",
}


@pytest.mark.parametrize(("line", "sentence"), DOUBTFUL_BOUNDS.items())
def test_a_bound_that_is_probably_not_meant_is_a_warning(tmp_path: Path, line: str, sentence: str) -> None:
    """Silence is allowed, and looks like a desk that is broken."""
    (warning,) = loaded(tmp_path, more=f"[automatic]\n{line}\n").warnings
    assert str(warning) == f"rules/more.toml:{sentence}"


def test_a_fifth_contact_is_refused_and_a_fourth_is_not(tmp_path: Path) -> None:
    """domain.md §3."""
    four = ACME.replace("[{", "[" + ", ".join(f'{{ mail = "c{n}@acme.example" }}' for n in range(3)) + ", {")
    assert len(loaded(tmp_path, acme=four).policy.customers["acme"].contacts) == 4


def test_rules_are_checked_even_without_a_desk(tmp_path: Path) -> None:
    """A slip in config.toml must not hide those in the rules."""
    assert mistakes_in(STARTER) == ()
    assert [one.line for one in mistakes_in(rules(tmp_path, z="[quue.x]\n"))] == [1]


def test_a_flood_that_is_told_when_it_is_late_is_a_warning(tmp_path: Path) -> None:
    """An hour of gathering leaves nothing of a promise of one."""
    (warning,) = loaded(tmp_path, more='[floods]\nwithin = "1h"\n').warnings
    assert str(warning) == (
        "rules/more.toml:2:10: in a flood people may hear of a request after 60 min, and queue 'urgent' promises 1h"
    )

"""What people write behind a command: many forms that can be read in one way, and a valid one for those that cannot."""

from __future__ import annotations

from datetime import date

import pytest

from mailgate.core.hours import Duration, Unit
from mailgate.core.intents import Absent, AssignTo, Correct, Grade, Intent, Scale, Spend, Wait
from mailgate.core.model import Activity, Status
from mailgate.mail.commands import read_orders

DEC_24, DEC_31, JAN_3 = date(2026, 12, 24), date(2026, 12, 31), date(2027, 1, 3)


def intent(line: str) -> Intent:
    """What one command line means."""
    read = read_orders(line)
    assert read.problems == ()
    (order,) = read.orders
    return order.intent


def nearest(line: str) -> tuple[str, str]:
    """Why a line is refused, and the valid form that is offered."""
    read = read_orders(line)
    assert read.orders == ()
    (problem,) = read.problems
    return problem.code, problem.nearest


MINUTES = {
    15: ("15", "15 min", "15 mn", "15'", "15 minutes.", "quinze minutes", "fifteen minutes", "un quart d’heure"),
    20: ("20", "vingt min", "0:20", "0h20"),
    30: ("30", "½ h", "0,5 h", "une demi-heure", "half an hour", "half-hour", "demi heure"),
    45: ("45 minutes", "trois quarts d'heure", "three quarters of an hour", "0.75 h", "¾ h"),
    60: ("60", "1h", "1 h", "une heure", "an hour", "1 heure", "One Hour", "60min"),
    90: ("90", "90 min", "1h30", "1 h 30", "1:30", "01:30", "1,5 h", "1.5h", "1½ h", "1 ½ h", "1h30min"),
    91: ("1\u00a0h\u00a031", "1\u202fh\u202f31", "1 heure et 31 minutes", "1 hour 31 min"),
    75: ("une heure et quart", "1,25h", "an hour and a quarter", "1 hr 15"),
    150: ("deux heures et demie", "2h30", "two hours and a half", "2 heures 30", "150 MINUTES"),
    720: ("12h", "720", "12 hours"),
}


@pytest.mark.parametrize(("written", "minutes"), [(one, count) for count, many in MINUTES.items() for one in many])
def test_a_time_is_read_as_it_is_said(written: str, minutes: int) -> None:
    """In figures or in words, in both languages."""
    assert intent(f"#appel {written}") == Spend(Activity.CALL, minutes)


@pytest.mark.parametrize(
    ("written", "valid"),
    [
        ("1,5", "1h30"),
        ("1.30", "1h30"),
        ("0,5", "30"),
        ("9,5", "9h30"),
        ("1,33 h", "1h19"),
        ("14:30", "870"),
        ("14h30", "870"),
        ("10 30", "10"),
        ("45 au téléphone", "45"),
        ("une heure avec Jean", "une heure"),
    ],
)
def test_a_time_that_may_be_read_in_two_ways_is_refused(written: str, valid: str) -> None:
    """ "14:30" may be when the call was, "10 30" two times; what was probably meant is offered."""
    code, offered = nearest(f"#appel {written}")
    assert (code in ("bad-minutes", "too-many-words"), offered) == (True, f"#appel {valid}")


@pytest.mark.parametrize(
    ("written", "minutes"), [("-15", 15), ("−15 min", 15), ("–0:30", 30), ("-1h30", 90), ("-1,5 h", 90)]
)
def test_a_time_with_a_minus_is_taken_back(written: str, minutes: int) -> None:
    """Whichever dash the telephone made of it, as long as it stands before the figures."""
    assert intent(f"#temps {written}") == Correct(Activity.OTHER, minutes)


@pytest.mark.parametrize("written", ["15,5", "14.30", "10,25"])
def test_no_day_of_work_is_offered_for_a_few_minutes(written: str) -> None:
    """ "15,5" is rather a quarter of an hour than fifteen hours and a half; nobody can tell, so the example stands."""
    assert nearest(f"#appel {written}") == ("bad-minutes", "#appel 15")


def test_what_is_offered_for_a_time_taken_back_is_one() -> None:
    """Whoever copies it must not record what they meant to take back."""
    assert nearest("#appel -1,5") == ("bad-minutes", "#appel -1h30")


@pytest.mark.parametrize(
    "written", ["un", "a", "beaucoup", "15 15", "- 15", "--15", "1h60", "quinze", "1h½", "99:99", "٣"]
)
def test_what_is_no_time_is_refused(written: str) -> None:
    """A word for one is not a minute."""
    assert nearest(f"#appel {written}")[1].startswith("#appel 15")


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026-12-24 au 2027-01-03", DEC_24, JAN_3),
        ("du 2026-12-24 au 2027-01-03", DEC_24, JAN_3),
        ("2026-12-24 - 2027-01-03", DEC_24, JAN_3),
        ("2026-12-24—2027-01-03", DEC_24, JAN_3),
        ("2026-12-24…2027-01-03", DEC_24, JAN_3),
        ("2026-12-24 → 2027-01-03", DEC_24, JAN_3),
        ("from 2026-12-24 to 2027-01-03", DEC_24, JAN_3),
        ("24/12/2026", DEC_24, DEC_24),
        ("24.12.2026", DEC_24, DEC_24),
        ("12/24/2026", DEC_24, DEC_24),
        ("24/12/2026 au 03/01/2027", DEC_24, JAN_3),
        ("12/24/2026 - 01/03/2027", DEC_24, JAN_3),
        ("24.12.2026-03.01.2027", DEC_24, JAN_3),
        ("24 décembre 2026", DEC_24, DEC_24),
        ("jeudi 24 décembre 2026.", DEC_24, DEC_24),
        ("December 24th, 2026", DEC_24, DEC_24),
        ("du 24 décembre 2026 au 3 janvier 2027", DEC_24, JAN_3),
        ("24 décembre au 3 janvier 2027", DEC_24, JAN_3),
        ("Dec 24 to Jan 3, 2027", DEC_24, JAN_3),
        ("du 24 au 31 décembre 2026", DEC_24, DEC_31),
        ("24-31 déc. 2026", DEC_24, DEC_31),
    ],
)
def test_days_are_read_when_nobody_can_read_others(written: str, first: date, last: date) -> None:
    """The year of the last day is the first one's, too, unless that would put it behind."""
    assert intent(f"#absent {written}") == Absent(first, last)


@pytest.mark.parametrize(
    ("written", "valid"),
    [
        ("03/04/2027", "2027-04-03"),
        ("03/01/2027 au 04/01/2027", "2027-01-03..2027-01-04"),
        ("24 décembre", "2026-12-24..2027-01-03"),
        ("24/12", "2026-12-24..2027-01-03"),
        ("lundi", "2026-12-24..2027-01-03"),
        ("30 février 2027", "2026-12-24..2027-01-03"),
        ("2026-12-24, 2026-12-25, 2026-12-28", "2026-12-24..2027-01-03"),
    ],
)
def test_days_that_may_be_others_are_refused(written: str, valid: str) -> None:
    """A third of April in one country is a fourth of March in another; and no year is no year."""
    assert nearest(f"#absent {written}") == ("bad-dates", f"#absent {valid}")


@pytest.mark.parametrize(
    ("written", "value", "reason"),
    [
        ("basse motif", "basse", "motif"),
        ("basse\u00a0: un motif", "basse", "un motif"),
        ("basse, un motif.", "basse", "un motif"),
        ("basse – un motif", "basse", "un motif"),
        ("basse—un motif", "basse", "un motif"),
        ("basse (un motif)", "basse", "un motif"),
        ("“Haute” un motif", "Haute", "un motif"),
        ("HIGH", "HIGH", ""),
        ("basse\u202fmotif\u00a0: deux", "basse", "motif\u00a0: deux"),
    ],
)
def test_a_grade_ends_where_its_reason_begins(written: str, value: str, reason: str) -> None:
    """Whatever stands between them."""
    assert intent(f"#sévérité {written}") == Grade(Scale.SEVERITY, value, reason)


@pytest.mark.parametrize("written", ["P1", "p1.", "P 1", "« P1 »", "\u00a0P1\u00a0"])
def test_a_priority_is_one_word(written: str) -> None:
    """Case is the rules' business."""
    found = intent(f"#priorité {written}")
    assert isinstance(found, Grade)
    assert found.value.upper() == "P1"


@pytest.mark.parametrize(
    ("written", "who"),
    [
        ("tech2", "tech2"),
        ("à Camille", "Camille"),
        ("to tech2", "tech2"),
        ("@tech2", "tech2"),
        ("“Camille Tremblay”", "Camille Tremblay"),
        ("« Camille Tremblay »", "Camille Tremblay"),
        ("Camille Tremblay <camille@example.com>", "camille@example.com"),
        ("camille@example.com<mailto:camille@example.com>", "camille@example.com"),
        ("Ariane", "Ariane"),
        ("Aaron", "Aaron"),
        ("Antoine", "Antoine"),
    ],
)
def test_a_person_is_named_in_any_way(written: str, who: str) -> None:
    """Beside an address a name says nothing more."""
    assert intent(f"#assigner {written}") == AssignTo(who)


@pytest.mark.parametrize(
    ("written", "status", "length"),
    [
        ("client", Status.WAITING_CUSTOMER, None),
        ("du client", Status.WAITING_CUSTOMER, None),
        ("le client 3 jours", Status.WAITING_CUSTOMER, Duration(3, Unit.DAYS)),
        ("d’un fournisseur pour une semaine", Status.WAITING_THIRD, Duration(1, Unit.WEEKS)),
        ("third party for two weeks", Status.WAITING_THIRD, Duration(2, Unit.WEEKS)),
        ("for the customer", Status.WAITING_CUSTOMER, None),
        ("tiers : 48 h", Status.WAITING_THIRD, Duration(48, Unit.HOURS)),
        ("tiers 3 jours ouvrés", Status.WAITING_THIRD, Duration(3, Unit.DAYS)),
    ],
)
def test_a_wait_is_read_with_its_little_words(written: str, status: Status, length: Duration | None) -> None:
    """As one says it."""
    assert intent(f"#attente {written}") == Wait(status, length)


@pytest.mark.parametrize("written", ["tiers 3 5 d", "tiers jusqu'à vendredi", "le", "client 3 mois"])
def test_a_wait_that_is_unclear_is_refused(written: str) -> None:
    """Two numbers are not one; and who is waited for has been said, it is the time that nobody can read."""
    code, offered = nearest(f"#attente {written}")[:2]
    assert code == ("bad-wait" if written == "le" else "bad-minutes")
    assert offered.split()[1] == ("client" if "client" in written else "tiers")

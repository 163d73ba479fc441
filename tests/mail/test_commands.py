"""Commands by mail: one table, two languages, all or nothing decided elsewhere."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.hours import Duration, Unit
from mailgate.core.intents import (
    Absent,
    Acknowledge,
    AskValidation,
    AssignTo,
    Close,
    Grade,
    Help,
    Intent,
    Internal,
    Present,
    Problem,
    Reopen,
    Resolve,
    Scale,
    Spend,
    Take,
    Wait,
)
from mailgate.core.model import Activity, Status
from mailgate.mail.commands import COMMANDS, MOST_COMMANDS, read_orders

BAD_DATES = ("demain", "24 décembre", "2026-12-32", "2027-01-03..2026-12-24", "2026-12-24..2062-01-03")
HOLIDAYS = (date(2026, 12, 24), date(2027, 1, 3))
LOWERED = Grade(Scale.SEVERITY, "basse", "un autre poste imprime")
CALL_15 = Spend(Activity.CALL, 15)


def intents(text: str) -> list[Intent]:
    read = read_orders(text)
    assert read.problems == ()
    return [order.intent for order in read.orders]


def problem(line: str) -> Problem:
    read = read_orders(line)
    assert read.orders == ()
    (found,) = read.problems
    return found


@pytest.mark.parametrize(
    ("french", "english", "intent"),
    [
        ("#prendre", "#take", Take()),
        ("#assigner tech2", "#assign tech2", AssignTo("tech2")),
        ("#pris", "#ack", Acknowledge()),
        ("#priorité P2", "#priority P2", Grade(Scale.PRIORITY, "P2")),
        ("#sévérité basse un autre poste imprime", "#severity basse: un autre poste imprime.", LOWERED),
        ("#niveau 2", "#level 2", Grade(Scale.LEVEL, "2")),
        ("#genre formation", "#kind formation", Grade(Scale.KIND, "formation")),
        ("#file regulier", "#queue regulier", Grade(Scale.QUEUE, "regulier")),
        ("#note", "#note", Internal()),
        ("#appel 15", "#call 15", CALL_15),
        ("#site 2h", "#visit 2h", Spend(Activity.VISIT, 120)),
        ("#distance 20", "#remote 20", Spend(Activity.REMOTE, 20)),
        ("#temps 10", "#time 10", Spend(Activity.OTHER, 10)),
        ("#attente client", "#wait customer", Wait(Status.WAITING_CUSTOMER)),
        ("#attente tiers 3d", "#wait third 3d", Wait(Status.WAITING_THIRD, Duration(3, Unit.DAYS))),
        ("#valider", "#validate", AskValidation()),
        ("#résolu", "#resolved", Resolve()),
        ("#fermer", "#close", Close()),
        ("#rouvrir", "#reopen", Reopen()),
        ("#absent 2026-12-24..2027-01-03", "#absent 2026-12-24/2027-01-03", Absent(*HOLIDAYS)),
        ("#absent 2026-12-24", "#absent 2026-12-24 .. 2026-12-24", Absent(HOLIDAYS[0], HOLIDAYS[0])),
        ("#absent non", "#absent off", Present()),
        ("#aide", "#help", Help()),
    ],
)
def test_both_languages_mean_the_same(french: str, english: str, intent: Intent) -> None:
    """French and English are equal."""
    assert intents(french) == intents(english) == [intent]


def test_every_command_reads_its_own_example() -> None:
    """The help must not teach mistakes."""
    for command in COMMANDS:
        for language in ("fr-CA", "en"):
            assert len(intents(command.usage(language))) == 1


def test_no_two_commands_share_a_word() -> None:
    """Except `#note`, which both languages call the same."""
    words = [word for command in COMMANDS for word in {command.french, command.english}]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("15", 15),
        ("1h30", 90),
        ("1:30", 90),
        ("2h", 120),
        ("90 min", 90),
        ("1 h 30", 90),
        ("45 minutes", 45),
        ("1H05", 65),
        ("1440", 1440),
        ("2 heures", 120),
        ("15.", 15),
    ],
)
def test_time_is_read_as_people_write_it(written: str, minutes: int) -> None:
    """On a telephone, in a hurry."""
    assert intents(f"#appel {written}") == [Spend(Activity.CALL, minutes)]


@pytest.mark.parametrize(
    "written", ["#APPEL 15", "#appel\u00a015", "\u00a0 #Appel   15  ", "#appel: 15", "\t#Appel 15."]
)
def test_case_blanks_and_punctuation_do_not_matter(written: str) -> None:
    """HTML editors put no-break spaces, telephones capitals."""
    assert intents(written) == [CALL_15]


@pytest.mark.parametrize("written", ["#resolu", "#RÉSOLU", "#re\u0301solu"])
def test_accents_do_not_matter(written: str) -> None:
    """Nor how they are composed."""
    assert intents(written) == [Resolve()]


@pytest.mark.parametrize(
    ("line", "code", "nearest"),
    [
        ("#apel 15", "unknown-command", "#appel 15"),
        ("#closed", "unknown-command", "#close"),
        ("#fermé", "unknown-command", "#fermer"),
        ("#xyzzy", "unknown-command", ""),
        ("#appel", "missing-minutes", "#appel 15"),
        ("#call", "missing-minutes", "#call 15"),
        ("#appel beaucoup", "bad-minutes", "#appel 15"),
        ("#appel 0", "bad-minutes", "#appel 15"),
        ("#appel 1441", "bad-minutes", "#appel 15"),
        ("#appel 25h", "bad-minutes", "#appel 15"),
        ("#appel 1:75", "bad-minutes", "#appel 15"),
        ("#appel 15 tout est réglé", "too-many-words", "#appel 15"),
        ("#assigner", "missing-who", "#assigner tech2"),
        ("#attente", "bad-wait", "#attente tiers 3d"),
        ("#wait godot", "bad-wait", "#wait third 3d"),
        ("#attente clien", "bad-wait", "#attente client"),
        ("#attente le fournisseurs 3 jours", "bad-wait", "#attente fournisseur 3 jours"),
        ("#attente clien longtemps", "bad-wait", "#attente tiers 3d"),
        ("#attente client longtemps", "bad-minutes", "#attente client"),
        ("#wait third until Friday", "bad-minutes", "#wait third"),
        ("#absent", "bad-dates", "#absent 2026-12-24..2027-01-03"),
        *((f"#absent {dates}", "bad-dates", "#absent 2026-12-24..2027-01-03") for dates in BAD_DATES),
        ("#priorité", "missing-grade", "#priorité P2"),
        ("#priority P1 production is down", "too-many-words", "#priority P1"),
        ("#niveau", "missing-grade", "#niveau 2 motif"),
        ("#fermer maintenant", "no-argument-wanted", "#fermer"),
        ("#prendre #appel 15", "no-argument-wanted", "#prendre"),
    ],
)
def test_what_is_not_understood_is_named_with_a_valid_form_near_it(line: str, code: str, nearest: str) -> None:
    """In the language of the spelling; nothing of such a mail is applied."""
    found = problem(line)
    assert (found.code, found.line, found.nearest) == (code, line, nearest)


@pytest.mark.parametrize(
    "line", ["#1042 est réglé", "# titre", "#", "##- marque", "voir #fermer", "prix #appel 15", "C# 12"]
)
def test_a_line_without_a_word_behind_its_sign_is_text(line: str) -> None:
    """Ticket numbers and headings are what people write."""
    read = read_orders(line)
    assert (read.text, read.orders, read.problems) == (line, (), ())


@pytest.mark.parametrize("line", ["#x", "#appel 15"])
def test_a_mail_full_of_commands_is_one_problem(line: str) -> None:
    """Each unknown word is compared with the known ones: a megabyte of them took twelve seconds (hazards M12)."""
    read = read_orders(f"{line}\n" * 100_000)
    assert len(read.orders) + len(read.problems) == MOST_COMMANDS + 1
    assert read.problems[-1] == Problem("too-many-commands", line)


def test_commands_are_removed_and_the_rest_stays() -> None:
    """The customer gets the words only."""
    read = read_orders("#prendre\n\nBonjour,\n\n#appel 15\n\nC'est réglé.\n#fermer")
    assert read.text == "Bonjour,\n\nC'est réglé."
    assert [order.line for order in read.orders] == ["#prendre", "#appel 15", "#fermer"]


@pytest.mark.parametrize(
    "text",
    [
        "> #fermer",
        "Voir :\n\n---------- Message transféré ---------\n#fermer",
        "Voir :\n\nDe : Client\nEnvoyé : lundi\nÀ : Support\nObjet : Panne\n\n#fermer",
        "Voir :\n-----Message d'origine-----\n#fermer",
        "Voir :\n##- Répondez au-dessus -##\n#fermer",
    ],
)
def test_what_somebody_else_wrote_is_never_obeyed(text: str) -> None:
    """A customer may write commands; a technician quotes or forwards them (hazards A27)."""
    read = read_orders(text)
    assert (read.orders, read.problems) == ((), ())
    assert "#fermer" in read.text


def test_a_command_on_a_line_wrapped_from_a_quote_is_refused() -> None:
    """A mail program that wraps a quoted line leaves its end without a mark; a customer could aim at that."""
    read = read_orders("> une très longue ligne qui finit par\n#fermer\n\n#prendre")
    assert [found.code for found in read.problems] == ["quoted-command"]
    assert [order.intent for order in read.orders] == [Take()]
    assert read_orders("> suite\n#inconnu").problems == ()


@given(
    st.lists(
        st.sampled_from(
            ["#", "appel", "15", " ", "\n", "1h", ":", "attente", "tiers", "3d", ">", "é", "\u00a0", "-", "assigner"]
        )
    )
)
def test_any_pieces_of_commands_are_read(pieces: list[str]) -> None:
    """Total, and time is never outside one day."""
    for order in read_orders("".join(pieces)).orders:
        assert not isinstance(order.intent, Spend) or 1 <= order.intent.minutes <= 1440

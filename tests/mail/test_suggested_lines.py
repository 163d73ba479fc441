"""What a technician is told to send instead of a line that was not understood: nothing in it is made up."""

from __future__ import annotations

import pytest

from mailgate.core.intents import Grade, Problem, Scale
from mailgate.mail.commands import COMMANDS, Command, read_orders


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("#apel 20", "#appel 20"),
        ("#apel", "#appel ?"),
        ("#appel", "#appel ?"),
        ("#prendr", "#prendre"),
        ("#résolu bien", "#résolu"),
        ("# appel 20", "#appel 20"),
        ("#zzzzzz", ""),
        ("#prendre #appel 20", "#prendre\n#appel 20"),
        ("#appel 20 #résolu", "#appel 20\n#résolu"),
        ("#notes : le client est fâché", "#note\nle client est fâché"),
        ("#note : le client est fâché", "#note\nle client est fâché"),
    ],
)
def test_the_line_to_send_instead_holds_what_they_wrote(line: str, meant: str) -> None:
    """Fifteen minutes that nobody worked would be charged, and twenty that were forgotten with the line's end."""
    (problem,) = read_orders(line).problems
    assert problem.meant == meant


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.french)
def test_a_question_mark_is_never_an_answer(command: Command) -> None:
    """Whoever sends the suggestion back as it is hears of it again."""
    for language in ("fr", "en"):
        asking = command.asking(language)
        assert bool(read_orders(asking).problems) == asking.endswith("?")
    (reason,) = read_orders("#sévérité basse ?").orders
    assert reason.intent == Grade(Scale.SEVERITY, "basse", "")


def test_a_mail_is_kept_in_the_order_of_its_lines() -> None:
    """Its text can be given back with one line mended."""
    read = read_orders("Bonjour,\n#appel 15\nvoilà\n#fremer")
    assert [one if isinstance(one, str) else one.line for one in read.written] == [
        "Bonjour,",
        "#appel 15",
        "voilà",
        "#fremer",
    ]
    assert isinstance(read.written[-1], Problem)

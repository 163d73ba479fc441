"""What mail programs make of a line that begins with `#word`."""

from __future__ import annotations

import pytest

from mailgate.core.intents import Grade, Internal, Resolve, Scale, Spend
from mailgate.core.model import Activity
from mailgate.mail.commands import read_orders

CALL_15 = Spend(Activity.CALL, 15)
LONG = "#sévérité basse un autre poste imprime et la comptable peut travailler"
END = "sans attendre le technicien."
WHOLE = f"{LONG.removeprefix('#sévérité basse ')} {END.rstrip('.')}"


@pytest.mark.parametrize(
    "line",
    [
        "- #appel 15",
        "  *   #appel 15",
        "•\t#appel 15",
        "·       #appel 15",
        "o   #appel 15",
        "1. #appel 15",
        "*#appel 15*",
        "*#appel* 15",
        "**#appel** 15",
        "_#appel 15_",
        "#*appel* 15",
        "#appel<https://www.example.com/hashtag/appel> 15",
        "#appel <https://www.example.com/hashtag/appel> 15",
        "[#appel](https://www.example.com/hashtag/appel) 15",
        "#appel.<https://www.example.com/hashtag/appel> 15",
        "#appel 15 <https://www.example.com/search?q=%23Appel+15>",
        "#appel15",
        "#appel15min",
        "＃appel 15",
        "\u200b#appel 15\u200b",
        "#\u2060appel\u200d 15",
        "#ap\u00adpel 15",
        "\ufeff#appel\u00a015",
        "#appel\u202f:\u202f15",
        "\u3000#Appel 15\u2009min.",
        "#APPEL = 15",
        "#appel 15<tel:15>",
    ],
)
def test_what_programs_and_keyboards_do_to_a_command_changes_nothing(line: str) -> None:
    """And nothing of the line is left for the customer."""
    read = read_orders(f"Bonjour,\n{line}\nau revoir")
    assert ([order.intent for order in read.orders], read.problems) == ([CALL_15], ())
    assert read.text == "Bonjour,\nau revoir"


@pytest.mark.parametrize("line", ["# appel 15", "#\u00a0appel 15", "- # Appel : 15", "#\ufe0f\u20e3 appel 15"])
def test_a_sign_that_stands_apart_is_asked_about(line: str) -> None:
    """It may be a heading; it is neither obeyed nor told to the customer."""
    (problem,) = read_orders(line).problems
    assert (problem.code, problem.nearest) == ("sign-apart", "#appel 15")


@pytest.mark.parametrize("line", ["# Titre", "- # 12", "a #appel 15", "1.#appel 15", "/#appel 15", "v#appel"])
def test_other_signs_are_text(line: str) -> None:
    """What only looks alike."""
    assert read_orders(line).text == line


@pytest.mark.parametrize("following", ["sans suite", "Avec suite"])
def test_a_long_heading_is_text_with_what_follows(following: str) -> None:
    """Nothing of it is swallowed."""
    text = f"# {LONG.removeprefix('#').replace('sévérité', 'Titre')}\n{following}"
    assert read_orders(text).text == text


def test_a_misspelt_command_is_offered_with_its_own_argument() -> None:
    """So that it can be sent again as it stands."""
    (problem,) = read_orders("#apel 45 min").problems
    assert (problem.code, problem.nearest) == ("unknown-command", "#appel 45 min")


@pytest.mark.parametrize("between", ["", "\n", "\n\nBonjour, c'est fait."])
def test_a_reason_that_a_program_broke_is_put_together(between: str) -> None:
    """The customer would get its end as if it were the answer."""
    read = read_orders(f"#note\n{LONG}\n{END}\n{between}")
    assert [order.intent for order in read.orders] == [Internal(), Grade(Scale.SEVERITY, "basse", WHOLE)]
    assert read.text == between.strip()


def test_a_reason_that_a_program_broke_twice_is_put_together() -> None:
    """Down to the line that ends before the edge."""
    read = read_orders(f"{LONG}\n{LONG.removeprefix('#')}\nencore\nBonjour.")
    (order,) = read.orders
    assert isinstance(order.intent, Grade)
    assert order.intent.reason.endswith(f"{LONG.removeprefix('#')} encore")
    assert read.text == "Bonjour."


@pytest.mark.parametrize("following", ["Bonjour,", "Camille attend.", "« Bonjour »", "3 postes attendent."])
def test_a_reason_over_what_may_be_a_sentence_of_its_own_is_asked_about(following: str) -> None:
    """Nobody can tell whether it is the end of the reason; an empty line below says so."""
    read = read_orders(f"{LONG}\n{following}")
    assert [(one.code, one.line) for one in read.problems] == [("folded-line", LONG)]
    apart = read_orders(f"{LONG}\n\n{following}")
    assert (len(apart.orders), apart.text) == (1, following)


@pytest.mark.parametrize("line", ["#résolu", "#sévérité basse un motif", f"{LONG} {END}"])
def test_a_line_of_another_length_was_not_broken(line: str) -> None:
    """A short one ends where its author ended it, and a program that breaks none leaves them long."""
    read = read_orders(f"{line}\nau revoir")
    assert (len(read.orders), read.text) == (1, "au revoir")


def test_a_command_below_a_broken_one_is_another() -> None:
    """And a quote is not its end either."""
    read = read_orders(f"{LONG}\n#résolu")
    assert [type(order.intent) for order in read.orders] == [Grade, Resolve]
    assert read_orders(f"{LONG}\n> cité").text == "> cité"

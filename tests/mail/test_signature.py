"""Signatures, and what only looks like one."""

from __future__ import annotations

import pytest

from mailgate.mail import limits
from mailgate.mail.quote import Nature, split
from mailgate.mail.signature import is_trailing

SIGNATURE = "Jean Roy\nAcme SA\n514 555-0100\nhttps://acme.example"


@pytest.mark.parametrize("delimiter", ["-- ", "--", "—", "–"])
def test_a_signature_goes_wherever_it_stands(delimiter: str) -> None:
    """Above the quote, below it, or at the end."""
    quote = "Le 3 mars 2026 à 10:00, Jean <j@x.example> a écrit :\n> vieux"
    assert split(f"Oui.\n\n{delimiter}\n{SIGNATURE}\n").new == "Oui."
    assert split(f"Oui.\n\n{delimiter}\n{SIGNATURE}\n\n{quote}\n").new == "Oui."
    assert split(f"Oui.\n\n{quote}\n\n{delimiter}\n{SIGNATURE}\n").new == "Oui."


def test_an_answer_below_a_quote_loses_its_signature_only() -> None:
    """What stands between is the answer."""
    text = f"Le 3 mars 2026 à 10:00, Jean <j@x.example> a écrit :\n> vieux\n\nOui.\n\n-- \n{SIGNATURE}\n"
    assert split(text, Nature.REPLY).new == "Oui."


@pytest.mark.parametrize(
    "text",
    [
        "Premier : l'écran\n--\nSecond : le clavier\n--\nTroisième : la souris",
        "Oui\n--\nLe serveur est tombé deux fois cette semaine, il faudrait que quelqu'un vienne vraiment le voir",
        "Premier problème\n_____\nSecond problème",
        "Premier sujet\n--\n" + "\n".join(f"ligne {number}" for number in range(30)),
    ],
)
def test_a_rule_between_paragraphs_begins_no_signature(text: str) -> None:
    """No line of a text is lost."""
    assert split(text).new == text


def test_a_mail_that_is_all_signature_is_its_text() -> None:
    """Somebody began with two dashes; an answer that holds nothing else is empty."""
    assert split("--\nLe serveur est en panne\n").new == "--\nLe serveur est en panne"
    assert split("-- \nJean\n", Nature.REPLY).new == ""
    assert split("-- \nJean\n\n> vieux\n").new == "> vieux"


def test_the_footer_of_a_list_goes() -> None:
    """It is known by its address, or by standing under a quote."""
    assert split("Oui.\n_______________\nList mailing list\nhttps://list.example\n").new == "Oui."
    assert split("Oui.\n\n> vieux\n\n_______________\nVotre liste\n").new == "Oui.\n\n> vieux"


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone. Please excuse brevity.",
        "Envoyé de mon iPhone, merci d'excuser les fautes",
        "Sent from my Verizon Wireless BlackBerry",
        "(Sent from mobile device)",
        "****",
        "",
    ],
)
def test_what_nobody_wrote_goes_from_the_end(line: str) -> None:
    """Also with an apology behind it."""
    assert is_trailing(line)


def test_a_long_line_is_never_a_rule() -> None:
    """Beyond the lines that are looked at, everything is one."""
    text = "\n" * limits.QUOTE_LINES + "---\n" + "\n" * limits.LINE_CHARS + "fin"
    assert split(text).new.endswith("fin")


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my office, which has a phone, it works",
        "Envoyé avec la mauvaise pièce jointe",
        "Envoyé depuis mon autre adresse",
        "Sent via DHL yesterday",
        "Von meinem Kollegen habe ich nichts gehört",
        "Inviato da un collega",
    ],
)
def test_a_sentence_that_begins_so_stays(line: str) -> None:
    """Somebody answers how they sent something."""
    assert not is_trailing(line)
    assert split(f"Bonjour\n{line}", Nature.REPLY).new == f"Bonjour\n{line}"

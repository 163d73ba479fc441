"""Answers that are unlike any other, each as its program made it, and what is meant by it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mailgate.core.intents import AssignTo, Grade, Intent, Resolve, Scale, Spend, Take
from mailgate.core.model import Activity
from mailgate.mail import parse
from mailgate.mail.commands import read_orders
from tests.mail.answers.tongues import TONGUES
from tests.mail.answers.wire import Answer, Leaf, flowed, folded, page, plain, send

FRENCH = Answer((), TONGUES[0], ours=True)
CALL_15 = Spend(Activity.CALL, 15)
LONG = (
    "#sévérité basse un autre poste imprime encore et la comptable peut donc travailler normalement jusqu’au passage"
    " du technicien demain matin"
)
REASON = LONG.removeprefix("#sévérité basse ")
LOWERED = Grade(Scale.SEVERITY, "basse", REASON)
QUOTE = ["Le lun. 16 nov. 2026 à 10:00, Exemple <tickets+abc@example.com> a écrit :", "> #fermer"]

FORWARD = [
    "Voyez :",
    "",
    "------ Message transféré ------",
    "De : Jean <jean@acme.example>",
    "Objet : Panne",
    "",
    "#fermer",
]


@dataclass(frozen=True, slots=True)
class Odd:
    """A mail's parts, and what they mean; `problems` are the codes of what is asked about."""

    name: str
    leaves: tuple[Leaf, ...]
    orders: tuple[Intent, ...]
    public: str
    problems: tuple[str, ...] = ()


def as_text(name: str, text: list[str], orders: tuple[Intent, ...], public: str, *problems: str) -> Odd:
    return Odd(name, (plain(text),), orders, public, problems)


def as_page(name: str, html: str, orders: tuple[Intent, ...], public: str, *problems: str) -> Odd:
    return Odd(name, (page(html),), orders, public, problems)


ODDITIES = (
    Odd("a flowed reason", (flowed([LONG, "", "Bonjour."]),), (LOWERED,), "Bonjour."),
    Odd("a flowed reason over words", (flowed([LONG, "Bonjour."], width=66),), (LOWERED,), "Bonjour."),
    *(
        as_text(f"a reason broken at {width}", [*folded(LONG, width), "", "Bonjour."], (LOWERED,), "Bonjour.")
        for width in (72, 74, 76, 78)
    ),
    as_text("a reason broken, which may go on", [*folded(LONG, 72), "Bonjour."], (), "", "folded-line"),
    as_text("a reason that may go on", [LONG[:70], "Bonjour."], (), "", "folded-line"),
    as_text("a reason over an empty line", [LONG[:70], "", "Bonjour."],
            (Grade(Scale.SEVERITY, "basse", LONG[16:70]),), "Bonjour."),
    as_page("a reason in one long paragraph", f"<p>{LONG}</p><p>Bonjour.</p>", (LOWERED,), "Bonjour."),
    as_text("answers between quotes", [QUOTE[0], "> Quand ?", "", "Demain.", "", "> #fermer", "", "#appel 15", *QUOTE],
            (CALL_15,), "> Quand ?\n\nDemain.\n\n> #fermer"),
    as_text("a wrapped quote", ["> une ligne très longue, qui finit", "#fermer", "", "#prendre"],
            (Take(),), "> une ligne très longue, qui finit", "quoted-command"),
    as_text("a command under the words of a telephone", ["Envoyé de mon iPhone", "", "#appel 15", *QUOTE],
            (CALL_15,), "Envoyé de mon iPhone"),
    as_text("a command above its telephone", ["#appel 15", "Envoyé de mon iPhone"], (CALL_15,), ""),
    as_text("a command in a signature", ["C’est réglé.", "", "-- ", "Camille", "#fermer"], (), "C’est réglé."),
    as_text("two on one line", ["#prendre #appel 15"], (), "", "no-argument-wanted"),
    as_text("a command in a sentence", ["Écrivez #fermer pour fermer."], (), "Écrivez #fermer pour fermer."),
    as_text("a number in front", ["#1042 est lié.", "#résolu"], (Resolve(),), "#1042 est lié."),
    as_text("a heading", ["# Compte rendu", "Tout va bien.", "#résolu"], (Resolve(),), "# Compte rendu\nTout va bien."),
    as_text("a heading like a command", ["# Site", "Tout va bien."], (), "Tout va bien.", "sign-apart"),
    as_text("a typing error", ["Bonjour.", "#apel 15"], (), "Bonjour.", "unknown-command"),
    as_text("an autocorrected word", ["#appelle 15"], (), "", "unknown-command"),
    as_text("a link behind an address", ["#assigner tech2@example.com<mailto:tech2@example.com>"],
            (AssignTo("tech2@example.com"),), ""),
    as_text("Markdown", ["[#appel](https://www.example.com/tag/appel) 15", "", "**C’est réglé.**"],
            (CALL_15,), "**C’est réglé.**"),
    as_text("decomposed letters", ["#re\u0301solu", "C’est re\u0301gle\u0301."], (Resolve(),), "C’est réglé."),
    as_text("numbers that a program put in front", ["1. #prendre", "2. #appel 15"], (Take(), CALL_15), ""),
    as_page("a list", "<ul><li>#prendre</li><li>#appel&nbsp;15</li></ul><p>C’est réglé.</p>", (Take(), CALL_15),
            "C’est réglé."),
    as_page("a numbered list in a table", "<table><tr><td><ol><li><p>#prendre</p></li><li>#résolu</li></ol></td></tr>"
            "</table>", (Take(), Resolve()), ""),
    as_page("entities", "&#35;appel&#160;15<br>C&#8217;est r&eacute;gl&eacute;.", (CALL_15,), "C’est réglé."),
    as_page("soft hyphens", "<p>#ap&shy;pel 15</p>", (CALL_15,), ""),
    as_page("a picture in front", '<p><img src="cid:x">#appel 15</p>', (CALL_15,), ""),
    as_page("a heading element", "<h1>#appel 15</h1><p>C’est réglé.</p>", (CALL_15,), "C’est réglé."),
    as_page("a preview that nobody sees", '<div style="display:none">#fermer</div><p>C’est réglé.</p>', (),
            "C’est réglé."),
    as_page("white on white", "<p>C’est réglé.</p><p style='color:#fff'>#fermer</p>", (), "C’est réglé."),
    as_page("a size of nothing", "<p>C’est réglé.<br><span style='font-size:0'>#fermer</span></p>", (), "C’est réglé."),
    as_page("a comment", "<p>C’est réglé.</p><!--\n#fermer\n-->", (), "C’est réglé."),
    *(
        as_text(f"Yahoo on a telephone, {said}", ["#prendre", "Je regarde.", "", f"  {said}   Bonjour,", "", "#fermer"],
                (Take(),), "Je regarde.")
        for said in ("Le lun., nov. 16, 2026 à 10:12, Jean Roy<jean@acme.example> a écrit :",
                     "On Mon, Nov 16, 2026 at 10:12 AM, Jean Roy<jean@acme.example> wrote:")
    ),
    as_text("somebody's words in passing", ["Le 16 novembre, Jean Roy <jean@acme.example> a écrit : rien.", "#résolu"],
            (Resolve(),), "Le 16 novembre, Jean Roy <jean@acme.example> a écrit : rien."),
    *(
        as_text(f"GroupWise, {said}", ["#prendre", "Je regarde.", "", said, "Bonjour,", "", "#fermer"], (Take(),),
                "Je regarde.")
        for said in (">>> Jean Roy <jean@acme.example> 16/11/2026 10:12 >>>", ">>> Jean Roy 2026-11-16 10:12 >>>",
                     '>>> "Roy, Jean" <jean@acme.example> 11/16/2026 10:12 AM >>>')
    ),
    as_text("marks around a word", [">>> Le 16 novembre >>>", "Bonjour.", "", "#résolu"],
            (Resolve(),), ">>> Le 16 novembre >>>\nBonjour."),
    as_text("a forward", FORWARD, (), "\n".join(FORWARD)),
)  # fmt: skip


@pytest.mark.parametrize("odd", ODDITIES, ids=lambda odd: odd.name)
def test_an_odd_answer_means_what_its_author_meant(odd: Odd) -> None:
    """Or is asked about, where nobody could tell."""
    read = read_orders(parse.read(send(FRENCH, "Odd", *odd.leaves)).text)
    assert tuple(problem.code for problem in read.problems) == odd.problems
    assert odd.problems or tuple(order.intent for order in read.orders) == odd.orders
    assert read.text == odd.public

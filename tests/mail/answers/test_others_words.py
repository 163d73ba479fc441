"""A27 as a property: whatever somebody else's words are, behind a quote, hidden, in a signature, in a file or passed
on, they change neither the orders of an answer nor the words for the customer."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailgate.core.intents import Orders
from mailgate.mail import parse
from mailgate.mail.commands import COMMANDS, read_orders
from tests.mail.answers.tongues import TONGUES, Tongue
from tests.mail.answers.wire import Answer, Leaf, flowed, marked, page, plain, send

OWN = [
    ["#appel 15", "", "C’est réglé."],
    ["C’est réglé."],
    ["#prendre", "#appel 1h30"],
    ["C’est réglé.", "", "#résolu"],
]
COMMAND_LINES = [command.usage(language) for command in COMMANDS for language in ("fr", "en")]
LINE = st.one_of(
    st.sampled_from(COMMAND_LINES),
    st.sampled_from(COMMAND_LINES).map(lambda line: f"- {line}"),
    st.sampled_from(COMMAND_LINES).map(lambda line: f"\u00a0*{line.upper()}*"),
    st.sampled_from(["", "Bonjour,", "#inconnu", "oui", "# fermer", "Plus rien ne marche."]),
    st.text(st.characters(codec="latin-1", exclude_categories=("Cc", "Cf")), max_size=20),
)
THEIRS = st.lists(LINE, min_size=1, max_size=6)
Writes = Callable[[list[str], list[str], Tongue], tuple[Leaf, ...]]


def html_of(lines: list[str]) -> str:
    return "".join(f"<div>{escape(line) or '<br>'}</div>" for line in lines)


def under_attribution(own: list[str], theirs: list[str], tongue: Tongue) -> tuple[Leaf, ...]:
    return (plain([*own, "", tongue.attribution, "", *marked(theirs)]),)


def under_marks_alone(own: list[str], theirs: list[str], _tongue: Tongue) -> tuple[Leaf, ...]:
    return (plain([*own, "", *marked(theirs, ">")]),)


def under_flowed_marks(own: list[str], theirs: list[str], tongue: Tongue) -> tuple[Leaf, ...]:
    return (flowed([*own, "", tongue.dated, *marked(theirs, ">> ")]),)


def under_a_block(own: list[str], theirs: list[str], tongue: Tongue) -> tuple[Leaf, ...]:
    return (plain([*own, "", *tongue.block(), "", *theirs]),)


def under_a_dated_block(own: list[str], theirs: list[str], tongue: Tongue) -> tuple[Leaf, ...]:
    return (plain([*own, "", "_" * 32, *tongue.block(dated=True, bold="*"), "", *theirs]),)


def under_a_rule(own: list[str], theirs: list[str], tongue: Tongue) -> tuple[Leaf, ...]:
    return (plain([*own, "", f"-----{tongue.original}-----", *tongue.block(), "", *theirs]),)


def under_our_line(own: list[str], theirs: list[str], _tongue: Tongue) -> tuple[Leaf, ...]:
    return (plain([*own, "", "##- Répondez au-dessus de cette ligne -##", *theirs]),)


def in_a_signature(own: list[str], theirs: list[str], tongue: Tongue) -> tuple[Leaf, ...]:
    lines = [line.replace(">", ")") for line in theirs[:5]]  # a quote is no signature
    return (plain([*own, "", "-- ", *lines, "", tongue.attribution, "> Plus rien ne marche."]),)


def over_the_answer(own: list[str], theirs: list[str], tongue: Tongue) -> tuple[Leaf, ...]:
    return (plain([tongue.attribution, *marked(theirs), "", *own]),)


def in_gmail(own: list[str], theirs: list[str], tongue: Tongue) -> tuple[Leaf, ...]:
    said = f'<div class="gmail_attr">{escape(tongue.attribution)}</div>'
    quote = f'<blockquote class="gmail_quote">{html_of(theirs)}</blockquote>'
    return (page(f'{html_of(own)}<div class="gmail_quote">{said}{quote}</div>'),)


def in_outlook(own: list[str], theirs: list[str], tongue: Tongue) -> tuple[Leaf, ...]:
    return (page(f'{html_of(own)}<div id="divRplyFwdMsg">{html_of(tongue.block())}</div>{html_of(theirs)}'),)


def in_a_cited_quote(own: list[str], theirs: list[str], tongue: Tongue) -> tuple[Leaf, ...]:
    said = f"<div>{escape(tongue.attribution)}</div>"
    return (page(f'{html_of(own)}<blockquote type="cite">{said}{html_of(theirs)}</blockquote>'),)


def hidden(style: str) -> Writes:
    def write(own: list[str], theirs: list[str], _tongue: Tongue) -> tuple[Leaf, ...]:
        return (page(f'<div style="{style}">{html_of(theirs)}</div>{html_of(own)}'),)

    return write


def in_the_plain_part_too(own: list[str], theirs: list[str], _tongue: Tongue) -> tuple[Leaf, ...]:
    return (plain([*own, *COMMAND_LINES]), page(f"{html_of(own)}<div style='display:none'>{html_of(theirs)}</div>"))


def in_a_comment(own: list[str], theirs: list[str], _tongue: Tongue) -> tuple[Leaf, ...]:
    words = "\n".join(theirs).replace(">", "").replace("--", "")
    return (page(f"<!-- {words} -->{html_of(own)}<!--[if mso]><p>{words}</p><![endif]-->"),)


WAYS: dict[str, Writes] = {
    "under an attribution": under_attribution,
    "under marks alone": under_marks_alone,
    "under flowed marks": under_flowed_marks,
    "under a header block": under_a_block,
    "under a dated block": under_a_dated_block,
    "under a rule": under_a_rule,
    "under our own line": under_our_line,
    "in a signature": in_a_signature,
    "over the answer": over_the_answer,
    "in Gmail": in_gmail,
    "in Outlook": in_outlook,
    "in a cited quote": in_a_cited_quote,
    "display:none": hidden("display:none"),
    "visibility": hidden("visibility: hidden"),
    "size 0": hidden("font-size:0"),
    "white on white": hidden("color:#ffffff"),
    "transparent": hidden("opacity:0"),
    "far away": hidden("position:absolute;left:-9999px"),
    "in the plain part too": in_the_plain_part_too,
    "in a comment": in_a_comment,
}


def understood(own: list[str], leaves: tuple[Leaf, ...], tongue: Tongue) -> Orders:
    return read_orders(parse.read(send(Answer((tuple(own),), tongue, ours=False), "Test", *leaves)).text)


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=40, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(own=st.sampled_from(OWN), theirs=THEIRS, tongue=st.sampled_from(TONGUES))
def test_the_words_of_others_change_nothing(way: str, own: list[str], theirs: list[str], tongue: Tongue) -> None:
    """Neither the orders, nor what is asked about, nor the text for the customer."""
    alone = read_orders("\n".join(own))
    assert understood(own, WAYS[way](own, theirs, tongue), tongue) == alone


@settings(max_examples=60, derandomize=True, database=None)
@given(theirs=THEIRS, how=st.sampled_from(["text/plain; name=a.txt", "message/rfc822", "text/calendar; name=a.ics"]))
def test_a_file_orders_nothing(theirs: list[str], how: str) -> None:
    """Whatever stands in it."""
    words = "\r\n".join(theirs)
    body = f"--b\r\nContent-Type: text/plain\r\n\r\n#appel 15\r\n--b\r\nContent-Type: {how}\r\n\r\n{words}\r\n--b--\r\n"
    mail = f'From: tech1@example.com\r\nSubject: Re: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n{body}'
    assert read_orders(parse.read(mail.encode()).text) == read_orders("#appel 15")


@settings(max_examples=60, derandomize=True, database=None)
@given(theirs=THEIRS, tongue=st.sampled_from(TONGUES))
def test_a_mail_that_is_passed_on_orders_nothing(theirs: list[str], tongue: Tongue) -> None:
    """Its words go along whole."""
    rule = "---------- Forwarded message ---------"
    text = "\r\n".join(["#prendre", "", rule, *tongue.block(), "", *theirs])
    mail = (
        f"From: tech1@example.com\r\nSubject: Fwd: Panne\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
    read = read_orders(parse.read(mail.encode()).text)
    assert ([order.line for order in read.orders], read.problems) == (["#prendre"], ())

"""Answers that are HTML only, as mail programs write them; what they answer goes by its marks, or by its words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailgate.core.model import Address, Forwarded
from mailgate.mail import parse
from tests.mail.raw import from_jean

LABELS = {
    "fr": ("De\u00a0:", "Envoyé\u00a0:", "À\u00a0:", "Objet\u00a0:"),
    "en": ("From:", "Sent:", "To:", "Subject:"),
    "de": ("Von:", "Gesendet:", "An:", "Betreff:"),
    "it": ("Da:", "Inviato:", "A:", "Oggetto:"),
    "is": ("Frá:", "Sent:", "Til:", "Efni:"),
}
WHO = (
    "Desk &lt;<a href='mailto:desk@example.com'>desk@example.com</a>&gt;",
    "lundi 2 mars 2026 10:02",
    "Jean",
    "Panne",
)
WORD_STYLE = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"
PREFIX = {"fr": "RE", "en": "RE", "de": "AW", "it": "R", "is": "SV"}


def fields(language: str) -> str:
    return "<br>".join(f"<b>{label}</b> {value}" for label, value in zip(LABELS[language], WHO, strict=True))


def word(language: str) -> str:
    """Outlook for Windows."""
    new = "<p class=MsoNormal>C'est réglé.<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>"
    block = f"<div><div style='{WORD_STYLE}'><p class=MsoNormal>{fields(language)}<o:p></o:p></p></div></div>"
    return f"<div class=WordSection1>{new}{block}<p class=MsoNormal>vieux</p></div>"


def on_the_web(language: str) -> str:
    """Outlook on the web, and its new version for Windows."""
    new = '<div class="elementToProof">C\'est réglé.</div><div id="appendonsend"></div><hr tabindex="-1">'
    return f'{new}<div id="divRplyFwdMsg" dir="ltr"><font>{fields(language)}</font></div><div>vieux</div>'


def on_a_telephone(language: str) -> str:
    """Outlook for iOS and Android."""
    reference = f'<div id="mail-editor-reference-message-container"><div>{fields(language)}</div><div>vieux</div></div>'
    return f'<div dir="ltr">C\'est réglé.</div><div id="ms-outlook-mobile-signature"><br></div>{reference}'


def said(html: str, subject: str) -> str:
    return parse.read(from_jean(f"Subject: {subject}", "Content-Type: text/html; charset=utf-8", body=html)).text


@pytest.mark.parametrize("language", LABELS)
@pytest.mark.parametrize("program", [word, on_the_web, on_a_telephone])
def test_outlooks_answer_ends_at_its_header_block(program: Callable[[str], str], language: str) -> None:
    """Also in a language that no table holds, and when the subject says nothing."""
    assert said(program(language), f"{PREFIX[language]}: Panne") == "C'est réglé."
    assert said(program(language), "Panne") == "C'est réglé."


@pytest.mark.parametrize("language", ["fr", "en", "de", "it"])
@pytest.mark.parametrize("program", [word, on_the_web, on_a_telephone])
def test_outlooks_forward_is_kept_and_tells_its_sender(program: Callable[[str], str], language: str) -> None:
    """It looks exactly like an answer, but for its subject."""
    page = program(language)
    mail = parse.read(from_jean("Subject: TR: Panne", "Content-Type: text/html; charset=utf-8", body=page))
    assert mail.forwarded == Forwarded(Address("desk@example.com", "Desk"), "Panne")
    assert mail.text.endswith("vieux")


@pytest.mark.parametrize(
    "attribution",
    [
        "Le lun. 2 mars 2026 à 10:02, Desk &lt;<a href='mailto:d@x.example'>d@x.example</a>&gt; a écrit\u00a0:",
        "On Mon, Mar 2, 2026 at 10:02\u202fAM Desk &lt;<a href='mailto:d@x.example'>d@x.example</a>&gt; wrote:",
        "Am Mo., 2. März 2026 um 10:02\u00a0Uhr schrieb Desk &lt;d@x.example&gt;:",
        "Il giorno lun 2 mar 2026 alle ore 10:02 Desk &lt;d@x.example&gt; ha scritto:",
        "E, 2. märts 2026 kell 10:02 kirjutas Desk (&lt;d@x.example&gt;):",
    ],
)
def test_gmails_answer_ends_at_its_attribution(attribution: str) -> None:
    """Nothing of the quote stays, unless answers stand in it."""
    before = '<div dir="ltr">C\'est réglé.</div><br><div class="gmail_quote gmail_quote_container">'
    line = f'<div dir="ltr" class="gmail_attr">{attribution}<br></div>'
    quote = '<blockquote class="gmail_quote" style="border-left:1px solid"><div>{}</div></blockquote>'
    assert said(f"{before}{line}{quote.format('vieux')}</div>", "Re: Panne") == "C'est réglé."
    answered = said(
        f"{before}{line}{quote.format('Quand ?')}<div>Demain.</div>{quote.format('Jean')}</div>", "Re: Panne"
    )
    assert answered.splitlines()[-3:] == ["> Quand ?", "", "Demain."]


OTHERS = """\
<div>C'est réglé.</div><div><br><blockquote type="cite">
<div>Le 2 mars 2026 à 10:02, Desk &lt;d@x.example&gt; a écrit :</div><br class="Apple-interchange-newline">
<div>vieux</div></blockquote></div>
==
<p>C'est réglé.</p><div class="moz-cite-prefix">Am 02.03.26 um 10:02 schrieb Desk:<br></div>
<blockquote type="cite" cite="mid:1@x"><p>vieux</p></blockquote>
<div class="moz-signature">-- <br>Jean</div>
==
<div>C'est réglé.</div><div class="yahoo_quoted"><div>Il lunedì 2 marzo 2026, Desk ha scritto:</div>vieux</div>
==
<html><body>C'est réglé.<br><br>Envoyé de mon iPhone<br><br>
<blockquote type="cite">Le 2 mars 2026 à 10:02, Desk &lt;d@x.example&gt; a écrit :<br><br></blockquote>
<blockquote type="cite">vieux</blockquote></body></html>
==
<div>C'est réglé.</div><div>##- Répondez au-dessus de cette ligne -##</div><div>vieux</div>""".split("\n==\n")


@pytest.mark.parametrize("html", OTHERS)
def test_other_programs_answers_end_where_their_quotes_begin(html: str) -> None:
    """Apple Mail, Thunderbird, Yahoo, an iPhone, and whatever quotes our own line."""
    assert said(html, "RE: Panne") == "C'est réglé."


SIGNED = """\
<div class="gmail_signature" data-smartmail="gmail_signature">{}</div>
==
<div id="Signature"><div><br></div><div>{}</div></div>
==
<div id="ms-outlook-mobile-signature">{}</div><hr>
==
<div class="protonmail_signature_block"><div class="protonmail_signature_block-user">{}</div></div>
==
<pre class="moz-signature" cols="72">-- <br>{}</pre>""".split("\n==\n")
JEAN = "<b>Jean Roy</b><br>Acme<br>514 555-0100"
ANSWERED = '<div id="divRplyFwdMsg">De : x</div>vieux'


@pytest.mark.parametrize("answered", [ANSWERED, ""])
@pytest.mark.parametrize("mark", SIGNED)
def test_a_signature_that_its_program_marked_goes_in_any_language(mark: str, answered: str) -> None:
    """Outlook writes no delimiter above it."""
    assert said(f"<div>C'est réglé.</div>{mark.format(JEAN)}{answered}", "RE: Panne") == "C'est réglé."


@pytest.mark.parametrize("mark", SIGNED[:4])
def test_what_is_written_in_or_below_a_marked_signature_stays(mark: str) -> None:
    """People write where the cursor is."""
    below = said(f"<div>Oui.</div>{mark.format(JEAN)}<div>Et la souris ?</div>", "RE: Panne")
    assert below.split("\n")[-1] == "Et la souris ?"
    assert "Jean Roy" in below
    words = "Le serveur est encore tombé deux fois cette semaine, il faudrait que quelqu'un vienne vraiment le voir"
    assert words in said(f"<div>Oui.</div>{mark.format(f'{words}<br>{JEAN}')}", "RE: Panne")
    assert "#fermer" in said(f"<p>Oui.</p>{mark.format(f'#fermer<br>{JEAN}')}", "RE: x")
    assert "ligne 19" in said(f"<p>Oui.</p>{mark.format('<br>'.join(f'ligne {n}' for n in range(20)))}", "RE: x")
    assert said(mark.format(JEAN), "Panne").startswith("Jean Roy")


def test_a_signature_in_a_forward_or_a_quote_is_part_of_it() -> None:
    """The forwarded mail is the request; what is quoted between answers stays as it was sent."""
    fields = (
        "---------- Forwarded message ---------<br>De : x &lt;x@y.example&gt;<br>Date: y<br>Subject: z<br>To: w<br>"
    )
    page = f'Voir<div class="gmail_quote"><div class="gmail_attr">{fields}</div>Panne{SIGNED[0].format(JEAN)}</div>'
    assert said(page, "Tr: z").endswith("Panne\nJean Roy\nAcme\n514 555-0100")
    quoted = f'<blockquote type="cite">Quand ?{SIGNED[0].format("Desk")}</blockquote>'
    assert said(f"<p>Oui.</p>{quoted}<p>Demain.</p>", "Re: x") == "Oui.\n\n> Quand ?\n> Desk\n\nDemain."

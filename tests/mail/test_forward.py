"""Who wrote the mail inside a forward, and under which subject."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.model import Address, Forwarded
from mailgate.mail import parse
from mailgate.mail.quote import without_prefixes
from tests.mail.raw import from_jean, multipart, part, raw

MARIE = Forwarded(Address("marie@client.example", "Marie Curie"), "Panne du serveur")
UNANNOUNCED = """\
De : Marie Curie <marie@client.example>
Envoyé : lundi 2 mars 2026 10:02
À : Jean
Objet : Panne du serveur
==
De\u00a0: Marie Curie <marie@client.example<mailto:marie@client.example>>
Date\u00a0: lundi, 2 mars 2026 à 10:02
À\u00a0: Jean <jean@acme.example>
Objet\u00a0: Panne du serveur
==
From: Marie Curie [mailto:marie@client.example]
Sent: Monday, March 2, 2026 10:02 AM
To: Jean; Paul
Cc: Anne
Subject: Panne du serveur
==
*Von:* Marie Curie <marie@client.example>
*Gesendet:* Montag, 2. März 2026 10:02
*An:* Jean
*Betreff:* Panne du serveur
==
________________________________
Da: Marie Curie <marie@client.example>
Inviato: lunedì 2 marzo 2026 10:02
A: Jean
Oggetto: Panne du serveur
==
-----Message d'origine-----
De : Marie Curie
<marie@client.example>
Envoyé : lundi
À : Jean
Objet : Panne du
serveur
Importance : Haute
==
> ---------- Original Message ----------
> From: Marie Curie <marie@client.example>
> To: jean@acme.example
> Date: 03/02/2026 10:02 AM EST
> Subject: Panne du serveur""".split("\n==\n")

ANNOUNCED = """\
---------- Forwarded message ---------
De : Marie Curie <marie@client.example>
Date: lun. 2 mars 2026 à 10:02
Subject: Panne du serveur
To: <jean@acme.example>
==
-------- Message transféré --------
Sujet : \tPanne du serveur
Date : \tMon, 2 Mar 2026 10:02:00 +0100
De : \tMarie Curie <marie@client.example>
Pour : \tjean@acme.example
==
Début du message transféré :

De: Marie Curie <marie@client.example>
Date: 2 mars 2026 à 10:02
À: jean@acme.example
Objet: Panne du serveur
==
> Anfang der weitergeleiteten Nachricht:
>
> Von: Marie Curie <marie@client.example>
> Betreff: Panne du serveur
> Datum: 2. März 2026 um 10:02
> An: Jean
==
> Inizio messaggio inoltrato:
>
> Da: "Marie Curie" <marie@client.example>
> Oggetto: Panne du serveur
> Data: 2 marzo 2026
> A: Jean
==
   ----- Message transmis ----- De : Marie Curie <marie@client.example>À : "J" <j@x.example>Objet : Panne du serveur
==
---------- Pārsūtīts ziņojums ---------
From: Marie Curie <marie@client.example>
Date: x
Subject: Panne du serveur
To: y""".split("\n==\n")


def forwarded(subject: str, text: str) -> Forwarded | None:
    """What is recognised in a plain mail, all of whose text must be kept."""
    mail = parse.read(from_jean(f"Subject: {subject}", "Content-Type: text/plain; charset=utf-8", body=text))
    assert mail.text.split() == text.split()
    return mail.forwarded


@pytest.mark.parametrize("block", UNANNOUNCED + ANNOUNCED)
def test_a_forward_tells_its_first_sender_and_subject(block: str) -> None:
    """In the desk's languages, as their mail programs write it, with words above or without."""
    assert forwarded("TR: Panne du serveur", f"{block}\n\nPlus rien ne marche.\n") == MARIE
    assert forwarded("TR: autre", f"Pouvez-vous aider ?\n\n{block}\n\nPlus rien ne marche.\n") == MARIE


@pytest.mark.parametrize("block", ANNOUNCED)
def test_an_announced_forward_needs_no_prefix(block: str) -> None:
    """People rewrite the subject of what they pass on."""
    assert forwarded("Un client en panne", f"Pouvez-vous aider ?\n\n{block}\n\nPlus rien ne marche.\n") == MARIE


@pytest.mark.parametrize("block", UNANNOUNCED)
def test_a_reply_that_quotes_a_header_block_is_no_forward(block: str) -> None:
    """What stands under it was answered."""
    marks = "> " if block.startswith(">") else ""
    body = f"C'est réglé.\n\n{block}\n{marks}\n{marks}Plus rien ne marche.\n"
    mail = parse.read(from_jean("Subject: RE: Panne", body=body))
    assert (mail.text, mail.forwarded) == ("C'est réglé.", None)


def test_within_a_thread_a_mail_from_nobody_it_is_to_is_passed_on() -> None:
    """Whoever answers writes to the author; Outlook's users who forward often write a subject of their own."""
    body = f"Voir ci-dessous.\n\n{UNANNOUNCED[0]}\n\nPlus rien ne marche.\n"
    passed_on = parse.read(from_jean("Subject: Client en panne", "In-Reply-To: <a@client.example>", body=body))
    assert passed_on.forwarded == MARIE
    assert passed_on.text.endswith("Plus rien ne marche.")
    answered = from_jean("Subject: Client en panne", "In-Reply-To: <a@x>", "Cc: Marie+x@CLIENT.example", body=body)
    assert (parse.read(answered).text, parse.read(answered).forwarded) == ("Voir ci-dessous.", None)


def test_our_own_mail_in_a_thread_is_never_taken_for_a_forward() -> None:
    """It was for its reader only."""
    body = f"Fait.\n\n{UNANNOUNCED[0]}\n\n##- Répondez au-dessus de cette ligne -##\nNote interne\n"
    mail = parse.read(from_jean("Subject: autre", "In-Reply-To: <a@x>", body=body))
    assert (mail.text, mail.forwarded) == ("Fait.", None)


@pytest.mark.parametrize(
    "attribution",
    [
        "Le 02/03/2026 10:02, « Marie Curie » <marie@client.example> a écrit :",
        'On 02/03/2026, 10:02 AM, "Marie Curie" <marie@client.example> wrote:',
        "Am 02.03.2026 um 10:02 schrieb Marie Curie <marie@client.example>:",
        'Il giorno 02/03/2026, 10:02 "Marie Curie" <marie@client.example> ha scritto:',
        "Marie Curie <marie@client.example> schrieb am Mo., 2. März 2026, 10:02:",
    ],
)
def test_an_attribution_is_enough_for_a_forward(attribution: str) -> None:
    """Outlook for Mac writes no more; the subject is then that of the forward, without its prefixes."""
    assert forwarded("FW: TR : Panne du serveur", f"{attribution}\n\n    Plus rien ne marche.\n") == MARIE
    older = "De : Paul <p@x.example>\nEnvoyé : lundi\nÀ : Marie\nObjet : autre"
    assert forwarded("FW: Panne du serveur", f"{attribution}\n\n{older}\n\nvieux\n") == MARIE


@pytest.mark.parametrize(
    ("named", "sender"),
    [
        ("marie@client.example", Address("marie@client.example")),
        ("<marie@client.example>", Address("marie@client.example")),
        ("Curie, Marie <marie@client.example>", Address("marie@client.example", "Curie, Marie")),
        ("'Marie' (marie@client.example)", Address("marie@client.example", "Marie")),
        ("Marie (Acme) <marie@client.example>", Address("marie@client.example", "Marie (Acme)")),
        ('"Marie (Acme)" <marie@client.example>', Address("marie@client.example", "Marie (Acme)")),
        ("Marie (Acme) (marie@client.example)", Address("marie@client.example", "Marie (Acme)")),
        ("Marie (RH) Curie <marie@client.example>", Address("marie@client.example", "Marie (RH) Curie")),
        ("Marie <marie@client.example> au nom de Paul <p@x.example>", Address("marie@client.example", "Marie")),
        ("Marie\u200b <marie@client.example>", Address("marie@client.example", "Marie")),
        ("Marie Curie", None),
        ("undefined<mailto:undefined>", None),
    ],
)
def test_a_sender_is_read_as_programs_write_them(named: str, sender: Address | None) -> None:
    """Exchange often leaves the address out: then nobody is named."""
    block = f"De : {named}\nEnvoyé : lundi\nÀ : Jean\nObjet : Panne"
    assert forwarded("TR: Panne", block) == Forwarded(sender, "Panne")


@pytest.mark.parametrize("text", ["Bonjour, plus rien ne marche.", "De : moi\nle serveur est en panne"])
def test_without_another_mail_inside_a_prefix_means_nothing(text: str) -> None:
    """The subject of a request may begin with anything."""
    assert forwarded("TR: Panne", text) is None


def test_an_html_forward_is_read_from_its_text() -> None:
    """Also where the program marks a forward just like an answer."""
    fields = "<b>De :</b> Marie Curie &lt;marie@client.example&gt;<br><b>Envoyé :</b> lundi<br><b>À :</b> Jean<br>"
    block = f'<div id="divRplyFwdMsg">{fields}<b>Objet :</b> Panne du serveur</div>'
    html = f"<p>Voir</p><hr>{block}<p>Plus rien ne marche</p>"
    mail = parse.read(from_jean("Subject: TR: Panne", "Content-Type: text/html; charset=utf-8", body=html))
    assert mail.forwarded == MARIE
    assert "Plus rien ne marche" in mail.text


def attached(subject: str, text: str, kind: str = "mixed") -> Forwarded | None:
    inside = (
        "From: =?utf-8?q?Marie?= Curie <marie@client.example>\r\nSubject: Panne du\r\n serveur\r\n\r\nPlus rien\r\n"
    )
    sent = multipart(kind, part("text/plain", text), part("message/rfc822", inside))
    return parse.read(sent.replace(b"To: ", f"Subject: {subject}\r\nTo: ".encode(), 1)).forwarded


def test_a_mail_attached_to_a_forward_is_what_it_forwards() -> None:
    """Forwarding as an attachment: the subject says so, or there is hardly another word."""
    assert attached("TR: Panne", "Bonjour,\r\n" * 50) == MARIE
    assert attached("Panne", "Voir ci-joint.") == MARIE
    assert attached("Panne", "") == MARIE


def test_a_mail_may_be_attached_as_any_file() -> None:
    """Its name says what it is."""
    inside = "From: Marie Curie <marie@client.example>\r\nSubject: Panne du serveur\r\n\r\nPlus rien\r\n"
    sent = multipart("mixed", part("text/plain", "Voir"), part("application/octet-stream; name=x.EML", inside))
    assert parse.read(sent).forwarded == MARIE
    assert parse.read(sent.replace(b"x.EML", b"x.txt")).forwarded is None


def test_a_mail_attached_to_a_letter_or_an_answer_is_a_file() -> None:
    """Somebody shows what they mean; a bounce returns what we wrote."""
    assert attached("Panne", "Bonjour,\r\n" * 50) is None
    assert attached("RE: Panne", "Voir ci-joint.") is None
    assert attached("Undelivered", "", kind="report") is None
    assert attached("Digest 12", "", kind="digest") is None


def test_subjects_lose_what_forwarding_put_before_them() -> None:
    """Also the oldest fashion."""
    assert without_prefixes("TR : Fwd: RE: Panne") == "RE: Panne"
    assert without_prefixes("[Fwd: [Fwd: Panne]]") == "Panne"
    assert without_prefixes("Panne: Fwd") == "Panne: Fwd"


def test_text_tells_before_attachments_do() -> None:
    """The attached mail may be older."""
    inner = part("message/rfc822", "From: x@y.example\r\n\r\nz")
    sent = multipart("mixed", part("text/plain", f"{UNANNOUNCED[2]}\r\n\r\nVoir"), inner)
    assert parse.read(sent).forwarded == MARIE


@given(st.lists(st.sampled_from([*"\n\n\n>@<:- ", "De : ", "From: a@b.c", "Objet : x", "Date:", "À : y", "wrote:"])))
def test_any_pieces_are_read(pieces: list[str]) -> None:
    """Total, and what is found is clean."""
    found = parse.read(raw("Subject: TR: x", body="".join(pieces))).forwarded
    assert found is None or "\n" not in found.subject

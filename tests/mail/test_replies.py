"""Replies as the mail programs of the desk's four languages write them."""

from __future__ import annotations

import textwrap

import pytest

from mailgate.mail.quote import Nature, split

NEW = "Bonjour,\n\nC'est réglé, merci !\n\nJean"

ATTRIBUTIONS = """\
Le lun. 16 nov. 2026 à 10:00, Jean Roy <jean@acme.example> a écrit :
Le lundi 16 novembre 2026 à 10:00:33 UTC+1, Jean Roy <jean@acme.example> a écrit :
Le 16 nov. 2026 à 10:00, Jean Roy <jean@acme.example> a écrit :
Le 16/11/2026 à 10:00, Jean Roy a écrit :
Le 16 novembre 2026 10:00:12 GMT+01:00, Jean Roy <jean@acme.example> a écrit :
Le 16 novembre 2026 10 h 00 min 12 s HNE, Jean Roy <jean@acme.example> a écrit :
Le 16-11-2026 10:00, Jean Roy a écrit :
Le 2026-11-16 10:00, jean@acme.example a écrit :
Le lun. 16 nov. 2026, 10 h 00, Jean Roy <jean@acme.example> a écrit :
Le lundi 16 novembre 2026, Jean Roy <jean@acme.example> a écrit :
Le lun. 16 nov. 2026 10:00, Jean Roy <jean@acme.example> a écrit :
Jean Roy <jean@acme.example> a écrit :
Jean Roy <jean@acme.example> a écrit (16 novembre 2026 10:00) :
On Mon, Nov 16, 2026 at 10:00 AM Jean Roy <jean@acme.example> wrote:
On Mon, 16 Nov 2026 at 10:00, Jean Roy <jean@acme.example> wrote:
On 16 Nov 2026, at 10:00, Jean Roy <jean@acme.example> wrote:
On Nov 16, 2026, at 10:00 AM, Jean Roy <jean@acme.example> wrote:
On 16/11/2026 10:00, Jean Roy wrote:
On 16.11.26 10:00, Jean Roy wrote:
On 11/16/26 10:00 AM, Jean Roy wrote:
On Monday, November 16, 2026, Jean Roy <jean@acme.example> wrote:
On Monday, November 16th, 2026 at 10:00, Jean Roy <jean@acme.example> wrote:
On Monday, 16 November 2026 at 10:00:33 GMT+1, Jean Roy <jean@acme.example> wrote:
Jean Roy <jean@acme.example> wrote:
Am Mo., 16. Nov. 2026 um 10:00 Uhr schrieb Jean Roy <jean@acme.example>:
Am Montag, 16. November 2026 um 10:00:33 MEZ hat Jean Roy <jean@acme.example> Folgendes geschrieben:
Am 16.11.2026 um 10:00 schrieb Jean Roy:
Am 16.11.26 um 10:00 schrieb Jean Roy:
Am 16. November 2026 10:00:12 MEZ schrieb Jean Roy <jean@acme.example>:
Am 16.11.2026, 10:00 Uhr, schrieb Jean Roy <jean@acme.example>:
Jean Roy <jean@acme.example> schrieb am Mo., 16. Nov. 2026, 10:00:
Jean Roy schrieb am 16.11.2026 um 10:00:
Il giorno lun 16 nov 2026 alle ore 10:00 Jean Roy <jean@acme.example> ha scritto:
Il giorno 16 nov 2026, alle ore 10:00, Jean Roy <jean@acme.example> ha scritto:
Il Lunedì 16 Novembre 2026 10:00, Jean Roy <jean@acme.example> ha scritto:
Il lunedì 16 novembre 2026 alle ore 10:00:33 CET, Jean Roy <jean@acme.example> ha scritto:
Il 16/11/2026 10:00, Jean Roy ha scritto:
Il 16/11/26 10:00, Jean Roy ha scritto:
Il lun 16 nov 2026, 10:00 Jean Roy <jean@acme.example> ha scritto:""".split("\n")

LETTERHEADS = """\
De : Jean Roy <jean@acme.example>
Envoyé : lundi 16 novembre 2026 10:00
À : Support <support@example.com>
Objet : Panne
==
De : Jean Roy <jean@acme.example>
Envoyé : lundi 16 novembre 2026 10:00
À : Support <support@example.com>; Anne <anne@acme.example>; Paul
<paul@acme.example>; Marie <marie@acme.example>
Cc : Bob <bob@acme.example>
Objet : RE: Panne
==
De : Jean Roy [mailto:jean@acme.example]
Envoyé : lundi 16 novembre 2026 10:00
À : support@example.com
Objet : Panne
Importance : Haute
==
________________________________
De : Jean Roy <jean@acme.example>
Envoyé : lundi 16 novembre 2026 10:00
À : Support <support@example.com>
Objet : Panne
==
De: "Jean Roy" <jean@acme.example>
À: "support" <support@example.com>
Envoyé: Lundi 16 Novembre 2026 10:00:00
Objet: Panne
==
----- Mail original -----
De: "Jean Roy" <jean@acme.example>
À: "support" <support@example.com>
Envoyé: Lundi 16 Novembre 2026 10:00:00
Objet: Panne
==
-------- Message d'origine --------
De : Jean Roy <jean@acme.example>
Date : 16/11/2026 10:00 (GMT+01:00)
À : support@example.com
Objet : Panne
==
-------- Message original --------
Sujet: Panne
Date: 2026-11-16 10:00
De: Jean Roy <jean@acme.example>
À: support@example.com
==
-------- Courriel original --------
Objet: Panne
Date: 2026-11-16 10:00
De: Jean Roy <jean@acme.example>
À: support@example.com
==
De : Jean Roy <jean@acme.example>
Date : lundi, 16 novembre 2026 à 10:00
À : Support <support@example.com>
Objet : Panne
==
Von: Jean Roy <jean@acme.example>
Gesendet: Montag, 16. November 2026 10:00
An: Support <support@example.com>
Betreff: AW: Panne
==
Von: Jean Roy [mailto:jean@acme.example]
Gesendet: Montag, 16. November 2026 10:00
An: 'support@example.com'
Cc: Bob
Betreff: Panne
Wichtigkeit: Hoch
==
-----Ursprüngliche Nachricht-----
Von: Jean Roy <jean@acme.example>
Gesendet: Montag, 16. November 2026 10:00
An: support@example.com
Betreff: Panne
==
-------- Originalnachricht --------
Betreff: Panne
Datum: 2026-11-16 10:00
Von: Jean Roy <jean@acme.example>
An: support@example.com
==
-------- Ursprüngliche Nachricht --------
Von: Jean Roy <jean@acme.example>
Datum: 16.11.26 10:00 (GMT+01:00)
An: support@example.com
Betreff: Panne
==
Gesendet: Montag, 16. November 2026 um 10:00 Uhr
Von: "Jean Roy" <jean@acme.example>
An: support@example.com
Betreff: Panne
==
Da: Jean Roy <jean@acme.example>
Inviato: lunedì 16 novembre 2026 10:00
A: Support <support@example.com>
Oggetto: Panne
==
-----Messaggio originale-----
Da: Jean Roy <jean@acme.example>
Inviato: lunedì 16 novembre 2026 10:00
A: support@example.com
Oggetto: Panne
==
-------- Messaggio originale --------
Da: Jean Roy <jean@acme.example>
Data: 16/11/26 10:00 (GMT+01:00)
A: support@example.com
Oggetto: Panne
==
Da: "Jean Roy" <jean@acme.example>
A: "support" <support@example.com>
Inviato: Lunedì, 16 novembre 2026 10:00:00
Oggetto: Panne
==
From: Jean Roy <jean@acme.example>
Sent: Monday, November 16, 2026 10:00 AM
To: Support <support@example.com>
Subject: Panne
==
From: Jean Roy <jean@acme.example>
Date: Monday, 16 November 2026 at 10:00
To: Support <support@example.com>
Subject: Panne
==
-----Original Message-----
From: Jean Roy <jean@acme.example>
Sent: Monday, November 16, 2026 10:00 AM
To: support@example.com
Subject: Panne
==
----- Original Message -----
From: "Jean Roy" <jean@acme.example>
To: "support" <support@example.com>
Sent: Monday, 16 November, 2026 10:00:00
Subject: Panne""".split("\n==\n")

TELEPHONES = """\
Envoyé de mon iPhone
Envoyé depuis mon mobile Orange
Envoyé à partir d’Outlook pour iOS
Envoyé à partir de Outlook pour Android<https://aka.ms/AAb9ysg>
Télécharger Outlook pour Android<https://aka.ms/AAb9ysg>
Obtenir Outlook pour iOS<https://aka.ms/o0ukef>
Envoyé de mon Galaxy
Envoyé depuis mon appareil Galaxy
Envoyé depuis Yahoo Mail pour Android
Provenance : Courrier pour Windows 10
Von meinem iPhone gesendet
Von meinem Samsung Galaxy Smartphone gesendet.
Diese Nachricht wurde von meinem Android-Mobiltelefon mit GMX Mail gesendet.
Gesendet von Outlook für Android<https://aka.ms/x>
Gesendet von Mail für Windows
Outlook für iOS beziehen<https://aka.ms/o0ukef>
Inviato da iPhone
Inviato dal mio iPhone
Inviato da Outlook per Android<https://aka.ms/x>
Inviato da Posta per Windows
Ottieni Outlook per iOS<https://aka.ms/o0ukef>
Scarica Outlook per Android<https://aka.ms/o0ukef>
Sent from my iPhone
Sent from Outlook for iOS<https://aka.ms/o0ukef>
Get Outlook for Android<https://aka.ms/x>
Sent from Mail for Windows
Sent from my Galaxy""".split("\n")


def wrapped(attribution: str, width: int) -> str:
    return textwrap.fill(attribution.replace(" <", " <\u2007"), width, break_on_hyphens=False).replace("\u2007", "")


@pytest.mark.parametrize("nature", [Nature.REPLY, Nature.UNKNOWN])
@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_an_attribution_ends_the_new_text(attribution: str, nature: Nature) -> None:
    """Whether the program marks what it quotes or not, and wherever it wraps its lines."""
    for line in (
        attribution,
        attribution.replace(" ", "\u00a0", 3),
        wrapped(attribution, 60),
        wrapped(attribution, 36),
    ):
        assert split(f"{NEW}\n\n{line}\n\n> vieux\n> texte\n", nature).new == NEW
        assert split(f"{NEW}\n\n{line}\n\nvieux\n\ntexte\n", nature).new == NEW


@pytest.mark.parametrize("nature", [Nature.REPLY, Nature.UNKNOWN])
@pytest.mark.parametrize("letterhead", LETTERHEADS)
def test_a_letterhead_ends_the_new_text(letterhead: str, nature: Nature) -> None:
    """As Outlook, Zimbra, telephones and webmailers write it above what they quote, in bold or not."""
    bold = "\n".join(f"*{line.replace(':', ':*', 1)}" if ":" in line else line for line in letterhead.split("\n"))
    for block in (letterhead, letterhead.replace(" :", "\u00a0:"), bold):
        assert split(f"{NEW}\n\n{block}\n\nvieux\n\ntexte\n", nature).new == NEW


@pytest.mark.parametrize("telephone", TELEPHONES)
def test_what_a_telephone_says_about_itself_is_left_out(telephone: str) -> None:
    """Above the quote or at the end of the mail."""
    assert split(f"{NEW}\n\n{telephone}").new == NEW
    assert split(f"{NEW}\n\n{telephone}\n\n{LETTERHEADS[0]}\n\nvieux").new == NEW
    assert split(f"{NEW}\n\n{telephone}\n\n{ATTRIBUTIONS[0]}\n> vieux").new == NEW


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_answers_between_quotes_stay_where_they_are(attribution: str) -> None:
    """The questions give them their meaning; only the quotes at the end go."""
    assert split(f"{attribution}\n> Quand ?\n\nDemain.\n\n> Où ?\n\nIci.\n\n> Jean\n", Nature.REPLY).new == (
        "> Quand ?\n\nDemain.\n\n> Où ?\n\nIci."
    )


@pytest.mark.parametrize(
    "text",
    [
        "Hier à 10:00, Marie a écrit ceci :\n- rien ne marche",
        "M. Roy (jean@acme.example) a écrit :\nplus rien ne marche",
        "On Monday at 10:30 our provider wrote:\nno change",
        "Trajet\nDe : Montréal\nÀ : Québec\nDate : 12 mars\n\nMerci de confirmer",
        "2026-11-16 10:00:01 connect from <jean@acme.example>\n2026-11-16 10:00:02 to=<jean@acme.example>\nQue faire ?",
        "2026-11-16 10:00 jean@acme.example : refusé\nQue faire ?",
        "Received: by x\nFrom: a@x.example\nTo: b@x.example\nSubject: c\nMessage-ID: <d@x>\n\nEst-ce un faux ?",
        "Voici :\nSQL> select 1",
        "Voici l'erreur :\n> Erreur 500\n> ligne 3",
        "Date : 16/11/2026 10:00\nDe : Paul\nProblème : écran",
    ],
)
@pytest.mark.parametrize("nature", [Nature.REPLY, Nature.UNKNOWN])
def test_no_line_of_a_text_is_taken_for_a_quote(text: str, nature: Nature) -> None:
    """People write dates, names and colons too."""
    assert split(text, nature).new == text
    assert split(f"Bonjour,\n\n{text}\n\n{LETTERHEADS[0]}\n\nvieux", nature).new == f"Bonjour,\n\n{text}"


def test_words_that_announce_a_block_make_a_forward_only_outside_a_reply() -> None:
    """In a language nobody thought of they may say "original message" as well; then the subject decides."""
    text = f"Voir ici.\n\n----- Ziņojuma oriģināls -----\n{LETTERHEADS[0]}\n\nvieux"
    assert split(text).new == text
    assert split(text, Nature.REPLY).new == "Voir ici."


def test_in_a_reply_a_block_from_somebody_else_is_passed_on_when_it_is_announced() -> None:
    """The customer shows us another mail: the one that is answered came from the people of this mail."""
    text = f"Voici ce qu'il a reçu :\n\n{LETTERHEADS[0]}\n\nvieux"
    assert split(text, Nature.REPLY, ["desk@example.com", "marie@acme.example"]).new == text
    assert split(text, Nature.REPLY, ["desk@example.com", "jean@acme.example"]).new == "Voici ce qu'il a reçu :"

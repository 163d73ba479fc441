"""What is new in a mail, and what it answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.mail import limits
from mailgate.mail.quote import Nature, nature_of, others_from, split

PIECES = [
    "Le 3 mars 2026 à 10:00, Jean <j@x.example> a écrit :",
    "On Mon, Mar 2, 2026, J wrote:",
    "wrote:",
    "a écrit :",
    "> cité",
    ">",
    "De : Jean",
    "Envoyé : lundi",
    "À : Desk",
    "Objet : Panne",
    "-----Message d'origine-----",
    "##- marque",
    "-- ",
    "---------- Forwarded message ---------",
    "",
    " ",
    "Bonjour",
    "____________",
    "<",
    "j@x.example",
    "Envoyé de mon iPhone",
]

ATTRIBUTIONS = [
    "Le 3 mars 2026 à 10:00, Jean Roy <jean@acme.example> a écrit :",
    "Le 3 mars 2026 à 10:00, Jean Roy <jean@acme.example> a écrit\u00a0:",
    "Le mar. 3 mars 2026 à 10 h 02, Jean Roy <\njean@acme.example> a écrit :",
    "Le mardi 3 mars 2026 à 10:02:33 UTC−5, Jean Roy\n<jean@acme.example> \na écrit :",
    "Le 03/03/2026 10:02, Jean Roy a écrit :",
    "On Tue, Mar 3, 2026 at 10:02 AM Jean Roy <jean@acme.example> wrote:",
    "On 2026-03-03 10:02, Jean Roy wrote:",
    "Am 03.03.2026 um 10:02 schrieb Jean Roy <jean@acme.example>:",
    "Jean Roy <jean@acme.example> schrieb am Di., 3. März 2026,\n10:02:",
    "Il giorno mar 3 mar 2026 alle ore 10:02 Jean Roy <jean@acme.example> ha scritto:",
    "Il 03/03/2026 10:02, Jean Roy ha scritto:",
]

OUTLOOK = (
    "De : Jean Roy <jean@acme.example>\nEnvoyé : mardi 3 mars 2026 10:02\nÀ : Support\nObjet : Panne\n\nle vieux texte"
)


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_an_attribution_in_the_desks_languages_ends_the_new_text(attribution: str) -> None:
    """With marks below it or without, wrapped or not, as mail programs write it."""
    assert split(f"Merci !\n\n{attribution}\n> vieux\n> texte\n").new == "Merci !"
    assert split(f"Merci !\n\n{attribution}\n\nvieux texte\n").new == "Merci !"


@pytest.mark.parametrize(
    "boundary",
    [
        OUTLOOK,
        f"________________________________\n{OUTLOOK}",
        f"-----Message d'origine-----\n{OUTLOOK}",
        "-----Original Message-----\nFrom: x\nvieux",
        "From: Jean\nSent: Tuesday\nTo: Support\nSubject: Panne\n\nold",
        "Von: Jean\nGesendet: Dienstag\nAn: Support\nBetreff: Panne\n\nalt",
        "Da: Jean\nInviato: martedì\nA: Support\nOggetto: Guasto\n\nvecchio",
        "*De :* Jean\n*Envoyé :* mardi\n*À :* Support\n*Objet :* Panne\n\nvieux",
        "##- Répondez au-dessus de cette ligne -##\nvieux\nencore",
    ],
)
def test_a_boundary_ends_the_new_text(boundary: str) -> None:
    """Outlook marks nothing with ">"; our own line works in any program and language."""
    found = split(f"C'est réglé.\n\n{boundary}\n")
    assert found.new == "C'est réglé."
    assert found.rest.strip().splitlines()[-1] == boundary.splitlines()[-1]


@pytest.mark.parametrize(
    "words",
    [
        "Ok pour le 3 mars à 10:00.",
        "Le rendez-vous du 3 mars",
        "On se voit le 3 ?",
        "Am Montag um 9 passt",
        "Date : 3 mars 2026\nHeure : 10:00",
        "Contact : jean@acme.example",
        "Voir le ticket de jean@acme.example :",
        "Le 16/11/2026 à 10:00 il est tombé",
        "Le 16/11/2026 à 10:00 il est tombé\nTél. : 01 02 03 04 05",
        "Le serveur ne répond plus depuis 10:00.",
        "> erreur 500",
    ],
)
@pytest.mark.parametrize("attribution", [*ATTRIBUTIONS, "Jean Roy <jean@acme.example> wrote:"])
def test_words_right_above_an_attribution_stay(words: str, attribution: str) -> None:
    """Some programs leave no blank line, and people write dates and names too."""
    assert split(f"{words}\n{attribution}\n> vieux\n", Nature.REPLY).new == words
    assert split(f"{words}\n{attribution}\n\nvieux\n", Nature.REPLY).new == words


@pytest.mark.parametrize(
    "words", ["Objet : imprimante", "Date : 3 mars", "De : Paul", "Paul a écrit :", "> erreur 500"]
)
def test_words_right_above_a_letterhead_stay(words: str) -> None:
    """They may look like one of its fields, which it has itself."""
    for gap in ("\n", "\n\n"):
        assert split(f"Bonjour,\n{words}{gap}{OUTLOOK}", Nature.REPLY).new == f"Bonjour,\n{words}"


def test_an_answer_under_a_quote_is_the_new_text() -> None:
    """Thunderbird's older users write below."""
    assert split("Le 3 mars 2026 à 10:00, Jean a écrit :\n> vieux\n\nMa réponse\n").new == "Ma réponse"


def test_answers_between_quotes_are_kept_with_their_quotes() -> None:
    """Without the questions the answers say nothing; more is kept rather than less."""
    text = "Bonjour,\n\nLe 3 mars 2026 à 10:00, Jean a écrit :\n> Quand ?\nDemain.\n> Où ?\nIci.\n> Jean\n"
    assert split(text).new == "Bonjour,\n\n> Quand ?\nDemain.\n> Où ?\nIci."


def test_between_quotes_a_second_mail_without_marks_still_ends_the_text() -> None:
    """A thread may change its mail program in the middle."""
    text = f"Le 3 mars 2026 à 10:00, Jean a écrit :\n> Quand ?\n\nDemain.\n\n{OUTLOOK}"
    assert split(text).new == "Demain."


@pytest.mark.parametrize(
    "announcement",
    [
        "---------- Forwarded message ---------",
        "---------- Message transféré ----------",
        "-------- Message transféré --------",
        "Début du message transféré :",
        "> Début du message réexpédié\u00a0:",
        "Begin forwarded message:",
        "Anfang der weitergeleiteten Nachricht:",
        "---------- Pārsūtīts ziņojums ---------",
    ],
)
def test_a_forward_is_never_cut(announcement: str) -> None:
    """The forwarded mail is the request, also in a language nobody thought of."""
    forwarded = "From: x <x@y.example>\nDate: lundi\nSubject: Panne\nTo: z\n\nTout est en panne\n--\nX"
    text = f"Pouvez-vous aider ?\n\n{announcement}\n{forwarded}"
    assert split(text).new == text


def test_a_signature_is_not_part_of_the_text() -> None:
    """Wherever it stands: above the quote, below it, or at the end."""
    assert split("Oui.\n\n-- \nJean Roy\n514 555-0100\n").new == "Oui."
    assert split("Oui.\n--\nJean\n\nOn 2026-03-03 10:02, J wrote:\n> x\n").new == "Oui."
    assert split("Oui.\n\nOn 2026-03-03 10:02, J wrote:\n> x\n\n-- \nJean\n").new == "Oui."


def test_many_lines_under_a_delimiter_are_no_signature() -> None:
    """Somebody used two dashes as a rule; no line of a reply is lost."""
    text = "Premier sujet\n--\n" + "\n".join(f"ligne {number}" for number in range(30))
    assert split(text).new == text


@pytest.mark.parametrize(
    "line",
    [
        "Envoyé de mon iPhone",
        "Sent from my iPhone",
        "Obtenez Outlook pour iOS",
        "Get Outlook for Android",
        "Envoyé à partir de Outlook pour Android",
    ],
)
def test_a_telephones_own_words_at_the_end_go(line: str) -> None:
    """The customer did not write them."""
    assert split(f"Merci\n\n{line}\n\n{OUTLOOK}").new == "Merci"


@pytest.mark.parametrize(
    "text",
    [
        "M. Roy nous a écrit :\nplus rien ne marche",
        "Le 12 mars 2026, M. Roy nous a écrit :\n\nplus rien ne marche",
        "Voici ce que je vois :\n- rien\n- rien",
        "Date : lundi\nObjet : écran",
        "> seulement une citation",
        "> une citation\n\net un texte",
        "5 > 3\nA>B",
        "Voici l'erreur :\n> Erreur 500\n> ligne 3",
        "Voici :\n| a | b |\n| 1 | 2 |",
        "Titre\n------\ntexte",
    ],
)
def test_what_only_looks_like_a_quote_is_kept(text: str) -> None:
    """In doubt more is kept rather than less."""
    assert split(text).new == text


@pytest.mark.parametrize(
    ("subject", "nature"),
    [
        ("RE: Panne", Nature.REPLY),
        ("Re : TR: Panne", Nature.REPLY),
        ("[EXTERNE] RE: Panne", Nature.REPLY),
        ("RE[2]: Panne", Nature.REPLY),
        ("AW: Panne", Nature.REPLY),
        ("TR: RE: Panne", Nature.FORWARD),
        ("Fwd: Panne", Nature.FORWARD),
        ("WG: Panne", Nature.FORWARD),
        ("[#1042] TR: Panne", Nature.UNKNOWN),
        ("Panne", Nature.UNKNOWN),
    ],
)
def test_a_subject_tells_replies_from_forwards_by_its_first_prefix(subject: str, nature: Nature) -> None:
    """A prefix behind our own tag belongs to the ticket's subject, not to this mail."""
    assert nature_of(subject) is nature


def test_without_own_words_the_nature_decides() -> None:
    """An empty answer is empty, an Outlook forward is everything; unknown is kept, but never our own mail."""
    assert split(OUTLOOK, Nature.REPLY).new == ""
    assert split(OUTLOOK, Nature.FORWARD).new == OUTLOOK
    assert split(OUTLOOK).new == OUTLOOK
    assert split(f"{OUTLOOK}\n##- Répondez au-dessus -##\nx").new == ""
    assert split("> Le 3 mars 2026 à 10:00, Jean a écrit :\n> x").new == ""


def test_a_quoted_mail_of_ours_is_never_kept() -> None:
    """A technician's mail holds what the customer must not read; an answer below or between its lines goes to them."""
    page = "> ##- Répondez au-dessus de cette ligne -##\n>\n> Note interne : client difficile"
    assert split(f"{page}\n\nC'est réglé.").new == "C'est réglé."
    assert split(f"Bonjour,\n\nLe 3 mars 2026 à 10:00, Desk a écrit :\n{page}\nOui.\n> Autre note").new == (
        "Bonjour,\n\nOui."
    )


def test_others_words_begin_where_they_are_announced() -> None:
    """Commands below that line are not the technician's."""
    assert others_from(["Voir ci-dessous", "", "Begin forwarded message:", "#fermer"]) == 2
    assert others_from(["Voir", "> cité", "oui"]) == 3
    assert others_from(["Voir", 'On 3/3/2026 12:46, "J" <j@x.example> wrote:', "", "    #fermer"]) == 1


@pytest.mark.parametrize(
    "piece",
    [
        "\n",
        ">",
        "> \n",
        "On Mon, a wrote ",
        "On 1 ",
        "De : x\n",
        "a:\n",
        "--\n",
        "_____\n",
        "word ",
        "<\n",
        ">:\n",
        "Le 3 mars 2026 à 10:00, J a écrit :\n\n",
        "On 2026-01-01 10:20 J wrote:\n> x\ny\n",
        "2026-01-01 a@b\n",
        "##- \n",
        "From: x\nTo: y\n",
    ],
)
def test_a_hostile_text_is_split(piece: str) -> None:
    """Regular expressions of others needed minutes for these; the pytest timeout is the only clock here."""
    split(piece * (400_000 // len(piece)))


@pytest.mark.parametrize(("before", "cut"), [(limits.ATTRIBUTION_ENDS - 1, True), (limits.ATTRIBUTION_ENDS, False)])
def test_an_attribution_is_looked_for_as_long_as_a_mail_may_cost(before: int, cut: bool) -> None:
    """Each line that may end one is put together with four others: a megabyte of them took nine seconds. Beyond the cap
    all is text."""
    rows = "\n\n".join(f"{row} :" for row in range(before))
    quoted = f"{rows}\n\n{ATTRIBUTIONS[0]}\n\nvieux texte"
    assert split(quoted).new == (rows if cut else quoted)


@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_no_line_is_ever_lost(pieces: list[str]) -> None:
    """Every line that says something is in the new text or in the rest."""
    found = split("\n".join(pieces))
    together = sorted(line.strip() for line in f"{found.new}\n{found.rest}".split("\n") if line.strip())
    assert together == sorted(line.strip() for line in pieces if line.strip())


@given(st.text())
def test_any_text_is_split(text: str) -> None:
    """Total."""
    split(text)

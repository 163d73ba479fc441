"""The packaged letters say what the procedures ask, in both languages, in text and in HTML."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mailgate.core.intents import Problem, Scale
from mailgate.core.letters import Facts, MessageFacts, NoticeFacts, PersonFacts, Regraded, TranscriptFacts
from mailgate.mail.samples import BARE, FACTS, NAMES, SETTLED, TICKET, sample_letters
from mailgate.mail.templates import Templates
from tests.mail.letters import (
    NOW,
    PACKAGED,
    TEMPLATES,
    Reader,
    a_letter,
    a_reader,
    said,
    shown,
    with_text,
    with_ticket,
)

URGENT = with_ticket(FACTS, replace(TICKET, urgent=True, queue_title="support urgent"))


def test_every_packaged_template_renders_with_every_sample() -> None:
    """A template that stumbles is found by `check`, not at night."""
    assert TEMPLATES.check() == ()


def test_a_packaged_template_behind_the_site_s_own_is_not_judged(tmp_path: Path) -> None:
    """A site with a full copy of an older version, parts included, is sound: what stands behind is never printed."""
    shutil.copytree(PACKAGED, tmp_path / "templates")
    phrases = tmp_path / "templates/fr/_phrases.j2"
    phrases.write_text(phrases.read_text("utf-8").replace("macro received(", "macro old_received("), "utf-8")
    acknowledgement = tmp_path / "templates/fr/acknowledgement"
    for suffix in (".txt.j2", ".html.j2"):
        old = Path(f"{acknowledgement}{suffix}")
        old.write_text(old.read_text("utf-8").replace("say.received(", "say.old_received("), "utf-8")
    assert Templates((tmp_path / "templates", PACKAGED)).check() == ()


def test_both_languages_have_the_same_letters() -> None:
    """A customer's language must not decide whether they hear of something."""
    french, english = ({path.name for path in (PACKAGED / language).iterdir()} for language in ("fr", "en"))
    assert french == english
    assert {name.removesuffix(".txt.j2") for name in french if name.endswith(".txt.j2")} == set(NAMES)


@pytest.mark.parametrize("render", [said, shown])
def test_the_french_acknowledgement_states_all_it_must(render: Callable[..., str]) -> None:
    """domain.md §1, point 2, line by line."""
    text = render("acknowledgement", URGENT)
    for stated in (
        "bien reçu",
        "1042",
        "support urgent",
        "avisée par courriel et par téléavertisseur",
        "en moins de 4 h",
        "au plus tard lundi 23 novembre à 12 h 00",
        "hors plage : le délai court à partir de lundi 8 h 30",
        "samedi 21 novembre (Fête locale)",
        "accusé de réception automatique",
        "votre réponse sera ajoutée à la demande",
        "Merci",
        "L’équipe de soutien technique",
        "Exemple Logiciels",
    ):
        assert stated in text


@pytest.mark.parametrize("render", [said, shown])
def test_the_english_acknowledgement_states_the_same(render: Callable[..., str]) -> None:
    """French and English are equal."""
    text = render("acknowledgement", URGENT, "en")
    for stated in (
        "We received your message",
        "1042",
        "support urgent",
        "notified by mail and by pager",
        "in less than 4 hours",
        "at the latest on Monday, November 23 at 12:00",
        "outside our hours: the clock starts on Monday at 8:30",
        "automatic acknowledgement",
        "your answer will be added to the request",
        "Thank you",
        "The technical support team",
    ):
        assert stated in text


@pytest.mark.parametrize("template", ["acknowledgement", "parked", "released", "closing"])
def test_an_unknown_sender_sees_nothing_of_their_own(template: str) -> None:
    """A forged sender would have the desk carry the forger's words (hazards I13)."""
    facts = replace(BARE, message=None, notice=NoticeFacts("parked"), contact=PersonFacts("", "victim@example.org"))
    letter = replace(a_letter(template, facts), to=replace(a_reader(), name="", address="victim@example.org"))
    words = TEMPLATES.render(letter, NOW)
    for part in (words.subject, words.text, words.html or ""):
        assert "caisse" not in part
        assert "Jean" not in part
        assert "victim" not in part


def test_what_a_technician_gets_begins_with_the_reply_marker() -> None:
    """The reading side cuts an answer there, whatever the mail program quotes like."""
    for template in ("technician", "transcript"):
        facts = replace(FACTS, notice=NoticeFacts("new"), transcript=TranscriptFacts(help=True))
        assert said(template, facts).startswith("##- ")
        assert "##- " in shown(template, facts)


def test_no_french_sign_stands_behind_an_ordinary_blank() -> None:
    """« Objet : » must not break before its colon (French typography)."""
    for path in (PACKAGED / "fr").iterdir():
        whole = path.read_text(encoding="utf-8")
        source = re.sub(r"\{[%{#].*?[%}#]\}", "", whole, flags=re.DOTALL)
        for part in (source, *re.findall(r'"([^"]*)"', whole)):
            assert not re.search(r"\w [:;!?»]|« ", part), path.name


@pytest.mark.parametrize("language", ["fr-CA", "en"])
@pytest.mark.parametrize("name", [name for name in NAMES if name != "page"])
def test_no_fact_becomes_markup(name: str, language: str) -> None:
    """A stranger's `<script>` is shown, never run (hazards A45)."""
    evil = "<script>alert('x')</script><img src=x onerror=y>"
    facts = replace(
        with_text(FACTS, evil),
        ticket=replace(TICKET, subject=evil, requester_name=evil, queue_title=evil, assignee=evil),
        customer=None if name == "parked" else FACTS.customer,
        contact=PersonFacts(evil, "a@example.org"),
        notice=NoticeFacts("release-asked", evil),
        transcript=TranscriptFacts((evil,), problems=(Problem("bad-minutes", evil, evil, evil),)),
    )
    page = TEMPLATES.render(replace(a_letter(name, facts), to=a_reader(language)), NOW).html
    assert page is not None
    assert not {"script", "img", "onerror", "src"} & set(Reader(page).tags)


def test_the_html_loads_nothing_and_knows_the_dark() -> None:
    """No tracking, no blocked images, and no white page at night."""
    for name in NAMES:
        for letter in sample_letters(name, "fr"):
            page = TEMPLATES.render(letter, NOW).html or "<meta prefers-color-scheme: dark>"
            assert not re.search(r"https?://|<img|<link|url\(|@import", page.replace("https://support.example.com", ""))
            assert "prefers-color-scheme: dark" in page
            assert "<h1 style=" in page or name in {"notification", "page"}


def test_line_breaks_of_a_message_are_kept_in_html() -> None:
    """Some mail programs ignore white-space: pre-line, so breaks are written out too."""
    page = TEMPLATES.render(a_letter("notification", with_text(FACTS, "un\ndeux\n\ntrois")), NOW).html
    assert page is not None
    assert "un<br>deux<br><br>trois" in page


def test_a_technician_s_words_come_first_and_are_signed() -> None:
    """A notification is a person's mail."""
    text = TEMPLATES.render(a_letter("notification"), NOW).text
    assert text.startswith("Bonjour,\n\nVoici ce que montre l’écran.\n\nMerci\n")
    assert "Marie Tremblay, équipe de soutien, Exemple Logiciels" in text
    assert "Appel de 15 min, facturé 60 min : tranche de 30, minimum 60." in said("notification")


def test_an_intervention_without_words_is_told_in_a_sentence() -> None:
    """Every intervention is one notification, also a call that left no text (domain.md §2)."""
    text = said("notification", SETTLED)
    assert "Marie Tremblay vous a appelé (15 min)." in text
    assert "résolue" in text
    covered = (
        replace(FACTS, intervention=replace(SETTLED.intervention, charged=0, covered=True))
        if SETTLED.intervention
        else FACTS
    )
    assert "couvert par votre contrat" in said("notification", covered)


def test_a_command_without_words_is_told_as_what_it_did() -> None:
    """ "Worked on your request" would be no news of a request that is reopened."""
    assert FACTS.ticket is not None
    silent = replace(FACTS, message=None, intervention=None)
    settled = replace(silent, ticket=replace(FACTS.ticket, status="resolved"))
    assert "Marie Tremblay a rouvert votre demande." in said("notification", silent)
    assert "Marie Tremblay a réglé votre demande." in said("notification", settled)
    assert "Marie Tremblay settled your request." in shown("notification", settled, "en")


def test_a_technician_reads_all_of_a_request_at_once() -> None:
    """Who, customer, queue, number, since when, deadline, what was asked, what came with it, what was said."""
    text = said("technician", replace(URGENT, notice=NoticeFacts("new")))
    for stated in (
        "Nouvelle demande urgente",
        "Jean Roy <jean.roy@acme.example>",
        "Client : Acme, couvert par le contrat, banque d’heures",
        "À rappeler avant lundi 12 h 00",
        "File : support urgent",
        "nº 1042",
        "Reçue : vendredi 20 novembre à 17 h 30",
        "À rappeler au plus tard lundi 23 novembre à 12 h 00",
        "Voici ce que montre l’écran.",
        "capture d’écran.png (1,2 Mo)",
        "gardées au bureau : sauvegarde.zip (48 Mo)",
        "| ven 20 nov 17h30 jean.roy@acme.example : Bonjour, l’imprimante du comptoir ne répond plus.",
        "(interne)",
        "#appel 15",
    ):
        assert stated in text


def test_an_unknown_contact_is_marked_as_one() -> None:
    """A technician must know that nobody vouches for the sender."""
    assert BARE.contact is not None
    facts = replace(BARE, message=MessageFacts("Bonjour", BARE.contact.mail), notice=NoticeFacts("new"))
    assert "(contact inconnu)" in said("technician", facts)
    assert "(unknown contact)" in shown("technician", facts, "en")


def test_somebody_else_in_the_ticket_of_an_unknown_contact_is_not_unknown() -> None:
    """The mark is about who asked; whoever writes later is named, and so is who asked."""
    text = said(
        "technician", replace(BARE, message=MessageFacts("oui", "chef@acme.example"), notice=NoticeFacts("new"))
    )
    assert "(contact inconnu)" not in text
    assert "Demandeur : jean.roy@acme.example" in text


def test_a_reader_whose_language_nobody_wrote_gets_one_language() -> None:
    """Dates in English between French words would look broken."""
    assert "Reçue : vendredi 20 novembre à 17 h 30" in said("technician", language="de")


def test_a_contact_is_told_how_to_release_a_request() -> None:
    """One word is enough (domain.md §3)."""
    text = said("parked", replace(FACTS, notice=NoticeFacts("release-asked")))
    assert "répondez « oui » à ce courriel" in text
    assert "Jean Roy <jean.roy@acme.example>" in text


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("name", "code"), [("parked", "release-asked"), ("technician", "new")])
@pytest.mark.parametrize("render", [said, shown])
def test_who_gives_no_name_is_named_by_their_address_once(
    render: Callable[..., str], name: str, code: str, language: str
) -> None:
    """An address behind the same address looks like a mistake; behind a name it is needed."""
    message = MessageFacts("Bonjour", "neuf@acme.example")
    assert render(name, replace(FACTS, message=message, notice=NoticeFacts(code)), language).count(message.sender) == 1
    named = replace(message, sender_name="Jean <b>")
    assert "Jean <b> <neuf@acme.example>" in render(
        name, replace(FACTS, message=named, notice=NoticeFacts(code)), language
    )


def test_a_refusal_gives_the_administrator_s_reason() -> None:
    """« refuse = \"…\" » in the rules is what the sender reads."""
    facts = Facts(FACTS.desk, notice=NoticeFacts("refused", "Ce service a fermé en 2025."))
    assert "Ce service a fermé en 2025." in said("refused", facts)
    assert "réservée à nos clients" in said("refused", Facts(FACTS.desk))
    assert "réservée à nos clients" not in said("refused", Facts(FACTS.desk, contact=FACTS.contact))


def test_a_contact_whose_request_a_rule_parks_is_not_called_unauthorised() -> None:
    """Nobody at the customer's is asked: the desk wants to look at it first."""
    parked = replace(FACTS, notice=NoticeFacts("parked"))
    assert "Quelqu’un du bureau l’examinera" in said("parked", parked)
    assert "certaines personnes" in said("parked", replace(parked, contact=BARE.contact))


@pytest.mark.parametrize(("rules", "french", "english"), [("basse", "basse", "low"), ("high", "haute", "high")])
def test_a_customer_reads_a_severity_in_their_own_language(rules: str, french: str, english: str) -> None:
    """The rules write it in one language only; what no language knows stands as they have it."""
    for language, word in (("fr", french), ("en", english)):
        for severity, named in ((rules, word), ("S1", "S1")):
            changed = replace(SETTLED, regraded=(Regraded(Scale.SEVERITY, severity, "motif"),))
            text = said("notification", changed, language)
            assert ("« " + named + " »" if language == "fr" else f"“{named}”") in text

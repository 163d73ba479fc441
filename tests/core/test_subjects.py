"""What a subject tells of whoever wrote it, in the languages of the desk and of its neighbours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.classify import SHOWN, kind_and_why
from mailgate.core.events import MailReceived
from mailgate.core.identity import recognise
from mailgate.core.model import MailKind
from mailgate.core.subjects import PHRASES, Phrases, told_by
from tests.builders import a_mail, a_policy, contact_token, received

Kind = MailKind


def judged(event: MailReceived) -> tuple[MailKind, str]:
    """The kind, and why."""
    return kind_and_why(event, recognise(event.mail.sender, event.envelope_from, a_policy()))


SURE = [
    ("Réponse automatique : Panne", Kind.AUTOMATIC, "Réponse automatique"),
    ("Réponse automatique\u00a0: Panne", Kind.AUTOMATIC, "Réponse automatique"),
    ("Réponse automatique\u202f: Panne", Kind.AUTOMATIC, "Réponse automatique"),
    ("Réponse\u00a0automatique: Panne", Kind.AUTOMATIC, "Réponse automatique"),
    ("REPONSE AUTOMATIQUE : PANNE", Kind.AUTOMATIC, "REPONSE AUTOMATIQUE"),
    ("Re\u0301ponse automatique : Panne", Kind.AUTOMATIC, "Re\u0301ponse automatique"),
    ("Réponse automatique d’absence du bureau :", Kind.AUTOMATIC, "Réponse automatique d’absence du bureau"),
    ("[EXTERNE] Réponse automatique : Panne", Kind.AUTOMATIC, "Réponse automatique"),
    ("Réponse auto : Panne", Kind.AUTOMATIC, "Réponse auto"),
    ("Absence du bureau : Re: Panne", Kind.AUTOMATIC, "Absence du bureau"),
    ("Absent(e) du bureau\u00a0: Panne", Kind.AUTOMATIC, "Absent(e) du bureau"),
    ("Automatic reply: [#1042] Panne", Kind.AUTOMATIC, "Automatic reply"),
    ("Out of Office: Panne", Kind.AUTOMATIC, "Out of Office"),
    ("Out of Office AutoReply: Panne", Kind.AUTOMATIC, "Out of Office AutoReply"),
    ("AutoReply: Panne", Kind.AUTOMATIC, "AutoReply"),
    ("[Auto-Reply] Panne", Kind.AUTOMATIC, "[Auto-Reply]"),
    ("Automatische Antwort: Panne", Kind.AUTOMATIC, "Automatische Antwort"),
    ("Abwesenheitsnotiz: Panne", Kind.AUTOMATIC, "Abwesenheitsnotiz"),
    ("Risposta automatica: Panne", Kind.AUTOMATIC, "Risposta automatica"),
    ("Fuori ufficio: Panne", Kind.AUTOMATIC, "Fuori ufficio"),
    ("Accusé de réception (affiché) - Panne", Kind.RECEIPT, "Accusé de réception (affiché)"),
    ("Return Receipt (displayed) - Panne", Kind.RECEIPT, "Return Receipt (displayed)"),
    ("Lesebestätigung (angezeigt) - Panne", Kind.RECEIPT, "Lesebestätigung (angezeigt)"),
    (
        "Your email requires verification verify#5gT2-1",
        Kind.CHALLENGE,
        "Your email requires verification verify#5gT2-1",
    ),
]


@pytest.mark.parametrize(("subject", "kind", "words"), SURE)
def test_a_prefix_that_only_programs_write_is_enough(subject: str, kind: MailKind, words: str) -> None:
    """Whatever blank stands before the colon, with accents or without; the reason quotes it."""
    assert judged(received(a_mail(subject=subject))) == (kind, f"subject '{words[:SHOWN]}'")


DOUBTFUL = [
    ("Absence du bureau demain", Kind.AUTOMATIC),
    ("Réponse automatique", Kind.AUTOMATIC),
    ("Je suis absente jusqu’au 4 août", Kind.AUTOMATIC),
    ("Message d’absence", Kind.AUTOMATIC),
    ("Absence : Panne", Kind.AUTOMATIC),
    ("Absence", Kind.AUTOMATIC),
    ("Congés", Kind.AUTOMATIC),
    ("Fermeture annuelle du 1er au 15 août", Kind.AUTOMATIC),
    ("Auto: Panne", Kind.AUTOMATIC),
    ("Accusé de réception de votre message", Kind.AUTOMATIC),
    ("Out of the office until Monday", Kind.AUTOMATIC),
    ("On vacation", Kind.AUTOMATIC),
    ("AutoResponse - Panne", Kind.AUTOMATIC),
    ("Ich bin im Urlaub", Kind.AUTOMATIC),
    ("Jean Roy is out of the office.", Kind.AUTOMATIC),
    ("Jean-Marc Le Goff est absent(e) du bureau (retour le 26/11/2026)", Kind.AUTOMATIC),
    ("Marie est absente du bureau", Kind.AUTOMATIC),
    ("Herr Keller ist außer Haus", Kind.AUTOMATIC),
    ("Yahoo! Auto Response", Kind.AUTOMATIC),
    ("Fuori sede: Panne", Kind.AUTOMATIC),
    ("Lu : Panne", Kind.RECEIPT),
    ("Non lu\u00a0: Panne", Kind.RECEIPT),
    ("Read: Panne", Kind.RECEIPT),
    ("Gelesen: Panne", Kind.RECEIPT),
    ("Letto: Panne", Kind.RECEIPT),
    ("Confirmation de lecture", Kind.RECEIPT),
    ("Message status - opened", Kind.RECEIPT),
    ("Undelivered Mail Returned to Sender", Kind.BOUNCE),
    ("Mail delivery failed: returning message to sender", Kind.BOUNCE),
    ("Delivery Status Notification (Failure)", Kind.BOUNCE),
    ("Undeliverable: Panne", Kind.BOUNCE),
    ("Non remis\u00a0: Panne", Kind.BOUNCE),
    ("Échec de la remise : Panne", Kind.BOUNCE),
    ("failure notice", Kind.BOUNCE),
    ("Unzustellbar: Panne", Kind.BOUNCE),
    ("Demande d'authentification", Kind.CHALLENGE),
    ("Please confirm your message", Kind.CHALLENGE),
]


@pytest.mark.parametrize(("subject", "kind"), DOUBTFUL)
def test_what_a_person_may_write_counts_only_in_an_answer_to_us(subject: str, kind: MailKind) -> None:
    """A customer who asks for something is heard; one whose vacation program answers our mail is not answered."""
    mail = a_mail(subject=subject)
    assert judged(received(mail)) == (Kind.PERSON, "")
    assert judged(received(mail, threads=(1042,)))[0] is kind
    assert judged(received(mail, token=contact_token()))[0] is kind


@pytest.mark.parametrize(("subject", "kind"), DOUBTFUL)
def test_what_a_person_may_write_counts_in_what_a_delivery_program_sent(subject: str, kind: MailKind) -> None:
    """Reports and vacation programs use the null reverse-path; only a program writes as postmaster."""
    assert judged(received(a_mail(subject=subject), envelope_from=""))[0] is kind
    assert judged(received(a_mail("postmaster@acme.example", subject=subject)))[0] is kind


def test_the_number_of_a_ticket_behind_the_phrase_is_an_answer_to_us() -> None:
    """Many vacation programs know no threads, but repeat the subject that they got."""
    assert judged(received(a_mail(subject="Lu : [#1042] Panne")))[0] is Kind.RECEIPT


@pytest.mark.parametrize("subject", [subject for subject, *_ in SURE + DOUBTFUL])
def test_who_says_that_no_program_wrote_it_is_believed_against_a_subject(subject: str) -> None:
    """`Auto-Submitted: no` is a person (RFC 3834 §5)."""
    mail = a_mail(subject=subject, headers=(("auto-submitted", "No (typed)"),))
    assert judged(received(mail, threads=(1042,))) == (Kind.PERSON, "")


@pytest.mark.parametrize(
    "subject",
    [
        "Problème avec la réponse automatique du serveur",
        "Re: Réponse automatique : Panne",
        "RE : Réponse automatique : Panne",
        "TR : Absence du bureau : Panne",
        "Fwd: Undelivered Mail Returned to Sender",
        "Impression : absence du bureau dans la liste",
        "[#1042] Réponse automatique : Panne",
        "Absence de réseau au deuxième étage",
        "Absences du personnel, module en panne",
        "Automatique : la réponse ne part plus",
        "Autorisation: accès au VPN",
        "Automobile : sinistre 4711",
        "Lundi : panne",
        "Lustre : à remplacer",
        "Readonly: disk",
        "Le module est absent",
        "Congés : le calendrier ne s’ouvre pas, [urgent]",
        "Remise de clés : demain",
        "Vacances scolaires dans l’agenda",
        "Urlaubsplaner: Fehler",
        "",
        "   ",
        ":",
        "[",
        "[]]]]",
    ],
)
def test_a_persons_subject_that_holds_such_words_tells_nothing(subject: str) -> None:
    """Answers, forwards, words in the middle, words that begin alike: silence would cost a customer."""
    assert judged(received(a_mail(subject=subject))) == (Kind.PERSON, "")


@pytest.mark.parametrize(
    "subject",
    [
        "Re: [#1042] Jean est absent du bureau, imprimante bloquée",
        "[#1042] Jean est absent du bureau",
        "La personne qui garde les clés est absente du bureau",
        "est absent du bureau",
        "Marie est en congédiement",
    ],
)
def test_who_speaks_of_somebody_who_is_out_is_a_person(subject: str) -> None:
    """Also in an answer to us: Notes writes nothing but a name before its phrase."""
    assert judged(received(a_mail(subject=subject), threads=(1042,))) == (Kind.PERSON, "")


@pytest.mark.parametrize("phrases", PHRASES, ids=lambda one: f"{one.kind.value}-{'sure' if one.sure else 'doubtful'}")
def test_every_phrase_is_reached(phrases: Phrases) -> None:
    """None is shadowed by one of another kind."""
    subjects = [f"{title}: Panne" for title in phrases.titles] + [f"{opening} Panne" for opening in phrases.openings]
    subjects += [f"Jean Roy {predicate}." for predicate in phrases.predicates]
    told = [told_by(subject.upper()) for subject in subjects]
    assert {answer and (answer.kind, answer.sure) for answer in told} == {(phrases.kind, phrases.sure)}


@given(st.text(max_size=300))
def test_any_subject_is_understood_or_not(subject: str) -> None:
    """Nothing that is told is more than what stands there."""
    told = told_by(subject)
    assert told is None or told.words in " ".join(subject.split())

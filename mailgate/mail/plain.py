"""Words that need no template: what a letter says at least, for the day a template fails.

Number, deadline and text, in French or English. Nothing here can raise, whatever facts a letter carries or lacks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from mailgate.core.letters import Facts, Letter, TicketFacts, TranscriptFacts
from mailgate.core.model import Attachment
from mailgate.mail.dates import Tongue, primary
from mailgate.mail.words import Words, worded


@dataclass(frozen=True, slots=True)
class Phrases:
    """The sentences of one language; `said` has one for each kind of letter."""

    said: Mapping[str, str]
    request: str
    number: str
    due: str
    sender: str
    customer: str
    subject: str
    files: str
    left_out: str
    nothing: str
    signed: str
    link: str


FRENCH = Phrases(
    said={
        "acknowledgement": "Votre message est bien reçu. Notre équipe a été avisée par courriel et par téléavertisseur."
        " Ceci est un accusé de réception automatique ; une réponse à ce courriel sera ajoutée à votre demande.",
        "notification": "Du nouveau sur votre demande.",
        "technician": "Une demande vous attend.",
        "parked": "Cette demande attend l’accord d’une personne autorisée, qui peut répondre « oui ».",
        "released": "Votre demande est autorisée. Notre équipe est avisée.",
        "refused": "Nous ne pouvons pas traiter votre demande.",
        "validation": "Nous attendons votre validation.",
        "reminder": "Nous attendons votre réponse.",
        "closing": "Votre demande est fermée. Une réponse à ce courriel la rouvre.",
        "merged": "Deux demandes sont réunies. Tout se poursuit sous ce numéro.",
        "followed": "Nous suivons cette demande avec vous. Une réponse à ce courriel y sera ajoutée.",
        "correction": "Notre dernier courriel est à considérer comme nul. Il vous a été envoyé par erreur.",
        "drill": "EXERCICE / DRILL. Ceci est un essai, il n’y a rien à faire.",
        "escalated": "Votre demande a été confiée à d’autres spécialistes.",
        "low-balance": "Votre temps payé d’avance est presque épuisé. Répondez à ce courriel pour en acheter.",
    },
    request="Demande",
    number="Demande nº {number} : {title}",
    due="Rappel promis au plus tard {moment}",
    sender="De : {sender}",
    customer="Client : {name}",
    subject="Objet : {subject}",
    files="Pièces jointes : {names}",
    left_out="Trop lourdes pour ce courriel : {names}",
    nothing="Rien n’a été appliqué ni envoyé.",
    signed="L’équipe de soutien technique",
    link="Pour dire que vous l’avez vue : {url}",
)

ENGLISH = Phrases(
    said={
        "acknowledgement": "We received your message. Our staff has been notified by mail and by pager."
        " This is an automatic acknowledgement; an answer to it will be added to your request.",
        "notification": "There is news about your request.",
        "technician": "A request is waiting for you.",
        "parked": "This request waits for an authorised person, who may answer “yes”.",
        "released": "Your request has been authorised. Our staff has been notified.",
        "refused": "We cannot handle your request.",
        "validation": "We are waiting for your validation.",
        "reminder": "We are waiting for your answer.",
        "closing": "Your request is closed. An answer to this mail reopens it.",
        "merged": "Two requests were put together. Everything goes on under this number.",
        "followed": "We follow this request with you. An answer to this mail is added to it.",
        "correction": "Please consider our last mail as void. It was sent to you by mistake.",
        "drill": "DRILL / EXERCICE. This is a test, there is nothing to do.",
        "escalated": "Your request has been handed to other specialists.",
        "low-balance": "You have little prepaid time left. Answer this mail to buy more.",
    },
    request="Request",
    number="Request no. {number}: {title}",
    due="You will be called back by {moment}",
    sender="From: {sender}",
    customer="Customer: {name}",
    subject="Subject: {subject}",
    files="Attachments: {names}",
    left_out="Too large for this mail: {names}",
    nothing="Nothing was applied or sent.",
    signed="The technical support team",
    link="To say that you have seen it: {url}",
)


class PlainWords:
    """Says any letter in plain text, without HTML."""

    def render(self, letter: Letter, now: datetime | None = None) -> Words:
        """The words of a letter; never fails. `now` leaves the current year out of dates."""
        tongue = Tongue(letter.to.language, letter.to.timezone, now)
        return worded(letter, lambda fitted: _words(fitted, tongue))


def _words(letter: Letter, tongue: Tongue) -> Words:
    phrases = FRENCH if primary(tongue.language) == "fr" else ENGLISH
    if letter.template == "page":
        return Words(_subject(letter.facts, phrases), _page(letter.facts, tongue))
    paragraphs = [part for part in _paragraphs(letter, phrases, tongue) if part]
    return Words(_subject(letter.facts, phrases), "\n\n".join(paragraphs))


def _subject(facts: Facts, phrases: Phrases) -> str:
    if facts.ticket is not None:
        return facts.ticket.subject or phrases.request
    return facts.notice.code if facts.notice else facts.desk.name


def _page(facts: Facts, tongue: Tongue) -> str:
    """The essential first: queue, customer, subject, number, deadline. A stranger is an address: a name is a claim."""
    ticket, notice = facts.ticket, facts.notice
    if ticket is None:
        return f"URGENT {notice.code} {notice.detail}" if notice else "URGENT"
    who = facts.customer.name if facts.customer else ticket.requester
    queue = "URGENT" if ticket.urgent else ticket.queue_title or ticket.queue
    due = tongue.short(facts.deadline.callback.due_at) if facts.deadline else ""
    asked = (f"{who}:", ticket.subject or "-") if who else ()
    return " ".join(part for part in (queue, *asked, f"#{ticket.number}", due) if part)


def _paragraphs(letter: Letter, phrases: Phrases, tongue: Tongue) -> Iterator[str]:
    facts = letter.facts
    yield phrases.said.get(letter.template, "")
    if facts.notice is not None:
        yield " ".join(word for word in (facts.notice.code, facts.notice.letter, facts.notice.detail) if word)
    if facts.transcript is not None:
        yield _transcript(facts.transcript, phrases)
    yield "\n".join(_state(facts, phrases, tongue))
    if facts.message is not None:
        yield facts.message.text
        yield _files(phrases.files, facts.message.attachments, tongue)
        yield _files(phrases.left_out, facts.message.left_out, tongue)
    if facts.links.page:
        yield phrases.link.format(url=facts.links.page)
    if facts.intervention is not None and facts.intervention.minutes:
        yield f"{facts.intervention.activity}: {tongue.duration(facts.intervention.minutes)}"
    yield _signature(facts, phrases)


def _state(facts: Facts, phrases: Phrases, tongue: Tongue) -> Iterator[str]:
    ticket, message = facts.ticket, facts.message
    if ticket is not None:
        yield _number(ticket, phrases)
    if message is not None and message.sender:
        yield phrases.sender.format(sender=f"{message.sender_name} <{message.sender}>".strip())
    if facts.customer is not None:
        yield phrases.customer.format(name=facts.customer.name)
    if ticket is not None and ticket.subject:
        yield phrases.subject.format(subject=ticket.subject)
    if facts.deadline is not None and facts.deadline.kept_at is None:
        yield phrases.due.format(moment=tongue.moment(facts.deadline.callback.due_at))


def _number(ticket: TicketFacts, phrases: Phrases) -> str:
    return phrases.number.format(number=ticket.number, title=ticket.queue_title or ticket.queue)


def _transcript(transcript: TranscriptFacts, phrases: Phrases) -> str:
    rows = [f"{problem.line} {problem.code} {problem.detail} {problem.nearest}" for problem in transcript.problems]
    rows += [f"{did.code} {did.detail}" for did in transcript.did]
    rows += [f"? {doubt.code} {doubt.detail} {doubt.text}" for doubt in transcript.doubts]
    return "\n".join(([phrases.nothing] if transcript.problems else []) + [" ".join(row.split()) for row in rows])


def _files(shape: str, files: tuple[Attachment, ...], tongue: Tongue) -> str:
    named = ", ".join(f"{one.name} ({tongue.size(one.size)})" for one in files)
    return shape.format(names=named) if named else ""


def _signature(facts: Facts, phrases: Phrases) -> str:
    who = f"{facts.technician.name}\n" if facts.technician and facts.message and not facts.notice else ""
    return f"{who}{phrases.signed}\n{facts.desk.name}"

"""What a subject tells of whoever wrote it: the phrases with which programs begin theirs.

Only the beginning counts: "Problème avec la réponse automatique" and "Re: Réponse automatique" are a person's. Some
phrases are sure, because hardly anybody but a program writes them so; the others a person may write too ("Absence du
bureau demain", "Lu : le devis"), and who asks must have another reason to believe them. Phrases are compared as
`words.fold` leaves them: accents, case and the kind of blank before a colon do not count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mailgate.core.model import MailKind
from mailgate.core.words import fold

LONGEST = 200
"""Characters of a subject that are looked at."""
STAMPS = 2
"""Marks such as "[EXTERNE]" that gateways put before a subject, at most."""
STAMP_MOST = 20
NAME_WORDS = 4
"""Words of a name, at most."""

_TAGS = r"\s*(?:\[[^\]#]{1,40}\]\s*)?"
REPLY = re.compile(_TAGS + r"(?:re|rép|rep|r|aw|antw|sv|vs|rif|odp|ynt)(?:\[[0-9]{1,3}\])?\s?:", re.IGNORECASE)
FORWARDED = re.compile(
    _TAGS + r"(?P<bracket>\[)?(?:fwd?|tr|wg|i|rv|enc|vb|doorst|pd|vl)(?:\[[0-9]{1,3}\])?\s?:", re.IGNORECASE
)
"""How a subject begins that a mail program made of another one."""

_NUMBERED = re.compile(r"\[#[0-9]{1,9}\]")


@dataclass(frozen=True, slots=True)
class Told:
    """What a subject says its mail is, whether that alone is enough, and the words that say it, as they stand there."""

    kind: MailKind
    sure: bool
    words: str


@dataclass(frozen=True, slots=True)
class Phrases:
    """Folded phrases of one kind. A title stands before a colon (or alone, where it is not sure); an opening is how a
    subject begins, whatever follows; a predicate stands behind nothing but somebody's name."""

    kind: MailKind
    sure: bool
    titles: frozenset[str]
    openings: tuple[str, ...]
    predicates: tuple[str, ...] = ()


def _phrases(kind: MailKind, *, sure: bool, titles: str = "", openings: str = "", predicates: str = "") -> Phrases:
    return Phrases(kind, sure, frozenset(_folded(titles)), tuple(_folded(openings)), tuple(_folded(predicates)))


def _folded(listed: str) -> list[str]:
    return [" ".join(fold(one).split()) for one in listed.split("|") if one.strip()]


PHRASES = (
    _phrases(
        MailKind.RECEIPT,
        sure=True,
        openings="""accusé de réception (affiché) | accusé de réception (lu) | accusé de lecture (affiché)
        | return receipt (displayed) | read receipt (displayed) | empfangsbestätigung (angezeigt)
        | lesebestätigung (angezeigt) | ricevuta di ritorno (visualizzato) | conferma di lettura (visualizzato)""",
    ),
    _phrases(MailKind.CHALLENGE, sure=True, openings="your email requires verification verify#"),
    _phrases(
        MailKind.AUTOMATIC,
        sure=True,
        titles="""réponse automatique | réponse auto | réponse automatique d'absence
        | réponse automatique d'absence du bureau | absence du bureau | absent du bureau | absente du bureau
        | absent(e) du bureau | automatic reply | automatic response | automated reply | automated response
        | auto reply | auto-reply | autoreply | auto response | auto-response | autoresponse | autoresponder
        | out of office | out of the office | out-of-office | automatische antwort | abwesenheitsnotiz
        | automatische abwesenheitsnotiz | abwesenheitsmeldung | risposta automatica | fuori ufficio
        | assente dall'ufficio""",
        openings="[auto-reply] | [auto reply] | [autoreply] | out of office autoreply | out of office auto-reply",
    ),
    _phrases(
        MailKind.RECEIPT,
        sure=False,
        titles="lu | non lu | read | not read | gelesen | ungelesen | nicht gelesen | letto | non letto",
        openings="""accusé de lecture | confirmation de lecture | return receipt | read receipt | lesebestätigung
        | empfangsbestätigung | ricevuta di ritorno | conferma di lettura | message status - opened""",
    ),
    _phrases(
        MailKind.BOUNCE,
        sure=False,
        titles="""non remis | remis | relayé | delivered | relayed | undeliverable | unzustellbar | zugestellt
        | non recapitabile | recapitato""",
        openings="""undeliverable mail | undeliverable message | undelivered mail | undelivered message
        | mail delivery fail | mail delivery problem | mail delivery error | mail delivery delayed
        | mail delivery warning | mail not delivered | mail could not be delivered | mail system error
        | message delivery fail | message not delivered | message could not be delivered | message delayed
        | message status - delivered | message status - undelivered | delivery status notification | delivery fail
        | delivery report | delivery has failed | delivery notification | delivery delayed
        | permanent delivery failure | failure notice | failure delivery | returned mail | non-delivery
        | delayed mail | warning: could not send message | warning: message | courriel non remis
        | courrier non remis | message non remis | message non distribué | message non délivré
        | échec de la remise | échec de remise | échec de la distribution | échec de distribution
        | échec de la livraison | échec d'envoi | notification d'échec | notification d'état de remise
        | rapport de non remise | rapport de non-remise | remise retardée | nicht zustellbar
        | zustellung fehlgeschlagen | fehler bei der zustellung | benachrichtigung zum übermittlungsstatus
        | mancato recapito | notifica sullo stato del recapito | messaggio non recapitabile""",
    ),
    _phrases(
        MailKind.CHALLENGE,
        sure=False,
        openings="""please confirm your message | please confirm your email | please confirm that you sent
        | please confirm you sent | please verify your message | please verify that you sent
        | please validate your email | confirm your message | your message requires confirmation
        | your message requires verification | your email requires verification | sender verification
        | unverified email to | demande d'authentification | authentification requise | confirmez votre message
        | confirmez votre envoi | validez votre message | validez votre envoi | votre message est en attente
        | vérification de l'expéditeur""",
    ),
    _phrases(
        MailKind.AUTOMATIC,
        sure=False,
        titles="""auto | absence | absent | absente | absent(e) | congés | en congé | en congés | vacances
        | en vacances | vacation | abwesenheit | abwesend | urlaub | fuori sede | assenza | assente | ferie""",
        openings="""réponse automatique | réponse auto | absence du bureau | absence jusqu' | absence pour cong
        | absent du bureau | absente du bureau | absent(e) du bureau | absent jusqu' | absente jusqu'
        | absent(e) jusqu' | je suis absent | je suis actuellement absent | je serai absent | je suis en congé
        | je suis actuellement en congé | je suis en vacances | message d'absence | avis d'absence
        | congés annuels | fermeture annuelle | fermeture estivale | accusé de réception | automatic reply
        | automatic response | automated reply | automated response | auto reply | auto-reply | autoreply
        | auto response | auto-response | autoresponse | autoresponder | out of office | out of the office
        | out-of-office | i am out of | i'm out of | i am away | i'm away | i am on vacation | i'm on vacation
        | i am on leave | i'm on leave | on vacation | on annual leave | on holiday | away from the office
        | away from my office | away from my desk | vacation reply | vacation response | vacation message
        | automatische antwort | abwesenheitsnotiz | abwesenheitsmeldung | ich bin abwesend | ich bin im urlaub
        | nicht im büro | risposta automatica | fuori ufficio | sono fuori ufficio | assente dall'ufficio
        | yahoo! auto response""",
        predicates="""is out of the office | is out of office | is away from the office | is on vacation | is on leave
        | est absent du bureau | est absente du bureau | est absent(e) du bureau | est en congé | est en congés
        | est en vacances | ist nicht im büro | ist außer haus | ist im urlaub | ist abwesend | è fuori ufficio""",
    ),
)
"""What is sure first, and what is more than an answer before what is one: Exchange, Outlook, Notes, Thunderbird,
GroupWise, Zimbra, Postfix, Exim, sendmail, qmail, BoxTrapper, TMDA and Mailinblack begin subjects so."""


@lru_cache(maxsize=8)
def told_by(subject: str) -> Told | None:
    """What a subject says its mail is; None when it could be anybody's. One decision asks several times."""
    written = _unstamped(" ".join(subject[:LONGEST].split()))
    folded = " ".join(fold(written).split())
    for one in PHRASES:
        phrase = _found(one, folded)
        if phrase is not None:
            return Told(one.kind, one.sure, _as_written(written, phrase))
    return None


def renamed(subject: str, known: str) -> str:
    """The subject of a mail that continues a ticket, when its writer put it in the place of `known`, else "". What a
    mail program made of one of our subjects is nobody's word, and an answer to us keeps "Re:" or the number."""
    made = REPLY.match(subject) or FORWARDED.match(subject) or _NUMBERED.search(subject)
    same = bool(known.strip()) and fold(known).strip() in fold(subject)
    return "" if made or same else subject


def _found(one: Phrases, subject: str) -> str | None:
    title, colon, _ = subject.partition(":")
    title = title.rstrip()
    if title in one.titles and (colon or not one.sure):
        return title
    if not subject.startswith(one.openings):
        return next(
            filter(None, (_said_of_somebody(each, subject) for each in one.predicates if each in subject)), None
        )
    return next(opening for opening in one.openings if subject.startswith(opening))


def _said_of_somebody(predicate: str, subject: str) -> str | None:
    """The name and the predicate, unless it is a line of a person's: about something, or in an answer ("Re: …")."""
    name, found, rest = subject.partition(f" {predicate}")
    if not found or rest[:1].isalnum():
        return None
    named = 0 < len(name.split()) <= NAME_WORDS and not any(mark in name for mark in ":[,;?")
    return name + found if named else None


def _as_written(subject: str, phrase: str) -> str:
    """As many words of the subject as the phrase has."""
    return " ".join(subject.split()[: len(phrase.split())]).rstrip(" :")


def _unstamped(subject: str) -> str:
    """The subject without the marks of gateways; a mark that names a ticket, or an automatic reply, stays."""
    for _ in range(STAMPS):
        stamp, _, rest = subject.partition("]")
        inside = stamp[1:].replace(" ", "")
        if not (stamp.startswith("[") and inside.isalpha() and len(inside) <= STAMP_MOST) or "auto" in inside.lower():
            return subject
        subject = rest.strip()
    return subject

"""What mail systems say when they write in prose that mail did not arrive, and where they then name the recipients.

One row for each way of saying it, and not for each program: most programs borrow each other's sentences. A row holds
the words, where the address stands, and what became of the mail. Words are lower case and on one line; the
reader joins a line with the one before it, because sentences are wrapped anywhere.

Answering machines of people speak of mail, addresses and delays, too: a row must be what only a mail system says.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from mailgate.core.reports import Fate


class Place(Enum):
    """Where the address of the recipient stands."""

    AFTER = auto()  # right behind the words, or first on any later line
    BEHIND = auto()  # right behind words that begin the line
    BEFORE = auto()  # first on the line that holds the words
    IN_TO = auto()  # on a later line "To: ..."
    NAMES = auto()  # in the next paragraph, perhaps without a domain
    NOWHERE = auto()


@dataclass(frozen=True, slots=True)
class Saying:
    """Some words and what they mean. Without a `fate` they only say whose mail it was, not that it failed."""

    words: str
    place: Place = Place.AFTER
    fate: Fate | None = Fate.HARD


SAYINGS = (
    Saying("not yet been delivered", fate=Fate.DELAYED),
    Saying("recipient has been delayed", fate=Fate.DELAYED),
    Saying("recipients has been delayed", fate=Fate.DELAYED),
    Saying("message has been delayed", fate=Fate.DELAYED),
    Saying("transient non-fatal errors", fate=Fate.DELAYED),
    Saying("temporary problem delivering your message to", fate=Fate.DELAYED),
    Saying("is delayed for more than", fate=Fate.DELAYED),
    Saying("pas encore été remis", fate=Fate.DELAYED),
    Saying("pas encore été distribué", fate=Fate.DELAYED),
    Saying("suivants a été retardée", fate=Fate.DELAYED),
    Saying("noch nicht zugestellt", fate=Fate.DELAYED),
    Saying("has been postponed", Place.NOWHERE, Fate.DELAYED),
    Saying("will be retried", Place.NOWHERE, Fate.DELAYED),
    Saying("attempts will continue", Place.NOWHERE, Fate.DELAYED),
    Saying("will continue to try", Place.NOWHERE, Fate.DELAYED),
    Saying("will continue to attempt", Place.NOWHERE, Fate.DELAYED),
    Saying("will keep trying", Place.NOWHERE, Fate.DELAYED),
    Saying("is just a warning", Place.NOWHERE, Fate.DELAYED),
    Saying("warning message only", Place.NOWHERE, Fate.DELAYED),
    Saying("not accepting mail from", Place.NAMES),
    Saying("message not delivered to the following:", Place.NAMES),
    Saying("able to deliver the following message", Place.IN_TO),
    Saying("permanent fatal errors"),
    Saying("failed permanently"),
    Saying("not be delivered"),
    Saying("n't be delivered"),
    Saying("cannot be delivered"),
    Saying("not delivered to"),
    Saying("wasn't delivered"),
    Saying("has not been delivered"),
    Saying("unable to deliver"),
    Saying("able to deliver your m"),
    Saying("not deliver message"),
    Saying("not deliver your"),
    Saying("undeliverable"),
    Saying("did not reach"),
    Saying("recipients did not receive"),
    Saying("addresses did not receive"),
    Saying("recipient(s) could not be reached"),
    Saying("recipients could not be reached"),
    Saying("recipient(s) cannot be reached"),
    Saying("recipients cannot be reached"),
    Saying("delivery failed"),
    Saying("delivery has failed"),
    Saying("addresses failed"),
    Saying("address failed"),
    Saying("address(es) failed"),
    Saying("failed addresses"),
    Saying("recipients failed"),
    Saying("recipient failed"),
    Saying("failed recipient"),
    Saying("recipients was aborted"),
    Saying("quota violation for"),
    Saying("problem with the e-mail address"),
    Saying("the following list of recipients"),
    Saying("error-for:", Place.BEHIND),
    Saying("unknown user:", Place.BEHIND),
    Saying("invalid final delivery userid:", Place.BEHIND),
    Saying("user's mailbox is full:", Place.BEHIND),
    Saying("no such user", Place.BEFORE),
    Saying("user unknown", Place.BEFORE),
    Saying("failed mail", Place.NOWHERE),
    Saying("encountered an error", Place.NOWHERE),
    Saying("delivery problems", Place.NOWHERE),
    Saying("was not accepted", Place.NOWHERE),
    Saying("did not exactly match", Place.NOWHERE),
    Saying("automatically rejected", Place.NOWHERE),
    Saying("failed address:", Place.BEHIND),
    Saying("pas été remis à"),
    Saying("pas été distribué à"),
    Saying("n'a pu être remis"),
    Saying("n'a pu être distribué"),
    Saying("n'a pu être délivré"),
    Saying("impossible de remettre votre m"),
    Saying("pas pu être remis"),
    Saying("pas pu être délivré"),
    Saying("pas pu être distribué"),
    Saying("pas pu être livré"),
    Saying("pas pu être acheminé"),
    Saying("pas pu etre remis"),
    Saying("pas pu etre delivre"),
    Saying("pas pu etre distribue"),
    Saying("échec de la remise"),
    Saying("message n'a pas atteint"),
    Saying("nicht zugestellt"),
    Saying("empfänger nicht erreicht"),
    Saying("empfänger konnten nicht erreicht"),
    Saying("fehler bei der nachrichtenzustellung"),
    Saying("no se pudo entregar"),
    Saying("no pudo ser entregado"),
    Saying("no ha podido ser entregado"),
    Saying("impossibile recapitare"),
    Saying("recapito non riuscito"),
    Saying("non è stato possibile recapitare"),
    Saying("non è stato recapitato"),
    Saying("nao pode ser entregue"),
    Saying("não pôde ser entregue"),
    Saying("your message to", fate=None),
    Saying("votre message à", fate=None),
    Saying("ihre nachricht an", fate=None),
    Saying("your message was addressed", fate=None),
    Saying("addressed to", fate=None),
    Saying("intended recipient", fate=None),
    Saying("local mailbox", fate=None),
    Saying("delivery of email to this address", fate=None),
)

GLUE = frozenset(
    "to for the your a my this these following message messages mail mails email e recipient recipients address"
    " addresses es s user users attempts all some of in or and groups distribution lists destinataires suivants aux a"
    " an à die folgenden empfänger a los siguientes destinatarios ai seguenti destinatari".split()
)
"""Words that may stand between a saying and its address on the same line; numbers may, too."""

LABELS = frozenset("failed original final recipient recipients address user smtp mailto rfc error for".split())
"""Words that may stand before an address which is first on its line."""

RETURNED = (
    *("original message follows", "original message attached", "original message header", "original message details"),
    *("message headers follow", "here is a copy of", "is a copy of the", "copy of the original message"),
    *("old message:", "your message reads", "included is a copy", "original message as received"),
    *("lines of your original message", "summary of the undelivered message", "received: from ", "return-path:"),
)
"""Words behind which the returned mail begins. What is behind them is not the mail system's."""

HEADINGS = frozenset(("message", "mail", "header", "headers", "copy", "mensaje", "courriel", "nachricht", "messaggio"))
"""One of these between dashes is the heading of the returned mail..."""

OTHER_HEADINGS = ("address", "recipient", "transcript", "log", "deliver", "fail", "error", "report")
"""... unless one of these is there, too."""

ANNOUNCES = ("problem", "reason", "because", "detail", "motif", "raison", "grund")
"""A line with one of these and a colon at its end announces the reason and is not part of it."""

NO_REASON = ("please ", "for further assistance", "if you ", "subject:", "to:", "from:", "date:", "sent:")
"""A paragraph that begins like this is no reason."""

ELSEWHERE = tuple("contact kontakt instead wenden écrivez écrire adressez adresser rivolg diríja".split())
"""Behind one of these stands whom to write to in future, and not who did not get the mail."""

ASKS = ("confirm", "click", "cliquez", "captcha", "bestätig")
"""Who asks for something with the mail of a person is no mail system, but has an answering machine."""

QUOTES = ("from:", "de :", "von:", "da:")
"""With one of these begins the mail that an answering machine answers."""

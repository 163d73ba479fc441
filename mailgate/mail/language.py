"""French or English, by a vote of small words: exact enough to answer somebody in their language, and cheap.

German, Italian, Spanish and Dutch take part so that they do not win for English or French; they never come out.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain

_WORD = re.compile(r"[^\W\d_]+(?=['’])|[^\W\d_]+")
_MOST_CHARS = 4000
_ANSWERED_IN = ("fr", "en")
_SMALL_WORDS = {
    "fr": frozenset(
        "le la les l d un une des du de et est sont je j nous vous ils elle il on ce cette ces mon ma mes notre nos"
        " votre vos ne n pas plus que qui qu dans sur pour avec sans depuis bonjour bonsoir merci cordialement svp"
        " à au aux été était ai avons avez ont fait faire peut pouvez très aussi mais ou où donc car si tout tous"
        " oui non salut aide matin hier demain aujourd hui panne serveur imprimante".split()
    ),
    "en": frozenset(
        "the a an and is are was were be been i we you they he she it this that these those my our your their not no"
        " to of in on for with without since from at by hello hi dear thanks thank please regards yes can could would"
        " have has had do does did don t when what which who how why but or if all any help since today yesterday"
        " morning down server printer".split()
    ),
    "de": frozenset(
        "der die das und ist sind ich wir sie er es ein eine nicht zu von mit auf für hallo danke bitte grüße den dem"
        " im wie aber oder auch kann haben hat war".split()
    ),
    "it": frozenset(
        "il lo gli e è sono io noi voi un una di del della che non per con su da ciao grazie buongiorno questo"
        " cordiali saluti abbiamo ho ha".split()
    ),
    "es": frozenset(
        "el los las y es son yo nosotros un una de del que no por para con hola gracias buenos días este esta saludos"
        " tenemos he ha".split()
    ),
    "nl": frozenset(
        "de het een en is zijn ik wij we jij u niet van met op voor hallo dank bedankt groeten dit dat naar maar ook"
        " hebben heeft was".split()
    ),
}


_SPOKEN_IN = {
    word: tuple(language for language, words in _SMALL_WORDS.items() if word in words)
    for word in frozenset().union(*_SMALL_WORDS.values())
}


def language_of(text: str) -> str | None:
    """ "fr" or "en" when the small words of `text` clearly say so, else None."""
    words = _WORD.findall(text[:_MOST_CHARS].lower())
    votes = Counter(chain.from_iterable(_SPOKEN_IN[word] for word in words if word in _SPOKEN_IN))
    (first, most), (_, next_most), *_ = [*votes.most_common(), ("", 0), ("", 0)]
    return first if most >= 2 and most > next_most and first in _ANSWERED_IN else None

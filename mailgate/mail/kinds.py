"""What one line of a mail's text may be."""

from __future__ import annotations

from enum import Enum, auto


class Kind(Enum):
    """What one line is."""

    BLANK = auto()
    TEXT = auto()
    QUOTE = auto()  # "> …"
    ATTRIBUTION = auto()  # "Le …, Jean a écrit :", on one to five lines
    HEADERS = auto()  # the first of several lines such as "De :", "Envoyé :", "À :", "Objet :"
    ORIGINAL = auto()  # "-----Message d'origine-----"
    FORWARD = auto()  # "---------- Message transféré ---------"
    ANNOUNCED = auto()  # such a block under words that nobody knows, which end in a colon or stand between dashes
    MARKER = auto()
    SIGNATURE = auto()  # found by quote.py, which knows what follows

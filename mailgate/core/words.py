"""Comparing words as a person would: without regard to case, accents or the kind of apostrophe."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import filterfalse

_SPELLED = str.maketrans(
    {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "’": "'", "ʼ": "'", "\u00a0": " ", "\u202f": " "}
)

THANKS = frozenset(
    {
        "merci",
        "thanks",
        "thank",
        "thx",
        "mercis",
        "parfait",
        "super",
        "genial",
        "excellent",
        "perfect",
        "great",
        "nickel",
    }
)
"""Words of which a bare thank-you holds at least one."""

COURTESY = frozenset(
    """a aide answer au aussi avoir beaucoup bien bon bonjour bonne bonsoir c'est ca cela cette cher chere cordialement
    de day d'accord encore est et for fin fonctionne fonctionnent for from grand hello help hi infiniment it it's je
    journee l'aide la le les lot marche met mille moi monsieur madame much ok oui pour quick quickly rapide rapidement
    regards reponse reponses resolu response retour salut salutations so soiree solved tout toute tous toutes tres un
    une very vos votre vous week weekend works you your yes""".split()
)
"""Words that may stand around it without asking for anything."""

LONGEST_THANKS = 25
"""A mail of more words than this says something."""

MOST_TITLES = 4
"""Words that may stand beside the name on the first line of a signature."""

YES = frozenset({"oui", "yes", "ok", "okay", "d'accord", "accepte", "j'accepte", "approuve", "ja"})
NO = frozenset({"non", "no", "nein"})

GREETINGS = frozenset("allo bonjour bonsoir hello hi salut".split())
"""Words that begin a mail before it says anything, as far as the next comma or line."""

VALIDATES = frozenset(
    """accepte approuve approved bon confirme confirmed d'accord excellent fine fonctionne fonctionnent good j'accepte
    marche ok okay ordre oui parfait perfect regle reglee resolu resolue solved valide validee validees valides validons
    works yes""".split()
)
"""Words of which a bare yes holds at least one, when somebody is asked whether all is well."""

_END_OF_GREETING = re.compile(r"[,.!\n]")

AROUND_YES = frozenset("all en fermer le nous pouvez que".split())
"""Words that may stand around it, beside those around a thank-you."""


def fold(text: str) -> str:
    """The text in lower case without accents, ligatures spelled out, apostrophes and blanks unified."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    return "".join(filterfalse(unicodedata.combining, decomposed)).casefold()


def is_like(pattern: str, text: str) -> bool:
    """Whether the whole text matches a pattern in which `*` stands for anything; case and accents do not count."""
    first, *rest = fold(pattern).split("*")
    value = fold(text)
    if not rest:
        return value == first
    if not value.startswith(first):
        return False
    at = len(first)
    *middle, last = rest
    for piece in middle:
        found = value.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return len(value) - at >= len(last) and value.endswith(last)


def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a text, without punctuation around them."""
    return tuple(word for word in (raw.strip('.,;:!?…()[]«»"*-–—_') for raw in fold(text).split()) if word)


def is_bare_thanks(text: str, signed: str = "") -> bool:
    """Whether a mail says thank you and nothing else; `signed` is the sender's name, which may close it."""
    return _is_nothing_but(THANKS, THANKS | COURTESY | set(words_of(signed)), text)


def is_bare_yes(text: str, signed: str = "") -> bool:
    """Whether a mail says that all is well, or thank you, and nothing else; `signed` as for a thank-you."""
    wanted = VALIDATES | THANKS
    return _is_nothing_but(wanted, wanted | COURTESY | AROUND_YES | set(words_of(signed)), text)


def unsigned(text: str, name: str, earlier: Iterable[str]) -> str:
    """The text without the lines below it that begin with its author's name and that one of their `earlier` texts ends
    with, too: mail programs write them, and many put no "-- " above."""
    rows, named = _rows(text), set(words_of(name))
    at = next((at for at, row in enumerate(rows) if at and _is_name(row, named)), len(rows))
    below = rows[at:]
    return "\n".join(rows[:at]) if any(_rows(one)[-len(below) :] == below for one in earlier) else text


def _rows(text: str) -> list[str]:
    return [row.strip() for row in text.splitlines() if row.strip()]


def _is_name(row: str, named: set[str]) -> bool:
    words = words_of(row)
    return bool(named) and named <= set(words) and len(words) <= len(named) + MOST_TITLES


def _is_nothing_but(wanted: frozenset[str], allowed: frozenset[str], text: str) -> bool:
    words = words_of(text)
    if not words or len(words) > LONGEST_THANKS or "?" in text:
        return False
    return any(word in wanted for word in words) and all(word in allowed for word in words)


def says_yes(text: str) -> bool:
    """Whether the first word behind a greeting is a yes."""
    return _first_said(text) in YES


def says_no(text: str) -> bool:
    """Whether the first word behind a greeting is a no."""
    return _first_said(text) in NO


def _first_said(text: str) -> str:
    words = words_of(text)
    if words and words[0] in GREETINGS:
        at_once = not YES.isdisjoint(words[1:2]) or not NO.isdisjoint(words[1:2])
        words = words[1:] if at_once else words_of(_END_OF_GREETING.split(text.strip(), maxsplit=1)[-1])
    return words[0] if words else ""

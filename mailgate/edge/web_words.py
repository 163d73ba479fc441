"""What the web door says to a browser: small pages in French and English, without a script and without anything remote.

A page shows a queue's name and a number, never who asked for what: its link travels through pagers and their companies.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from html import escape

from mailgate.mail.dates import primary


class Standing(Enum):
    """How a page stands, for the person who opens its link."""

    WAITING = auto()  # for their word
    RECEIVED = auto()  # their word is kept, and not decided yet
    YOURS = auto()
    TAKEN = auto()
    OVER = auto()  # the request waits for nobody of the desk


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as its person may see it. `queue` is its title, `holder` who has the request ("" for nobody), `language` a
    tag as in "fr-CA", `nonce` what a button pressed on this very page sends along."""

    standing: Standing
    queue: str
    number: int
    desk: str
    language: str
    holder: str = ""
    nonce: str = ""


STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; padding: 16px 8px; background: #eef1f5; color: #1b2330; overflow-wrap: anywhere;
  font: 17px/1.5 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { box-sizing: border-box; max-width: 600px; margin: 0 auto; padding: 24px 20px 28px; background: #ffffff;
  border: 1px solid #d5dbe3; border-radius: 10px; }
h1 { margin: 0 0 8px; font-size: 23px; line-height: 1.25; }
p { margin: 0 0 16px; }
.desk { font-size: 14px; color: #566173; }
button { box-sizing: border-box; width: 100%; min-height: 56px; padding: 12px; border: 0; border-radius: 8px;
  background: #1a56b0; color: #ffffff; font: inherit; font-size: 19px; font-weight: 650; cursor: pointer; }
button:focus-visible { outline: 3px solid #e08a00; outline-offset: 2px; }
.small { margin: 16px 0 0; font-size: 14px; color: #566173; }
@media (prefers-color-scheme: dark) {
  body { background: #12161c; color: #e7eaef; }
  main { background: #1b2129; border-color: #333c48; }
  .desk, .small { color: #a7b1bf; }
}
"""

STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""By which the pages' policy knows their own style from anybody else's (CSP Level 3 §6.7.3.3)."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language. `says` is a title and a sentence for each standing; {holder} is filled in."""

    language: str
    request: str
    button: str
    aged: str
    says: Mapping[Standing, tuple[str, str]]


FRENCH = Phrases(
    "fr",
    "demande nº {number}",
    "Je m’en occupe",
    "Cette page a vieilli. Appuyez encore une fois sur le bouton.",
    {
        Standing.WAITING: ("Une demande attend quelqu’un", "Confirmez que vous l’avez vue : les autres seront avisés."),
        Standing.RECEIVED: ("C’est bien reçu", "Votre réponse est gardée. Un courriel vous dira à qui est la demande."),
        Standing.YOURS: ("La demande est à vous", "Les autres personnes appelées en sont avisées."),
        Standing.TAKEN: ("{holder} s’en occupe", "La demande est déjà prise en charge ; il n’y a rien à faire."),
        Standing.OVER: ("Il n’y a plus rien à faire", "Cette demande n’attend plus personne."),
    },
)
ENGLISH = Phrases(
    "en",
    "request no. {number}",
    "I take it",
    "This page has aged. Please press the button once more.",
    {
        Standing.WAITING: ("A request waits for somebody", "Say that you have seen it, and the others will be told."),
        Standing.RECEIVED: ("Received", "Your answer is kept. A mail will tell you who has the request."),
        Standing.YOURS: ("The request is yours", "The others who were called are told."),
        Standing.TAKEN: ("{holder} has it", "The request is taken care of; there is nothing to do."),
        Standing.OVER: ("Nothing is left to do", "This request waits for nobody any more."),
    },
)

CONSTANT = {
    400: ("Demande incompréhensible", "Bad request"),
    401: ("Qui êtes-vous ?", "Who are you?"),
    404: ("Il n’y a rien ici, ou plus rien", "There is nothing here, or nothing any more"),
    405: ("Cela ne se fait pas ici", "This cannot be done here"),
    413: ("C’est trop long", "This is too long"),
    503: ("Réessayez dans un moment", "Try again in a moment"),
}
"""The pages that say the same to everybody, by their status."""


def page_of(shown: Shown, aged: bool = False) -> str:
    """The page; `aged`: its button was pressed too long after it had been shown."""
    phrases = ENGLISH if primary(shown.language) == "en" else FRENCH
    title, sentence = (escape(text.format(holder=shown.holder)) for text in phrases.says[shown.standing])
    about = escape(f"{shown.queue} · {phrases.request.format(number=shown.number)}")
    body = (
        f'<p class="desk">{escape(shown.desk)}</p>\n<h1>{title}</h1>\n<p><strong>{about}</strong></p>\n'
        f"<p>{escape(phrases.aged) if aged else sentence}</p>\n{_button(shown, phrases)}"
    )
    return _html(phrases.language, title, body)


def constant_page(status: int) -> str:
    """What anybody gets who asks for what there is not."""
    french, english = CONSTANT[status]
    return _html("fr", french, f'<h1>{french}</h1>\n<p class="small" lang="en">{english}</p>')


def _button(shown: Shown, phrases: Phrases) -> str:
    if shown.standing is not Standing.WAITING:
        return ""
    nonce = f'<input type="hidden" name="nonce" value="{escape(shown.nonce)}">'
    return f'<form method="post">{nonce}<button type="submit">{phrases.button}</button></form>'


def _html(language: str, title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex, nofollow">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )

"""The one place where text from outside becomes text that a database, a header, a terminal and a person can bear.

A database refuses NUL and lone surrogates (hazards M21); a header must not hold anything that some program takes for
a line end (M10); a bidirectional override makes "exe.pdf" of "fdp.exe" (A14, A18). Unicode sorts the marks above and
below one letter in a time that grows with the square of their number: no letter keeps more than `MARKS` of them, which
is what streams are held to (UAX #15, Stream-Safe Text Format).
"""

from __future__ import annotations

import re
import unicodedata

MARKS = 30

_LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\u2028\u2029]")
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_INVISIBLE = re.compile(
    "[\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_COMBINING = "".join(char for char in map(chr, range(0x300, 0x1F000)) if unicodedata.combining(char))
_PILE = re.compile(f"([{_COMBINING}]{{{MARKS}}})[{_COMBINING}]+")
_MAYBE_PILE = re.compile(f"[\u0300-\u1dff\u20d0-\U0001ffff]{{{MARKS + 1}}}")  # two ranges: twenty times as fast
_SURROGATES = re.compile("[\ud800-\udfff]")
_ASCII = str.maketrans(
    {
        "«": '"',
        "»": '"',
        "“": '"',
        "”": '"',
        "„": '"',
        "‘": "'",
        "’": "'",
        "‚": "'",
        "‹": "'",
        "›": "'",
        "–": "-",
        "—": "-",
        "‑": "-",
        "−": "-",
        "•": "*",
        "·": "*",
        "…": "...",
        "→": "->",
        "×": "x",
        "œ": "oe",
        "Œ": "OE",
        "æ": "ae",
        "Æ": "AE",
        "ß": "ss",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "€": "EUR",
        "£": "GBP",
        "°": "deg",
        "№": "No",
        "\u202f": " ",
        "\u00a0": " ",
    }
)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_QUOTED_SPACES = re.compile(r"«\s*|(?<!\s)\s*»")  # behind a blank a run of them would be tried from each of its own


def clean_text(text: str) -> str:
    """Several lines: line ends become LF, tabs stay, other controls and bidirectional overrides go.

    NUL becomes U+2400 and a lone surrogate U+FFFD, so that their having been there is seen."""
    if text.isascii() and text.isprintable():  # an address, a word, a key: most of what is stored
        return text
    return _without_piles(_UNWANTED.sub(_shown, _LINE_ENDS.sub("\n", text)))


def clean_header(text: str, most: int = 998) -> str:
    """One line: every run of blanks, controls and line separators is one space; at most `most` characters."""
    if text.isascii() and text.isprintable() and "  " not in text:  # most fields are such a line already
        return shorten(text.strip(" "), most)
    if text.isprintable() and "  " not in text:  # nothing to be seen but what stays: most names and subjects
        return shorten(_without_piles(text.strip(" ")), most)
    line = _without_piles(_BLANKS.sub(" ", _INVISIBLE.sub("", text)).strip(" "))
    return shorten(_SURROGATES.sub("\ufffd", line), most)


def shorten(text: str, most: int) -> str:
    """At most `most` characters; the last is "…" when some were left out."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def to_ascii(text: str) -> str:
    """The same in ASCII for pagers: accents folded, French typography spelled out, anything else "?"."""
    if text.isascii():
        return text
    spelled = unicodedata.normalize("NFKD", _QUOTED_SPACES.sub('"', text).translate(_ASCII))
    return _NOT_ASCII.sub(lambda found: "" if unicodedata.combining(found[0]) else "?", spelled)


def _without_piles(text: str) -> str:
    """The text with at most `MARKS` combining marks in a row."""
    marked = not text.isascii() and _MAYBE_PILE.search(text) is not None and any(map(unicodedata.combining, text))
    return _PILE.sub(r"\1", text) if marked else text


def _shown(found: re.Match[str]) -> str:
    char = found[0]
    if char == "\0":
        return "\u2400"
    return "\ufffd" if "\ud800" <= char <= "\udfff" else ""

"""What of an HTML mail its reader can see: words as small as nothing, or in the colour of what is behind them, are not
seen, and nobody can be made to say what they cannot see (hazards A27).

Sizes and colours are inherited: newsletters set the size 0 on the cell around every paragraph, and white words stand on
something dark. Where a style sheet may have painted the ground, white words are doubtful: they are read, but no line of
them is a command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache

_SIZE = re.compile(r"(?<![-\w])font-size\s*:\s*([0-9]{0,6}\.?[0-9]{0,6})\s*([a-z%]*)", re.IGNORECASE)
_FONT = re.compile(r"(?<![-\w])font\s*:\s*0", re.IGNORECASE)
_INK = re.compile(r"(?<![-\w])color\s*:\s*([^;!]{1,60})", re.IGNORECASE)
_PAPER = re.compile(r"(?<![-\w])background(?:-color)?\s*:\s*([^;!]{1,200})", re.IGNORECASE)
_HEX = re.compile(r"#([0-9a-f]{6}|[0-9a-f]{3})(?![0-9a-f])", re.IGNORECASE)
_RGB = re.compile(
    r"rgba?\(\s{0,9}([0-9]{1,3})[\s,]{1,9}([0-9]{1,3})[\s,]{1,9}([0-9]{1,3})(?:[\s,/]{1,9}([0-9.]{1,9}))?",
    re.IGNORECASE,
)
_BODY = re.compile(r"<body\b([^<>]{0,4000})>", re.IGNORECASE)
_LOOKS = re.compile(r"""(style|bgcolor|text)\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_RELATIVE = frozenset(("em", "%", "ex"))
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_NAMED = {"white": _WHITE, "black": _BLACK, "snow": (255, 250, 250), "ivory": (255, 255, 240)}
_NEAR = 20
_Colour = tuple[int, int, int]


class Sight(Enum):
    """Whether words are seen."""

    CLEAR = auto()
    DOUBTFUL = auto()
    HIDDEN = auto()


@dataclass(frozen=True, slots=True)
class Look:
    """How words look: `ink` None for a colour that nobody said, `paper` for an unknown one of what is behind them."""

    tiny: bool = False
    ink: _Colour | None = None
    paper: _Colour | None = _WHITE
    clear: bool = False

    @property
    def sight(self) -> Sight:
        """Whether such words are seen."""
        if self.tiny or self.clear or (self.ink and self.paper and _near(self.ink, self.paper)):
            return Sight.HIDDEN
        white = self.ink is not None and _near(self.ink, _WHITE)
        return Sight.DOUBTFUL if white and self.paper is None else Sight.CLEAR


@dataclass(frozen=True, slots=True)
class Style:
    """What one element says of its looks; None for what it leaves as it is, "?" for what cannot be told."""

    tiny: bool | None = None
    ink: _Colour | str | None = None
    paper: _Colour | str | None = None


def first_look(html: str) -> Look:
    """How words look that no element says anything of."""
    low = html.lower()
    begin = low.find("<style")
    painted = begin >= 0 and "background" in low[begin : max(low.rfind("</style"), begin + 1000)]
    body = _BODY.search(html)
    return dressed(Look(paper=None) if painted else Look(), _of_body(body[1]) if body else {})


def _of_body(attributes: str) -> dict[str, str | None]:
    names = {"text": "data-ink", "bgcolor": "data-paper", "style": "data-look"}
    return {names[found[1].lower()]: found[2] or found[3] or found[4] for found in _LOOKS.finditer(attributes)}


def concerns_looks(style: str) -> bool:
    """Whether a style says anything about sizes and colours."""
    return _style(style) != Style()


def dressed(look: Look, attributes: Mapping[str, str | None]) -> Look:
    """The looks within an element that has these attributes. A link has a colour of its own."""
    if not attributes:
        return look
    style, ink, paper = (attributes.get(name) for name in ("data-look", "data-ink", "data-paper"))
    if "data-href" in attributes:
        look = replace(look, ink=None)
    if paper:
        look = _worn(look, Style(paper=_colour(paper)))
    if ink:
        look = _worn(look, Style(ink=_colour(ink)))
    return _worn(look, _style(style)) if style else look


def _worn(look: Look, style: Style) -> Look:
    if style.tiny is not None:
        look = replace(look, tiny=style.tiny)
    if style.ink == "transparent":
        look = replace(look, clear=True)
    elif style.ink is not None:
        look = replace(look, ink=None if isinstance(style.ink, str) else style.ink, clear=False)
    if style.paper is not None and style.paper != "transparent":
        look = replace(look, paper=None if isinstance(style.paper, str) else style.paper)
    return look


@lru_cache(maxsize=1024)
def _style(style: str) -> Style:
    ink, paper = _INK.search(style), _PAPER.search(style)
    return Style(
        _tiny(style),
        _colour(ink[1]) if ink else None,
        _colour(paper[1]) if paper else None,
    )


def _tiny(style: str) -> bool | None:
    """Whether words are as small as nothing; a size that is relative to nothing is still nothing."""
    if _FONT.search(style):
        return True
    found = _SIZE.search(style)
    if found is None:
        return None
    unit = found[2].lower()
    size = float(found[1]) if found[1].strip(".") else None
    if size is not None and (size == 0 or (unit in ("px", "pt") and size <= 1)):
        return True
    return None if unit in _RELATIVE or unit in ("inherit", "larger", "smaller") else False


def _colour(value: str) -> _Colour | str | None:
    """A colour, "transparent", None for that of what is around, "?" for any other."""
    value = value.strip().lower()
    if "url(" in value or "gradient" in value:
        return "?"
    if found := _RGB.search(value):
        opaque = found[4] is None or found[4].strip(".0") != ""
        return (int(found[1]), int(found[2]), int(found[3])) if opaque else "transparent"
    if found := _HEX.search(value):
        digits = found[1] if len(found[1]) == 6 else "".join(2 * one for one in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    word = value.split()[0] if value else ""
    if word in ("inherit", "initial", "unset", "none", "windowtext", "currentcolor", "auto"):
        return None
    return word if word == "transparent" else _NAMED.get(word, "?")


def _near(one: _Colour, other: _Colour) -> bool:
    return all(abs(a - b) <= _NEAR for a, b in zip(one, other, strict=True))

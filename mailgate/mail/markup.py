"""HTML from a stranger, rewritten in one pass into the few tags that its words need.

An HTML parser behind this sees only what is written here: no comments, no raw text elements, no formatting elements
(whose reconstruction multiplies nodes), no attribute but the few below, and every other "<" escaped. So the depth
counted here is at least the depth the parser will build, and hostile markup never reaches it (hazards M11 to M13).
Every pattern stops at the next "<", which makes the pass linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape, unescape

from mailgate.mail.sight import concerns_looks

_NEXT = re.compile(
    r"<(?:(?P<comment>!--)"
    r"|[!?][^<>]*>"
    r"|(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:_-]{0,40}+)(?![@.])"
    r"(?P<inside>(?:(?>[^\"'<>]|\"[^\"<]*\"|'[^'<]*'))*+|[^<>]*)>)"
)
_ATTRIBUTE = re.compile(r"""([^\s"'=<>/]{1,64})(?:\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all"
    r"|(?<![-\w])opacity\s*:\s*(?:0(?:\.0{1,9})?|\.0{1,9})(?![.0-9])"
    r"|max-height\s*:\s*0(?![.0-9])|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01]"
    r"|(?:text-indent|(?<![-\w])left|(?<![-\w])top)\s*:\s*-[0-9]{3,9}",
    re.IGNORECASE,
)
_LETTERHEAD = re.compile(
    r"border:\s*none;\s*border-top:\s*solid\s[^;]{1,30};\s*padding:\s*3|border-top-color:\s*rgb\(229, 229, 229\)",
    re.IGNORECASE,
)
_BORDERLESS = re.compile(r"border(?:-left)?\s*:\s*(?:medium\s*)?none", re.IGNORECASE)
_CID = re.compile(r"\s*cid:", re.IGNORECASE)
_ENDLESS_NUMBER = re.compile(r"&#[0-9]{4000,}+;?")
"""A character's number of more digits than Python reads (4300): no character has it."""
_BLOCKS = frozenset(
    "address article aside blockquote center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr li main nav"
    " ol p pre section table tbody td tfoot th thead tr ul br".split()
)
_INLINE = frozenset(
    "a abbr b big cite code del em font i ins kbd label mark q s samp small span strike strong sub sup tt u var".split()
)
_KEPT = {**{name: name for name in (*_BLOCKS, "img")}, **dict.fromkeys(_INLINE, "span")}
_STYLES = {"hidden": _UNSEEN, "data-letterhead": _LETTERHEAD, "data-borderless": _BORDERLESS}
_COLOURS = {"color": "data-ink", "bgcolor": "data-paper"}
_CLOSE_THEMSELVES = frozenset(("br", "hr", "img", "p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot"))
_RAW = frozenset(("script", "style", "title", "template", "noscript", "object", "svg", "math"))
_LONGEST_TAG = 4096


@dataclass(frozen=True, slots=True)
class Markup:
    """The rewritten HTML, an upper bound of its depth, how many tags it has, and its words without them."""

    html: str
    depth: int
    tags: int
    words: str


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    closing: bool
    attributes: str = ""

    def __str__(self) -> str:
        return f"</{self.name}>" if self.closing else f"<{self.name}{self.attributes}>"


def simplify(html: str) -> Markup:
    """Rewrite `html`; linear in its length whatever it holds."""
    tokens = list(_tokens(html))
    words = "".join(_word(token) for token in tokens)
    tags = sum(not isinstance(token, str) for token in tokens)
    return Markup("".join(map(str, tokens)), _depth(tokens), tags, unescape(_ENDLESS_NUMBER.sub("\ufffd", words)))


def _tokens(html: str) -> Iterator[_Tag | str]:
    """Tags that are kept, and the text between them; text still has its entities."""
    endless: set[str] = set()
    position = 0
    while found := _NEXT.search(html, position):
        yield _escaped(html[position : found.start()])
        position = found.end()
        ending = _ending(found)
        if ending and ending not in endless:
            position, missing = _skip(html, position, ending)
            endless.update([ending] if missing else [])
        elif found["name"]:
            yield from _tag(found)
    yield _escaped(html[position:])


def _ending(found: re.Match[str]) -> str:
    """What ends the comment or raw element that begins here, or ""."""
    if found["comment"]:
        return "--"
    name = (found["name"] or "").lower()
    return f"</{name}" if name in _RAW and not found["close"] else ""


def _skip(html: str, position: int, ending: str) -> tuple[int, bool]:
    """Behind `ending` and its ">"; without one nothing is skipped, and it need not be looked for again."""
    found = re.compile(re.escape(ending) + "[^<>]*>?", re.IGNORECASE).search(html, position)
    return (found.end(), False) if found else (position, True)


def _tag(found: re.Match[str]) -> Iterator[_Tag]:
    name = found["name"].lower()
    kept = _KEPT.get(name)
    if kept is None:
        return
    closing, inside = bool(found["close"]), found["inside"]
    attributes = "" if closing or not inside else "".join(_attributes(inside))
    if name != "img" or "data-cid" in attributes:
        yield _Tag(kept, closing, attributes) if attributes else _bare(kept, closing)


@cache
def _bare(name: str, closing: bool) -> _Tag:
    """A tag without attributes, made once: most are."""
    return _Tag(name, closing)


def _attributes(inside: str) -> Iterator[str]:
    for found in _ATTRIBUTE.finditer(inside[:_LONGEST_TAG]):
        name, value = found[1].lower(), unescape(found[2] or found[3] or found[4] or "")
        if name == "hidden":
            yield " hidden"
        elif name == "style":
            yield from (f" {meaning}" for meaning, style in _STYLES.items() if style.search(value))
            if concerns_looks(value):
                yield f' data-look="{escape(value)}"'
        elif name == "src" and (cid := _CID.match(value)):
            yield f' data-cid="{escape(value[cid.end() :].strip())}"'
        elif name == "href":
            yield f' data-href="{escape(value)}"'
        elif name in _COLOURS:
            yield f' {_COLOURS[name]}="{escape(value)}"'
        elif name in ("class", "id", "type"):
            yield f' {name}="{escape(value)}"'


def _depth(tokens: list[_Tag | str]) -> int:
    """The most elements open at once. A closing tag counts only where one of its name is open."""
    open_by_name: dict[str, int] = {}
    depth = deepest = 0
    for token in tokens:
        if isinstance(token, str) or token.name in _CLOSE_THEMSELVES:
            continue
        count = open_by_name.get(token.name, 0)
        step = -1 if token.closing else 1
        if count + step >= 0:
            open_by_name[token.name] = count + step
            depth += step
            deepest = max(deepest, depth)
    return deepest


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;")


def _word(token: _Tag | str) -> str:
    if isinstance(token, str):
        return token
    return "\n" if token.name in _BLOCKS else ""

"""An HTML mail as text that reads like a plain one: paragraphs, lists, ">" before quotes, links spelled out.

What is hidden from the eye is left out: nobody can be made to say what they cannot see (hazards A27).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailgate.mail import limits
from mailgate.mail.markup import simplify

_SPACES = re.compile(r"[ \t\n\r\f]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_RULE = "_" * 32
_PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre", "blockquote", "dl"))
_LINES = frozenset("address article aside center dd div dt fieldset footer form header li main nav section tr".split())
_ANSWERED_IDS = frozenset(
    ("divRplyFwdMsg", "appendonsend", "OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container")
)
_ANSWERED_CLASSES = frozenset(("yahoo_quoted", "protonmail_quote", "zmail_extra"))
_LONGEST_LINK = 200
_DEEPEST_QUOTE = 20


@dataclass(slots=True)
class _Page:
    """Text under construction: finished lines, and the pieces of the line being written."""

    lines: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    quotes: int = 0
    pre: int = 0
    own: int | None = None

    def write(self, text: str) -> None:
        if self.pre:
            self._write_as_is(text)
            return
        text = _SPACES.sub(" ", text)
        if not self.pieces or self.pieces[-1].endswith(" "):
            text = text.lstrip(" ")
        if text:
            self.pieces.append(text)

    def _write_as_is(self, text: str) -> None:
        *whole, last = text.split("\n")
        for line in whole:
            self.pieces.append(line)
            self.end_line(force=True)
        self.pieces.extend([last] if last else [])

    def end_line(self, force: bool = False) -> None:
        line = "".join(self.pieces)
        if line.strip() or force:
            marks = ">" * min(self.quotes, _DEEPEST_QUOTE) + " " if self.quotes else ""
            self.lines.append((marks + line).rstrip())
        self.pieces.clear()

    def gap(self) -> None:
        """One blank line, however many blocks begin or end here."""
        self.end_line()
        while self.lines and not self.lines[-1].strip("> "):
            self.lines.pop()
        if self.lines:
            self.end_line(force=True)

    def answer(self) -> None:
        """What follows is the mail being answered, if anything was said before."""
        self.end_line()
        if self.own is None and any(line.strip("> _") for line in self.lines):
            self.own = len(self.lines)


@dataclass(frozen=True, slots=True)
class Reading:
    """All the words of an HTML mail, and those above what its program marked as the mail being answered (all of them
    when nothing is above)."""

    whole: str
    own: str


def read(html: str) -> Reading:
    """Read at most `limits.TEXT_CHARS` characters of HTML; what is too deep or too finely cut has no structure."""
    markup = simplify(html[: limits.TEXT_CHARS])
    if markup.depth > limits.HTML_DEPTH or markup.tags > limits.HTML_TAGS:
        words = _tidy(markup.words.split("\n"))
        return Reading(words, words)
    page = _Page()
    for node, entering in _walk(LexborHTMLParser(markup.html).body):
        _enter(page, node) if entering else _leave(page, node)
    page.end_line()
    return Reading(_tidy(page.lines), _tidy(page.lines[: page.own]))


def to_text(html: str) -> str:
    """All the words of an HTML mail."""
    return read(html).whole


def _tidy(lines: list[str]) -> str:
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")


def _walk(body: LexborNode | None) -> Iterator[tuple[LexborNode, bool]]:
    """Every visible node twice, on entering and on leaving, without recursion."""
    stack: list[tuple[LexborNode, bool]] = [(body, True)] if body is not None else []
    while stack:
        node, entering = stack.pop()
        if entering and "hidden" in node.attributes:
            continue
        yield node, entering
        if entering:
            stack.append((node, False))
            stack.extend((child, True) for child in reversed(list(node.iter(include_text=True))))


def _answered(node: LexborNode) -> bool:
    if not node.is_element_node:
        return False
    classes = (node.attributes.get("class") or "").split()
    return node.id in _ANSWERED_IDS or not _ANSWERED_CLASSES.isdisjoint(classes)


def _enter(page: _Page, node: LexborNode) -> None:
    name = node.tag or ""
    if _answered(node):
        page.answer()
    if name == "-text":
        page.write(node.text_content or "")
    elif name == "br":
        page.end_line(force=True)
    elif name == "hr":
        page.gap()
        page.write(_RULE)
        page.end_line()
    elif name in ("td", "th"):
        page.write(" ")
    else:
        _begin_block(page, name)


def _begin_block(page: _Page, name: str) -> None:
    if name in _PARAGRAPHS:
        page.gap()
    elif name in _LINES:
        page.end_line()
    if name == "li":
        page.write("- ")
    page.quotes += name == "blockquote"
    page.pre += name == "pre"


def _leave(page: _Page, node: LexborNode) -> None:
    name = node.tag or ""
    if name in _PARAGRAPHS or name in _LINES:
        page.end_line()
    page.quotes -= name == "blockquote"
    page.pre -= name == "pre"
    if name in _PARAGRAPHS:
        page.gap()
    elif name == "span":
        page.write(_link(node, "".join(page.pieces[-3:])))


def _link(node: LexborNode, words: str) -> str:
    """Where a link goes, unless its own words say so."""
    target = (node.attributes.get("data-href") or "").strip()
    if not target.startswith(("http://", "https://")) or len(target) > _LONGEST_LINK:
        return ""
    return "" if target.rstrip("/") in words else f" <{target}>"

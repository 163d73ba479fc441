"""An HTML mail as text that reads like a plain one: paragraphs, lists, rows of tables, ">" before quotes, links
spelled out.

What is hidden from the eye is left out: nobody can be made to say what they cannot see (hazards A27). Where a mail
program marks in its HTML what is answered, the mark is used, because it says so in every language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailgate.mail import limits
from mailgate.mail.markup import simplify
from mailgate.mail.page import Page, Reading, tidy
from mailgate.mail.sight import Look, Sight, dressed, first_look
from mailgate.mail.signed import is_signature

__all__ = ["Reading", "read"]

_RULE = "-" * 32
_ANSWERED_IDS = frozenset(
    ("divRplyFwdMsg", "appendonsend", "OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container")
)
_ANSWERED_CLASSES = frozenset(("yahoo_quoted",))
_QUOTING_CLASSES = frozenset(
    "gmail_quote gmail_quote_container gmail_attr moz-cite-prefix protonmail_quote zmail_extra".split()
)
_LONGEST_LINK = 200
_SIGN = re.compile("[#＃]")
_Steps = tuple[Callable[[Page], None], Callable[[Page], None]]


def read(html: str) -> Reading:
    """Read at most `limits.TEXT_CHARS` characters of HTML; what is too deep or too finely cut has no structure."""
    markup = simplify(html[: limits.TEXT_CHARS])
    if markup.depth > limits.HTML_DEPTH or markup.tags > limits.HTML_TAGS:
        words = tidy(markup.words.split("\n"))
        return Reading(words, words)
    body, look = LexborHTMLParser(markup.html).body, first_look(html[: limits.TEXT_CHARS])
    reading, unseen = _read(body, look, Sight.HIDDEN)
    if reading.own or not unseen:
        return reading
    everything, _ = _read(body, look, None)
    return everything


def _read(body: LexborNode | None, look: Look, left_out: Sight | None) -> tuple[Reading, bool]:
    """The page, and whether something on it was left out. Words that may not be seen are no commands."""
    page, unseen = Page(), False
    for node, entering, looks in _walk(body, look):
        sight = looks.sight if node.tag == "-text" else Sight.CLEAR
        if not entering:
            _leave(page, node)
        elif sight is Sight.CLEAR:
            _enter(page, node)
        elif sight is not left_out and not looks.tiny:
            page.write(_SIGN.sub("# ", node.text_content or ""))
        else:
            unseen = unseen or not looks.tiny
    return page.finish(), unseen


def _walk(body: LexborNode | None, look: Look) -> Iterator[tuple[LexborNode, bool, Look]]:
    """Every node that is shown twice, on entering and on leaving, with its looks, without recursion."""
    stack: list[tuple[LexborNode, bool, Look]] = [(body, True, look)] if body is not None else []
    while stack:
        node, entering, around = stack.pop()
        attributes = node.attributes if entering else {}
        if "hidden" in attributes:
            continue
        within = dressed(around, attributes)
        yield node, entering, within
        if entering:
            stack.append((node, False, within))
            stack.extend((child, True, within) for child in reversed(list(node.iter(include_text=True))))


def _enter(page: Page, node: LexborNode) -> None:
    name = node.tag or ""
    if name == "-text":
        page.write(node.text_content or "")
        return
    _mark(page, node)
    if name == "img":
        page.show(node.attributes.get("data-cid") or "")
    begin, _ = _steps(node, name)
    begin(page)


def _leave(page: Page, node: LexborNode) -> None:
    name = node.tag or ""
    _, end = _steps(node, name)
    end(page)
    if page.signed.open and is_signature(node.attributes):
        page.signature(begins=False)
    if name == "span":
        page.write(_link(node, page.words_before()))


def _steps(node: LexborNode, name: str) -> _Steps:
    if name == "blockquote" and not _is_quote(node):
        return _STEPS["p"]
    return _STEPS.get(name, _NOTHING)


def _mark(page: Page, node: LexborNode) -> None:
    """Tell the page where a mail program says that the mail being answered begins."""
    attributes = node.attributes
    classes = (attributes.get("class") or "").split()
    if attributes.get("id") in _ANSWERED_IDS or not _ANSWERED_CLASSES.isdisjoint(classes):
        page.answer()
    elif "data-letterhead" in attributes:
        page.letterhead()
    elif is_signature(attributes):
        page.signature(begins=True)
    elif node.tag != "blockquote" and not _QUOTING_CLASSES.isdisjoint(classes):
        page.attribution()


def _is_quote(node: LexborNode) -> bool:
    """Some programs indent with the element of quotes, and take its border away."""
    attributes = node.attributes
    return "data-borderless" not in attributes or "type" in attributes or "class" in attributes


def _link(node: LexborNode, words: str) -> str:
    """Where a link goes, unless its own words say so."""
    target = (node.attributes.get("data-href") or "").strip()
    if not target.startswith(("http://", "https://")) or len(target) > _LONGEST_LINK:
        return ""
    return "" if target.rstrip("/") in words else f" <{target}>"


def _nothing(_page: Page) -> None:
    """What an element does that only holds words."""


def _line(page: Page) -> None:
    page.block(gap=False)


def _paragraph(page: Page) -> None:
    page.block(gap=True)


_NOTHING: _Steps = (_nothing, _nothing)
_STEPS: dict[str, _Steps] = {
    **dict.fromkeys("p h1 h2 h3 h4 h5 h6 table dl".split(), (_paragraph, _paragraph)),
    **dict.fromkeys(
        "address article aside center dd div dt fieldset footer form header main nav section".split(), (_line, _line)
    ),
    "br": (Page.break_line, _nothing),
    "hr": (lambda page: page.rule(_RULE), _nothing),
    "tr": (Page.begin_row, Page.end_row),
    **dict.fromkeys(("td", "th"), (Page.begin_cell, Page.end_cell)),
    "ul": (lambda page: page.begin_list(ordered=False), Page.end_list),
    "ol": (lambda page: page.begin_list(ordered=True), Page.end_list),
    "li": (Page.begin_item, Page.end_item),
    "blockquote": (Page.begin_quote, Page.end_quote),
    "pre": (Page.begin_pre, Page.end_pre),
}
"""What each element of a page does when it begins and when it ends."""

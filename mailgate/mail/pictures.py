"""Which pictures of a mail only decorate it: the logos of signatures, once more in every quote, and what a quoted mail
showed.

A screenshot that somebody pastes is named by the text just like a logo, and differs only by its size and by where it
stands. So a picture between one's own words is an attachment when it is larger than signatures have them, and when in
doubt it is one: a logo too many costs a glance, a missing screenshot a call.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote

from mailgate.mail import html, limits
from mailgate.mail.parts import Part, leaves

_NAMED = re.compile(r"""cid:([^\s"'<>\[\]()]{1,998})""", re.IGNORECASE)
_MADE_UP_NAME = re.compile(r"(?:image|outlook-|~wrd)[\w-]{0,40}\.(?:png|gif|jpe?g|bmp)", re.IGNORECASE)
_MOST_OCTETS = 32 * 1024


@dataclass(slots=True)
class Decoration:
    """The pictures that decorate one mail: `named` are the Content-IDs in its words, `pages` its HTML, `related` the
    leaves that come with it. Pictures that came before are remembered, to know the same one again."""

    named: frozenset[str]
    pages: tuple[str, ...]
    related: frozenset[Part]
    _seen: set[bytes] = field(default_factory=set)
    _between_own_words: frozenset[str] | None = None

    @classmethod
    def of(cls, mail: Part, shown: Collection[Part]) -> Decoration:
        """What decorates a mail that shows these leaves as its words."""
        texts = list(_within_cap(part for part in leaves(mail) if part in shown))
        named = (unquote(unescape(name)) for _, text in texts for name in _NAMED.findall(text))
        pages = tuple(text for part, text in texts if part.content_type == "text/html")
        return cls(frozenset(named), pages, frozenset(_related(mail)))

    def includes(self, part: Part, octets: bytes) -> bool:
        """Whether this leaf is no more than decoration; asked once for each, in order."""
        if not part.content_type.startswith("image/"):
            return False
        digest = hashlib.sha256(octets).digest()
        again = digest in self._seen
        self._seen.add(digest)
        return again or self._decorates(part, len(octets))

    def _decorates(self, part: Part, size: int) -> bool:
        small = size <= _MOST_OCTETS
        if part.content_id in self.named:
            return small or not self._is_between_own_words(part.content_id)
        if not small or part.disposition.word == "attachment":
            return False
        left_over = bool(part.content_id) and _MADE_UP_NAME.fullmatch(part.given_name) is not None
        return left_over or (part in self.related and bool(self.pages))

    def _is_between_own_words(self, content_id: str) -> bool:
        if self._between_own_words is None:
            self._between_own_words = frozenset().union(*(html.read(page).pictures for page in self.pages))
        return content_id in self._between_own_words


def _within_cap(parts: Iterable[Part]) -> Iterator[tuple[Part, str]]:
    """The leaves with their text, all of it together within the cap."""
    room = limits.TEXT_CHARS
    for part in parts:
        text = part.text()[:room]
        room -= len(text)
        yield part, text


def _related(part: Part) -> Iterator[Part]:
    """The leaves that come with a text which they are to be shown in."""
    if part.content_type == "multipart/related":
        for child in part.children[1:]:
            yield from leaves(child)
    for child in part.children:
        yield from _related(child)

"""The text of an HTML mail while it is written, line by line.

Within a cell of a table, or an item of a list, the end of a paragraph breaks the line only when more words follow in
the same cell: Word puts every cell's words into a paragraph, and a row is still one line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mailgate.mail.signed import Signed

_SPACES = re.compile(r"[ \t\n\r\f]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_DEEPEST_QUOTE = 20
_DEEPEST_LIST = 10
_FIELD = re.compile(r"[^:：]{1,40}[:：]")
_FIELDS_OF_LETTERHEAD = 3
_LINES_OF_LETTERHEAD = 8
_LINES_OF_ATTRIBUTION = 3
_MOST_LETTERHEADS = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """All the words of an HTML mail, and those above what its program marked as the mail being answered (all of them
    when nothing is above). `pictures` are the Content-IDs of those shown between one's own words."""

    whole: str
    own: str
    pictures: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the mail that is shown on some line: by its Content-ID, and in a quote or not."""

    content_id: str
    line: int
    quoted: bool


@dataclass(slots=True)
class _Quote:
    """Where something begins that looks like the mail being answered, and whether quoted words came since."""

    line: int
    begun: bool = False
    words: int = 0


@dataclass(slots=True)
class Page:
    """Finished lines, and the pieces of the line being written."""

    lines: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _break: int = 0  # that is due before the next words: 1 ends the line, 2 leaves a blank one
    _quotes: int = 0
    _fresh: bool = False  # a quote in which no words stand yet
    _pre: int = 0
    _cells: list[bool] = field(default_factory=list)  # that are open, and whether words stood outside each
    _said: bool = False  # words, in the innermost cell
    _empty: bool = False  # a no-break blank stands on the line: how editors keep an empty one
    _says: bool = False  # anything at all on a finished line, beside rules and marks
    _rows: list[int | None] = field(default_factory=list)  # where each open row has its first words
    _lists: list[int | None] = field(default_factory=list)  # the last number of each open list
    _answered: int | None = None
    _letterheads: list[int] = field(default_factory=list)
    _quote: _Quote | None = None
    signed: Signed = field(default_factory=Signed)

    def write(self, text: str) -> None:
        """Add words; any blanks are one space, except in preformatted text."""
        words = text if self._pre else _SPACES.sub(" ", text)
        if not words.strip():
            self._space(words)
            return
        self._due()
        self._said, self._fresh = True, False
        self._begin_rows()
        if self._pre:
            self._write_as_is(words)
        else:
            ready = not self._pieces or self._pieces[-1].endswith(" ")
            self._pieces.append(words.lstrip(" ") if ready else words)

    def words_before(self) -> str:
        """The last words on this line."""
        return "".join(self._pieces[-3:])

    def break_line(self) -> None:
        """End the line, even an empty one."""
        self._due()
        self._end_line(force=True)

    def block(self, gap: bool) -> None:
        """A block begins or ends: a new line, with a blank one between when there is a `gap`."""
        if not self._cells:
            self._gap() if gap and not self._fresh else self._end_line()
        elif self._said:
            self._break = max(self._break, 1 + gap)

    def rule(self, text: str) -> None:
        self._break = 0
        self._gap()
        self._pieces.append(text)
        self._end_line()

    def begin_row(self) -> None:
        self.block(gap=False)
        self._rows.append(None)

    def end_row(self) -> None:
        self._rows.pop()
        self.block(gap=False)

    def begin_cell(self) -> None:
        """A cell stands beside the last one, or under it when that has several lines."""
        first = self._rows[-1] if self._rows else None
        if first is not None and len(self.lines) > first:
            self._end_line()
        elif not self._break:
            self._space(" ")
        self._open()

    def end_cell(self) -> None:
        self._said |= self._cells.pop()
        self._break = 0

    def begin_list(self, ordered: bool) -> None:
        self.block(gap=not self._lists)
        self._lists.append(0 if ordered else None)

    def end_list(self) -> None:
        self._lists.pop()
        self.block(gap=not self._lists)

    def begin_item(self) -> None:
        self.block(gap=False)
        last = self._lists[-1] if self._lists else None
        if last is not None:
            self._lists[-1] = last + 1
        indent = "  " * min(len(self._lists) - 1, _DEEPEST_LIST)
        self._due()
        if any(piece.strip() for piece in self._pieces):
            self._end_line()
        self._pieces.append(indent + ("- " if last is None else f"{last + 1}. "))
        self._open()

    def end_item(self) -> None:
        self.end_cell()
        self._said = True
        self.block(gap=False)

    def begin_quote(self) -> None:
        self._due()
        self._gap()
        self._quotes += 1
        self._fresh = True

    def end_quote(self) -> None:
        self._break = 0
        self._end_line()
        self._quotes -= 1
        self._fresh = False
        self._gap()

    def begin_pre(self) -> None:
        self._due()
        self._gap()
        self._pre += 1

    def end_pre(self) -> None:
        self._end_line()
        self._pre -= 1
        self._gap()

    def show(self, content_id: str) -> None:
        """A picture of the mail stands here."""
        self.pictures.append(Picture(content_id, len(self.lines), self._quotes > 0))

    def answer(self) -> None:
        """What follows is the mail being answered, if anything was said before."""
        self._end_line()
        if self._answered is None and self._says:
            self._answered = len(self.lines)

    def letterhead(self) -> None:
        """What follows stands where Word puts the header block of the mail being answered."""
        self._end_line()
        if self._says and len(self._letterheads) < _MOST_LETTERHEADS:
            self._letterheads.append(len(self.lines))

    def signature(self, begins: bool) -> None:
        """What is marked as the writer's signature begins, if anything was said before, or ends."""
        self._end_line()
        if not begins:
            self.signed.end(len(self.lines))
        elif self._says and not self._quotes:
            self.signed.begin(len(self.lines))

    def attribution(self) -> None:
        """What follows may be an attribution and then a quote, which together are the mail being answered unless words
        come behind them."""
        self._end_line()
        if self._quote is None and self._says:
            self._quote = _Quote(len(self.lines))

    def finish(self) -> Reading:
        """What was written."""
        self._break = 0
        self._end_line()
        ends = [self._answered, *(line for line in self._letterheads if self._is_letterhead(line))]
        if self._quote is not None and self._quote.begun:
            ends.append(self._quote.line)
        own = min((end for end in ends if end is not None), default=len(self.lines) + 1)
        shown = (picture for picture in self.pictures if picture.line < own and not picture.quoted)
        return Reading(
            tidy(self.lines),
            tidy(self.signed.set_apart(self.lines[:own])),
            frozenset(picture.content_id for picture in shown),
        )

    def _begin_rows(self) -> None:
        """Here are the first words of every open row that had none."""
        for index in range(len(self._rows) - 1, -1, -1):
            if self._rows[index] is not None:
                break
            self._rows[index] = len(self.lines)

    def _open(self) -> None:
        self._cells.append(self._said)
        self._said = False

    def _due(self) -> None:
        """Break the line when that is due."""
        due, self._break = self._break, 0
        if due:
            self._gap() if due > 1 else self._end_line()

    def _space(self, blanks: str) -> None:
        if self._pre:
            self._write_as_is(blanks)
        elif "\u00a0" in blanks and self._break:
            self._break = 2
        elif "\u00a0" in blanks and not self._pieces:
            self._empty = True
        elif blanks and self._pieces and not self._break and not self._pieces[-1].endswith(" "):
            self._pieces.append(" ")

    def _write_as_is(self, text: str) -> None:
        *whole, last = text.split("\n")
        for line in whole:
            self._pieces.append(line)
            self._end_line(force=True)
        self._pieces.extend([last] if last else [])

    def _end_line(self, force: bool = False) -> None:
        line = "".join(self._pieces)
        if line.strip() or force or self._empty:
            marks = ">" * min(self._quotes, _DEEPEST_QUOTE) + " " if self._quotes else ""
            self._watch(line)
            self.lines.append((marks + line).rstrip())
            self._says = self._says or bool(line.strip("> _-"))
        self._pieces.clear()
        self._empty = False

    def _watch(self, line: str) -> None:
        """Forget what looked like the mail being answered when words stand behind it that nobody marked as quoted."""
        if self._quote is None or not line.strip():
            return
        if self._quotes:
            self._quote.begun = True
            return
        self._quote.words += 1
        if self._quote.begun or self._quote.words > _LINES_OF_ATTRIBUTION:
            self._quote = None

    def _gap(self) -> None:
        """One blank line, however many blocks begin or end here."""
        self._end_line()
        while self.lines and not self.lines[-1].strip("> "):
            self.lines.pop()
        if self.lines:
            self._end_line(force=True)

    def _is_letterhead(self, at: int) -> bool:
        """Whether several fields follow, in whatever language."""
        below = [line for line in self.lines[at : at + 2 * _LINES_OF_LETTERHEAD] if line][:_LINES_OF_LETTERHEAD]
        return sum(_FIELD.match(line) is not None for line in below) >= _FIELDS_OF_LETTERHEAD


def tidy(lines: list[str]) -> str:
    """The lines as a text with at most one blank line in a row, and none around."""
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")

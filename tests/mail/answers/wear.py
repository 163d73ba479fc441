"""What keyboards, correction and editors do to a line with a command; its meaning is the same."""

from __future__ import annotations

from collections.abc import Callable

from tests.mail.answers.said import Block

Wear = Callable[[str], str]


def as_typed(line: str) -> str:
    return line


def capital(line: str) -> str:
    """A telephone begins sentences with a capital."""
    return f"#{line[1].upper()}{line[2:]}"


def shouted(line: str) -> str:
    """The whole word in capitals."""
    word, blank, rest = line.partition(" ")
    return f"{word.upper()}{blank}{rest}"


def no_break(line: str) -> str:
    """An HTML editor keeps its blanks."""
    return line.replace(" ", "\u00a0", 1)


def narrow(line: str) -> str:
    """French correction puts narrow no-break blanks, here before a colon."""
    word, blank, rest = line.partition(" ")
    return f"{word}\u202f:\u00a0{rest}" if blank else line


def invisible(line: str) -> str:
    """Zero-width blanks around a word that was completed."""
    word, blank, rest = line.partition(" ")
    return f"\u200b{word}\u200b{blank}{rest}"


def trailing(line: str) -> str:
    """Two blanks become a full stop, and one stays."""
    return f"{line}. " if not line.endswith(".") else f"{line} "


def bare(line: str) -> str:
    """No accents on this keyboard: only the word is a command's."""
    word, blank, rest = line.partition(" ")
    return f"{word.replace('é', 'e')}{blank}{rest}"


def indented(line: str) -> str:
    """A blank before, from where the line was copied."""
    return f" \u00a0{line}"


WEARS: tuple[Wear, ...] = (as_typed, capital, no_break, bare, narrow, invisible, shouted, trailing, indented)


def worn(blocks: tuple[Block, ...], wear: Wear) -> tuple[Block, ...]:
    """The blocks with every command so treated."""
    return tuple(tuple(wear(line) if line.startswith("#") else line for line in block) for block in blocks)

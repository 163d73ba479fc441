"""The text to send again when nothing of a technician's mail was done: their own words, each wrong line mended.

Nothing is made up: a line whose mending nobody knows is left out, and `?` stands for what only they can say. What says
that a mail may not be theirs is never answered with words to send: whoever forged it chose them.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailgate.core.intents import Order, Orders, Problem

MOST = 4000
"""Characters of a text that fit into a short answer; of a longer one nobody copies lines."""
UNREAD = "too-many-commands"
"""The problem behind which a mail was not read on."""


def to_resend(orders: Orders, problems: tuple[Problem, ...]) -> str:
    """The whole mail with every wrong line mended; "" when that would not be all that is wrong."""
    wrong = {problem.line: problem for problem in reversed(problems)}
    if "" in wrong or any(problem.code == UNREAD for problem in problems):
        return ""
    rows = list(_mended(orders.written, wrong))
    text = "\n".join(reversed(rows)).strip("\n")
    return text if len(text) <= MOST else ""


def _mended(written: tuple[str | Order | Problem, ...], wrong: dict[str, Problem]) -> Iterator[str]:
    """The rows from the last to the first: of two equal lines it is the second one that is too much."""
    for one in reversed(written):
        if isinstance(one, str):
            yield one
            continue
        problem = one if isinstance(one, Problem) else wrong.pop(one.line, None)
        row = one.line if problem is None else problem.meant
        if row:
            yield row

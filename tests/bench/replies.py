"""How well the quote splitter does on replies and forwards that nobody here wrote.

    MAILGATE_CORPUS=/path/to/corpus python -m tests.bench.replies

One line per collection: right / all, and the names of the wrong ones. A reply is right when the new text is exactly the
expected one, line by line; a forward is right when no line of it is missing. The three forwards among the replies are
counted apart: there the expectation is that the forwarded mail goes, here it is the request.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailgate.mail import html, parse, quote

_EXPECTED_HTML = "Hi. I am fine.\n\nThanks,\nAlex"


@dataclass(frozen=True, slots=True)
class Trial:
    """One mail and whether it came out right."""

    collection: str
    name: str
    right: bool


def trials(corpus: Path) -> Iterator[Trial]:
    """Every trial of the collections that have an expectation."""
    yield from _replies(corpus / "reply-trimmer" / "test")
    yield from _plain_replies(corpus / "reply-talon" / "tests" / "fixtures" / "standard_replies")
    yield from _html_replies(corpus / "reply-talon" / "tests" / "fixtures" / "html_replies")
    yield from _forwards(corpus / "forward-crisp")


def _replies(folder: Path) -> Iterator[Trial]:
    for path in sorted((folder / "emails").glob("*.txt")):
        new = quote.split(path.read_text("utf-8")).new
        expected = (folder / "trimmed" / path.name).read_text("utf-8")
        kind = "replies that are forwards" if path.name.startswith("forwarded") else "replies"
        yield Trial(kind, path.name, _lines(new) == _lines(expected))


def _plain_replies(folder: Path) -> Iterator[Trial]:
    for path in sorted(folder.glob("*.eml")):
        yield Trial("plain replies", path.name, parse.read(path.read_bytes()).text == "Hello")


def _html_replies(folder: Path) -> Iterator[Trial]:
    for path in sorted(folder.glob("*.html")):
        new = quote.split(html.read(path.read_text("utf-8", "replace")).own).new
        yield Trial("HTML replies", path.name, _words(new) == _words(_EXPECTED_HTML))


def _forwards(folder: Path) -> Iterator[Trial]:
    """Outlook says only in the subject that a mail is a forward, so its subject is given."""
    for name in sorted(json.loads((folder / "labels.json").read_text("utf-8"))):
        text = (folder / name).read_text("utf-8")
        subject = "TR: sujet" if Path(name).name.startswith("outlook") else ""
        new = set(_lines(quote.split(text, quote.nature_of(subject)).new))
        yield Trial("forwards", Path(name).name, new.issuperset(_lines(text)))


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().split("\n")]


def _words(text: str) -> list[str]:
    return text.split()


def main() -> int:
    """Print the scores; 2 when there is no corpus."""
    if "MAILGATE_CORPUS" not in os.environ:
        print("set MAILGATE_CORPUS to the folder of the corpus", file=sys.stderr)
        return 2
    found = list(trials(Path(os.environ["MAILGATE_CORPUS"])))
    for collection in dict.fromkeys(trial.collection for trial in found):
        tried = [trial for trial in found if trial.collection == collection]
        wrong = [trial.name for trial in tried if not trial.right]
        print(f"{collection}: {len(tried) - len(wrong)} of {len(tried)} right", *wrong, sep="\n  wrong: ")
    return 0


if __name__ == "__main__":
    sys.exit(main())

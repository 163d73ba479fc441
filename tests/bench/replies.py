"""How well new text is told from quotes, and forwards from answers, on mail that nobody here wrote; and what hostile
mail costs.

    MAILGATE_CORPUS=/path/to/corpus python -m tests.bench.replies

One line per collection: right / all, how many lines of new text were lost, and the names of the wrong ones.

A reply is right when its new text is exactly the expected one, line by line; a line is lost when a non-blank expected
one is missing. Three of reply-trimmer's are forwards: there the expectation is that the forwarded mail goes, here it is
the request, so they count as wrong in the first line and are tried again, as forwards, in the second.

A forward is right when no line of it is missing and its first sender and subject are those of the label. Three of
forward-crisp's labels say "forwarded" of plain answers ("On 27 Oct 2021 Jane wrote:" under a new text, one of them with
the subject "Re: …"); the project they come from expects no forward in them. They are tried as replies.

reply-github and reply-zapier have no expectation. Each was read once, by eye, and BY_EYE says how many non-blank lines
its author wrote, with the quotes between which they wrote them. Two were hard: in email_1_6 "Sent from a magnificent
torch of pixels" is somebody's joke of a signature, which no table of telephones will ever hold, so it is counted as
text; in email_sent_from_my_not_signature the last line only begins like one. email_1_1's "-Abhishek Kona" is a name
under a text, not a signature that could be told from a list item.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailgate.core.model import Mail
from mailgate.mail import html, parse, quote
from tests.mail.pieces import OF_HTML, OF_TEXT

_EXPECTED_HTML = "Hi. I am fine.\n\nThanks,\nAlex"
_NO_FORWARDS = frozenset(
    ("apple_mail_en_body_variant_4.txt", "gmail_en_body_variant_4.txt", "outlook_2019_en_body_variant_4.txt")
)
_OWN_WORDS_OF_NO_FORWARD = 3

BY_EYE = {
    "correct_sig": 1,
    "email_1_1": 5,
    "email_1_2": 23,
    "email_1_3": 3,
    "email_1_4": 1,
    "email_1_5": 12,
    "email_1_6": 2,
    "email_1_7": 1,
    "email_1_8": 14,
    "email_2_1": 1,
    "email_2_2": 1,
    "email_2_3": 1,
    "email_BlackBerry": 1,
    "email_bullets": 5,
    "email_gmail": 1,
    "email_headers_no_delimiter": 1,
    "email_iPhone": 1,
    "email_long_quote": 8,
    "email_multi_word_sent_from_my_mobile_device": 1,
    "email_one_is_not_on": 3,
    "email_partial_quote_header": 4,
    "email_sent_from_my_not_signature": 2,
    "email_sig_delimiter_in_middle_of_line": 4,
    "greedy_on": 4,
    "pathological": 2,
}

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Trial:
    """One mail, whether it came out right, and how many lines of its new text are missing."""

    collection: str
    name: str
    right: bool
    lost: int = 0


def trials(corpus: Path) -> Iterator[Trial]:
    """Every trial of the collections of replies and forwards."""
    yield from _replies(corpus / "reply-trimmer" / "test")
    yield from _kept_forwards(corpus / "reply-trimmer" / "test" / "emails")
    yield from _plain_replies(corpus / "reply-talon" / "tests" / "fixtures" / "standard_replies")
    yield from _html_replies(corpus / "reply-talon" / "tests" / "fixtures" / "html_replies")
    for name in ("reply-github", "reply-zapier"):
        yield from _by_eye(name, corpus / name / "test" / "emails")
    yield from _forwards(corpus / "forward-crisp")


def _replies(folder: Path) -> Iterator[Trial]:
    for path in sorted((folder / "emails").glob("*.txt")):
        new = _lines(quote.split(path.read_text("utf-8")).new)
        expected = _lines((folder / "trimmed" / path.name).read_text("utf-8"))
        yield Trial("reply-trimmer", path.name, new == expected, _lost(expected, new))


def _kept_forwards(folder: Path) -> Iterator[Trial]:
    for path in sorted(folder.glob("forwarded*.txt")):
        text = path.read_text("utf-8")
        mail = _mail("", text)
        lost = _lost(_lines(text), _lines(mail.text))
        named = mail.forwarded is not None and mail.forwarded.sender is not None and mail.forwarded.subject != ""
        yield Trial("reply-trimmer, forwards as we keep them", path.name, named and not lost, lost)


def _plain_replies(folder: Path) -> Iterator[Trial]:
    for path in sorted(folder.glob("*.eml")):
        new = parse.read(path.read_bytes()).text
        yield Trial("reply-talon, text", path.name, new == "Hello", "Hello" not in new)


def _html_replies(folder: Path) -> Iterator[Trial]:
    for path in sorted(folder.glob("*.html")):
        new = quote.split(html.read(path.read_text("utf-8", "replace")).own).new
        expected = [line for line in _EXPECTED_HTML.split("\n") if line]
        right = new.split() == _EXPECTED_HTML.split()
        yield Trial("reply-talon, HTML", path.name, right, _lost(expected, _lines(new)))


def _by_eye(collection: str, folder: Path) -> Iterator[Trial]:
    for path in sorted(folder.glob("*.txt")):
        text = path.read_text("utf-8")
        new = [line for line in _lines(quote.split(text).new) if line]
        yield Trial(collection, path.name, len(new) == BY_EYE[path.stem], max(BY_EYE[path.stem] - len(new), 0))


def _forwards(folder: Path) -> Iterator[Trial]:
    labels = json.loads((folder / "labels.json").read_text("utf-8"))
    for path, label in sorted(labels.items()):
        name, text = Path(path).name, (folder / path).read_text("utf-8").removeprefix("\ufeff")
        subject = (folder / label["subject_file"]).read_text("utf-8") if "subject_file" in label else ""
        mail = _mail(subject.strip(), text.replace("\ufeff", ""))
        if name in _NO_FORWARDS:
            new = [line for line in _lines(mail.text) if line]
            right = mail.forwarded is None and len(new) == _OWN_WORDS_OF_NO_FORWARD
            yield Trial("forward-crisp, replies", name, right, max(_OWN_WORDS_OF_NO_FORWARD - len(new), 0))
            continue
        sender = mail.forwarded.sender.mail if mail.forwarded and mail.forwarded.sender else ""
        lost = _lost(_lines(text.replace("\ufeff", "")), _lines(mail.text))
        yield Trial("forward-crisp, text kept", name, not lost, lost)
        yield Trial("forward-crisp, sender", name, sender == label["from"])
        yield Trial("forward-crisp, subject", name, bool(mail.forwarded and mail.forwarded.subject == label["subject"]))


def _mail(subject: str, text: str) -> Mail:
    head = f"From: jean@acme.example\nTo: support@example.com\nSubject: {subject}\n"
    return parse.read(f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}".encode())


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().split("\n")]


def _lost(expected: list[str], new: list[str]) -> int:
    """How many non-blank expected lines are missing."""
    left = list(new)
    lost = 0
    for line in filter(None, expected):
        if line in left:
            left.remove(line)
        else:
            lost += 1
    return lost


def costs() -> Iterator[tuple[float, str]]:
    """The CPU seconds that reading one megabyte of each hostile pattern takes."""
    for kind, pieces in (("plain", OF_TEXT), ("html", OF_HTML)):
        for piece in pieces:
            head = f"From: a@b.example\nSubject: RE: x\nContent-Type: text/{kind}; charset=utf-8\n\n"
            raw = (head + piece * (_MEGABYTE // len(piece.encode()))).encode()
            began = time.process_time()
            parse.read(raw)
            yield time.process_time() - began, f"text/{kind} {piece!r}"


def main() -> int:
    """Print the scores and the costs; 2 when there is no corpus."""
    if "MAILGATE_CORPUS" not in os.environ:
        print("set MAILGATE_CORPUS to the folder of the corpus", file=sys.stderr)
        return 2
    found = list(trials(Path(os.environ["MAILGATE_CORPUS"])))
    for collection in dict.fromkeys(trial.collection for trial in found):
        tried = [trial for trial in found if trial.collection == collection]
        wrong = [trial.name for trial in tried if not trial.right]
        lost = sum(trial.lost for trial in tried)
        score = f"{collection}: {len(tried) - len(wrong)} of {len(tried)} right, {lost} lines lost"
        print(score, *wrong, sep="\n  wrong: ")
    worst = sorted(costs(), reverse=True)
    print(f"one megabyte of each of {len(worst)} hostile patterns, the worst:")
    for seconds, what in worst[:5]:
        print(f"  {seconds:.2f} s of CPU: {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

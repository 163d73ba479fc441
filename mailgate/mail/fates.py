"""What became of a mail, out of the words of a mail system: enhanced status codes (RFC 3463), reply codes, and prose.

Mail that failed is lost for good (HARD) unless something says that the next one may arrive: a 4 in front of the code,
or a full mailbox, which many systems report with a 5 and which is emptied one day (RFC 3463 §3.3, X.2.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mailgate.core.reports import Fate, Fated, gravity
from mailgate.mail import limits
from mailgate.mail.address import without_tokens
from mailgate.mail.fields import decode_words
from mailgate.mail.text import clean_header

_STATUS = re.compile(r"(?<![\d.])([245])\.([0-7])\.(\d{1,3})(?!\d|\.\d)")
_REPLY = re.compile(r"(?<![\w.#/:-])([45])[0-5]\d(?=[\s:-])")
_FULL = (
    *("quota", "mailbox full", "mailbox is full", "mail folder is full", "mailfolder is full", "inbox is full"),
    *("full mailbox", "box space", "storage allocation", "too much mail", "mailbox size", "insufficient storage"),
    *("boîte pleine", "boite pleine", "est pleine", "est saturée"),
    *("postfach voll", "postfach ist voll", "casella piena"),
)
_WORDS = {
    "1.0": "address refused",
    "1.1": "no such mailbox",
    "1.2": "no such mail domain",
    "1.3": "not a valid address",
    "1.6": "the mailbox has moved",
    "1.10": "the domain takes no mail",
    "2.1": "the mailbox is disabled",
    "2.2": "the mailbox is full",
    "2.3": "the message is too large for the mailbox",
    "3.4": "the message is too large for the server",
    "4.1": "the server does not answer",
    "4.4": "no route to the server",
    "4.6": "the message went in a circle",
    "4.7": "not delivered in the time that was set for it",
    "7.1": "refused by the recipient's server",
}


def status_in(text: str) -> str:
    """The first enhanced status code in a text, "5.1.1", or ""."""
    found = _STATUS.search(text)
    return found[0] if found else ""


def failure_in(text: str) -> str:
    """The first code in a text that is one of a failure: prose is full of version numbers, and of replies that are."""
    return next((found[0] for found in _STATUS.finditer(text) if found[1] != "2"), "")


def speaks(text: str) -> bool:
    """Whether a text says by a code or by a word why mail was refused."""
    return bool(failure_in(text) or _REPLY.search(text) or _is_full(text))


def fate_of_lost(status: str, words: str) -> Fate:
    """SOFT or HARD, for mail that finally did not arrive. `status` counts more than the reply code in `words`."""
    if _is_full(words) or status.partition(".")[2] == "2.2":
        return Fate.SOFT
    if status:
        return Fate.SOFT if status.startswith("4") else Fate.HARD
    reply = _REPLY.search(words)
    return Fate.SOFT if reply and reply[1] == "4" else Fate.HARD


def in_words(status: str) -> str:
    """What a status code says, for reports that say no more; "" for a code without a meaning of its own."""
    return _WORDS.get(status.partition(".")[2], "")


def clean_reason(said: Sequence[str]) -> str:
    """Some lines as one that a person can read, without our signed addresses: it is told to others than their holders.
    Of too many lines, those from the first that has a code on."""
    if sum(map(len, said)) > limits.REASON_CHARS:
        said = said[next((index for index, line in enumerate(said) if speaks(line)), 0) :]
    line = without_tokens(_without_repeated_code(clean_header(decode_words(" ".join(said)), limits.FIELD_CHARS)))
    bare = line.lstrip(" >*-:;,.").rstrip(" *-:;,")
    return clean_header(bare[1:-1] if bare[:1] + bare[-1:] == "()" else bare, limits.REASON_CHARS)


def each_once(found: Iterable[Fated]) -> tuple[Fated, ...]:
    """Every address once, with the worst that is said of it; the first `limits.REPORT_RECIPIENTS` addresses."""
    once: dict[str, Fated] = {}
    for fated in found:
        known = once.get(fated.address)
        if known is None and len(once) == limits.REPORT_RECIPIENTS:
            break
        if known is None or gravity(fated) < gravity(known):
            once[fated.address] = fated
    return tuple(once.values())


def _is_full(words: str) -> bool:
    low = words.lower()
    return any(sign in low for sign in _FULL)


def _without_repeated_code(line: str) -> str:
    """The lines of one reply are joined: "550-5.7.1 Blocked 550 5.7.1 for now" becomes "550 5.7.1 Blocked for now"."""
    begin = re.search(r"(?<![\w.-])([245]\d\d)-([245]\.\d{1,3}\.\d{1,3} )?", line)
    if begin is None:
        return line
    code, status = begin[1], begin[2] or ""
    rest = line[begin.end() :]
    for mark in (f" {code}-{status}", f" {code} {status}"):
        rest = rest.replace(mark, " ")
    return f"{line[: begin.start()]}{code} {status}{rest}"

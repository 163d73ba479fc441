"""How fast mail is read and decided, beside the standard library alone, and what the worst mail costs.

    MAILGATE_CORPUS=/path/to/corpus python -m tests.bench.reading

First the ratio: the same mails, each time all of them, through parse + classify + decide and through the standard
library's parser, with both of its policies; without a corpus, some mails of our own. That parser leaves headers and
bodies undecoded until somebody asks, so it is also tried with all of them asked for, as our parse does. The number
behind each speed is ours divided by it.

Then the most CPU time that one mail takes until all its letters are written, over the corpus and over the hostile
mails, as large as what is read of a mail at most. Only the ratio means something on another machine; here no mail may
take more than WORST seconds.
"""

from __future__ import annotations

import email
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import policy
from pathlib import Path

import structlog

from mailgate.core.custody import Delivery
from mailgate.core.decide import decide
from mailgate.core.model import Door
from mailgate.core.seen import Seen
from mailgate.engine import Desk, read_mail
from mailgate.mail import limits, parse
from tests.builders import NOW, a_policy
from tests.flow.desk import Letter, live_desk
from tests.mail.hostile import hostile
from tests.mail.hostile.recipe import CHEF
from tests.mail.letters import RING, TEMPLATES
from tests.mail.raw import from_jean, multipart, part

SECONDS = 3.0
WORST = 2.0
SHOWN = 10
URGENT = "support-urgent@example.com"
DESK = Desk(a_policy(), RING, TEMPLATES, "mx.example.com")


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of one mail, from octets to letters."""

    seconds: float
    name: str
    size: int


def corpus() -> Iterator[tuple[str, bytes]]:
    """Every file of the corpus that may be a mail, by name."""
    root = Path(os.environ["MAILGATE_CORPUS"])
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix in {"", ".eml", ".msg", ".txt"} and b":" in (octets := path.read_bytes()):
            yield str(path.relative_to(root)), octets


def our_own() -> Iterator[tuple[str, bytes]]:
    """What a desk gets every day."""
    words = "Bonjour,\r\n\r\nL’imprimante du comptoir ne répond plus.\r\n" * 20
    quote = "\r\nLe 3 mars 2026 à 10:00, Jean <jean@acme.example> a écrit :\r\n" + "> déjà lu\r\n" * 30
    yield "text", from_jean("Subject: =?utf-8?q?Panne_d=27imprimante?=", "Message-ID: <a@acme.example>", body=words)
    yield "reply", from_jean("Subject: Re: Panne", "References: <a@acme.example>", body=words + quote)
    both = part("text/plain; charset=utf-8", words), part("text/html; charset=utf-8", f"<p>{words}</p>" * 3)
    yield "both", multipart("alternative", *both)
    photo = part("image/png; name=a.png", "QUJD" * 20_000, "Content-Transfer-Encoding: base64")
    yield "file", multipart("mixed", part("text/plain; charset=utf-8", words), photo)


def asked_for(raw: bytes) -> list[object]:
    """Every header and every body of a mail, decoded by the standard library."""
    mail = email.message_from_bytes(raw, policy=policy.default)
    return [*mail.items(), *(part.get_payload(decode=True) for part in mail.walk())]


PARSERS: dict[str, Callable[[bytes], object]] = {
    "email, compat32": lambda raw: email.message_from_bytes(raw, policy=policy.compat32),
    "email, policy.default": lambda raw: email.message_from_bytes(raw, policy=policy.default),
    "the same, headers and bodies": asked_for,
    "parse alone": parse.read,
}


def read_and_decided(raw: bytes) -> object:
    """What the engine does between two commits, without its database."""
    delivery = Delivery(Door.SMTP, CHEF, (URGENT,), raw, "127.0.0.1")
    return decide(read_mail(delivery, 1, parse.digest(raw), DESK, NOW), Seen(1001), DESK.policy, NOW)


def mails_per_second(mails: list[bytes], handle: Callable[[bytes], object]) -> float:
    """All of them, again and again, for SECONDS of CPU time. A mail that raises counts: its time was spent."""
    begun, rounds = time.process_time(), 0
    while time.process_time() - begun < SECONDS:
        for raw in mails:
            try:
                handle(raw)
            except Exception:  # noqa: BLE001 - the standard library raises on some, which is not the question here
                continue
        rounds += 1
    return rounds * len(mails) / (time.process_time() - begun)


def costs(mails: Iterator[tuple[str, bytes]]) -> list[Cost]:
    """What each mail costs a whole desk, dearest first: read, decided, its letters written, all of it committed."""
    found = []
    with tempfile.TemporaryDirectory() as folder, live_desk(Path(folder) / "site") as desk:
        desk.write(Letter("Bonjour"))
        for name, raw in mails:
            desk.accept(raw, CHEF, URGENT)
            begun = time.process_time()
            desk.decide()
            found.append(Cost(time.process_time() - begun, name, len(raw)))
    return sorted(found, key=lambda cost: cost.seconds, reverse=True)


def main() -> int:
    """Print the ratio and the dearest mails; 1 when one of them is too dear."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    named = list(corpus() if "MAILGATE_CORPUS" in os.environ else our_own())
    mails = [raw for _, raw in named]
    print(f"{len(mails)} mails, {sum(map(len, mails)) / len(mails) / 1000:.1f} kB each")
    ours = mails_per_second(mails, read_and_decided)
    print(f"{'parse + classify + decide':30}{ours:8.0f} mails/s")
    for name, parser in PARSERS.items():
        theirs = mails_per_second(mails, parser)
        print(f"{name:30}{theirs:8.0f} mails/s, {ours / theirs:5.2f}")
    evil = ((str(one), one.write()) for one in hostile(limits.TEXT_CHARS))
    worst = {"mails": costs(iter(named)), "hostile mails": costs(evil)}
    for what, found in worst.items():
        print(f"\n{len(found)} {what}, CPU seconds until all letters are written:")
        for cost in found[:SHOWN]:
            print(f"{cost.seconds:8.2f} s {cost.size:10} octets  {cost.name}")
    return int(any(found[0].seconds > WORST for found in worst.values()))


if __name__ == "__main__":
    sys.exit(main())

"""The relay behind the desk misbehaves (hazards F14 to F20), and is well again: nothing that was promised is lost.

Four desks after each other, because a relay's address is part of the configuration:

    by a list     one of ours: 451, 550, 421, silence and a hang-up at every command, several times each; then one
                  recipient of several that is busy and one that is gone, greylisting, and a black hole
    smtp-sink     Postfix's, with the same at each command for a while
    certificates  expired, of another host, signed by nobody, and no STARTTLS where it is required; then a good one

Every promised mail reaches the relay, octet for octet the same each time, or its row failed and that was told (`verify`
asks); none fails that was not refused for good, and none comes twice but those whose answer was lost.

What is not proven here is the schedule: the desk under test waits half a second where it should wait minutes
(`hasty`), and it insists on TLS although its relay is on loopback (`insistent`).
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from itertools import product
from pathlib import Path

from tests.flow.process import Process, eventually
from tests.peers import free_port, listens, require
from tests.peers.certificates import a_certificate, server_side
from tests.prove.desk import ProvenDesk, proven_desk
from tests.prove.figures import Figures, total
from tests.prove.later import Later, open_always, work_off_deadlines
from tests.prove.rig import Rig, Trial
from tests.prove.wayward import DEALINGS, DROP, GREETINGS, HANG, Fault, Wayward, misbehaving

WAYS = ("451 4.7.1 not now", "550 5.7.1 never", "421 4.3.2 closing", HANG, DROP)
SINK_WAYS = ("-r", "-f", "-q", "-Q")
"""smtp-sink's: 4xx, 5xx, a hang-up, 421 and a hang-up."""

ATTEMPT_SECONDS = 2.5
WAIT_SECONDS = 0.4
SINK_SECONDS = 0.2
MOST_MAILS = 300

SILENCE = timedelta(hours=1)
"""Somebody should have answered by then."""

BUSY, ABSENT = "5145550101@pager.example.net", "5145550102@pager.example.net"


def hasty() -> None:
    """In the fork: attempts of a few seconds, and the next one at once."""
    from mailgate import sender
    from mailgate.core import delivery
    from mailgate.daemon import metronome

    metronome.TICK = timedelta(seconds=0.1)
    for lane in delivery.Lane:
        delivery.FIRST_WAITS[lane] = (WAIT_SECONDS,)  # type: ignore[assignment]  # whole seconds are enough elsewhere
        sender.ATTEMPT_SECONDS[lane] = ATTEMPT_SECONDS


def insistent() -> None:
    """In the fork: besides, nothing counts as this machine."""
    from mailgate.config import places

    hasty()
    places.is_loopback = lambda host: False


def run(trial: Trial) -> Figures:
    """Every part on a desk of its own."""
    parts = PARTS[:1] if trial.build else PARTS
    return total(part(replace(trial, folder=trial.folder / part.__name__)) for part in parts)


def by_a_list(trial: Trial) -> Figures:
    """Our own relay: faults, recipients, greylisting, a hole."""
    times, relay = trial.scale(short=3, long=40, caught=2), Wayward()
    with misbehaving(relay), _desk(trial, relay, "127.0.0.1") as desk, desk.serving(hasty) as process:
        if not trial.build:
            _recipients(desk, relay)
            _greylist(desk, relay)
        relay.greetings.extend(Fault(*one) for one in product(GREETINGS, WAYS) for _ in range(times))
        relay.dealings.extend(Fault(*one) for _ in range(times) for one in product(DEALINGS, WAYS))
        faults = (*relay.greetings, *relay.dealings)
        desk.clients.send_many(trial.scale(short=16, long=160, caught=10))
        _work_off(desk, relay)
        desk.stop(process)
        if not trial.build:
            _black_hole(desk)
        unmet = (one for one in dict.fromkeys(faults) if not relay.counted[one.name])
        desk.wrong += [f"no mail met {one.way!r} at {one.verb}" for one in unmet]
        return _judged(desk, relay, len(faults))


def _recipients(desk: ProvenDesk, relay: Wayward) -> None:
    """Of several recipients of one request one is busy and one is gone; the others get theirs at once."""
    relay.busy, relay.gone = frozenset({BUSY}), frozenset({ABSENT})
    desk.clients.send_many(3)
    eventually(lambda: not (_undecided(desk) or _open(desk, f"target <> '{BUSY}'")))
    if not _open(desk, f"target = '{BUSY}'"):
        desk.wrong.append("what a relay would not take yet was given up")
    relay.busy = relay.gone = frozenset()
    desk.drain()


def _greylist(desk: ProvenDesk, relay: Wayward) -> None:
    relay.greylists = True
    desk.clients.send_many(3)
    desk.drain()
    relay.greylists = False


def _black_hole(desk: ProvenDesk) -> None:
    """A relay that takes all and passes on nothing looks well: only that nobody answers shows it (F19). Nobody answered
    any request here, so an hour later others have been paged, whatever the day on which this runs."""
    open_always(desk)
    with desk.serving(Later(SILENCE, hasty)) as process:
        work_off_deadlines(desk, SILENCE)
        desk.stop(process)


def by_smtp_sink(trial: Trial) -> Figures:
    """Postfix's relay for tests: everything at each command, for a while."""
    relay = Wayward(port=free_port())
    faults = list(product(("CONNECT", *DEALINGS), trial.scale(short=SINK_WAYS[:3], long=SINK_WAYS, caught=())))
    with _desk(trial, relay, "127.0.0.1") as desk, desk.serving(hasty) as process:
        for verb, way in faults:
            with _sink(relay.port, way, verb):
                desk.clients.send()
                _tried(process)
        with misbehaving(relay):
            desk.drain()
        desk.weigh(process)
        return _judged(desk, relay, len(faults))


def by_certificates(trial: Trial) -> Figures:
    """TLS that is not what the desk insists on: nothing is said to such a relay, and all of it to the next good one."""
    folders = {name: trial.folder / name for name in ("good", "expired", "another", "nobody's")}
    for folder in folders.values():
        folder.mkdir(parents=True)
    good, expired = a_certificate(folders["good"]), a_certificate(folders["expired"], days=-1)
    another, nobodys = a_certificate(folders["another"], "mail.example.org"), a_certificate(folders["nobody's"])
    trusted = trial.folder / "trusted.pem"
    trusted.write_text("".join(one.authority.read_text() for one in (good, expired, another)))
    relay = Wayward()
    bad = [server_side(one) for one in (expired, another, nobodys)]
    with misbehaving(relay), _desk(trial, relay, "localhost", trusted) as desk, desk.serving(insistent) as process:
        for certificate in (None, *bad):
            relay.tls = certificate
            desk.clients.send_many(2)
            _tried(process)
        if relay.taken or relay.counted:
            desk.wrong.append(f"mails were begun with a relay that proved nothing: {dict(relay.counted)}")
        relay.tls = server_side(good)
        desk.drain()
        desk.weigh(process)
        if relay.counted["mail in clear"]:
            desk.wrong.append("mails were begun without TLS")
        return _judged(desk, relay, 1 + len(bad))


PARTS: tuple[Callable[[Trial], Figures], ...] = (by_a_list, by_smtp_sink, by_certificates)


@contextmanager
def _desk(trial: Trial, relay: Wayward, host: str, ca_file: Path | None = None) -> Iterator[ProvenDesk]:
    trial.folder.mkdir(parents=True, exist_ok=True)
    url = f"smtp://{host}:{relay.port}" + (f'"\nca_file = "{ca_file}' if ca_file else "")
    with proven_desk(trial, url) as desk:
        desk.sink.taken = relay.taken
        yield desk


def _work_off(desk: ProvenDesk, relay: Wayward) -> None:
    """Until all faults are used up and all mails are settled; more mails come when those there are settle first."""
    desk.drain()
    while not (relay.is_well or desk.wrong):
        desk.clients.send()
        desk.drain()
        if desk.clients.sent > MOST_MAILS:
            desk.wrong.append("there were faults left that no mail met")


def _tried(process: Process) -> None:
    """Something was tried while the relay was like this."""
    before = _endings(process)
    eventually(lambda: _endings(process) > before)
    time.sleep(SINK_SECONDS)


@contextmanager
def _sink(port: int, way: str, verb: str) -> Iterator[None]:
    """smtp-sink, which answers one command in one way only."""
    no_root = ("-u", "nobody") if os.geteuid() == 0 else ()
    line = [require("smtp-sink"), *no_root, way, verb, f"127.0.0.1:{port}", "100"]
    sink = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: listens(port))
        yield
    finally:
        sink.kill()
        sink.wait()


def _endings(process: Process) -> int:
    """How many attempts did not succeed so far."""
    return len(process.said("mail.deferred")) + len(process.said("mail.refused"))


def _undecided(desk: ProvenDesk) -> int:
    return int(desk.ask("SELECT count(*) FROM inbox WHERE state = 'pending'")[0][0])


def _open(desk: ProvenDesk, which: str) -> int:
    return int(desk.ask(f"SELECT count(*) FROM outbox WHERE settled_at IS NULL AND {which}")[0][0])


def _failed(desk: ProvenDesk) -> set[tuple[str, str]]:
    return {
        (str(mail), str(to)) for mail, to in desk.ask("SELECT message_id, target FROM outbox WHERE state = 'failed'")
    }


def _judged(desk: ProvenDesk, relay: Wayward, faults: int) -> Figures:
    """What was refused for good is not lost: its row failed and was told."""
    failed, figures = _failed(desk), desk.figures(faults)
    unsaid = desk.ask(
        "SELECT message_id, last_error FROM outbox WHERE state = 'failed' AND last_error NOT LIKE '5__ %'"
    )
    desk.wrong += [f"{mail} was given up for {why!r}" for mail, why in unsaid]
    if figures.page_dup > relay.lost_answers:
        desk.wrong.append(f"{figures.page_dup} mails came again, and only {relay.lost_answers} answers were lost")
    reached = {(str(message_from_bytes(one.raw)["Message-ID"]), one.to) for one in relay.taken}
    wrong = (*desk.wrong, *(one for one in figures.wrong if one not in desk.wrong))
    return replace(figures, page_lost=figures.page_lost - len(failed - reached), wrong=wrong)


RIG = Rig("relay", "faults", run, ("settle before send", "silence is consent", "silence is a refusal"), ("smtp-sink",))

"""Runs the rigs and prints one line each; exits 1 when one lost anything, or did not catch a broken build.

Every rig is a process of its own, two at a time (WORKERS): most of a rig is waiting. Those whose figures are a delay or
an amount of memory run alone, last; that they catch their broken builds does not depend on a neighbour. What does not
end is ended with all that it started, and has failed. A rig that lacks a program or a right is left out and counted as
such, never as one that holds; under CI=true it has failed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from tests.peers import SYSTEM_PATH
from tests.prove.figures import Figures
from tests.prove.rig import Rig, Trial
from tests.prove.rigs import RIGS

PATIENCE = 600.0
"""Seconds for one rig and its broken builds, except in a long run."""

FAREWELL = 20.0
"""Seconds in which a rig that took longer may stop what it started: a Postfix leaves the session of its parent."""


LEFT_OUT = 3
"""The exit code of a rig that could not run here."""


class Part(StrEnum):
    """What is put under a rig: the program, its broken builds."""

    PROGRAM = "program"
    BUILDS = "builds"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class End:
    """How a rig ended (0: it is proven), and all that it told."""

    rig: str
    code: int
    told: str


def summary(rigs: Sequence[Rig], ends: Sequence[End]) -> str:
    """How many rigs hold, and which could not run here: those prove nothing."""
    fell = {end.rig for end in ends if end.code}
    left_out = [rig.name for rig in rigs if any(end.rig == rig.name and end.code == LEFT_OUT for end in ends)]
    missing = f"; not run here: {', '.join(left_out)}" if left_out else ""
    return f"{len(rigs) - len(fell)} of {len(rigs)} rigs hold and catch every broken build{missing}"


def main() -> int:
    """`make prove`, or the rigs that are named."""
    asked = _asked()
    if asked.here:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        return _proof(_chosen([asked.here])[0], Part(asked.part), asked.long)
    began = time.monotonic()
    rigs = _chosen(asked.rigs)
    ends = list(_all(rigs, asked.long))
    failed = [end for end in ends if end.code not in (0, LEFT_OUT)]
    print("".join(f"\nThis one did not hold:\n{end.told}" for end in failed))
    print(f"{summary(rigs, ends)}, {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="prove", description="Break mailgate on purpose, and count what is lost.")
    parser.add_argument("--long", action="store_true", help="the long figures: hours, not minutes")
    parser.add_argument("--here", metavar="RIG", help="run this rig in this process: for a debugger")
    parser.add_argument("--part", choices=list(Part), default=Part.BOTH, help="of that rig")
    parser.add_argument("rigs", nargs="*", metavar="RIG", help=f"only these: {', '.join(rig.name for rig in RIGS)}")
    return parser.parse_args()


def _chosen(names: Sequence[str]) -> list[Rig]:
    """The rigs of these names (a beginning will do), all when none is named."""
    unknown = [name for name in names if not any(rig.name.startswith(name) for rig in RIGS)]
    if unknown:
        sys.exit(f"there is no rig {unknown[0]!r}: {', '.join(rig.name for rig in RIGS)}")
    return [rig for rig in RIGS if not names or any(map(rig.name.startswith, names))]


def _all(rigs: Sequence[Rig], is_long: bool) -> Iterator[End]:
    """How each ended; what must run alone comes last."""
    run = partial(_apart, is_long=is_long)
    with ThreadPoolExecutor(int(os.environ.get("WORKERS", "2"))) as several:
        yield from several.map(run, rigs, [Part.BUILDS if rig.is_alone else Part.BOTH for rig in rigs])
    alone = [rig for rig in rigs if rig.is_alone]
    yield from map(run, alone, [Part.PROGRAM] * len(alone))


def _apart(rig: Rig, part: Part, is_long: bool) -> End:
    """In a process of its own, and in a session: what it started ends with it."""
    line = [sys.executable, "-m", "tests.prove", "--here", rig.name, "--part", part]
    line += ["--long"] if is_long else []
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        told, _ = process.communicate(timeout=None if is_long else PATIENCE)
    except subprocess.TimeoutExpired:
        told = _ended(process) + f"{rig.name}: did not end within {PATIENCE:.0f} s\n".encode()
    end = End(rig.name, process.returncode, told.decode("utf-8", "replace"))
    sys.stdout.write(end.told)
    sys.stdout.flush()
    return end


def _ended(process: subprocess.Popen[bytes]) -> bytes:
    """What a process said that is ended with all that it started."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(FAREWELL)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.communicate()[0]


def _proof(rig: Rig, part: Part, is_long: bool) -> int:
    """0 when the program held under the rig, and the rig caught each of its broken builds; LEFT_OUT, or 1."""
    missing = [program for program in rig.needs if shutil.which(program, path=SYSTEM_PATH) is None]
    missing += ["the right of root"] if rig.as_root and os.geteuid() != 0 else []
    if missing:
        print(f"{rig.name}: needs {', '.join(missing)} (.ci/peers installs programs)")
        return 1 if os.environ.get("CI") == "true" else LEFT_OUT
    held = [_is_held(rig, is_long)] if part is not Part.BUILDS else []
    caught = [_is_caught(rig, build) for build in rig.builds] if part is not Part.PROGRAM else []
    return 0 if all(held) and all(caught) else 1


def _is_held(rig: Rig, is_long: bool) -> bool:
    figures, seconds = _ran(rig, None, is_long)
    print(f"{rig.name}: {figures} ({figures.faults} {rig.faults}, {seconds:.0f} s)", flush=True)
    for said in (*figures.notes, *figures.wrong):
        print(f"    {said}")
    return figures.hold


def _is_caught(rig: Rig, build: str) -> bool:
    figures, seconds = _ran(rig, build, False)
    lost = f"lost={figures.lost} page_lost={figures.page_lost} duplicated={figures.duplicated}"
    print(
        f"    {rig.name} without its defence ({build}): {'MISSED' if figures.hold else 'caught'}, {lost}"
        f" ({figures.faults} {rig.faults}, {seconds:.0f} s){''.join(f'; {one}' for one in figures.wrong[:1])}",
        flush=True,
    )
    return not figures.hold


def _ran(rig: Rig, build: str | None, is_long: bool) -> tuple[Figures, float]:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mailgate-prove-") as folder:
        return rig.run(Trial(Path(folder), build, is_long)), time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())

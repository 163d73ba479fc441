"""Runs the rigs and prints one line each; exits 1 when one lost anything, or did not catch a broken build."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.peers import SYSTEM_PATH
from tests.prove.figures import Figures
from tests.prove.rig import Rig, Trial
from tests.prove.rigs import RIGS


def main() -> int:
    """`make prove`, or the rigs that are named."""
    asked = _asked()
    began = time.monotonic()
    proven = [_is_proven(rig, asked.long) for rig in _chosen(asked.rigs)]
    print(f"\n{sum(proven)} of {len(proven)} rigs hold and catch every broken build, {time.monotonic() - began:.0f} s")
    return 0 if all(proven) else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="prove", description="Break mailgate on purpose, and count what is lost.")
    parser.add_argument("--long", action="store_true", help="the long figures: hours, not minutes")
    parser.add_argument("rigs", nargs="*", metavar="RIG", help=f"only these: {', '.join(rig.name for rig in RIGS)}")
    return parser.parse_args()


def _chosen(names: Sequence[str]) -> list[Rig]:
    """The rigs of these names (a beginning will do), all when none is named."""
    chosen = [rig for rig in RIGS if not names or any(map(rig.name.startswith, names))]
    unknown = [name for name in names if not any(rig.name.startswith(name) for rig in RIGS)]
    if unknown:
        sys.exit(f"there is no rig {unknown[0]!r}: {', '.join(rig.name for rig in RIGS)}")
    return chosen


def _is_proven(rig: Rig, is_long: bool) -> bool:
    """Whether the rig held, and caught each of its broken builds."""
    missing = [program for program in rig.needs if shutil.which(program, path=SYSTEM_PATH) is None]
    if missing:
        print(f"{rig.name}: {', '.join(missing)} is not installed (.ci/peers installs it)", flush=True)
        return os.environ.get("CI") != "true"
    figures, seconds = _ran(rig, None, is_long)
    print(f"{rig.name}: {figures} ({figures.faults} {rig.faults}, {seconds:.0f} s)", flush=True)
    for wrong in figures.wrong:
        print(f"    {wrong}")
    caught = [_is_caught(rig, build) for build in rig.builds]
    return figures.hold and all(caught)


def _is_caught(rig: Rig, build: str) -> bool:
    figures, seconds = _ran(rig, build, False)
    lost = f"lost={figures.lost} page_lost={figures.page_lost} duplicated={figures.duplicated}"
    print(
        f"    without its defence ({build}): {'MISSED' if figures.hold else 'caught'}, {lost}"
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

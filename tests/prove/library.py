"""Libraries in C that stand between a daemon and its disk: compiled here, and carried by every fork (LD_PRELOAD)."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from multiprocessing import forkserver
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.prove.preloaded import FORKING, PRELOADED, nothing

COMPILER = ("gcc", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror")


def compiled(source: Path, folder: Path) -> Path:
    """The library of a source file, made in `folder`."""
    library = folder / f"{source.stem}.so"
    subprocess.run([*COMPILER, "-o", library, source, "-ldl", "-lpthread"], check=True)
    return library


@cache
def preload(*sources: Path) -> None:
    """Every fork carries these from now on, idle; the first one hears of a call first, and passes it on to the next.
    Nothing may have been forked before: a rig is its own process."""
    before = os.environ.get("LD_PRELOAD", "")
    with TemporaryDirectory(prefix="mailgate-library-") as folder:
        libraries = [str(compiled(source, Path(folder))) for source in sources]
        os.environ["LD_PRELOAD"] = " ".join([*libraries, before]).strip()
        FORKING.set_forkserver_preload([*PRELOADED, "tests.prove.warm"])
        forkserver.ensure_running()
        loaded = FORKING.Process(target=nothing)
        loaded.start()
        loaded.join()
    os.environ["LD_PRELOAD"] = before

"""The command itself: a stage for the story, and what to say when something does not arrive."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from mailgate.cli.failures import DONE, NO


def demo(
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="DIR", help="Leave the site in this new directory.")
    ] = None,
) -> int:
    """Tell one whole support conversation over real sockets, on throw-away defaults."""
    from mailgate.cli.demo import stage, story
    from mailgate.cli.demo.postbox import NeverCame

    with _place(keep) as site:
        stage.build(site)
        try:
            with stage.running(site) as running:
                story.tell(running)
        except NeverCame as failure:
            log = stage.log_tail(site)
            ending = f"\n\nthe daemon's log ends with:\n{log}" if log else ", and the daemon's log is empty"
            print(f"\nmailgate demo: {failure}{ending}", file=sys.stderr)
            return NO
    if keep is not None:
        print(f"\nThe site is kept. Look around, or go on with it:\n   mailgate serve -c {keep}/config.toml")
    return DONE


@contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="mailgate-demo-") as scratch:
        yield Path(scratch)

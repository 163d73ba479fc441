"""`mailgate`: every command is one module of this package, named here and nowhere else.

Modules import what is heavy (the database, the daemon) inside their command, so that `mailgate --help` answers at once.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from mailgate import __version__
from mailgate.cli import failures
from mailgate.cli.backup import backup
from mailgate.cli.bank import bank
from mailgate.cli.check import check
from mailgate.cli.demo.command import demo
from mailgate.cli.doctor.command import doctor
from mailgate.cli.duty import duty
from mailgate.cli.explain import explain
from mailgate.cli.inbox import inbox
from mailgate.cli.init import init
from mailgate.cli.open import open_ticket
from mailgate.cli.outbox import outbox
from mailgate.cli.page import page
from mailgate.cli.renew_key import renew_key
from mailgate.cli.report.command import report
from mailgate.cli.restore import restore
from mailgate.cli.serve import serve
from mailgate.cli.ticket import ticket
from mailgate.cli.tickets import tickets
from mailgate.cli.verify import verify

COMMANDS: tuple[tuple[str, Callable[..., int]], ...] = (
    ("init", init),
    ("serve", serve),
    ("demo", demo),
    ("check", check),
    ("doctor", doctor),
    ("duty", duty),
    ("explain", explain),
    ("open", open_ticket),
    ("tickets", tickets),
    ("ticket", ticket),
    ("bank", bank),
    ("report", report),
    ("outbox", outbox),
    ("inbox", inbox),
    ("page", page),
    ("verify", verify),
    ("backup", backup),
    ("restore", restore),
    ("renew-key", renew_key),
)


def _exit(code: int, **_: object) -> None:
    """What a command answers is the exit code of the process."""
    raise typer.Exit(code)


app = typer.Typer(
    name="mailgate",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    result_callback=_exit,
    rich_markup_mode=None,
)
for name, command in COMMANDS:
    app.command(name)(command)


def _say_version(asked: bool) -> None:
    if asked:
        print(f"mailgate {__version__}")
        raise typer.Exit


@app.callback()
def mailgate(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_say_version)
    ] = False,
) -> None:
    """The help desk where nobody has to open a web page: tickets, answers and pages, all by mail."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and answer its exit code; an expected failure is told on stderr."""
    try:
        return int(app(arguments, prog_name="mailgate", standalone_mode=False) or failures.DONE)
    except Exception as failure:
        ending = failures.ending(failure)
        if ending is None:
            raise
        print("\n".join(ending.lines), file=sys.stderr)
        return ending.code


def main() -> None:
    """The process: survives a terminal that cannot show a character, and a reader that stops reading."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    code = run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # `mailgate tickets | head`: whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = failures.NO
    sys.exit(code)

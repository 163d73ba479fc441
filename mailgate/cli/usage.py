"""Wrong usage, said like every other mistake: what would be right, the nearest word, and where to read more.

Typer finds it out and speaks pydantic's English; the values that it refuses get sentences of our own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mailgate.toml.mistakes import nearest

if TYPE_CHECKING:
    from typer import BadParameter
    from typer.exceptions import TyperException


def told(wrong: TyperException) -> tuple[str, ...]:
    """The lines on stderr: one sentence about what is wrong, and the command that shows what there is."""
    context = getattr(wrong, "ctx", None)
    if context is None or wrong.message == context.get_help():  # `mailgate` alone asks for help
        return (wrong.format_message(),)
    return (sentence(wrong), f"`{context.command_path} --help` says what it takes.")


def sentence(wrong: TyperException) -> str:
    """What is wrong, in one line."""
    from typer import BadParameter

    if not isinstance(wrong, BadParameter):
        return _one_line(wrong.format_message())
    refused = getattr(wrong.__cause__, "errors", None)
    if refused is not None:
        return _refused_value(wrong, refused()[0])
    return wrong.message or _one_line(wrong.format_message())


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _refused_value(wrong: BadParameter, error: Mapping[str, Any]) -> str:
    """A value that pydantic refused, under the name that it has on the command line."""
    name = wrong.param.get_error_hint() if wrong.param is not None else "the value"
    must_be = MUST_BE.get(error["type"])
    if must_be is None:
        return f"{name}: {error['msg']}"
    return f"{name} must be {must_be(error)}"


def _one_of(error: Mapping[str, Any]) -> str:
    given, *known = re.findall(r"'([^']*)'", error["msg"])
    near = nearest(given, known)
    hint = f" (did you mean '{near}'?)" if near is not None else ""
    return f"{_either(known)}, not '{given}'{hint}"


def _either(words: list[str]) -> str:
    *first, last = (f"'{word}'" for word in words)
    return f"{', '.join(first)} or {last}" if first else last


def _a(what: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda error: f"{what}, not '{error['input']}'"


MUST_BE: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "value_error": _one_of,
    "int_parsing": _a("a whole number"),
    "int_parsing_size": _a("a smaller number"),
    "float_parsing": _a("a number"),
    "greater_than_equal": lambda error: f"at least {error['ctx']['ge']:g}, not {error['input']}",
    "less_than_equal": lambda error: f"at most {error['ctx']['le']:g}, not {error['input']}",
}
"""What pydantic calls the refusals that our options can meet."""

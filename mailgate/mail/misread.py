"""What an argument of a command turns out to be when it is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Misread:
    """Why an argument is none: the code of a `Problem`, the words that it is about, and how what was probably meant is
    written so that nobody can read it in two ways ("": nobody can tell)."""

    code: str
    detail: str = ""
    valid: str = ""

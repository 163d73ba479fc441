"""Attacks as a table of cases, each of which is also played on a build without the defence that it is about."""

from __future__ import annotations

import pytest

ROOMS = ("authors", "results", "leaks", "tokens", "words", "joining", "marks", "stage")

pytest.register_assert_rewrite(*(f"{__name__}.{room}" for room in ROOMS))

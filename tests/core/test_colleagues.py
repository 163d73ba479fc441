"""Who is meant by what a technician typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.colleagues import find_technician
from mailgate.core.people import Technician
from tests.builders import a_policy

POLICY = replace(
    a_policy(),
    technicians={
        one.key: one
        for one in (
            Technician("tech1", "Élodie Tremblay", ("elodie@example.com", "e.tremblay@example.com")),
            Technician("tech2", "Nicolas Favre", ("nicolas@example.com",)),
            Technician("tech3", "Nicolas Roy", ("roy@example.com",)),
            Technician("nicolas", "Paul Roy", ("paul@example.com",)),
        )
    },
)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("tech1", "tech1"),
        ("TECH1", "tech1"),
        ("Elodie Tremblay", "tech1"),
        (" élodie\u00a0 tremblay ", "tech1"),
        ("E.Tremblay@Example.com", "tech1"),
        ("ELODIE", "tech1"),
        ("nicolas favre", "tech2"),
        ("paul", "nicolas"),
        ("nicolas", "nicolas"),
        ("roy", None),
        ("tremblay", None),
        ("", None),
        ("elo", None),
    ],
)
def test_a_colleague_is_found_by_what_only_they_have(typed: str, key: str | None) -> None:
    """A key, a name or an address comes before a first name."""
    found = find_technician(typed, POLICY)
    assert (found.key if found else None) == key


def test_a_first_name_of_two_is_nobody() -> None:
    """Asking is better than the wrong person."""
    rest = {key: one for key, one in POLICY.technicians.items() if key != "nicolas"}
    assert find_technician("Nicolas", replace(POLICY, technicians=rest)) is None
    assert find_technician("Nicolas Roy", replace(POLICY, technicians=rest)) is rest["tech3"]

"""The starter site with very many customers, so that a load is not a flood: each firm writes a few mails, and each mail
calls three people by mail and pager."""

from __future__ import annotations

from pathlib import Path

from tests.flow.process import a_site

FIRMS = 400


def firm(number: int) -> str:
    """The address that mail `number` is from."""
    return f"chef@firm{number % FIRMS}.example"


def a_busy_site(root: Path, **replacements: str) -> Path:
    """The starter with `FIRMS` customers; `replacements` are edits to config.toml."""
    a_site(root, **replacements)
    (root / "rules/90-firms.toml").write_text("".join(map(_customer, range(FIRMS))), "utf-8")
    return root


def _customer(number: int) -> str:
    return (
        f'[customer.firm{number}]\nname = "Firm {number}"\ndomains = ["firm{number}.example"]\n'
        f'contacts = [{{ name = "Chef {number}", mail = "{firm(number)}", responsible = true }}]\n\n'
    )

"""French or English."""

from __future__ import annotations

import pytest

from mailgate.mail.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bonjour, le serveur ne répond plus depuis ce matin", "fr"),
        ("L'imprimante du 2e n'imprime plus", "fr"),
        ("Hello, the server is down since this morning", "en"),
        ("Can you please help?", "en"),
        ("URGENT", None),
        ("", None),
        ("Guten Tag, der Drucker ist kaputt und wir können nicht drucken", None),
        ("Buongiorno, il server non funziona per tutti della ditta", None),
        ("12345 @@@", None),
    ],
)
def test_a_short_text_shows_its_language_or_says_nothing(text: str, language: str | None) -> None:
    """An acknowledgement in the wrong language is worse than one in the desk's own."""
    assert language_of(text) == language

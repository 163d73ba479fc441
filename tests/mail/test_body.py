"""Which parts are words and which are files."""

from __future__ import annotations

import pytest

from mailgate.mail import limits, parse
from mailgate.mail.body import unflow
from tests.mail.raw import from_jean, multipart, part


def names(octets: bytes) -> list[str]:
    return [file.name for file in parse.read(octets).attachments]


def test_the_plain_alternative_is_read_and_the_html_one_is_no_file() -> None:
    """They say the same."""
    both = multipart("alternative", part("text/plain", "Bonjour"), part("text/html", "<p>Salut</p>"))
    assert (parse.read(both).body, names(both)) == ("Bonjour", [])


def test_an_empty_plain_alternative_gives_way_to_the_html_one() -> None:
    """Some programs send the plain part as an empty formality."""
    both = multipart("alternative", part("text/plain", "  "), part("text/html", "<p>Salut</p>"))
    assert parse.read(both).body == "Salut"


@pytest.mark.parametrize("hidden", ["#fermer", "#appel 240", "#appel 15"])
def test_a_command_that_only_the_plain_alternative_has_is_nobodys(hidden: str) -> None:
    """Its author saw the HTML; a program may spell out in the other what is hidden there."""
    page = f"<p>#appel&nbsp;15</p><p>Salut<span style='display:none'>{hidden}</span></p>"
    both = multipart("alternative", part("text/plain", f"#appel 15\n{hidden}\nSalut"), part("text/html", page))
    assert parse.read(both).text == "#appel\u00a015\n\nSalut"


def test_commands_that_both_alternatives_have_are_read_in_the_plain_one() -> None:
    """However each of them spells a link."""
    page = "<p><a href='https://x.example/tag/r%C3%A9solu'>#résolu</a></p><p>Salut</p>"
    plain = "#résolu<https://x.example/tag/r%C3%A9solu>\nBonjour"
    both = multipart("alternative", part("text/plain; charset=utf-8", plain), part("text/html; charset=utf-8", page))
    assert parse.read(both).text == plain


def test_a_calendar_beside_the_words_is_a_file() -> None:
    """An invitation must reach the technician."""
    both = multipart("alternative", part("text/plain", "Rencontre"), part("text/calendar; name=invite.ics", "BEGIN"))
    assert names(both) == ["invite.ics"]


def test_every_unnamed_text_of_a_mixed_mail_is_read() -> None:
    """Apple Mail cuts the words in two around a picture."""
    mixed = multipart(
        "mixed", part("text/plain", "avant"), part("image/png; name=a.png", "x"), part("text/plain", "après")
    )
    assert parse.read(mixed).body == "avant\naprès"
    assert [(file.index, file.name) for file in parse.read(mixed).attachments] == [(1, "a.png")]


def test_a_named_or_attached_text_is_a_file() -> None:
    """A log file is not what the customer says."""
    mixed = multipart(
        "mixed",
        part("text/plain", "Voir le journal"),
        part("text/plain; name=journal.txt", "erreur"),
        part("text/plain", "erreur 2", "Content-Disposition: attachment"),
    )
    assert (parse.read(mixed).body, names(mixed)) == ("Voir le journal", ["journal.txt", "attachment-3.txt"])


def test_a_mail_that_is_one_named_text_has_that_text() -> None:
    """Otherwise the request would be empty."""
    assert parse.read(from_jean("Content-Type: text/plain; name=x.txt", body="Panne")).body == "Panne"


def test_only_the_root_of_related_parts_is_read_and_shown_images_are_inline() -> None:
    """A logo in a signature is not an attachment to look for."""
    related = multipart(
        "related",
        part("text/html", '<p>Bonjour <img src="cid:logo@x"></p>'),
        part("image/png", "x", "Content-ID: <logo@x>"),
        part("image/png; name=panne.png", "y", "Content-Disposition: attachment"),
    )
    mail = parse.read(related)
    assert mail.body == "Bonjour"
    assert [(file.name, file.inline) for file in mail.attachments] == [("attachment-2.png", True), ("panne.png", False)]


def test_a_forwarded_message_is_one_file_and_its_words_are_not_the_senders() -> None:
    """Commands inside it must never be obeyed (hazards A27)."""
    inside = "Subject: Le vrai sujet\r\n\r\n#fermer\r\n"
    mail = parse.read(multipart("mixed", part("text/plain", "Voir"), part("message/rfc822", inside)))
    assert (mail.body, [file.name for file in mail.attachments]) == ("Voir", ["Le vrai sujet.eml"])


def test_flowed_lines_are_joined_within_their_quote() -> None:
    """RFC 3676: a phone's paragraph is one line again, its quotes stay quotes."""
    flowed = "> un \n> deux\nune \nphrase\n-- \nJean \n"
    assert unflow(flowed, delete_space=False) == "> un deux\nune phrase\n-- \nJean "
    assert unflow("a \nb", delete_space=True) == "ab"


def test_a_flowed_mail_is_read_so() -> None:
    """End to end."""
    field = "Content-Type: text/plain; charset=utf-8; format=flowed"
    assert parse.read(from_jean(field, body="Le serveur \r\nest en panne.\r\n")).body == "Le serveur est en panne."


def test_the_cap_on_text_is_on_all_parts_together() -> None:
    """Twenty-five parts of a megabyte of tags each took twenty seconds; those that are not read are files."""
    texts = [part("text/html", f"<p>fin</p>{' ' * (limits.TEXT_CHARS // 2)}")] * 25
    mail = parse.read(multipart("mixed", part("text/plain", "Bonjour"), *texts))
    assert mail.body == "Bonjour\nfin\nfin"
    assert len(mail.attachments) == 23
    assert f"text cut after {limits.TEXT_CHARS} characters" in mail.defects

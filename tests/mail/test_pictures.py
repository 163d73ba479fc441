"""Pictures that decorate a mail, and pictures that are sent with it."""

from __future__ import annotations

from mailgate.mail import parse
from tests.mail.raw import multipart, part

LOGO = part("image/png; name=image001.png", "logo", "Content-ID: <logo@x>")
SCREENSHOT = part("image/png; name=image.png", "pixels" * 10_000, "Content-ID: <shot@x>")
PHOTO = part("image/jpeg; name=IMG_1.jpg", "photo", "Content-Disposition: inline; filename=IMG_1.jpg")


def sent(octets: bytes) -> list[str]:
    """The pictures that count as attachments."""
    return [file.name for file in parse.read(octets).attachments if not file.inline]


def page(words: str, *pictures: str) -> bytes:
    return multipart("related", part("text/html", words), *pictures)


def test_a_logo_that_the_text_shows_is_no_attachment() -> None:
    """By its name in HTML, however that is written, or in the plain text that stands for it."""
    assert sent(page('<p>Oui</p><img src="cid:logo@x">', LOGO)) == []
    assert sent(page("<p>Oui</p><img src='CID:logo%40x'>", LOGO)) == []
    assert sent(multipart("mixed", part("text/plain", "Oui\r\n[cid:logo@x]"), LOGO)) == []


def test_a_small_picture_that_comes_with_a_page_is_no_attachment_even_unnamed() -> None:
    """Programs keep the logos of what they cut away."""
    assert sent(page("<p>Oui</p>", part("image/gif", "x"))) == []
    assert sent(page("<p>Oui</p>", part("image/gif", "x" * 50_000))) == ["attachment-2.gif"]
    assert sent(page("<p>Oui</p>", part("image/gif; name=a.gif", "x", "Content-Disposition: attachment"))) == ["a.gif"]


def test_a_left_over_logo_in_a_mixed_mail_is_no_attachment() -> None:
    """Gateways flatten mail; its made-up name and its Content-ID say what it was."""
    assert sent(multipart("mixed", part("text/plain", "Oui"), LOGO)) == []


def test_the_same_picture_counts_once() -> None:
    """Every quote brings the logo again, under another name."""
    again = PHOTO.replace("IMG_1", "IMG_2")
    assert sent(multipart("mixed", part("text/plain", "Voir"), PHOTO, again)) == ["IMG_1.jpg"]


def test_a_photo_between_two_texts_is_an_attachment() -> None:
    """Apple Mail shows it there, but nobody names it."""
    assert sent(multipart("mixed", part("text/plain", "avant"), PHOTO, part("text/plain", "après"))) == ["IMG_1.jpg"]


def test_a_pasted_screenshot_is_an_attachment() -> None:
    """It is what the mail is about, and the technician must get it."""
    assert sent(page('<p>Voici l\'erreur :</p><img src="cid:shot@x"><p>Jean</p>', SCREENSHOT)) == ["image.png"]


def test_what_the_quoted_mail_showed_is_no_attachment() -> None:
    """It came with that mail already, whatever marks the quote."""
    shot = '<img src="cid:shot@x">'
    assert sent(page(f"<p>Merci</p><blockquote>{shot}</blockquote>", SCREENSHOT)) == []
    assert sent(page(f'<p>Merci</p><div id="divRplyFwdMsg">De : x</div>{shot}', SCREENSHOT)) == []


def test_only_pictures_decorate() -> None:
    """A document that a page names is still a document."""
    report = part("application/pdf; name=a.pdf", "x", "Content-ID: <logo@x>")
    assert sent(page('<a href="cid:logo@x">rapport</a>', report)) == ["a.pdf"]

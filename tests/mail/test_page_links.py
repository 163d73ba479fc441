"""The link of a page: for its reader alone, and on a pager only where there is room."""

from __future__ import annotations

import quopri
import re
from dataclasses import replace

import pytest

from mailgate.core.letters import Letter, NoticeFacts, Tone
from mailgate.core.model import Attachment, Token, TokenKind
from mailgate.mail.address import ANYWHERE, IN_LINKS, sign, verify
from mailgate.mail.compose import Draft, PlainWords, Scribe, Templates
from mailgate.mail.samples import FACTS
from tests.mail.letters import NOW, TEMPLATES, a_letter, a_page, a_reader, a_scribe, a_stamp, with_text

URL = "https://support.example.com"
LINK = re.compile(rf"{URL}/p/([a-z2-7]{{42}})")


def scribe(words: Templates | PlainWords = TEMPLATES) -> Scribe:
    return replace(a_scribe(words), base_url=URL)


def technician_mail(text: str = "Bonjour") -> Letter:
    letter = a_letter("technician", with_text(replace(FACTS, notice=NoticeFacts("new")), text), Tone.GENERATED)
    return replace(letter, to=a_reader(token=TokenKind.TECHNICIAN), answerable=True)


def written(letter: Letter, words: Templates | PlainWords = TEMPLATES) -> Draft:
    return scribe(words).write(letter, a_stamp())


def own_link() -> str:
    (token,) = set(LINK.findall(written(technician_mail()).text))
    return str(token)


@pytest.mark.parametrize("words", [TEMPLATES, PlainWords()], ids=["templates", "plain"])
def test_a_page_by_mail_carries_its_readers_link(words: Templates | PlainWords) -> None:
    """For this ticket and this person, as long as the signed address beside it."""
    (token,) = LINK.findall(written(technician_mail(), words).text)
    assert verify(scribe().ring, token, NOW.date(), IN_LINKS) == Token(TokenKind.PAGE, 1042, 77)
    assert verify(scribe().ring, token, NOW.date().replace(month=12, day=5), IN_LINKS) is None


def test_text_and_html_carry_the_same_link() -> None:
    """The HTML as a button."""
    message = quopri.decodestring(written(technician_mail()).message).decode()
    assert len(LINK.findall(message)) == 2
    assert f'class="button" href="{URL}/p/{own_link()}"' in re.sub(r' style="[^"]*"', "", message)


def test_without_a_base_url_or_a_page_there_is_no_link() -> None:
    """A desk without [web], and a mail that only tells something."""
    assert "/p/" not in a_scribe().write(technician_mail(), a_stamp()).text
    assert "/p/" not in written(replace(technician_mail(), answerable=False)).text


def test_a_pager_shows_the_link_where_there_is_room() -> None:
    """Number and deadline come first, and nothing is cut for it."""
    letter = replace(a_page("Réseau"), answerable=True)
    text = written(letter).text
    assert LINK.search(text)
    assert text.startswith("URGENT Acme: Reseau #1042 avant lun 23 nov 12h00 https://")
    assert len(text) <= 158
    for limit in range(40, 130):
        short = written(replace(letter, limit=limit)).text
        assert len(short) <= limit
        assert LINK.search(short) or "http" not in short


@pytest.mark.parametrize("shape", ["{}", "https://scan.example/?url=https%3A%2F%2Fsupport.example.com%2Fp%2F{}", "+{}"])
def test_who_quotes_a_page_hands_nobody_their_link(shape: str) -> None:
    """A technician forwards the page to a customer, or to a colleague whose own link stays (promise 6)."""
    strange = sign(scribe().ring, TokenKind.PAGE, 1042, 78, NOW.date())
    quoted = with_text(FACTS, f"voir {shape.format(strange)} fin")
    assert strange not in written(a_letter("notification", quoted, Tone.PERSON)).text
    assert strange not in written(technician_mail(f"voir {shape.format(strange)} fin")).text
    assert LINK.search(written(technician_mail(f"voir {shape.format(strange)} fin")).text)


@pytest.mark.parametrize("encode", [bytes, quopri.encodestring, lambda octets: octets.decode().encode("utf-16-le")])
def test_a_page_that_travels_as_a_file_has_no_link_left(encode: object) -> None:
    """As octets, in quoted-printable over two lines, and as Outlook keeps it."""
    assert callable(encode)
    token = own_link()
    octets = encode(f"Pour dire que vous avez vu : {'x' * 20} {URL}/p/{token}\r\n".encode())
    (part,) = scribe().enclose(((Attachment(0, "page.eml", "text/plain", len(octets)), octets),))
    assert token.encode() not in part.body
    found = re.findall(rb"[a-z2-7]{42}", quopri.decodestring(octets).replace(b"\0", b""))
    assert found == [token.encode()]
    assert verify(scribe().ring, token, NOW.date(), ANYWHERE) is not None


def test_a_link_is_no_signed_address() -> None:
    """Who has a page's link cannot write as its technician, and no address opens a page (domain separation)."""
    token = own_link()
    address = sign(scribe().ring, TokenKind.TECHNICIAN, 1042, 77, NOW.date())
    assert verify(scribe().ring, token, NOW.date()) is None
    assert verify(scribe().ring, address, NOW.date(), IN_LINKS) is None

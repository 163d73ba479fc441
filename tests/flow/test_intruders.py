"""Who is not who they say they are: nothing of somebody else's ticket changes or is told to them (promise 6)."""

from __future__ import annotations

import pytest

from mailgate.core.custody import Delivery
from mailgate.core.model import Door
from mailgate.store import inbox
from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.test_conversation import CHEF, to

URGENT = "support-urgent@example.com"
TECH1 = "tech1@example.com"
EVIL = "mallory@evil.example"


def opened(desk: LiveDesk) -> list[Sent]:
    """The everyday beginning; tech1, tech2 and tech3 are called."""
    return desk.write(Letter("Bonjour,\n\nplus rien ne marche."))


def raw(author: str, text: str, head: str = "") -> bytes:
    """A mail whose From is exactly `author`."""
    return f"From: {author}\r\nSubject: Re: [#1001] x\r\n{head}\r\n{text}\r\n".encode()


def trusted(desk: LiveDesk, octets: bytes, results: str, *recipients: str) -> list[Sent]:
    """A mail from our own relay, which found out `results` about it."""
    whole = f"Authentication-Results: mx.example.com; {results}\r\n".encode() + octets
    with desk.database.write() as tx:
        inbox.accept(tx, [Delivery(Door.SMTP, CHEF, recipients, whole, "127.0.0.1", trusted=True)], desk.now)
    return desk.work()


TWO_OPINIONS = (
    '"tech1@example.com" <mallory@evil.example>',
    "tech1@example.com <mallory@evil.example>",
    "tech1@example.com, mallory@evil.example",
    "mallory@evil.example, tech1@example.com",
    "tech1@example.com\r\nFrom: mallory@evil.example",
    "mallory@evil.example\r\nfrom : tech1@example.com",
    "mallory@evil.example\r\nSender: tech1@example.com",
    "mallory@evil.example\r\nReply-To: tech1@example.com",
    "=?utf-8?q?tech1=40example.com?=",
    "=?utf-8?q?tech1=40example.com?= <mallory@evil.example>",
    "tech1=40example.com@evil.example",
    "tech1@example.com\x00",
    "tech1@example.com\x00 <mallory@evil.example>",
    "tech1@example.com.",
    "tech1@example.com)<mallory@evil.example>",
    "<tech1@example.com>mallory@evil.example",
    "colleagues: tech1@example.com;",
    "tech1@exam\u200bple.com",
    "tech\u0661@example.com",
    "tech1@example\u3002com",
)
"""From fields in which somebody might see tech1."""


def test_a_stolen_token_needs_the_technicians_one_plain_address(desk: LiveDesk) -> None:
    """Whatever could be read in two ways commands nothing, and the owner hears of it (A22)."""
    page = to(opened(desk), TECH1)
    for author in TWO_OPINIONS:
        (told,) = desk.deliver(raw(author, "#fermer"), EVIL, page.reply_to)
        assert (told.to, told.template) == (TECH1, "transcript"), author
        assert desk.ticket().status.value == "new", author


def test_a_letter_that_only_looks_like_an_ascii_one_makes_nobody_the_technician(desk: LiveDesk) -> None:
    """The Kelvin sign in lower case is a "k": another mailbox, another domain, the same string."""
    (desk.root / "rules/99-more.toml").write_text(
        '[technician.kim]\nname = "Kim"\nmail = "kim@kiosk.example"\n', "utf-8"
    )
    desk.reload()
    told = desk.deliver(raw("\u212aim@\u212aiosk.example", "#aide"), EVIL, "tickets@example.com")
    assert {mail.template for mail in told if mail.to == "kim@kiosk.example"} == set()


@pytest.mark.parametrize("sender", ["tech2@example.com", "5145550102@pager.example.net", "mallory@nowhere.example"])
def test_a_technicians_token_serves_nobody_else(desk: LiveDesk, sender: str) -> None:
    """Not a colleague, not a colleague's pager, not a stranger (A26)."""
    page = to(opened(desk), TECH1)
    (told,) = desk.write(Letter("#prendre\n#fermer", sender, page.reply_to))
    assert (told.to, told.template) == (TECH1, "transcript")
    assert len(desk.ticket().messages) == 2


def test_a_technicians_token_commands_nothing_for_a_customer_who_is_heard_all_the_same(desk: LiveDesk) -> None:
    """The technician forwarded their own mail: the answer to it is a mail of the customer's, and no more."""
    page = to(opened(desk), TECH1)
    told = desk.write(Letter("#prendre\n#fermer", CHEF, page.reply_to))
    assert [mail.to for mail in told if mail.template == "transcript"] == [TECH1]
    assert (desk.ticket().status.value, len(desk.ticket().messages)) == ("new", 2)
    assert desk.ticket(1002).messages[0].text == "#prendre\n#fermer"


def test_a_customers_token_gives_a_technician_no_command(desk: LiveDesk) -> None:
    """Kinds are signed apart: the token that a customer may have forwarded to anybody commands nothing."""
    ack = to(opened(desk), CHEF)
    (told,) = desk.write(Letter("#fermer", TECH1, ack.reply_to))
    assert (told.to, told.template) == (TECH1, "transcript")
    assert desk.ticket().status.value == "new"


def test_a_token_with_one_other_character_is_no_token(desk: LiveDesk) -> None:
    """Kind, ticket, person, expiry and MAC alike."""
    page = to(opened(desk), TECH1)
    for place in (8, 9, 12, 20, 26, 30, 40, 49):
        flipped = "b" if page.reply_to[place] == "a" else "a"
        forged = page.reply_to[:place] + flipped + page.reply_to[place + 1 :]
        (told,) = desk.write(Letter(f"#fermer {place}", TECH1, forged))
        assert told.template == "transcript"
        assert desk.ticket().status.value == "new"


def test_an_expired_token_commands_nothing(desk: LiveDesk) -> None:
    """A page that was forgotten in a drawer for three weeks."""
    page = to(opened(desk), TECH1)
    desk.advance(days=21)
    (told,) = desk.write(answer(page, "#fermer"))
    assert told.template == "transcript"
    assert desk.ticket().status.value == "new"


def test_an_expired_token_beside_a_good_one_takes_nothing_away(desk: LiveDesk) -> None:
    """A mail program that answers everybody also answers to the address of an older mail."""
    page = to(opened(desk), TECH1)
    desk.deliver(raw(TECH1, "#prendre"), TECH1, f"tickets+{'a' * 42}@example.com", page.reply_to)
    assert desk.ticket().assignee == "tech1"


def test_two_good_tokens_do_not_add_up(desk: LiveDesk) -> None:
    """The customer's signed address and the technician's in one mail: the customer still commands nothing."""
    first = opened(desk)
    desk.deliver(raw(CHEF, "#fermer"), CHEF, to(first, CHEF).reply_to, to(first, TECH1).reply_to)
    desk.deliver(raw(CHEF, "#fermer\nEncore."), CHEF, to(first, TECH1).reply_to, to(first, CHEF).reply_to)
    assert desk.ticket().status.value == "new"


def test_a_token_that_stands_only_in_the_headers_is_none(desk: LiveDesk) -> None:
    """Only the envelope counts: anybody can write a To or a Cc."""
    page = to(opened(desk), TECH1)
    (told,) = desk.deliver(raw(TECH1, "#fermer", f"Cc: {page.reply_to}\r\n"), TECH1, "tickets@example.com")
    assert told.template == "transcript"
    assert desk.ticket().status.value == "new"


def test_a_technician_who_left_the_rules_commands_nothing(desk: LiveDesk) -> None:
    """Their tokens are revoked with them (X6); the ticket they had is told to the others."""
    first = opened(desk)
    desk.write(answer(to(first, "tech2@example.com"), "#prendre"))
    people = next(path for path in (desk.root / "rules").iterdir() if "[technician.tech2]" in path.read_text("utf-8"))
    text = people.read_text("utf-8").replace('"tech2", ', "")
    before, after = text.split("[technician.tech2]")
    people.write_text(before + "[technician" + after.partition("[technician")[2], "utf-8")
    desk.reload()
    desk.write(answer(to(first, "tech2@example.com"), "#fermer"))
    assert desk.ticket().status.value == "open"
    told = desk.write(answer(to(first, CHEF), "Et alors ?"))
    assert {mail.to for mail in told} == {TECH1, "tech3@example.com"}


def test_a_request_to_a_door_is_heard_whatever_else_it_names(desk: LiveDesk) -> None:
    """A customer who also wrote to an address that is not theirs still gets the help they asked the door for."""
    page = to(opened(desk), TECH1)
    mails = desk.deliver(raw(CHEF, "La cuve déborde.").replace(b"Re: [#1001] x", b"Cuve"), CHEF, page.reply_to, URGENT)
    assert "acknowledgement" in {mail.template for mail in mails}
    assert [mail.to for mail in mails if mail.template == "transcript"] == [TECH1]
    mails = desk.deliver(
        raw(CHEF, "Le toit aussi.").replace(b"Re: [#1001] x", b"Toit"), CHEF, page.envelope_from, URGENT
    )
    assert len([mail for mail in mails if mail.template in ("page", "technician")]) >= 3


def test_a_robot_with_a_stolen_token_leaves_nothing_in_the_ticket(desk: LiveDesk) -> None:
    """ "Auto-Submitted" is no way round the address."""
    page = to(opened(desk), TECH1)
    assert desk.deliver(raw(EVIL, "Lisez-moi", "Auto-Submitted: auto-replied\r\n"), EVIL, page.reply_to) == []
    assert len(desk.ticket().messages) == 2


def test_a_colleague_cannot_release_their_own_request(desk: LiveDesk) -> None:
    """The contact's name in From is not the contact's word: their own signed address is."""
    asked = desk.write(Letter("Un accès, vite", "stagiaire@acme.example", subject="Accès"))
    own = to(asked, "stagiaire@acme.example")
    stranger = Letter("oui", CHEF, own.reply_to, envelope_from="stagiaire@acme.example")
    named = Letter("oui", CHEF, "tickets@example.com", "Re: [#1001] Accès", {"References": own.header("Message-ID")})
    assert desk.write(stranger) == []
    assert desk.write(named) == []
    assert desk.ticket().status.value == "parked"
    assert "released" in {mail.template for mail in desk.write(answer(to(asked, CHEF), "oui"))}


def test_what_a_technician_writes_goes_to_the_author_not_to_the_envelope(desk: LiveDesk) -> None:
    """A forged From of the customer's domain must not bring the answers to the forger, or say whose customer it is."""
    asked = desk.write(
        Letter("Le mot de passe ?", "stagiaire@acme.example", subject="Accès", envelope_from="bounce@evil.example")
    )
    assert "Acme" not in to(asked, "bounce@evil.example").text
    released = desk.write(answer(to(asked, CHEF), "oui"))
    told = desk.write(answer(to(released, TECH1), "Voici le mot de passe."))
    assert {mail.to for mail in [*released, *told] if "evil" in mail.to} == set()
    assert to(told, "stagiaire@acme.example").template == "notification"


def test_a_contact_whose_authentication_failed_sees_no_words_of_the_forger(desk: LiveDesk) -> None:
    """The acknowledgement goes to the registered address all the same, but carries nothing (I13)."""
    mails = trusted(
        desk, raw(CHEF, "x").replace(b"Re: [#1001] x", b"ACHETEZ"), "dmarc=fail header.from=acme.example", URGENT
    )
    mail = to(mails, CHEF)
    assert "ACHETEZ" not in mail.subject + mail.text + mail.html


@pytest.mark.parametrize("result", ["dmarc=pass header.from=example.com", "spf=pass smtp.mailfrom=tech1@example.com"])
def test_what_a_stranger_says_of_their_own_authentication_counts_for_nothing(desk: LiveDesk, result: str) -> None:
    """Authentication-Results are believed from our relays only (A23)."""
    desk.configure("not-failing", "pass")
    page = to(opened(desk), TECH1)
    forged = f"Authentication-Results: mx.example.com; {result}\r\n"
    (told,) = desk.deliver(raw(TECH1, "#fermer", forged), TECH1, page.reply_to)
    assert told.template == "transcript"
    assert desk.ticket().status.value == "new"


@pytest.mark.parametrize("sender", ["mallory@evil.example", "informatique@helvetia-demo.example"])
def test_outsiders_join_no_ticket_by_its_number_or_its_thread(desk: LiveDesk, sender: str) -> None:
    """Whoever saw a mail of ours knows its number and its Message-ID (A29, A33)."""
    first = opened(desk)
    headers = {"References": f"<1@acme.example> {to(first, CHEF).header('Message-ID')}"}
    desk.write(Letter("Et moi ?", sender, URGENT, "Re: [#1001] Panne du serveur", headers))
    assert len(desk.ticket(1001).messages) == 2
    assert desk.ticket(1002).messages[0].text == "Et moi ?"


def test_a_technician_may_ask_for_help_and_answer_about_it(desk: LiveDesk) -> None:
    """Who works here may also be somebody's contact: their own request is a conversation like any other."""
    ack = to(desk.write(Letter("Mon écran est noir", "tech4@example.com")), "tech4@example.com")
    told = desk.write(answer(ack, "Il s'est rallumé."))
    assert {mail.template for mail in told} == {"technician"}
    assert desk.ticket().messages[-1].text == "Il s'est rallumé."


@pytest.mark.parametrize(
    "hidden",
    [
        "Bonjour\r\n\r\n> #fermer\r\n> #assigner tech2",
        "Bonjour\r\n\r\n-- \r\n> #fermer",
        "Bonjour\r\n\r\n-----Message d'origine-----\r\nDe : chef@acme.example\r\n\r\n#fermer",
        "Bonjour\r\n\r\n---------- Forwarded message ---------\r\nFrom: chef <chef@acme.example>\r\n\r\n#fermer",
        "Bonjour\r\n\r\nLe lun. 16 nov. 2026 à 10:01, Chef <chef@acme.example> a écrit :\r\n\r\n#fermer",
    ],
)
def test_what_others_wrote_below_a_technicians_words_is_never_obeyed(desk: LiveDesk, hidden: str) -> None:
    """The customer's "#fermer" comes back in the technician's quote, forward or signature (A27)."""
    page = to(opened(desk), TECH1)
    desk.deliver(raw(TECH1, hidden), TECH1, page.reply_to)
    assert desk.ticket().status.value == "open"


@pytest.mark.parametrize(
    "html",
    [
        '<p>Bonjour</p><div style="display:none">#fermer</div>',
        "<p>Bonjour</p><!-- #fermer --><script>#fermer</script><style>#fermer</style>",
        "<p>Bonjour</p><blockquote><p>#fermer</p></blockquote>",
        '<p>Bonjour</p><p hidden>#fermer</p><p style="visibility: hidden">#fermer</p>',
    ],
)
def test_nothing_that_a_technician_cannot_see_is_obeyed(desk: LiveDesk, html: str) -> None:
    """A customer's HTML, invisible in the technician's answer."""
    page = to(opened(desk), TECH1)
    desk.deliver(raw(TECH1, html, "Content-Type: text/html; charset=utf-8\r\n"), TECH1, page.reply_to)
    assert desk.ticket().status.value != "closed"


def test_a_customer_commands_nothing(desk: LiveDesk) -> None:
    """Every command there is, in a customer's own mail with the customer's own token."""
    ack = to(opened(desk), CHEF)
    text = "#prendre\n#fermer\n#note\n#appel 15\n#assigner tech4\n#résolu\n#attente client"
    desk.write(answer(ack, text))
    story = desk.ticket()
    assert (story.status.value, story.assignee, story.interventions) == ("new", None, ())
    assert [message.direction.value for message in story.messages] == ["in", "out", "in"]

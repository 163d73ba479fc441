"""A25: what a technician's mails carry, and never a customer: the signed address that they answer to.

`SHAPES` are the ways in which mail programs write an address that they found in a mail of the desk, or attach the mail.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from functools import partial
from typing import Any

from mailgate import engine
from mailgate.core.authority import Standing
from mailgate.core.identity import person_id
from mailgate.core.model import AuthLevel, Token, TokenKind
from mailgate.mail import address
from tests.flow.desk import RING, Letter, Sent, answer
from tests.flow.forgeries.case import Case
from tests.flow.forgeries.stage import CHEF, DESK, EVIL, TECH1, TECH2, URGENT, Scene, raw, untouched
from tests.flow.forgeries.weakening import Weakening, instead
from tests.flow.test_secrets import everything

TOKENS = re.compile(r"(?<![a-z2-7])[a-z2-7]{42}(?![a-z2-7])")
COLLEAGUE = "stagiaire@acme.example"

SHAPES = {
    "in their own words": "Écrivez à tickets+{token}@example.com",
    "in capitals": "Écrivez à TICKETS+{TOKEN}@EXAMPLE.COM",
    "in a link": "Voici : mailto:tickets%2B{token}@example.com",
    "in a link that a filter wrote anew": "Voici : https://x.example/?u=mailto%3Atickets%252B{token}%40example.com",
    "in a link that another filter wrote": "Voici : https://x.example/?u=mailto-3Atickets-2B{token}-40example.com",
    "without the address around it": "Code : {token}",
    "with an invisible character": "Écrivez à tickets+\u200b{token}@example.com",
    "with a full-width sign": "Écrivez à tickets\uff0b{token}@example.com",
    "between quoted lines": "> Répondre à : tickets+{token}@example.com\r\n\r\nOui, comme dit plus haut.",
}
"""Ways to write it in a text."""

PAGES = {
    "in HTML": "<p>Voici tickets+{token}@example.com</p>",
    "behind HTML's own spelling": "<p>Voici tickets&#43;{token}@example.com</p>",
    "in HTML that breaks it": "<p>Voici tickets+<wbr><b>{token}</b>@example.com</p>",
    "behind a link of HTML": '<p>Voici <a href="https://x.example/?to=tickets%2B{token}@example.com">ici</a></p>',
}
"""Ways to write it in HTML."""

KINDS = ("application/octet-stream", "message/rfc822", "text/plain", "application/vnd.ms-outlook")


def as_it_is(_original: Any) -> Callable[..., object]:
    """What goes in comes out."""
    return lambda _self, found, *_: found


def with_token_of(person: str) -> Callable[[Any], Callable[..., object]]:
    """A reader gets this technician's address instead of their own."""
    person_number = person_id("technician", person)
    return lambda original: lambda *given: replace(original(*given), token=TokenKind.TECHNICIAN, person=person_number)


def remembering(original: Any) -> Callable[..., Standing | None]:
    """Whoever was a technician once stays one."""

    def stands(event: Any, sender: Any, seen: Any, policy: Any) -> Standing | None:
        found: Standing | None = original(event, sender, seen, policy)
        signed = event.token is not None and event.token.kind is TokenKind.TECHNICIAN
        return found or (Standing(policy.technicians["tech1"]) if signed else None)

    return stands


def talkative(_original: Any) -> Callable[..., None]:
    """The log holds whatever came in."""
    return lambda event, _decision: engine.log.info("event.decided", whole=repr(event))


IN_WORDS = Weakening("tokens stay in words", "mail.compose:Scribe._without_token", as_it_is)
IN_FILES = Weakening("tokens stay in files", "mail.compose:Scribe._without_tokens_inside", as_it_is)
IN_NAMES = Weakening("tokens stay in names of files", "mail.compose:Scribe._named", as_it_is)
ONE_OCTET = Weakening(
    "tokens are looked for in ASCII files",
    "mail.strike:_TOKEN_IN_FILE",
    lambda _original: re.compile(rb"\+([a-z2-7]{42})@"),
)
ONE_LAYER = Weakening("tokens are looked for outside base64", "mail.strike:_inside", lambda _: lambda found, _is: found)
TO_REQUESTER = Weakening("who asked gets tech1's address", "core.correspondence:to_requester", with_token_of("tech1"))
TO_CONTACT = Weakening("contacts get tech1's address", "core.correspondence:to_contact", with_token_of("tech1"))
TO_COLLEAGUE = Weakening("technicians share an address", "core.correspondence:to_technician", with_token_of("tech1"))
FOR_EVER = Weakening("a technician is one for ever", "core.authority:standing", remembering)
TALKATIVE = Weakening("events are logged whole", "engine:_report", talkative)


def token_of(scene: Scene) -> str:
    """What stands in tech1's address between "+" and "@"."""
    return scene.address_of(TECH1).partition("+")[2].partition("@")[0]


def writes(shape: str, kind: str, scene: Scene) -> None:
    """tech1 answers, and the address is among the words; asked about it, they insist."""
    token = token_of(scene)
    words = shape.format(token=token, TOKEN=token.upper())
    mail = raw(f"From: {TECH1}", f"Content-Type: {kind}; charset=utf-8", body=words)
    scene.insist(scene.deliver(mail, TECH1, scene.address_of(TECH1)))


def attaches(kind: str, name: str, octets: Callable[[Scene], bytes], scene: Scene) -> None:
    """tech1 answers, and a file holds the address."""
    file = encodebytes(octets(scene)).decode()
    named = name.format(token=token_of(scene))
    head = f'Content-Type: {kind}\r\nContent-Disposition: attachment; filename="{named}"'
    body = f"--b\r\n\r\nVoici.\r\n--b\r\n{head}\r\nContent-Transfer-Encoding: base64\r\n\r\n{file}\r\n--b--"
    fields = (f"From: {TECH1}", "MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="b"')
    scene.insist(scene.deliver(raw(*fields, body=body), TECH1, scene.address_of(TECH1)))


def the_page(scene: Scene) -> bytes:
    """tech1's own page, as a mail program keeps it."""
    return next(mail.message.as_bytes() for mail in scene.first if mail.to == TECH1)


def the_page_in_outlook(scene: Scene) -> bytes:
    """The same in two octets a character."""
    return the_page(scene).decode().encode("utf-16-le")


def an_answer_of_theirs(scene: Scene) -> bytes:
    """A mail that tech1 once sent, as their program keeps it: its text is base64, and quotes the page."""
    said = encodebytes(f"Bonjour.\r\n> Répondre à tickets+{token_of(scene)}@example.com\r\n".encode())
    return b"From: tech1@example.com\r\nContent-Transfer-Encoding: base64\r\n\r\n" + said


def inside_too(mail: Sent) -> str:
    """All of a mail, and what is base64 in its files."""
    kept = (message_from_bytes(octets).get_payload(decode=True) for octets in mail.files.values())
    return all_of(mail) + "".join(octets.decode("utf-8", "replace") for octets in kept if isinstance(octets, bytes))


def none_inside(scene: Scene) -> None:
    """Neither in the answer nor in what is inside its file, which else is whole."""
    no_token_left(scene)
    (got,) = [inside_too(mail) for mail in scene.told if mail.to == CHEF]
    assert "répondre à" in got.lower()
    assert token_of(scene) not in got


def no_token_left(scene: Scene) -> None:
    """The customer got the answer, and no token of a technician, wherever one looks."""
    got = [mail for mail in scene.told if mail.to == CHEF]
    assert [mail.template for mail in got] == ["notification"]
    assert not any(
        token in shown for mail in got for token in issued(scene, TokenKind.TECHNICIAN) for shown in [all_of(mail)]
    )


def all_of(mail: Sent) -> str:
    """All that a program could find in a mail, files and their names included."""
    files = "".join(name + octets.replace(b"\0", b"").decode("utf-8", "replace") for name, octets in mail.files.items())
    return (everything(mail) + files).lower()


def issued(scene: Scene, kind: TokenKind) -> set[str]:
    """Every token of a kind that ever left in a header or an envelope."""
    written = {token for mail in scene.sent for token in TOKENS.findall(f"{mail.reply_to} {mail.envelope_from}")}
    return {token for token in written if (found := address.verify(RING, token, date.min)) and found.kind is kind}


def converse(scene: Scene) -> None:
    """Everybody writes, and every kind of mail leaves."""
    told = scene.write(answer(page_of(scene, TECH2), "#appel 15\nBonjour, je regarde."))
    more = scene.write(answer(next(mail for mail in told if mail.to == CHEF), "Merci, et ceci ?"))
    scene.write(answer(next(mail for mail in more if mail.to == TECH2), "#résolu\nVoilà."))
    asked = scene.write(Letter("Un accès", COLLEAGUE, URGENT, "Accès"))
    scene.write(answer(next(mail for mail in asked if mail.to == CHEF), "oui"))
    scene.write(Letter("#fermer", EVIL, scene.address_of(TECH1)))


def page_of(scene: Scene, person: str) -> Sent:
    """The mail that somebody was called with."""
    return next(mail for mail in scene.first if mail.to == person)


def each_their_own(scene: Scene) -> None:
    """Any token in a mail is its reader's own: a customer's a customer's, a technician's that technician's."""
    people = {CHEF, TECH1, TECH2, COLLEAGUE}
    assert people <= {mail.to for mail in scene.told}
    for mail in scene.told:
        for token in _tokens_in(mail):
            assert token.kind is TokenKind.BOUNCE or token.person == _person(mail.to)


def _tokens_in(mail: Sent) -> Iterator[Token]:
    for text in TOKENS.findall(f"{all_of(mail)} {mail.envelope_from}"):
        token = address.verify(RING, text, date.min)
        if token is not None:
            yield token


def _person(mail: str) -> int:
    key = re.sub(r"^514555010(\d)@.*|^(tech\d)@.*", lambda found: f"tech{found[1]}" if found[1] else found[2], mail)
    return person_id("contact" if key == mail else "technician", key)


def leave_and_write(scene: Scene) -> None:
    """tech2 leaves the rules, and still has the page."""
    policy = scene.desk.policy
    rest = {key: one for key, one in policy.technicians.items() if key != "tech2"}
    teams = {key: replace(team, members=tuple(set(team.members) - {"tech2"})) for key, team in policy.teams.items()}
    scene.needs(technicians=rest, teams=teams)
    for number, recipient in enumerate((scene.address_of(TECH2), DESK)):
        head = (f"From: {TECH2}", "Subject: Re: [#1001]", f"Message-ID: <{number}@example.com>")
        scene.deliver(raw(*head, body="#fermer"), TECH2, recipient)


def heard_as_a_stranger(scene: Scene) -> None:
    """Requests of somebody who is nobody."""
    untouched(scene)
    assert [(one.level, one.ticket) for one in scene.fresh] == [(AuthLevel.L0, 1002), (AuthLevel.L0, 1003)]


class Log:
    """Takes every line, whatever its level, as it is given."""

    def __init__(self, lines: list[Any]) -> None:
        self.lines = lines

    def __getattr__(self, _level: str) -> Callable[..., None]:
        return lambda *said, **values: self.lines.append((said, values))


def logged(scene: Scene) -> None:
    """The conversation, and what the program says of it."""
    with Weakening("somebody listens", "engine:log", instead(Log(scene.noted))).applied():
        converse(scene)


def no_token_logged(scene: Scene) -> None:
    """One line for each event, and in none a token of any kind."""
    assert len(scene.noted) >= len(scene.fresh)
    said = repr(scene.noted).lower()
    assert not [token for kind in TokenKind for token in issued(scene, kind) if token in said]


def cases() -> list[Case]:
    """Every row of A25."""
    conversation = (TO_REQUESTER, TO_CONTACT, TO_COLLEAGUE)
    outlook = partial(attaches, KINDS[3], "page.msg", the_page_in_outlook)
    named = partial(attaches, KINDS[0], "tickets+{token}@example.com.eml", lambda _scene: b"x")
    return [
        *[
            Case("A25", name, partial(writes, one, "text/plain"), no_token_left, (IN_WORDS,))
            for name, one in SHAPES.items()
        ],
        *[
            Case("A25", name, partial(writes, one, "text/html"), no_token_left, (IN_WORDS,))
            for name, one in PAGES.items()
        ],
        *[
            Case(
                "A25",
                f"in a page attached as {kind}",
                partial(attaches, kind, "p.eml", the_page),
                no_token_left,
                (IN_FILES,),
            )
            for kind in KINDS[:3]
        ],
        Case(
            "A25",
            "in base64 in an attached mail",
            partial(attaches, KINDS[0], "a.eml", an_answer_of_theirs),
            none_inside,
            (IN_FILES, ONE_LAYER),
        ),
        Case("A25", "in a page attached by Outlook", outlook, no_token_left, (IN_FILES, ONE_OCTET)),
        Case("A25", "in the name of a file", named, no_token_left, (IN_NAMES,)),
        Case("A25", "each reader gets their own address", converse, each_their_own, conversation),
        Case("A25", "a technician who left", leave_and_write, heard_as_a_stranger, (FOR_EVER,)),
        Case("A25", "in the log", logged, no_token_logged, (TALKATIVE,)),
    ]

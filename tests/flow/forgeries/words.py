"""A27: commands that others wrote, in a technician's own mail. A28: the technician's own commands, once more.

The mails of A27 are proven ones: only where the command stands in them makes it somebody else's.
"""

from __future__ import annotations

import html
import re
from base64 import encodebytes
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from functools import partial
from typing import Any

from mailgate.core.authority import Standing
from mailgate.core.events import MailReceived
from mailgate.core.model import Outcome, Status
from mailgate.mail.commands import read_orders
from mailgate.mail.quote import MARKER
from tests.flow.forgeries.authors import ORDERS
from tests.flow.forgeries.case import Case
from tests.flow.forgeries.stage import CHEF, EVIL, TECH1, URGENT, Scene, raw, recorded
from tests.flow.forgeries.weakening import Weakening, always

PLAIN = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
THEM = "Chef <chef@acme.example>"
FILE = f"Content-Type: {PLAIN}\r\nContent-Disposition: attachment; filename=a.txt"
IN_BASE64 = encodebytes(b"#fermer").decode()
OWN = "Bonjour.\r\n\r\n"

TEXTS = {
    "quoted": "> #fermer",
    "quoted twice": ">> #fermer\r\n> #fermer",
    "quoted, without a blank": ">#fermer",
    "quoted with a bar": "| #fermer",
    "wrapped around from a quote": "> le serveur dit toujours qu'il faut\r\n#fermer",
    "in a signature": "-- \r\n#fermer",
    "below our own marker": f"{MARKER}\r\n#fermer",
    "below Outlook's line": "-----Message d'origine-----\r\nDe : chef@acme.example\r\n\r\n#fermer",
    "below Outlook's fields": f"De : {THEM}\r\nEnvoyé : 16 novembre 2026\r\nÀ : x\r\nObjet : x\r\n\r\n#fermer",
    "below fields in English": f"From: {THEM}\r\nSent: Monday, November 16, 2026\r\nTo: x\r\nSubject: x\r\n\r\n#close",
    "below fields in German": f"Von: {THEM}\r\nGesendet: 16. November 2026\r\nAn: x\r\nBetreff: x\r\n\r\n#close",
    "below an attribution": f"Le lun. 16 nov. 2026 à 10:01, {THEM} a écrit :\r\n\r\n#fermer",
    "below an attribution in English": f"On Mon, Nov 16, 2026 at 10:01 AM {THEM} wrote:\r\n\r\n#close",
    "below an attribution in Italian": f"Il giorno lun 16 nov 2026 alle ore 10:01 {THEM} ha scritto:\r\n\r\n#close",
    "in a forwarded mail": "---------- Forwarded message ---------\r\nFrom: Chef <chef@acme.example>\r\n\r\n#close",
    "in a mail forwarded by Apple": "Début du message réexpédié :\r\n\r\nDe: Chef <chef@acme.example>\r\n\r\n#fermer",
}
"""What follows the technician's own words."""

PAGES = {
    "hidden by a style": '<p>Bonjour.</p><div style="display:none">#fermer</div>',
    "hidden by an attribute": "<p>Bonjour.</p><p hidden>#fermer</p>",
    "hidden in a comment": "<p>Bonjour.</p><!--\r\n#fermer\r\n--><p>Merci.</p>",
    "hidden in a script": "<p>Bonjour.</p><script>\r\n#fermer\r\n</script><style>\r\n#fermer\r\n</style>",
    "in the title": "<head><title>#fermer</title></head><body><p>Bonjour.</p></body>",
    "in a block quote": "<p>Bonjour.</p><blockquote><p>#fermer</p></blockquote>",
    "in the text of a picture": '<p>Bonjour.</p><img alt="#fermer" src="cid:1">',
    "in what Outlook answers": '<p>Bonjour.</p><div id="divRplyFwdMsg"><b>De :</b> Chef</div><p>#fermer</p>',
}
"""The whole mail, as HTML."""

PARTS = {
    "in the other alternative": ("alternative", f"Content-Type: {HTML}\r\n\r\n<p>#fermer</p>"),
    "in an attached text": ("mixed", f"{FILE}\r\n\r\n#fermer"),
    "in a named text": ("mixed", f'Content-Type: {PLAIN}; name="a.txt"\r\n\r\n#fermer'),
    "in an attached mail": ("mixed", "Content-Type: message/rfc822\r\n\r\nFrom: chef@acme.example\r\n\r\n#fermer"),
    "in a calendar": ("mixed", "Content-Type: text/calendar\r\n\r\nDESCRIPTION:x\r\n#fermer"),
    "in an attached text in base64": ("mixed", f"{FILE}\r\nContent-Transfer-Encoding: base64\r\n\r\n{IN_BASE64}"),
}
"""A second part behind the technician's words."""


def anywhere(original: Any) -> Callable[..., MailReceived]:
    """Whatever looks like a command is one, wherever in the mail it stands."""

    def read(delivery: Any, *rest: Any) -> MailReceived:
        found = re.findall(r"#\w+(?: \w+)*", _all_of(delivery.raw))
        event: MailReceived = original(delivery, *rest)
        return replace(event, orders=read_orders("\n".join(dict.fromkeys(found))))

    return read


def _all_of(octets: bytes) -> str:
    message = message_from_bytes(octets)
    parts = [part.get_payload(decode=True) for part in message.walk()]
    said = "\n".join(part.decode("utf-8", "replace") for part in parts if isinstance(part, bytes))
    return html.unescape(f"{message['Subject']}\n{said}")


def for_anybody(original: Any) -> Callable[..., Standing | None]:
    """Whoever has a signed address works on the ticket."""

    def stands(event: Any, sender: Any, seen: Any, policy: Any) -> Standing | None:
        found: Standing | None = original(event, sender, seen, policy)
        return found or (Standing(policy.technicians["tech1"]) if event.token else None)

    return stands


def nearly_twins(original: Any) -> Callable[..., Any]:
    """The same mail is only the same from the same envelope sender."""
    return lambda tx, event: original(tx, replace(event, token=None))


ANYWHERE = Weakening("commands are obeyed wherever they stand", "engine:read_mail", anywhere)
FOR_ANYBODY = Weakening("every signed address is for work", "core.authority:standing", for_anybody)
NO_TWINS = Weakening("no mail is ever the same again", "store.snapshot:_twins", always(()))
NEARLY_TWINS = Weakening("a mail is another one from another envelope", "store.snapshot:_twins", nearly_twins)
ALL_COUNTS = Weakening("what relays add makes another mail", "mail.trace:is_added", always(False))


def say(octets: bytes, scene: Scene) -> None:
    """A mail of tech1's, to their own signed address."""
    scene.insist(scene.deliver(octets, TECH1, scene.address_of(TECH1)))


def the_customer_says(words: str, scene: Scene) -> None:
    """The commands as an answer in the ticket, and as a new request."""
    scene.deliver(raw(f"From: {CHEF}", body=words), CHEF, scene.address_of(CHEF))
    scene.deliver(raw(f"From: {CHEF}", "Subject: autre", body=words), CHEF, URGENT)


def still_open(scene: Scene) -> None:
    """Nothing that somebody else wrote was done; the technician's own words went where they were meant to go."""
    recorded(scene)
    assert scene.ticket(1001).status is not Status.CLOSED
    assert "closing" not in {mail.template for mail in scene.told}
    assert {one.outcome for one in scene.fresh} <= {Outcome.FOLLOW_UP, Outcome.REFUSED, Outcome.RECORDED}


def only_said(scene: Scene) -> None:
    """Two mails of a customer, heard word for word; nothing was done."""
    assert [one.ticket for one in scene.fresh] == [1001, 1002]
    for story in scene.tickets():
        assert (story.status, story.assignee, story.interventions) == (Status.NEW, None, ())
        assert not [page for page in story.pages if page.acknowledged_at]
    assert scene.ticket(1001).messages[-1].text == scene.ticket(1002).messages[0].text
    assert "#fermer" in scene.ticket(1001).messages[-1].text


def again(times: int, changed: Callable[[bytes, int], tuple[bytes, str]], scene: Scene) -> None:
    """The same mail so many times, or until it did harm."""
    mail = raw(f"From: {TECH1}", "Message-ID: <1@example.com>", body="#appel 15\r\nBonjour, c'est réparé.")
    say(mail, scene)
    told = len(scene.told)
    for number in range(1, times):
        octets, envelope_from = changed(mail, number)
        scene.deliver(octets, envelope_from, scene.address_of(TECH1))
        if len(scene.told) > told:
            return


def the_same(mail: bytes, _number: int) -> tuple[bytes, str]:
    """Octet for octet."""
    return mail, TECH1


def by_another_path(mail: bytes, number: int) -> tuple[bytes, str]:
    """With what relays add, and with other line ends."""
    head = f"Return-Path: <{TECH1}>\r\nReceived: from x by y; {number}\r\nX-Spam-Score: {number}\r\n".encode()
    return head + mail.replace(b"\r\n", b"\n" if number % 2 else b"\r\n"), TECH1


def from_elsewhere(mail: bytes, number: int) -> tuple[bytes, str]:
    """Handed in by whoever found it, bounced back, or fetched from a mailbox."""
    return mail, ("", EVIL, CHEF)[number % 3]


def once(times: int, scene: Scene) -> None:
    """One intervention, one notification, one transcript, and an entry for each time."""
    story = scene.ticket(1001)
    assert len(story.interventions) == 1
    assert sorted(mail.template for mail in scene.told if mail.to in (CHEF, TECH1)) == ["notification", "transcript"]
    assert [one.outcome for one in scene.fresh] == [Outcome.FOLLOW_UP, *[Outcome.DUPLICATE] * (times - 1)]
    recorded(scene)


def cases() -> list[Case]:
    """Every row of A27 and A28."""
    both = (FOR_ANYBODY,)
    return [
        *_hidden(),
        Case("A27", "all of them by the customer", partial(the_customer_says, "\r\n".join(ORDERS)), only_said, both),
        Case("A27", "two of them by the customer", partial(the_customer_says, "#prendre\r\n#fermer"), only_said, both),
        Case("A28", "a hundred times", partial(again, 100, the_same), partial(once, 100), (NO_TWINS,)),
        Case("A28", "by other relays", partial(again, 30, by_another_path), partial(once, 30), (ALL_COUNTS, NO_TWINS)),
        Case("A28", "by other hands", partial(again, 30, from_elsewhere), partial(once, 30), (NEARLY_TWINS,)),
    ]


def _hidden() -> Iterator[Case]:
    head = (f"From: {TECH1}", "MIME-Version: 1.0")
    for name, text in TEXTS.items():
        octets = raw(*head, f"Content-Type: {PLAIN}", body=OWN + text)
        yield Case("A27", name, partial(say, octets), still_open, (ANYWHERE,))
    for name, page in PAGES.items():
        octets = raw(*head, f"Content-Type: {HTML}", body=page)
        yield Case("A27", name, partial(say, octets), still_open, (ANYWHERE,))
    for name, (kind, part) in PARTS.items():
        body = f"--b\r\nContent-Type: {PLAIN}\r\n\r\n{OWN}--b\r\n{part}\r\n--b--"
        octets = raw(*head, f'Content-Type: multipart/{kind}; boundary="b"', body=body)
        yield Case("A27", name, partial(say, octets), still_open, (ANYWHERE,))
    yield Case("A27", "in the subject", partial(say, raw(*head, "Subject: #fermer", body=OWN)), still_open, (ANYWHERE,))

"""A23: authentication results that our relay never wrote. A24: real results, and they say that it is not them.

In A23 the desk wants proof, and the mail is tech1's in all but that: their address in From, their own signed address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from mailgate.core.levels import ENOUGH, MAY, Act
from mailgate.core.model import AuthLevel, AuthVerdict, Status
from mailgate.mail.auth import Results
from tests.flow.forgeries.authors import BY_ENVELOPE
from tests.flow.forgeries.case import Case
from tests.flow.forgeries.stage import CHEF, DESK, EVIL, RELAY, TECH1, URGENT, Scene, raw, recorded, untouched
from tests.flow.forgeries.weakening import Weakening, always, instead

PASS = "dmarc=pass header.from=example.com"
RECEIVED = f"Received: from evil.example by {RELAY}"
OTHER = "Authentication-Results: mx.evil.example"
OURS = f"Authentication-Results: {RELAY}"


def any_server(original: Any) -> Callable[[str, str], Results | None]:
    """Whoever signs is our relay."""
    return lambda value, _name: original(f"x;{value.partition(';')[2]}", "x")


def any_place(original: Any) -> Callable[..., Iterator[Results]]:
    """Every field stands at the top."""
    return lambda *arguments: (replace(one, on_top=True) for one in original(*arguments))


def any_peer(original: Any) -> Callable[..., Any]:
    """Whoever hands the mail over is our relay."""
    return lambda delivery, name: original(replace(delivery, trusted=True), name)


def any_domain(_original: Any) -> Callable[..., bool]:
    """A pass is a pass."""
    return lambda finding, _domain: bool(finding.result == "pass")


def first_bracket(_original: Any) -> Callable[[str, int], int | None]:
    """Comments end at the first bracket that closes."""
    return lambda value, position: value.find(")", position) + 1 or None


def may_also(level: AuthLevel, act: Act) -> Weakening:
    """A row of the table of authority with one right too many."""
    return Weakening(f"{level} may what {act.name} is", "core.levels:MAY", instead({**MAY, level: MAY[level] | {act}}))


def enough_with(verdict: AuthVerdict) -> Mapping[Any, frozenset[AuthVerdict]]:
    """The table of verdicts that stand up, with one more."""
    return {need: held | {verdict} for need, held in ENOUGH.items()}


ANY_SERVER = Weakening("results of any server count", "mail.auth:read_results", any_server)
ANY_PLACE = Weakening("results count wherever they stand", "mail.auth:_results_of", any_place)
ANY_PEER = Weakening("results count whoever hands them over", "mail.proofs:_relay", any_peer)
ANY_DOMAIN = Weakening("a pass of any domain counts", "mail.auth:_vouches", any_domain)
ANY_SIGNER = Weakening("a signature of any domain counts", "mail.domains:aligned", always(True))
DISGUISED = Weakening("odd spellings are not looked for", "mail.auth:_DISGUISED", instead(re.compile(rb"(?!)")))
NO_QUOTES = Weakening(
    "quoted strings are not read as such", "mail.auth:_WORD", instead(re.compile(r"(?!)(x)(x)|[();=]|[^\s();=]+"))
)
NO_COMMENTS = Weakening(
    "comments are read as words", "mail.auth:_WORD", instead(re.compile(r'"((?:[^"\\]|\\.)*+)("?)|[;=]|[^\s"();=]+'))
)
FIRST_BRACKET = Weakening("comments do not nest", "mail.auth:_comment_end", first_bracket)
NOTHING_PROVES = Weakening("no result is ever believed", "mail.auth:verdict", always(AuthVerdict.NONE))
NO_DMARC = Weakening("a DMARC failure is overlooked", "mail.auth:_fails_dmarc", always(False))
NO_FAILURES = Weakening("failures of DKIM and SPF are overlooked", "mail.auth:_failed", always(set()))
FAILURE_STANDS_UP = Weakening("a failure is enough", "core.levels:ENOUGH", instead(enough_with(AuthVerdict.FAIL)))
SILENCE_STANDS_UP = Weakening("silence is enough", "core.levels:ENOUGH", instead(enough_with(AuthVerdict.NONE)))
TOKEN_COMMANDS = may_also(AuthLevel.L3, Act.COMMAND)

NAMED_OTHERWISE = {
    "another server": f"{OTHER}; {PASS}",
    "a server whose name begins like ours": f"{OURS}.evil.example; {PASS}",
    "a server whose name ends like ours": f"Authentication-Results: evil.{RELAY}; {PASS}",
    "our name in a comment": f"Authentication-Results: ({RELAY}) mx.evil.example; {PASS}",
    "our name behind a comment": f"Authentication-Results: (our own) {RELAY}; {PASS}",
    "our name in quotes": f'Authentication-Results: "{RELAY}"; {PASS}',
    "our name as an encoded word": f"Authentication-Results: =?utf-8?q?{RELAY}?=; {PASS}",
    "our name with an unknown version": f"{OURS} 2; {PASS}",
    "our name and another": f"{OURS} mx.evil.example; {PASS}",
}
"""Fields at the top, where only a relay writes, under a name that is not exactly its own."""

STANDING_LOW = {
    "below the sender's own fields": ("Subject: Re", f"{OURS}; {PASS}"),
    "below another hop": (RECEIVED, RECEIVED, f"{OURS}; {PASS}"),
    "below a signature": (RECEIVED, "DKIM-Signature: v=1; d=evil.example", f"{OURS}; {PASS}"),
    "below the relay's own": (RECEIVED, f"{OURS}; none", f"{OURS}; {PASS}"),
    "many times below the relay's own": (RECEIVED, f"{OURS}; none", *[f"{OURS}; {PASS}"] * 50),
}
"""Fields that would be believed, in places where a sender writes, too."""

FAILING_ABOVE = f"{OURS}; dkim=fail; spf=fail smtp.mailfrom=example.com"
DKIM_BELOW = f"{OURS}; dkim=pass header.d=example.com"

MISREAD = {
    "a pass inside a quoted reverse-path": (f'{OURS}; spf=none smtp.mailfrom="x; {PASS}; y="@evil.example', NO_QUOTES),
    "a pass inside the relay's comment": (f"{OURS}; spf=none (x; {PASS}; y) smtp.mailfrom=evil.example", NO_COMMENTS),
    "a pass inside a nested comment": (f"{OURS}; spf=none (x (y); {PASS}; (z)", FIRST_BRACKET),
    "a pass inside very deep comments": (f"{OURS}; spf=none {'(' * 500}x; {PASS}; {')' * 500}", NO_COMMENTS),
    "a pass of another domain": (f"{OURS}; dmarc=pass header.from=evil.example", ANY_DOMAIN),
    "a pass of a domain that ends like ours": (f"{OURS}; dmarc=pass header.from=evil-example.com", ANY_DOMAIN),
    "a pass of a domain that begins like ours": (f"{OURS}; dkim=pass header.d=example.com.evil.example", ANY_DOMAIN),
    "a pass of our address inside another": (f'{OURS}; spf=pass smtp.mailfrom="{TECH1}"@evil.example', ANY_DOMAIN),
    "a blank before the colon": (f"Authentication-Results : {RELAY}; {PASS}", DISGUISED),
}
"""Fields under our relay's name whose words mean something else."""

FAILURES = {
    "DMARC fails": ("dmarc=fail header.from=example.com", (NO_DMARC, FAILURE_STANDS_UP, TOKEN_COMMANDS)),
    "DMARC fails without naming whose": ("dmarc=fail", (NO_DMARC, FAILURE_STANDS_UP, TOKEN_COMMANDS)),
    "DKIM and SPF fail": (
        "dkim=fail header.d=example.com; spf=fail smtp.mailfrom=list.example", (NO_FAILURES, FAILURE_STANDS_UP),
    ),
}  # fmt: skip
"""What a forwarder does to the mail of a real technician."""


def as_tech1(fields: tuple[str, ...], scene: Scene, trusted: bool = True, dkim: tuple[str, ...] = ()) -> None:
    """To a desk that wants proof."""
    scene.needs_proof()
    mail = raw(*fields, f"From: {TECH1}", "Subject: Re", body="#fermer")
    scene.relayed(mail, scene.address_of(TECH1), trusted=trusted, dkim=dkim)


def unproven(scene: Scene) -> None:
    """Not obeyed, not silent: one entry, one word to the registered address."""
    untouched(scene)
    recorded(scene)
    assert [one.level for one in scene.fresh] == [AuthLevel.L3]
    assert [(mail.to, mail.template) for mail in scene.told] == [(TECH1, "transcript")]


def obeyed(scene: Scene) -> None:
    """The very same mail with the relay's word."""
    assert scene.ticket(1001).status is Status.CLOSED
    assert [one.level for one in scene.fresh] == [AuthLevel.L4]


def forwarded(results: str, scene: Scene) -> None:
    """A real technician, a real token, a forwarder in between."""
    mail = raw(RECEIVED, f"{OURS}; {results}", f"From: {TECH1}", "Subject: Re", body="#prendre\r\n#appel 15")
    scene.relayed(mail, scene.address_of(TECH1))


def refused_once(scene: Scene) -> None:
    """0 commands, 1 refusal, with its reason."""
    unproven(scene)
    assert "auth-failing" in scene.fresh[0].because[0]


def failing_contact(scene: Scene) -> None:
    """A request, then an answer in the thread, both under the contact's name and both found false."""
    field = f"{OURS}; dmarc=fail header.from=acme.example"
    told = f"References: {scene.first[0].header('Message-ID')}"
    for subject, recipient in (("ACHETEZ", URGENT), ("Re: [#1001] ACHETEZ", DESK)):
        mail = raw(RECEIVED, field, f"From: {CHEF}", f"Subject: {subject}", told, body="ACHETEZ")
        scene.relayed(mail, recipient, envelope_from=EVIL)


def kept_apart(scene: Scene) -> None:
    """Two tickets of their own, answered with fixed words at the registered address; nothing joins ticket 1001."""
    untouched(scene)
    assert [(one.level, one.ticket) for one in scene.fresh] == [(AuthLevel.L0, 1002), (AuthLevel.L0, 1003)]
    answers = [mail for mail in scene.told if mail.template == "acknowledgement"]
    assert [mail.to for mail in answers] == [CHEF, CHEF]
    assert not any("ACHETEZ" in mail.subject + mail.text + mail.html for mail in answers)


def own_release(scene: Scene) -> None:
    """A colleague says yes to their own request, under the contact's name."""
    asked = scene.deliver(raw("From: stagiaire@acme.example", body="Un accès"), "stagiaire@acme.example", URGENT)
    own = next(mail for mail in asked if mail.to == "stagiaire@acme.example").header("Message-ID")
    scene.deliver(raw(f"From: {CHEF}", "Subject: Re", f"References: {own}", body="oui"), CHEF, DESK)


def still_parked(scene: Scene) -> None:
    """The yes is heard, and lets nobody in."""
    assert scene.ticket(1002).status is Status.PARKED
    assert scene.ticket(1002).pages == ()
    assert scene.fresh[1].ticket == 1002


def doubtful_release(scene: Scene) -> None:
    """A yes to the very address that the contact was asked from, their address in the envelope and beside another."""
    asked = scene.deliver(raw("From: stagiaire@acme.example", body="Un accès"), "stagiaire@acme.example", URGENT)
    signed = next(mail for mail in asked if mail.to == CHEF).reply_to
    scene.deliver(raw(f"From: {CHEF}, {EVIL}", "Subject: Re", body="oui"), CHEF, signed)


def parked_alone(scene: Scene) -> None:
    """What it says is a request of nobody's."""
    assert (scene.ticket(1002).status, scene.ticket(1002).pages) == (Status.PARKED, ())
    assert (scene.fresh[1].level, scene.fresh[1].ticket) == (AuthLevel.L0, 1003)


def failing_pager(scene: Scene) -> None:
    """The stolen address, under the name of the pager that it was sent to."""
    field = f"{OURS}; dmarc=fail header.from=pager.example.net"
    mail = raw(RECEIVED, field, "From: 5145550101@pager.example.net", body="pris")
    scene.relayed(mail, scene.address_of(TECH1), envelope_from=EVIL)


def still_called(scene: Scene) -> None:
    """Nobody is taken to have seen a page, and the technician hears of it."""
    untouched(scene)
    assert [one.level for one in scene.fresh] == [AuthLevel.L0]
    assert [(mail.to, mail.template) for mail in scene.told] == [(TECH1, "transcript")]


def cases() -> list[Case]:
    """Every row of A23 and A24."""
    honest = partial(as_tech1, (RECEIVED, f"{OURS}; {PASS}"))
    untrusted = partial(as_tech1, (RECEIVED, f"{OURS}; {PASS}"), trusted=False)
    signed = partial(as_tech1, (), dkim=("evil.example", "example.com.evil.example"))
    covered = partial(as_tech1, (RECEIVED, FAILING_ABOVE, DKIM_BELOW))
    too_much = (may_also(AuthLevel.L0, Act.SEE_OWN_WORDS), may_also(AuthLevel.L0, Act.CONTINUE_BY_TRACE))
    return [
        Case("A23", "the relay's own word", honest, obeyed, (NOTHING_PROVES,)),
        Case(
            "A23", "a peer that is no relay of ours", untrusted, unproven, (ANY_PEER, SILENCE_STANDS_UP, TOKEN_COMMANDS)
        ),
        Case("A23", "a good signature of another domain", signed, unproven, (ANY_SIGNER,)),
        Case("A23", "below the relay's own failures", covered, unproven, (ANY_PLACE,)),
        *_named_otherwise(),
        *_standing_low(),
        *_misread(),
        *_failures(),
        Case("A24", "a contact who is found false", failing_contact, kept_apart, too_much),
        Case("A24", "a contact beside somebody else", doubtful_release, parked_alone, (BY_ENVELOPE,)),
        Case("A24", "a pager that is found false", failing_pager, still_called, (NO_DMARC,)),
        Case("A24", "a contact whom nothing proves", own_release, still_parked, (may_also(AuthLevel.L1, Act.RELEASE),)),
    ]


def _named_otherwise() -> Iterator[Case]:
    for name, field in NAMED_OTHERWISE.items():
        yield Case("A23", name, partial(as_tech1, (RECEIVED, field)), unproven, (ANY_SERVER,))


def _standing_low() -> Iterator[Case]:
    for name, fields in STANDING_LOW.items():
        yield Case("A23", name, partial(as_tech1, fields), unproven, (ANY_PLACE,))


def _misread() -> Iterator[Case]:
    for name, (field, weakening) in MISREAD.items():
        yield Case("A23", name, partial(as_tech1, (RECEIVED, field)), unproven, (weakening,))


def _failures() -> Iterator[Case]:
    for name, (said, weakenings) in FAILURES.items():
        yield Case("A24", name, partial(forwarded, said), refused_once, weakenings)

"""One letter of every kind, in its plainest and its fullest form: what `check` renders each template with.

A template that stumbles over a fact fails here, at `check`, and not on the night its mail is needed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from mailgate.core.accounts import ManualFacts, Received
from mailgate.core.hours import Deadline
from mailgate.core.intents import Problem, Scale
from mailgate.core.letters import (
    BankFacts,
    ClockFacts,
    Correspondent,
    CustomerFacts,
    DeadlineFacts,
    DeskFacts,
    Did,
    Doubt,
    Facts,
    FloodFacts,
    InterventionFacts,
    Letter,
    LinkFacts,
    MessageFacts,
    NoticeFacts,
    PersonFacts,
    Proof,
    Regraded,
    StatementFacts,
    TicketFacts,
    Tone,
    TranscriptFacts,
)
from mailgate.core.model import Activity, Address, Attachment, Direction, Forwarded, Status, TokenKind
from mailgate.core.ticket import Line, Promise

ASKED_AT = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
DUE_AT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
STARTS_AT = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)

DEADLINE = DeadlineFacts(Deadline(ASKED_AT, ASKED_AT, DUE_AT, "regular", "America/Toronto"), "4h")
OUTSIDE = DeadlineFacts(
    Deadline(ASKED_AT, STARTS_AT, DUE_AT, "regular", "America/Toronto", ((date(2026, 11, 21), "Fête locale"),)), "4h"
)
TICKET = TicketFacts(
    number=1042,
    subject="Plus aucune caisse n’imprime depuis ce matin",
    queue="regulier",
    queue_title="soutien régulier",
    urgent=False,
    status=Status.OPEN.value,
    kind="assistance",
    level=1,
    severity="haute",
    priority="P2",
    requester="jean.roy@acme.example",
    requester_name="Jean Roy",
    assignee="Marie Tremblay",
    opened_at=ASKED_AT,
    history=(
        Line(ASKED_AT, "jean.roy@acme.example", Direction.IN, "Bonjour, l’imprimante du comptoir ne répond plus."),
        Line(STARTS_AT, "Marie Tremblay", Direction.INTERNAL, "Pilote à vérifier."),
    ),
    clocks=tuple(
        ClockFacts(one.value, DUE_AT, one is Promise.UPDATE) for one in Promise if one is not Promise.CALLBACK
    ),
    first=ClockFacts(Promise.CALLBACK.value, DUE_AT),
    links=(1017, 1040),
)
FACTS = Facts(
    desk=DeskFacts("Exemple Logiciels", "tickets@example.com"),
    ticket=TICKET,
    customer=CustomerFacts("acme", "Acme", covered=True, bank="hours"),
    contact=PersonFacts("Jean Roy", "jean.roy@acme.example", registered=True),
    technician=PersonFacts("Marie Tremblay", "tech1@example.com", "tech1", registered=True),
    technicians=(PersonFacts("Marie Tremblay", "tech1@example.com", "tech1", registered=True),),
    message=MessageFacts(
        "Bonjour,\n\nVoici ce que montre l’écran.\n\nMerci",
        "jean.roy@acme.example",
        "Jean Roy",
        ASKED_AT,
        (Attachment(1, "capture d’écran.png", "image/png", 1_240_000),),
        (Attachment(2, "sauvegarde.zip", "application/zip", 48_000_000),),
    ),
    intervention=InterventionFacts(Activity.CALL.value, 15, 60, 30, 60, banked=True),
    deadline=OUTSIDE,
    bank=BankFacts(750),
    links=LinkFacts("https://support.example.com/s/abc"),
)
LINKED = LinkFacts(page="https://support.example.com/p/abc")
RENAMED = MessageFacts("Plus rien ne marche.", "jean.roy@acme.example", "Jean Roy", ASKED_AT, renamed="Panne totale")

DOUBTFUL = MessageFacts(
    "Voir plus bas.",
    "inconnu@example.org",
    forwarded=Forwarded(Address("jean.roy@acme.example", "Jean Roy"), "Écran noir"),
    proof=Proof.FAILING,
    suggests=1042,
)
BARE = Facts(
    desk=FACTS.desk,
    ticket=replace(
        TICKET, subject=None, requester_name="", severity=None, priority=None, assignee=None, history=(), clocks=()
    ),
    contact=PersonFacts("", "inconnu@example.org"),
    deadline=DEADLINE,
)
FLOODED = replace(FACTS, flood=FloodFacts(9996, tuple(range(1042, 1062))))
TAKEN = replace(FLOODED, flood=FloodFacts(24, tuple(range(1042, 1062)), taken=True))
STRANGE = replace(BARE, flood=FloodFacts(2, (1041, 1042), strangers=True))
SETTLED = replace(FACTS, ticket=replace(TICKET, status=Status.RESOLVED.value), message=MessageFacts(""), bank=None)
WAITS_FOR_US = replace(
    FACTS,
    ticket=replace(TICKET, status=Status.PARKED.value, assignee=None, first=None, clocks=(), history=()),
    customer=None,
    deadline=None,
)
DONE = TranscriptFacts(
    ("#appel 15", "#résolu"),
    (
        Did("time", "15 → 30"),
        Did("resolved"),
        Did("already-taken", "Luc Gagnon"),
        Did("away", "2026-12-24"),
    ),
    help=True,
)
WORKED = TranscriptFacts(
    ("#appel 15", "#résolu"),
    (Did("answered", "jean.roy@acme.example"), Did("time", "15 → 60"), Did("callback-kept"), Did("resolved")),
    received=Received(True, "jean.roy@acme.example", "Bonjour,\n\nle poste 3 imprime de nouveau.", 1),
)
NOTED = TranscriptFacts(("#note",), (Did("noted"),), received=Received(False, "jean.roy@acme.example"))
GUIDE = TranscriptFacts(
    ("#aide",),
    help=True,
    manual=ManualFacts(("resolve", "wait"), ("tech2", "tech3"), ("basse", "critique"), ("P1",), ("urgent",), ("beta",)),
)
BANKED = InterventionFacts(Activity.CALL.value, 15, 60, 30, 60, banked=True)
BESIDE = replace(BANKED, banked=False)
STATEMENTS = (
    StatementFacts(BankFacts(750), 27, 60, BANKED),
    StatementFacts(BankFacts(-45, "flex"), 0, 0, BESIDE),
    StatementFacts(None, 15, 0, InterventionFacts(Activity.CALL.value, 15, 0, covered=True)),
    StatementFacts(None, 15, 30, InterventionFacts(Activity.CALL.value, 15, 0)),
)
LOW = Facts(FACTS.desk, contact=FACTS.contact)
UNDONE = TranscriptFacts(
    ("#note",), problems=(Problem("unknown-command", "#apel 15", "#apel", "#appel 15"), Problem("no-token"))
)
MENDED = TranscriptFacts(
    ("#résolu",),
    problems=(Problem("missing-minutes", "#appel", "", "#appel 15", "#appel ?"),),
    resend="Bonjour,\n\nle poste 3 imprime de nouveau.\n\n#appel ?\n#résolu",
)

ASKED = TranscriptFacts(
    ("#prendre",),
    doubts=(
        Doubt("answered-since", "Luc Gagnon", 4, "Bonjour,\nredémarrez le poste 3."),
        Doubt("has-it", "Luc Gagnon"),
        Doubt("away", "Marie Roy"),
    ),
)


def _noticed(code: str, detail: str = "", facts: Facts = FACTS) -> Facts:
    return replace(facts, notice=NoticeFacts(code, detail))


def _about_a_letter(code: str, detail: str) -> Facts:
    return replace(FACTS, notice=NoticeFacts(code, detail, letter="notification"))


def _of_desk(code: str, detail: str) -> Facts:
    return Facts(FACTS.desk, notice=NoticeFacts(code, detail))


def _lost_page(channel: str, target: str) -> Facts:
    return replace(FACTS, notice=NoticeFacts("delivery-failed", f"{target} (401 unauthorized)", channel, "page"))


def _drill(channel: str) -> Facts:
    return replace(_of_desk("drill", channel), technician=FACTS.technician)


CLOCK_NOTICES = (
    "due-soon", "missed", "engagement-due-soon", "engagement-missed", "resolution-due-soon", "resolution-missed",
    "update-due-soon", "update-missed", "closed-by-silence",
)  # fmt: skip

SAMPLES: dict[str, tuple[Facts, ...]] = {
    "acknowledgement": (FACTS, BARE, replace(FACTS, deadline=None)),
    "notification": (
        FACTS,
        SETTLED,
        replace(FACTS, intervention=InterventionFacts("reply", 0, 0, covered=True)),
        replace(FACTS, intervention=BESIDE, bank=BankFacts(-30, "flex")),
        replace(SETTLED, regraded=(Regraded(Scale.SEVERITY, "basse", "un autre poste imprime"),)),
        replace(FACTS, regraded=(Regraded(Scale.LEVEL, "2", "vos données sont à examiner"),)),
        replace(FACTS, intervention=None, message=None, regraded=(Regraded(Scale.QUEUE, "regulier", ""),)),
    ),
    "page": (FACTS, BARE, replace(BARE, message=DOUBTFUL), FLOODED, STRANGE, _of_desk("unreadable", "inbox 12")),
    "technician": (
        _noticed("new", facts=replace(FACTS, links=LINKED)),
        _noticed("assigned", "Luc Gagnon"),
        _noticed("taken", "Luc Gagnon"),
        _noticed("worked", "Luc Gagnon"),
        _noticed("merged", "1017"),
        _noticed("moved"),
        _noticed("undone", "Luc Gagnon"),
        _noticed("escalated"),
        *(_noticed(code) for code in CLOCK_NOTICES),
        *(_noticed(code, facts=WAITS_FOR_US) for code in ("parked", "follow-up")),
        _noticed("escalated", facts=replace(FLOODED, technician=FACTS.technician)),
        _noticed("missed", facts=replace(TAKEN, technician=FACTS.technician)),
        _noticed("follow-up", facts=replace(BARE, technician=FACTS.technician, message=FACTS.message)),
        _noticed("moved", facts=replace(FACTS, message=RENAMED)),
        replace(FACTS, notice=NoticeFacts("follow-up", absent="Luc Gagnon")),
        _noticed("new", facts=replace(BARE, technician=FACTS.technician, message=DOUBTFUL)),
    ),
    "parked": (
        _noticed("parked"),
        _noticed("parked", facts=replace(FACTS, contact=BARE.contact)),
        _noticed("parked", facts=BARE),
        _noticed("release-asked"),
    ),
    "released": (FACTS, BARE),
    "refused": (_of_desk("refused", ""), _of_desk("refused", "Ce service est fermé.")),
    "transcript": (
        replace(FACTS, transcript=DONE),
        replace(FACTS, transcript=WORKED),
        replace(FACTS, transcript=NOTED, intervention=None),
        replace(FACTS, transcript=GUIDE),
        replace(FACTS, transcript=UNDONE),
        replace(FACTS, transcript=MENDED),
        replace(FACTS, transcript=ASKED),
        *(replace(FACTS, transcript=TranscriptFacts(("#solde",), statement=one)) for one in STATEMENTS),
        replace(BARE, transcript=TranscriptFacts(("#solde",), statement=STATEMENTS[-1])),
        replace(FACTS, ticket=None, transcript=UNDONE),
    ),
    "validation": (FACTS, BARE, _noticed("last-reminder")),
    "reminder": (FACTS, BARE, _noticed("last-reminder")),
    "closing": (FACTS, BARE, _noticed("closed-by-silence")),
    "merged": (_noticed("merged-into", "1017"), _noticed("merged-from", "1017"), _noticed("merged-into", "1017", BARE)),
    "followed": (
        _noticed("contact"),
        _noticed("contact", facts=BARE),
        _noticed("contact", facts=replace(FACTS, deadline=None)),
        _noticed("watch", facts=BARE),
        _noticed("moved"),
        _noticed("moved", facts=BARE),
        _noticed("let-in", facts=replace(FACTS, deadline=None)),
    ),
    "correction": (replace(FACTS, message=MessageFacts("", at=ASKED_AT)), BARE),
    "escalated": (FACTS, _noticed("escalated", "un développement est nécessaire")),
    "drill": (_drill(""), _drill("pager")),
    "low-balance": tuple(replace(LOW, bank=BankFacts(*left)) for left in ((90,), (0, "flex"), (-45,), (-45, "flex"))),
    "notice": (
        _of_desk("quarantine", "inbox 12: ValueError: sample"),
        _noticed("too-few-people", "2/3"),
        _about_a_letter("delivery-failed", "jean.roy@acme.example (550 no such user)"),
        _lost_page("sms", "sms:passerelle/+15145550101"),
        _lost_page("mail", "5145550101@pager.example.net"),
        _lost_page("tgram", "tgram://…"),
        _noticed("exhausted"),
        _noticed("low-balance"),
        _noticed("exhausted", facts=STRANGE),
        _noticed("missed"),
        _noticed("engagement-missed"),
        _noticed("resolution-missed"),
        _noticed("update-missed"),
        _of_desk("held-back", "30 × x@victim.example (address)"),
        _about_a_letter("complaint", "jean.roy@acme.example"),
        _of_desk("anything-else", "sample"),
    ),
}
"""For each template's name, the facts it may meet."""

NAMES = tuple(SAMPLES)


def sample_letters(name: str, language: str) -> tuple[Letter, ...]:
    """A letter for each kind of facts that a template may meet; one of the site's own making gets every fact."""
    reader = Correspondent("reader@example.com", "Jean Roy", language, "America/Toronto", TokenKind.CONTACT, person=1)
    limit = 160 if name == "page" else None
    return tuple(
        Letter(name, reader, Tone.GENERATED, facts, facts.ticket.number if facts.ticket else None, limit=limit)
        for facts in SAMPLES.get(name, (FACTS,))
    )

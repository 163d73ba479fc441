"""What a technician asked for, as values: the words of interfaces.md §6 without their spelling.

`mail.commands` turns text into `Orders`; `core` decides whether they are possible. Nothing here was applied yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mailgate.core.hours import Duration
from mailgate.core.model import Activity, Status

UNSAID = "?"
"""What the desk writes where only the technician knows what must stand: no answer to anything."""


@dataclass(frozen=True, slots=True)
class Take:
    """`#prendre`"""


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """`#pris`"""


@dataclass(frozen=True, slots=True)
class AssignTo:
    """`#assigner tech2`: `who` is as typed (a key, a name or an address)."""

    who: str


class Scale(StrEnum):
    """What a ticket is graded by: five different things (domain.md §4). The values are the fields of a ticket."""

    PRIORITY = "priority"
    SEVERITY = "severity"
    LEVEL = "level"
    KIND = "kind"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class Grade:
    """`#priorité P2`, `#sévérité basse motif…`, `#niveau 2 motif…`, `#genre formation`, `#file regulier`: `value` is as
    typed."""

    scale: Scale
    value: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Internal:
    """`#note`: this whole mail is internal."""


@dataclass(frozen=True, slots=True)
class Spend:
    """`#appel 15`, `#site 2h`, `#distance 20`, `#temps 10`: real minutes, more than 0."""

    activity: Activity
    minutes: int


@dataclass(frozen=True, slots=True)
class Correct:
    """`#appel -15`: so many real minutes, more than 0, are taken back."""

    activity: Activity
    minutes: int


@dataclass(frozen=True, slots=True)
class Wait:
    """`#attente client`, `#attente tiers 3d`: `status` is WAITING_CUSTOMER or WAITING_THIRD."""

    status: Status
    duration: Duration | None = None


@dataclass(frozen=True, slots=True)
class AskValidation:
    """`#valider`"""


@dataclass(frozen=True, slots=True)
class Resolve:
    """`#résolu`"""


@dataclass(frozen=True, slots=True)
class Close:
    """`#fermer`"""


@dataclass(frozen=True, slots=True)
class Reopen:
    """`#rouvrir`"""


@dataclass(frozen=True, slots=True)
class Absent:
    """`#absent 2026-12-24..2027-01-03`: both days included, on the technician's own calendar."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Present:
    """`#absent non`: no absence by mail holds any more."""


@dataclass(frozen=True, slots=True)
class SetSubject:
    """`#sujet …`: one clean line of at most 200 characters, never empty."""

    subject: str


@dataclass(frozen=True, slots=True)
class SetContact:
    """`#contact x@acme.example`: an addr-spec with its domain in lower case."""

    mail: str


@dataclass(frozen=True, slots=True)
class LinkTo:
    """`#lier 17`"""

    ticket: int


@dataclass(frozen=True, slots=True)
class MergeInto:
    """`#fusionner 17`: the ticket that is answered becomes part of 17."""

    ticket: int


@dataclass(frozen=True, slots=True)
class SplitOff:
    """`#séparer`, `#séparer nouvel objet`: the customer's newest message becomes a request of its own; `subject` is ""
    when it keeps the old one."""

    subject: str = ""


@dataclass(frozen=True, slots=True)
class AddWatcher:
    """`#copie x@acme.example`: an addr-spec in lower case."""

    mail: str


@dataclass(frozen=True, slots=True)
class RemoveWatcher:
    """`#copie non x@acme.example`"""

    mail: str


@dataclass(frozen=True, slots=True)
class SetCustomer:
    """`#client acme`: `customer` is as typed (a key or a name)."""

    customer: str


@dataclass(frozen=True, slots=True)
class Balance:
    """`#solde`"""


class Undo:
    """`#annuler`"""


@dataclass(frozen=True, slots=True)
class Help:
    """`#aide`"""


Intent = (
    Take
    | Acknowledge
    | AssignTo
    | Grade
    | Internal
    | Spend
    | Correct
    | Wait
    | AskValidation
    | Resolve
    | Close
    | Reopen
    | Absent
    | Present
    | SetSubject
    | SetContact
    | SetCustomer
    | LinkTo
    | MergeInto
    | SplitOff
    | AddWatcher
    | RemoveWatcher
    | Balance
    | Undo
    | Help
)


@dataclass(frozen=True, slots=True)
class Order:
    """One command line that was understood: the intent, and the line as the technician typed it."""

    intent: Intent
    line: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that could not be understood or done.

    `code` is a word the transcript template has a phrase for, `detail` fills it in, `nearest` is a valid form near it
    (or ""), `line` is the command line as typed (or "" when the whole mail is meant). `meant` is the line to send
    instead, with nothing in it that they did not write: `?` stands for what only they know, "" for no line at all."""

    code: str
    line: str = ""
    detail: str = ""
    nearest: str = ""
    meant: str = ""


@dataclass(frozen=True, slots=True)
class Orders:
    """A technician's mail taken apart: the words for the customer, the commands, and what was not understood; `written`
    is all of it in its order, line by line. `inside` are commands that stand in the middle of the customer's words."""

    text: str
    orders: tuple[Order, ...] = ()
    problems: tuple[Problem, ...] = ()
    written: tuple[str | Order | Problem, ...] = ()
    inside: tuple[str, ...] = ()

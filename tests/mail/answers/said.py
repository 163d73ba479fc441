"""What technicians type, and what they mean by it. Nothing here comes from the program under test but its values.

A block is what stands between two empty lines; a line that begins with "#" is a command.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mailgate.core.hours import Duration, Unit
from mailgate.core.intents import (
    Absent,
    Acknowledge,
    AskValidation,
    AssignTo,
    Close,
    Grade,
    Help,
    Intent,
    Internal,
    Present,
    Reopen,
    Resolve,
    Scale,
    Spend,
    Take,
    Wait,
)
from mailgate.core.model import Activity, Status

Block = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What is typed, what it orders, and what of it the customer gets."""

    blocks: tuple[Block, ...]
    orders: tuple[Intent, ...]
    public: str

    @property
    def longest(self) -> int:
        """Characters of the longest line."""
        return max(len(line) for block in self.blocks for line in block)

    def __str__(self) -> str:
        return " / ".join(line for block in self.blocks for line in block)[:40]


CALL, VISIT, REMOTE, OTHER = Activity.CALL, Activity.VISIT, Activity.REMOTE, Activity.OTHER
DONE = "Bonjour Madame,\n\nC’est réglé\u00a0: redémarrez le poste, puis réessayez."
HELLO, FIXED = ("Bonjour Madame,",), ("C’est réglé\u00a0: redémarrez le poste, puis réessayez.",)
FLOWING = (
    "Nous avons remplacé le disque du serveur de facturation, et la restauration de cette nuit est complète : rien ne"
    " manque, vous pouvez reprendre où vous en étiez."
)
DEC_24, JAN_3 = date(2026, 12, 24), date(2027, 1, 3)

SAID = (
    Said((("#appel 15",),), (Spend(CALL, 15),), ""),
    Said((("#appel 15",), HELLO, FIXED), (Spend(CALL, 15),), DONE),
    Said((HELLO, FIXED, ("#appel 15",)), (Spend(CALL, 15),), DONE),
    Said((HELLO, ("#appel 1h30",), FIXED), (Spend(CALL, 90),), DONE),
    Said((("#prendre", "#appel 90 min", "#résolu"), HELLO, FIXED), (Take(), Spend(CALL, 90), Resolve()), DONE),
    Said((("#prendre",), HELLO, FIXED, ("#fermer",)), (Take(), Close()), DONE),
    Said((HELLO, FIXED), (), DONE),
    Said((("#pris",),), (Acknowledge(),), ""),
    Said((("#ack",), ("On my way.",)), (Acknowledge(),), "On my way."),
    Said(
        (("#take", "#call 1 h 30"), ("Hello Jane,",), ("It’s fixed — please try again.",)),
        (Take(), Spend(CALL, 90)),
        "Hello Jane,\n\nIt’s fixed — please try again.",
    ),
    Said((("The cable was loose.",), ("#visit 2h",)), (Spend(VISIT, 120),), "The cable was loose."),
    Said((("#site 1:30",), ("Le câble était débranché.",)), (Spend(VISIT, 90),), "Le câble était débranché."),
    Said((("#remote 20 minutes",), ("Done remotely.",)), (Spend(REMOTE, 20),), "Done remotely."),
    Said((("#distance une demi-heure",), HELLO, FIXED), (Spend(REMOTE, 30),), DONE),
    Said((("#temps 1,5 h",), ("#note",), ("Le client s’énerve vite.",)), (Spend(OTHER, 90), Internal()),
         "Le client s’énerve vite."),
    Said((("#note",), ("Mot de passe de l’imprimante : voir l’armoire.",)), (Internal(),),
         "Mot de passe de l’imprimante : voir l’armoire."),
    Said((("#assigner tech2",), ("Mon collègue vous rappelle.",)), (AssignTo("tech2"),), "Mon collègue vous rappelle."),
    Said((("#assign Nicolas Favre",),), (AssignTo("Nicolas Favre"),), ""),
    Said((("#assigner à “Nicolas Favre”",),), (AssignTo("Nicolas Favre"),), ""),
    Said((("#assign tech2@example.com",),), (AssignTo("tech2@example.com"),), ""),
    Said((("#priorité P2",), HELLO, FIXED), (Grade(Scale.PRIORITY, "P2"),), DONE),
    Said((("#priority p1",), ("We are on it.",)), (Grade(Scale.PRIORITY, "p1"),), "We are on it."),
    Said((("#sévérité basse : un autre poste imprime",), HELLO),
         (Grade(Scale.SEVERITY, "basse", "un autre poste imprime"),), "Bonjour Madame,"),
    Said((("#severity high",), ("#level 2 – your data must be examined",)),
         (Grade(Scale.SEVERITY, "high"), Grade(Scale.LEVEL, "2", "your data must be examined")), ""),
    Said((("#niveau 2 vos données sont à examiner",),), (Grade(Scale.LEVEL, "2", "vos données sont à examiner"),), ""),
    Said((("#genre formation", "#file regulier"),),
         (Grade(Scale.KIND, "formation"), Grade(Scale.QUEUE, "regulier")), ""),
    Said((("#kind training",), ("Shall we say Friday?",)), (Grade(Scale.KIND, "training"),), "Shall we say Friday?"),
    Said((("Quelle est la marque du poste ?",), ("#attente client",)), (Wait(Status.WAITING_CUSTOMER),),
         "Quelle est la marque du poste ?"),
    Said((("#attente tiers 3 jours",), ("La pièce est commandée.",)),
         (Wait(Status.WAITING_THIRD, Duration(3, Unit.DAYS)),), "La pièce est commandée."),
    Said((("#wait third party 1w",),), (Wait(Status.WAITING_THIRD, Duration(1, Unit.WEEKS)),), ""),
    Said((HELLO, FIXED, ("#valider",)), (AskValidation(),), DONE),
    Said((("#validate",), ("Does it work now?",)), (AskValidation(),), "Does it work now?"),
    Said((("#résolu",), ("Das Netzwerk läuft wieder.",)), (Resolve(),), "Das Netzwerk läuft wieder."),
    Said((("#resolved",), ("La stampante è a posto.",)), (Resolve(),), "La stampante è a posto."),
    Said((("#close",),), (Close(),), ""),
    Said((("#rouvrir",), ("Pardon, il reste un poste.",)), (Reopen(),), "Pardon, il reste un poste."),
    Said((("#reopen", "#call 5"),), (Reopen(), Spend(CALL, 5)), ""),
    Said((("#absent 2026-12-24..2027-01-03",),), (Absent(DEC_24, JAN_3),), ""),
    Said((("#absent du 24 décembre 2026 au 3 janvier 2027",),), (Absent(DEC_24, JAN_3),), ""),
    Said((("#absent 24/12/2026",),), (Absent(DEC_24, DEC_24),), ""),
    Said((("#absent off",),), (Present(),), ""),
    Said((("#aide",),), (Help(),), ""),
    Said((("#help",), ("#time 10 min.",)), (Help(), Spend(OTHER, 10)), ""),
    Said((HELLO, (FLOWING,), ("#temps 0:45",)), (Spend(OTHER, 45),), f"Bonjour Madame,\n\n{FLOWING}"),
    Said(
        (("C’est la suite de #1042,", "voir https://www.example.com/faq#appel pour la marche à suivre."), ("#résolu",)),
        (Resolve(),),
        "C’est la suite de #1042,\nvoir https://www.example.com/faq#appel pour la marche à suivre.",
    ),
    Said(
        (("Trois points :",), ("1. le disque ;", "2. le câble ;", "3. l’écran."), ("#appel 45",)),
        (Spend(CALL, 45),),
        "Trois points :\n\n1. le disque ;\n2. le câble ;\n3. l’écran.",
    ),
)  # fmt: skip
"""Every command in both languages, at the first, the middle and the last line, alone and with words."""

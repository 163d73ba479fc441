"""What programs write around an answer, in the desk's four languages."""

from __future__ import annotations

from dataclasses import dataclass

DESK = "Exemple Logiciels <tickets+abc@example.com>"


@dataclass(frozen=True, slots=True)
class Tongue:
    """The words of one language. `labels`: of a header block, sender, sent, date, recipient, subject; `long` and
    `short` are the date as such a block, and as a sentence has it."""

    code: str
    prefix: str
    labels: tuple[str, str, str, str, str]
    long: str
    attribution: str
    dated: str
    original: str
    from_phone: str
    from_galaxy: str
    from_outlook: str
    from_proton: str
    from_k9: str
    disclaimer: str

    def block(self, *, dated: bool = False, bold: str = "") -> list[str]:
        """The header block of the mail that is answered, one field on a line."""
        sender, sent, date, recipient, subject = self.labels
        values = (
            (sender, DESK),
            (date if dated else sent, self.long),
            (recipient, "Camille Tremblay <tech1@example.com>"),
            (subject, "[#1001] Panne du serveur"),
        )
        return [f"{bold}{label}{bold} {value}" for label, value in values]


TONGUES = (
    Tongue(
        code="fr",
        prefix="RE",
        labels=("De\u00a0:", "Envoyé\u00a0:", "Date\u00a0:", "À\u00a0:", "Objet\u00a0:"),
        long="lundi 16 novembre 2026 10:00",
        attribution=f"Le lun. 16 nov. 2026 à 10:00, {DESK} a écrit\u00a0:",
        dated="Le 16/11/2026 à 10:00, Exemple Logiciels a écrit\u00a0:",
        original="Message d'origine",
        from_phone="Envoyé de mon iPhone",
        from_galaxy="Envoyé depuis mon Galaxy",
        from_outlook="Obtenir Outlook pour iOS",
        from_proton="Envoyé avec la messagerie sécurisée Proton Mail.",
        from_k9="Envoyé de mon appareil Android avec Courriel K-9 Mail. Veuillez excuser ma brièveté.",
        disclaimer="Ce courriel et ses pièces jointes sont confidentiels. S’il ne vous est pas destiné, détruisez-le.",
    ),
    Tongue(
        code="en",
        prefix="Re",
        labels=("From:", "Sent:", "Date:", "To:", "Subject:"),
        long="Monday, November 16, 2026 10:00 AM",
        attribution=f"On Mon, Nov 16, 2026 at 10:00\u202fAM {DESK} wrote:",
        dated="On 11/16/26 10:00 AM, Exemple Logiciels wrote:",
        original="Original Message",
        from_phone="Sent from my iPhone",
        from_galaxy="Sent from my Galaxy",
        from_outlook="Get Outlook for iOS",
        from_proton="Sent with Proton Mail secure email.",
        from_k9="Sent from my Android device with K-9 Mail. Please excuse my brevity.",
        disclaimer="This message is confidential. If you are not the intended recipient, please delete it.",
    ),
    Tongue(
        code="de",
        prefix="AW",
        labels=("Von:", "Gesendet:", "Datum:", "An:", "Betreff:"),
        long="Montag, 16. November 2026 10:00",
        attribution=f"Am Mo., 16. Nov. 2026 um 10:00\u00a0Uhr schrieb {DESK}:",
        dated="Am 16.11.26 um 10:00 schrieb Exemple Logiciels:",
        original="Ursprüngliche Nachricht",
        from_phone="Von meinem iPhone gesendet",
        from_galaxy="Von meinem Galaxy gesendet",
        from_outlook="Holen Sie sich Outlook für iOS",
        from_proton="Gesendet mit Proton Mail",
        from_k9="Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
        disclaimer="Diese E-Mail ist vertraulich. Sollten Sie nicht der Empfänger sein, löschen Sie sie bitte.",
    ),
    Tongue(
        code="it",
        prefix="R",
        labels=("Da:", "Inviato:", "Data:", "A:", "Oggetto:"),
        long="lunedì 16 novembre 2026 10:00",
        attribution=f"Il giorno lun 16 nov 2026 alle ore 10:00 {DESK} ha scritto:",
        dated="Il 16/11/2026 10:00, Exemple Logiciels ha scritto:",
        original="Messaggio originale",
        from_phone="Inviato da iPhone",
        from_galaxy="Inviato dal mio Galaxy",
        from_outlook="Ottieni Outlook per iOS",
        from_proton="Inviato con Proton Mail",
        from_k9="Inviato dal mio dispositivo Android con K-9 Mail. Perdonate la brevità.",
        disclaimer="Questo messaggio è riservato. Se non ne siete i destinatari, siete pregati di eliminarlo.",
    ),
)

QUOTED = (
    "##- Répondez au-dessus de cette ligne -##",
    "",
    "Demande 1001 – rappel à faire avant 11:00",
    "",
    "Plus rien ne marche.",
    "#fermer",
    "#appel 240",
    "- #note",
)
"""The mail that is answered, whose customer has read about commands."""

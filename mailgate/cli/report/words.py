"""The words of the report's page: French is the measure, English stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailgate.core.sla import share
from mailgate.core.ticket import Promise
from mailgate.mail.dates import primary

NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Words:
    """One language; what stands in braces is filled in."""

    title: str
    period: str
    nothing: str
    promises: Mapping[Promise, str]
    kept: str
    late: str
    missed: str
    percent: str
    thousands: str
    apart: str
    queues: str
    customers: str
    months: str
    nobody: str
    used: str
    used_up_to: str
    used_over: str
    lateness: str
    late_up_to: str
    late_over: str
    minutes: str
    hours: str

    def share(self, part: int, whole: int) -> str:
        """A share in per cent; what is not nothing is not 0 %."""
        found = share(part, whole)
        return self.percent.format(percent=f"<{NBSP}1" if part and not found else found)


FRENCH = Words(
    title=f"Promesses tenues{NBSP}: {{desk}}",
    period="Échéances du {since} au {until}",
    nothing="Aucune promesse n’est venue à échéance dans cette période.",
    promises={
        Promise.CALLBACK: "Rappel",
        Promise.ENGAGEMENT: "Prise en charge",
        Promise.RESOLUTION: "Résolution",
        Promise.UPDATE: "Nouvelles au client",
    },
    kept="tenues",
    late="en retard",
    missed="manquées",
    percent=f"{{percent}}{NBSP}%",
    thousands=NBSP,
    apart=f"À part{NBSP}: {{still}} en attente d’autrui, {{no_longer}} devenues sans objet.",
    queues="Par file",
    customers="Par client",
    months="Par mois",
    nobody="sans client",
    used="Part du délai utilisée",
    used_up_to=f"{{low}} à {{high}}{NBSP}%",
    used_over=f"plus de 100{NBSP}%",
    lateness="Retard, en temps ouvré",
    late_up_to="jusqu’à {high}",
    late_over="plus de {low}",
    minutes=f"{{count}}{NBSP}min",
    hours=f"{{count}}{NBSP}h",
)

ENGLISH = Words(
    title="Promises kept: {desk}",
    period="Due from {since} to {until}",
    nothing="No promise fell due in this time.",
    promises={
        Promise.CALLBACK: "Call back",
        Promise.ENGAGEMENT: "Engagement",
        Promise.RESOLUTION: "Resolution",
        Promise.UPDATE: "Update",
    },
    kept="kept",
    late="late",
    missed="missed",
    percent="{percent}%",
    thousands=",",
    apart="Apart: {still} waiting for others, {no_longer} no longer apply.",
    queues="By queue",
    customers="By customer",
    months="By month",
    nobody="no customer",
    used="Share of the promised time used",
    used_up_to="{low} to {high}%",
    used_over="more than 100%",
    lateness="Lateness, in working time",
    late_up_to="up to {high}",
    late_over="more than {low}",
    minutes=f"{{count}}{NBSP}min",
    hours=f"{{count}}{NBSP}h",
)

LANGUAGES = {"fr": FRENCH, "en": ENGLISH}


def words_of(language: str) -> Words:
    """The words of a language, English when there are none."""
    return LANGUAGES.get(primary(language), ENGLISH)


def used_labels(words: Words, shares: tuple[int | None, ...]) -> tuple[str, ...]:
    """A label for each part of the promised time."""
    lows = (0, *(share or 0 for share in shares))
    return tuple(
        words.used_over if high is None else words.used_up_to.format(low=low, high=high)
        for low, high in zip(lows, shares, strict=False)
    )


def late_labels(words: Words, delays: tuple[int | None, ...]) -> tuple[str, ...]:
    """A label for each span of lateness, given in minutes."""
    return tuple(
        words.late_over.format(low=_length(words, delays[place - 1] or 0))
        if most is None
        else words.late_up_to.format(high=_length(words, most))
        for place, most in enumerate(delays)
    )


def _length(words: Words, minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return words.minutes.format(count=minutes) if rest or not hours else words.hours.format(count=hours)

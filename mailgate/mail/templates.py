"""Letters from template files: `templates/<language>/<name>.txt.j2`, with the `.html.j2` beside it.

The first folder that has the text gives both parts: a site that rewrites only the text of a letter sends text only,
never its own words beside our HTML. A language is looked for as written ("fr-CA"), then without its region, in the
site's templates and then in the packaged ones; after that the desk's language, and English in the end.

The text begins with a line `Subject: …` and an empty line. Styles are inlined because mail programs drop style sheets;
what is inlined is our layout with every fact escaped, never the HTML of a mail.

A template is somebody's program: whatever it raises while it runs becomes TemplateFailed, and `PlainWords` speaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from traceback import walk_tb

import css_inline
from jinja2 import Template, TemplateNotFound, TemplateSyntaxError

from mailgate.core.letters import Facts, Letter
from mailgate.mail.dates import Tongue, primary
from mailgate.mail.repeats import Repeats
from mailgate.mail.samples import NAMES, sample_letters
from mailgate.mail.sandbox import TONGUE, Sandbox
from mailgate.mail.shelf import Shelf
from mailgate.mail.words import TemplateFailed, Words, worded

TEXT, HTML = ".txt.j2", ".html.j2"
LAST_RESORT = "en"
OUTPUT_MOST = 262_144
"""Characters a template may add to the words it passes on."""
GROWTH_MOST = 6
"""Most characters that one character of a fact becomes: `'` is written `&#39;`."""

_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
_NAMES = tuple(field.name for field in fields(Facts))
_VALUES = attrgetter(*_NAMES)


class Templates:
    """Renders letters with the templates of `directories`, the site's own first; `language` is the desk's.

    The files are read now, and never again."""

    def __init__(self, directories: tuple[Path, ...], language: str = "fr-CA") -> None:
        self.directories = directories
        self.language = language
        self._shelf = Shelf(directories)
        self._text = Sandbox(self._shelf.loader(), escapes=False)
        self._html = Sandbox(self._shelf.loader(), escapes=True)
        self._repeats = Repeats()

    def render(self, letter: Letter, now: datetime | None = None) -> Words:
        """The words of a letter; TemplateFailed names file and line. `now` leaves the current year out of dates."""
        return worded(letter, lambda fitted: self._said(self._stem(fitted.template, fitted.to.language), fitted, now))

    def names(self) -> tuple[str, ...]:
        """Every template that the desk's language can be served with, in alphabetical order."""
        folders = set(self._folders(self.language))
        stems = (stem.rpartition("/") for stem in self._shelf.stems(TEXT))
        return tuple(sorted({name for folder, _, name in stems if folder in folders}))

    def strange(self, language: str) -> dict[str, str]:
        """The letters of the desk that a reader of `language` gets in another one, by name, and in which."""
        spoken = {name: self._stem(name, language).split("/")[1] for name in NAMES}
        return {name: other for name, other in spoken.items() if primary(other) != primary(language)}

    def check(self) -> tuple[str, ...]:
        """Every mistake of every template, each rendered with sample facts: "templates/fr/x.txt.j2:3: …"."""
        return tuple(sorted({*self._missing(), *self._widows(), *self._failing()}))

    def _stem(self, name: str, language: str) -> str:
        """The template's name without its suffix, in the first folder that has the text."""
        for folder in self._folders(language):
            if self._shelf.has(f"{folder}/{name}{TEXT}"):
                return f"{folder}/{name}"
        raise TemplateFailed(f"templates/{language}/{name}{TEXT}: there is none")

    def _folders(self, language: str) -> Iterator[str]:
        for wanted in (language, self.language, LAST_RESORT):
            for place in range(len(self.directories)):
                yield f"{place}/{wanted}"
                yield f"{place}/{primary(wanted)}"

    def _said(self, stem: str, letter: Letter, now: datetime | None) -> Words:
        return self._repeats.words(stem, letter, now, lambda watched: self._render(stem, watched, now))

    def _render(self, stem: str, letter: Letter, now: datetime | None) -> Words:
        tongue = Tongue(_spoken(stem, letter.to.language), letter.to.timezone, now)
        subject, text = self._parted(stem, self._printed(self._text, stem + TEXT, letter.facts, tongue))
        if letter.limit is not None or not self._shelf.has(stem + HTML):
            return Words(subject, text)
        html = self._printed(self._html, stem + HTML, letter.facts, tongue)
        return Words(subject, text, self._inlined(stem, html))

    def _parted(self, stem: str, printed: str) -> tuple[str, str]:
        first, _, rest = printed.partition("\n")
        if not first.startswith("Subject:") or not rest.startswith("\n"):
            raise TemplateFailed(f"{self._shown(stem + TEXT)}:1: begin with 'Subject: …' and an empty line")
        return first.removeprefix("Subject:").strip(), rest.strip("\n")

    def _inlined(self, stem: str, html: str) -> str:
        try:
            return _INLINER.inline(html)
        except ValueError as error:
            raise TemplateFailed(f"{self._shown(stem + HTML)}: {error}") from error

    def _printed(self, environment: Sandbox, name: str, facts: Facts, tongue: Tongue) -> str:
        """What a template prints; TemplateFailed when it raises, or prints without end."""
        try:
            return self._bounded(environment.get_template(name), facts, tongue)
        except TemplateFailed:
            raise
        except Exception as error:
            raise TemplateFailed(self._located(error, name)) from error

    def _bounded(self, template: Template, facts: Facts, tongue: Tongue) -> str:
        names = dict(zip(_NAMES, _VALUES(facts), strict=True), **{TONGUE: tongue})
        most, pieces = _most(facts), list[str]()
        for piece in template.generate(names):
            pieces.append(piece)
            most -= len(piece)
            if most < 0:
                raise TemplateFailed(f"{self._file(template.filename, str(template.name))}: prints too much")
        return "".join(pieces)

    def _missing(self) -> Iterator[str]:
        for name in NAMES:
            if not any(self._shelf.has(f"{folder}/{name}{TEXT}") for folder in self._folders(self.language)):
                yield f"templates/{self.language}/{name}{TEXT}: there is none"

    def _widows(self) -> Iterator[str]:
        """HTML that no text goes with would never be sent."""
        for stem in self._shelf.stems(HTML):
            if not self._shelf.has(stem + TEXT):
                yield f"{self._shown(stem + HTML)}: needs a text beside it, {Path(stem).name}{TEXT}"

    def _failing(self) -> Iterator[str]:
        for stem in self._shelf.stems(TEXT):
            _, language, _ = stem.split("/")
            if not self._is_used(stem):
                continue
            for letter in sample_letters(Path(stem).name, language):
                try:
                    worded(letter, partial(self._render, stem, now=None))
                except TemplateFailed as failure:
                    yield str(failure)

    def _is_used(self, stem: str) -> bool:
        """Whether no directory before it has the same template: what stands behind the site's own is never printed."""
        place, _, path = stem.partition("/")
        return not any(self._shelf.has(f"{before}/{path}{TEXT}") for before in range(int(place)))

    def _located(self, error: Exception, name: str) -> str:
        """An error with the template and line it happened in."""
        if isinstance(error, TemplateSyntaxError):
            return f"{self._file(error.filename, error.name or name)}:{error.lineno}: {error.message}"
        if isinstance(error, TemplateNotFound):
            return f"{self._shown(name)}: no template is named {error}"
        frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
        inside = [(file, line) for file, line in frames if file.endswith(".j2")]
        at = f"{self._file(inside[-1][0], name)}:{inside[-1][1]}" if inside else self._shown(name)
        return f"{at}: {error}"

    def _file(self, filename: str | None, name: str) -> str:
        """A file as administrators know it: "templates/fr/x.txt.j2"."""
        for directory in self.directories:
            if filename and Path(filename).is_relative_to(directory):
                return (Path(directory.name) / Path(filename).relative_to(directory)).as_posix()
        return self._shown(name)

    def _shown(self, name: str) -> str:
        place, _, path = name.partition("/")
        return f"{self.directories[int(place)].name}/{path}" if place.isdigit() else f"templates/{name}"


def _spoken(stem: str, wanted: str) -> str:
    """The language of a letter: the reader's, else its template's, so that dates go with the words."""
    _, folder, _ = stem.split("/")
    return wanted if primary(wanted) == primary(folder) else folder


def _most(facts: Facts) -> int:
    """How much a template may print with these facts."""
    passed_on = [line.text for line in facts.ticket.history] if facts.ticket else []
    if facts.message:
        passed_on.append(facts.message.text)
    return OUTPUT_MOST + GROWTH_MOST * sum(map(len, passed_on))

"""Jinja with the doors shut: a template reads frozen facts, calls macros, and nothing else.

Templates belong to administrators, so the danger is a slip rather than an attack; but the values in them are
strangers'. Jinja's own sandbox still calls any method of an object it is given and multiplies strings until memory ends
(hazards M14, A44). Here only macros are callable, filters are a list, and arithmetic is for numbers.

HTML and text have an environment each, and one of them escapes everything. With one environment for both, a macro of a
text template that an HTML template calls would come out unescaped (A45). There is no `safe` filter and no
`{% autoescape %}`: nothing can say that a stranger's words are markup.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass

from jinja2 import BaseLoader, StrictUndefined, TemplateSyntaxError, nodes, pass_context
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.filters import FILTERS
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailgate.mail.dates import Tongue

TONGUE = "_tongue"
"""The hidden name under which a template carries its reader's language and clock."""

EXCERPT_ROOM = 8
"""How many characters are looked at for one of an excerpt: white-space is left out of it."""

ALLOWED = (
    "abs capitalize count d default e escape first int join last length list lower map reject rejectattr replace round "
    "select selectattr sort string sum title trim truncate unique upper wordcount"
).split()


class Sandbox(ImmutableSandboxedEnvironment):
    """Compiles templates that can only read; `escapes` says whether what they print is HTML."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, loader: BaseLoader, *, escapes: bool) -> None:
        super().__init__(
            loader=loader,
            autoescape=escapes,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            finalize=_printed,
        )
        self.globals.clear()
        self.filters = {name: FILTERS[name] for name in ALLOWED} | SPOKEN | SHORTENED

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Refuse to build texts by arithmetic."""
        if operator == "**" or not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise SecurityError(f"'{operator}' is for small numbers; join texts with '~'")
        return super().call_binop(context, operator, left, right)

    def getattr(self, obj: object, attribute: str) -> object:
        """The same as Jinja's, without its inquiry where the answer is known: a frozen fact, a template's macros."""
        if (type(obj) in _OPEN or _is_open(obj)) and attribute[0] != "_":
            try:
                return getattr(obj, attribute)
            except AttributeError:
                return super().getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Context, obj: object, /, *args: object, **kwargs: object) -> object:
        """The same as Jinja's, without its inquiry what a macro wants to be told: the way its caller escapes."""
        if type(obj) is not Macro:
            return super().call(context, obj, *args, **kwargs)
        for name in _OF_CALLER:
            kwargs.pop(name, None)
        return obj(context.eval_ctx, *args, **kwargs)

    def is_safe_callable(self, obj: object) -> bool:
        """Whether a template may call this: macros, blocks and `loop`, never a method of a fact."""
        return isinstance(obj, Macro | BlockReference | LoopContext)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for switch in tree.find_all(nodes.EvalContextModifier):
            raise TemplateSyntaxError("escaping can't be switched off", switch.lineno, name, filename)
        return tree


def lines(text: str) -> list[str]:
    """The lines of a text, without their ends; those of escaped text are escaped."""
    return text.splitlines() if isinstance(text, str) else str(text).splitlines()


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


def excerpt(text: str, most: int) -> str:
    """The beginning of a text on one line, cut between two words."""
    words = " ".join(text[: EXCERPT_ROOM * most].split())
    return words if len(words) <= most else f"{words[:most].rpartition(' ')[0] or words[:most]}…"


def opening(text: str, most: int, rows: int) -> str:
    """A text without blank lines, cut between two words when it is longer or has more rows than that."""
    said = _said(text, most)
    begun = "\n".join(said[:rows])
    if len(begun) <= most and len(said) <= rows:
        return begun
    return f"{begun if len(begun) <= most else begun[:most].rpartition(' ')[0] or begun[:most]}…"


def fits(text: str, most: int, rows: int) -> bool:
    """Whether its opening is all of a text."""
    said = _said(text, most)
    return len(text) <= EXCERPT_ROOM * most and len(said) <= rows and sum(map(len, said)) + len(said) <= most


def _said(text: str, most: int) -> list[str]:
    return [row.strip() for row in text[: EXCERPT_ROOM * most].splitlines() if row.strip()]


_OF_CALLER = ("_loop_vars", "_block_vars")
"""What Jinja's compiler adds to a call from within a loop or block, for functions that ask for the context."""
_OPEN: set[type] = set()
"""The classes of values that were found to be open: few, and asked for a hundred times in a letter."""


def _is_open(value: object) -> bool:
    """Whether all its public attributes may be read; what may be called is another question."""
    if not (isinstance(value, TemplateModule) or (is_dataclass(value) and not isinstance(value, type))):
        return False
    _OPEN.add(type(value))
    return True


def _printed(value: object) -> object:
    """What does not apply is None, and prints as nothing."""
    return "" if value is None else value


def _tongue(context: Context) -> Tongue:
    tongue = context.get(TONGUE)
    if not isinstance(tongue, Tongue):
        raise UndefinedError("import it 'with context': dates and sizes need to know who reads them")
    return tongue


def _told(method: Callable[..., str | bool]) -> Callable[..., str | bool]:
    """A method of `Tongue` as a filter: the tongue is the reader's."""

    @pass_context
    def told(context: Context, *values: object) -> str | bool:
        return method(_tongue(context), *values)

    return told


SPOKEN = {
    "ahead": _told(Tongue.ahead),
    "by": _told(Tongue.by),
    "moment": _told(Tongue.moment),
    "day": _told(Tongue.day),
    "day_and_hour": _told(Tongue.day_and_hour),
    "short": _told(Tongue.short),
    "duration": _told(Tongue.duration),
    "promise": _told(Tongue.promise),
    "size": _told(Tongue.size),
    "within": _told(Tongue.within),
}

SHORTENED = {"lines": lines, "words": words, "excerpt": excerpt, "opening": opening, "fits": fits}

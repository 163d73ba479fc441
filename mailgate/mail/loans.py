"""Macros that a template imports are made once, and lent to one letter at a time.

Jinja runs an imported file anew for every letter, and again for every file that imports it: fifty macros are made, of
which a letter calls ten. But a macro looks up what it speaks of when it is called. Where a file holds nothing but
macros and constants, no letter can change what it exports; only where its macros look has to change. So its module
goes from letter to letter. It is never in two hands at once: whoever imports the file again in the same letter, or in
another thread, gets another module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jinja2 import Template, nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context

LENT = "_lent"
"""The hidden name under which a letter carries what is lent to it."""
LENT_MOST = 16
"""How many modules one letter borrows, and how many of one file are kept."""


@dataclass(frozen=True, slots=True)
class Loan:
    """A module, and the context in which its macros look things up."""

    module: TemplateModule
    context: Context


Shelves = dict[str, list[Loan]]
"""What can be borrowed, by the name of its file; those whose modules cannot are not in it. Used from any thread."""


@dataclass(frozen=True, slots=True)
class Loans:
    """What is lent to one letter."""

    shelves: Shelves
    lent: list[tuple[str, Loan]] = field(default_factory=list)

    def may_borrow(self, name: str | None) -> bool:
        """Whether the module of this file is to be had."""
        return name in self.shelves and len(self.lent) < LENT_MOST

    def borrow(self, template: Template, seen: dict[str, object]) -> TemplateModule:
        """A module of a template, whose macros look up what they need in `seen` until it is given back."""
        loan = self._found(template)
        loan.context.parent = seen
        self.lent.append((str(template.name), loan))
        return loan.module

    def give_back(self) -> None:
        """The letter is written, and nothing of it stays with what was lent."""
        for name, loan in self.lent:
            loan.context.parent = {}
            if len(self.shelves[name]) < LENT_MOST:
                self.shelves[name].append(loan)
        self.lent.clear()

    def _found(self, template: Template) -> Loan:
        try:
            return self.shelves[str(template.name)].pop()
        except IndexError:
            context = template.new_context()
            return Loan(TemplateModule(template, context), context)


class Lender(Template):
    """A template that lends its module to a letter."""

    def make_module(
        self,
        vars: dict[str, object] | None = None,  # noqa: A002  # the name that Jinja gives it
        shared: bool = False,
        locals: Mapping[str, object] | None = None,  # noqa: A002  # the name that Jinja gives it
    ) -> TemplateModule:
        """The same as Jinja's, to whoever looks at it."""
        loans = vars.get(LENT) if vars else None
        if isinstance(loans, Loans) and loans.may_borrow(self.name):
            return loans.borrow(self, self.new_context(vars, shared, locals).parent)
        return super().make_module(vars, shared, locals)


def is_settled(tree: nodes.Template) -> bool:
    """Whether a file holds nothing but macros and constants."""
    return all(map(_is_settled, tree.body))


def _is_settled(node: nodes.Node) -> bool:
    match node:
        case nodes.Macro():
            return True
        case nodes.Output(nodes=printed):
            return all(isinstance(one, nodes.TemplateData) for one in printed)
        case nodes.Assign(target=nodes.Name(), node=value):
            inside = (value, *value.find_all(nodes.Node))
            return all(isinstance(one, nodes.Literal | nodes.Pair) for one in inside)
    return False

"""rules/*.toml: read, checked, and turned into the core's frozen Policy, with the examples that the rules carry.

`reading` is the way in. `schema` says what may be written, `building` makes core values of it, `clashes` and `doubts`
look across the files, `examples` tries the rules out.
"""

from mailgate.rulebook.examples import Example
from mailgate.rulebook.reading import Rulebook, load, mistakes_in, run_examples

__all__ = ["Example", "Rulebook", "load", "mistakes_in", "run_examples"]

"""Random TOML documents as people might write them: every kind of key, string, header, list and comment."""

from __future__ import annotations

import tomllib

from hypothesis import strategies as st

BARE = st.text("abcXYZ019_-", min_size=1, max_size=4)
QUOTED = st.sampled_from(['"a.b"', "'c d'", '"é"', '"\\u00e9\\n"', "''", '"#[]"', "'\"'", '"it\'s"'])
KEY = st.one_of(BARE, QUOTED)
DOTTED = st.lists(KEY, min_size=1, max_size=3).flatmap(
    lambda parts: st.sampled_from([".", " . ", "\t."]).map(lambda dot: dot.join(parts))
)
SCALAR = st.one_of(
    st.integers(-99, 99).map(str),
    st.sampled_from(["true", "false", "1_000", "0xFF", "-inf", "1.5e3", "1979-05-27", "1979-05-27 07:32:00Z"]),
    st.sampled_from(["07:32:00", '"x"', "'y'", '"a # \\" ] }"', "'# ] \\'", '""', "''", '"é\\U0001F600"']),
    st.sampled_from(
        ['"""\nl1\n  l2 # ] \\""" x"""', "'''a\n'b''c'''", '""""q"""""', "''''q'''''", '""""""', '"""\\\n  z"""']
    ),
)
GAP = st.sampled_from(["", " ", "\t", "\n", " # ] } , \n  ", "\r\n"])


def _array(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    piece = st.tuples(GAP, items, GAP).map("".join)
    return st.tuples(st.lists(piece, max_size=3).map(",".join), st.booleans(), GAP).map(
        lambda parts: f"[{parts[0]}{',' if parts[1] and parts[0] else ''}{parts[2]}]"
    )


def _inline(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.lists(st.tuples(DOTTED, items).map(" = ".join), max_size=3)
    return pairs.map(lambda written: "{ " + " , ".join(written) + " }")


VALUE = st.recursive(SCALAR, lambda inner: _array(inner) | _inline(inner), max_leaves=6)
PAIR = st.tuples(DOTTED, st.sampled_from([" = ", "=", "  =\t"]), VALUE, st.sampled_from(["", " # note", "\t"])).map(
    "".join
)
BODY = st.lists(st.one_of(PAIR, st.sampled_from(["", "# [x]", "  "])), max_size=4)
HEADER = st.tuples(DOTTED, st.sampled_from(["[{}]", "[ {} ]", "[[{}]]", "[[ {} ]] # x"])).map(
    lambda parts: parts[1].format(parts[0])
)


@st.composite
def _sections(draw: st.DrawFn) -> list[str]:
    """Headers with their bodies; some arrays of tables grow, and hold tables of their own."""
    name = draw(BARE)
    growing = [f"[[{name}]]"] + [draw(st.sampled_from([f"[[{name}]]", f"[{name}.in]", f"[[{name}.of]]"]))] * draw(
        st.integers(0, 2)
    )
    headers = draw(st.lists(HEADER, max_size=3)) + growing * draw(st.booleans())
    return [line for header in headers for line in (header, *draw(BODY))]


def is_toml(text: str) -> bool:
    """Whether tomllib accepts it."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


DOCUMENTS = (
    st.tuples(BODY, _sections(), st.sampled_from(["\n", "\r\n"]), st.booleans())
    .map(lambda parts: parts[2].join([*parts[0], *parts[1]]) + parts[2] * parts[3])
    .filter(is_toml)
)

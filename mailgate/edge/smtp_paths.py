"""The address in MAIL and RCPT (RFC 5321 §4.1.2), read by one small expression in linear time.

More forgiving than the RFC where real mail is: dots may stand anywhere in a local part (Japanese carriers), brackets
may be missing. Stricter where it protects the rooms behind: no control characters, no undecodable octets, nothing too
long for an index.
"""

from __future__ import annotations

import re

from mailgate.mail.limits import PATH_OCTETS

NULL_PATH = "<>"
"""How the null reverse-path travels through aiosmtpd, which takes an empty one for a missing one (hazards M2)."""

_ATOMS = r"""[^\x00-\x20\x7f<>()\[\],;:\\"@]+"""

_PATH = re.compile(
    rf"""
    < (?: (?: @[^:<>"\x00-\x20]*: )?                    # a source route, to be ignored (RFC 5321 appendix C)
    (?P<mail> (?: "(?: [^"\\] | \\. )*" | {_ATOMS} )   # a quoted or plain local part
      (?: @ (?: \[[^\x00-\x20\x7f<>\[\]]*\] | {_ATOMS} ) )? ) )? >
    """,
    re.VERBOSE,
)


def read_path(arg: str) -> tuple[str, str] | None:
    """The address (NULL_PATH for an empty one) and the parameters behind it, or None when it is unreadable."""
    path = arg if arg.startswith("<") else re.sub(r"^\S+", r"<\g<0>>", arg)
    match = _PATH.match(path)
    if match is None or not path.isprintable() or len((match["mail"] or "").encode()) > PATH_OCTETS:
        return None
    parameters = path[match.end() :]
    if parameters and not parameters.startswith(" "):
        return None
    return match["mail"] or NULL_PATH, parameters

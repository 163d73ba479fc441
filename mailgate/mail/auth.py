"""What a trusted relay found out about the sender: Authentication-Results (RFC 8601), read by a small own grammar.

Anybody can write such a header; only those with exactly our authserv-id count, in mail from a relay we trust, which
takes out what strangers wrote under that name (RFC 8601 §5). The reader is one loop over words: comments nest by a
counter, so depth costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailgate.core.model import AuthVerdict

_WORD = re.compile(r'"((?:[^"\\]|\\.)*+)("?)|[();=]|[^\s"();=]+', re.DOTALL)
_PAREN = re.compile(r"\\.|[()]", re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_DEEPEST_COMMENT = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One method's result; `properties` are (ptype.property, value) pairs, all in lower case."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...] = ()

    def domain(self, name: str) -> str:
        """The domain of a property's value, which may be an address or a domain; "" when it is not there."""
        value = next((value for key, value in self.properties if key == name), "")
        return value.rpartition("@")[2].strip("<>.")


def verdict(results: tuple[str, ...], authserv_id: str, from_domain: str) -> AuthVerdict:
    """What `authserv_id` says of mail from `from_domain` in the header values `results`.

    DMARC decides when it was checked; else an aligned DKIM or SPF pass; a failure needs both to have failed."""
    found = [finding for value in results for finding in read_results(value, authserv_id)]
    domain = from_domain.lower().strip(".")
    dmarc = _dmarc(found, domain)
    if dmarc is not AuthVerdict.NONE:
        return dmarc
    if any(_vouches(finding, domain) for finding in found):
        return AuthVerdict.PASS
    failed = {finding.method for finding in found if finding.result == "fail"}
    return AuthVerdict.FAIL if failed >= {"dkim", "spf"} else AuthVerdict.NONE


def read_results(value: str, authserv_id: str) -> tuple[Finding, ...]:
    """The findings of one header value; none when it was written by another server or breaks the grammar."""
    words = list(_words(value))
    if None in words:
        return ()
    first, *rest = _split([word for word in words if word is not None])
    if not authserv_id or not first or first[0].lower() != authserv_id.lower():
        return ()
    if len(first) > 2 or (len(first) == 2 and not first[1].isdigit()):
        return ()
    findings = [_finding(statement) for statement in rest if statement]
    return tuple(finding for finding in findings if finding is not None)


def _dmarc(found: list[Finding], domain: str) -> AuthVerdict:
    about = [f for f in found if f.method == "dmarc" and f.domain("header.from") in ("", domain)]
    if any(finding.result == "fail" for finding in about):
        return AuthVerdict.FAIL
    passed = any(finding.result == "pass" and finding.domain("header.from") == domain for finding in about)
    return AuthVerdict.PASS if passed and domain else AuthVerdict.NONE


def _vouches(finding: Finding, domain: str) -> bool:
    """A DKIM signature of, or an SPF pass for, the From domain or a domain above or below it (RFC 7489 §3.1)."""
    if finding.result != "pass":
        return False
    if finding.method == "dkim":
        return _aligned(finding.domain("header.d") or finding.domain("header.i"), domain)
    return finding.method == "spf" and _aligned(finding.domain("smtp.mailfrom"), domain)


def _aligned(one: str, other: str) -> bool:
    """The same domain, or one below the other where the upper one has at least two labels."""
    if not one or not other:
        return False
    upper, lower = sorted((one, other), key=len)
    return one == other or ("." in upper and lower.endswith(f".{upper}"))


def _finding(statement: list[str]) -> Finding | None:
    """`method[/version]=result (property=value)*`; None for `none` and for what is no statement."""
    if len(statement) < 3 or statement[1] != "=":
        return None
    pairs = zip(statement[3:], statement[4:], statement[5:], strict=False)
    properties = tuple((name.lower(), value.lower()) for name, sign, value in pairs if sign == "=")
    return Finding(statement[0].lower().partition("/")[0], statement[2].lower(), properties)


def _split(words: list[str]) -> list[list[str]]:
    """The statements between semicolons; the first one names the server."""
    statements: list[list[str]] = [[]]
    for word in words:
        if word == ";":
            statements.append([])
        else:
            statements[-1].append(word)
    return statements


def _words(value: str) -> Iterator[str | None]:
    """Words, quoted strings without their quotes, "=" and ";". None for what makes the value untrustworthy: a comment
    that is not closed or too deep, a quote that is not closed."""
    position = 0
    while found := _WORD.search(value, position):
        position = found.end()
        if found[0] == "(":
            end = _comment_end(value, position)
            yield from [None] if end is None else ()
            position = len(value) if end is None else end
        elif found[1] is not None:
            yield _QUOTED_PAIR.sub(r"\1", found[1]) if found[2] else None
        else:
            yield None if found[0] == ")" else found[0]


def _comment_end(value: str, position: int) -> int | None:
    depth = 1
    for found in _PAREN.finditer(value, position):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
        if depth > _DEEPEST_COMMENT:
            return None
    return None

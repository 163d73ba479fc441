"""What a mail's own headers and signatures say about its sender: who vouches for the domain in From.

Anybody can write an Authentication-Results field (RFC 8601), also under our relay's name. So it counts only

- in mail that a trusted relay handed over, under exactly the configured authserv-id, written plainly: not quoted, not
  encoded, not behind a comment, without a blank before the colon. These are spellings that a filter may overlook;
- in the trace block at the very top, above which only relays write. A Postfix milter inserts below the Received line of
  its own server, so one may stand above; a mailbox's delivery adds a second. Any other field ends the block, a
  DKIM-Signature too: it is a sender's;
- for a pass, in the topmost field of that name alone: what a sender wrote stands below what the relay adds. In a
  mailbox, in the topmost field of any name: its server may be somebody else's, which writes its own above and leaves
  in what strangers wrote under our relay's name, as it may (RFC 8601 §5). Neither place nor spelling unmask a relay
  that adds nothing to a mail and leaves in what was there: such a relay must not be named in authserv_id.

A failure counts wherever it stands: nobody forges one for himself. The reader is one loop over words; comments nest by
a counter, so depth costs nothing. Words that touch are one, over a comment between them too: the relay repeats what a
sender chose, and neither `"a@corp.example"@evil.example` nor `corp.example(x).evil.example` is at corp.example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mailgate.core.model import AuthVerdict
from mailgate.mail.domains import aligned, canonical
from mailgate.mail.fields import Block, read_block
from mailgate.mail.trace import is_relays

HOPS_TO_A_DOOR = 1
HOPS_TO_A_MAILBOX = 2
"""Received lines that may stand above a relay's results: its own, and that of the delivery into a mailbox."""

RESULTS = "authentication-results"

_DISGUISED = re.compile(rb"^authentication-results[ \t]+:", re.IGNORECASE | re.MULTILINE)
_WORD = re.compile(r'"((?:[^"\\]|\\.)*+)("?)|[();=]|[^\s"();=]+', re.DOTALL)
_PAREN = re.compile(r"\\.|[()]", re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_DEEPEST_COMMENT = 20


@dataclass(frozen=True, slots=True)
class Relay:
    """The relay that handed a mail over: the name of its results, and how many Received lines may stand above them."""

    authserv_id: str
    hops: int = HOPS_TO_A_DOOR

    @property
    def is_next_door(self) -> bool:
        """Whether it handed the mail to us itself, so that nobody else wrote results above its own."""
        return self.hops == HOPS_TO_A_DOOR


@dataclass(frozen=True, slots=True)
class Finding:
    """One method's result; `properties` are (ptype.property, value) pairs, all in lower case."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...] = ()

    def domain(self, name: str) -> str:
        """The domain of a property's value, which may be an address or a domain; "" when it is not there."""
        value = next((value for key, value in self.properties if key == name), "")
        return value.rpartition("@")[2].strip("<>")


@dataclass(frozen=True, slots=True)
class Results:
    """One field of our relay: `whole` when all of it could be read, `on_top` when its passes are believed."""

    findings: tuple[Finding, ...]
    whole: bool = True
    on_top: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word, a quoted string without its quotes, "=" or ";"; `glued` to the piece before it."""

    text: str
    quoted: bool = False
    glued: bool = False

    def is_sign(self, sign: str) -> bool:
        return self.text == sign and not self.quoted


@dataclass(slots=True)
class _Pieces:
    """What was read of a value; `whole` turns False at what makes the rest of it untrustworthy."""

    read: list[_Piece] = field(default_factory=list)
    whole: bool = True


def verdict(raw: bytes, relay: Relay | None, signers: Sequence[str], from_domain: str) -> AuthVerdict:
    """What is known of mail from `from_domain`. `relay` handed it over (None: nobody whose word counts); `signers` are
    the domains of DKIM signatures that we verified ourselves.

    A relay's DMARC failure decides; else an aligned pass; else a failure needs both DKIM and SPF to have failed."""
    domain = canonical(from_domain)
    results = tuple(_results_of(raw, relay)) if relay is not None else ()
    findings = [finding for one in results for finding in one.findings]
    if any(_fails_dmarc(finding, domain) for finding in findings):
        return AuthVerdict.FAIL
    believed = [finding for one in results if one.on_top and one.whole for finding in one.findings]
    if any(aligned(signer, domain) for signer in signers) or any(_vouches(one, domain) for one in believed):
        return AuthVerdict.PASS
    failed = {method for one in results for method in _failed(one.findings, domain)}
    return AuthVerdict.FAIL if failed >= {"dkim", "spf"} else AuthVerdict.NONE


def read_results(value: str, authserv_id: str) -> Results | None:
    """One header value as far as it can be read; None when it was written under another name, or another way."""
    pieces = _pieces(value)
    server, *statements = _split(pieces.read)
    if not authserv_id or not value.lstrip().lower().startswith(authserv_id.lower()):
        return None
    if [piece.text.lower() for piece in server] not in ([authserv_id.lower()], [authserv_id.lower(), "1"]):
        return None
    findings = [_finding(statement) for statement in statements]
    return Results(tuple(finding for finding in findings if finding is not None), pieces.whole)


def _results_of(raw: bytes, relay: Relay) -> Iterator[Results]:
    """Every field of our relay, in wire order."""
    block = read_block(raw, 0, len(raw))
    disguised = _DISGUISED.search(raw, 0, block.body) is not None
    topmost = True
    for value, on_top in _placed(block, relay):
        results = read_results(value, relay.authserv_id)
        if results is not None:
            yield Results(results.findings, results.whole, on_top and topmost and not disguised)
        topmost = topmost and results is None and relay.is_next_door


def _placed(block: Block, relay: Relay) -> Iterator[tuple[str, bool]]:
    """Each Authentication-Results, and whether it stands where only a relay writes."""
    received, on_top = 0, True
    for one in block.fields:
        received += one.name == "received"
        on_top = on_top and received <= relay.hops and is_relays(one.name)
        if one.name == RESULTS:
            yield one.value.decode("utf-8", "replace"), on_top


def _fails_dmarc(finding: Finding, domain: str) -> bool:
    about = canonical(finding.domain("header.from"))
    return finding.method == "dmarc" and finding.result == "fail" and about in ("", domain)


def _vouches(finding: Finding, domain: str) -> bool:
    """A DMARC pass of the From domain, a DKIM signature of, or an SPF pass for, one that belongs to it."""
    if finding.result != "pass" or not domain:
        return False
    match finding.method:
        case "dmarc":
            return canonical(finding.domain("header.from")) == domain
        case "dkim":
            return aligned(finding.domain("header.d") or finding.domain("header.i"), domain)
        case "spf":
            return aligned(finding.domain("smtp.mailfrom"), domain)
    return False


def _failed(findings: Sequence[Finding], domain: str) -> set[str]:
    """The methods that failed in one field. One of several signatures may: a list's, when the author's holds."""
    held = {finding.method for finding in findings if _vouches(finding, domain)}
    return {finding.method for finding in findings if finding.result == "fail"} - held


def _finding(statement: Sequence[_Piece]) -> Finding | None:
    """`method[/version]=result (property=value)*`; None for `none`, and for a pass among words that have no place."""
    pairs = tuple(_pairs(statement))
    if not (pairs and pairs[0][0]) or (pairs[0][1] == "pass" and any(not name for name, _ in pairs)):
        return None
    (method, result), *properties = pairs
    return Finding(method.partition("/")[0], result, tuple(properties))


def _pairs(pieces: Sequence[_Piece]) -> Iterator[tuple[str, str]]:
    """`name=value` in lower case; everything that touches a value belongs to it, another "=" too (VERP addresses).

    The name of a word that has no place is ""."""
    at = 0
    while at < len(pieces):
        named = at + 1 < len(pieces) and pieces[at + 1].is_sign("=") and not (pieces[at].glued or pieces[at].quoted)
        begin = at + 2 if named else at
        end = _end_of_value(pieces, begin) if named else at + 1
        yield pieces[at].text.lower() if named else "", "".join(piece.text for piece in pieces[begin:end]).lower()
        at = end


def _end_of_value(pieces: Sequence[_Piece], begin: int) -> int:
    """Where the value that begins here ends: here, when what stands here is the next name."""
    if begin + 1 < len(pieces) and not pieces[begin].glued and pieces[begin + 1].is_sign("="):
        return begin
    end = begin + 1
    while end < len(pieces) and pieces[end].glued:
        end += 1
    return end


def _split(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    """The statements between semicolons; the first one names the server."""
    statements: list[list[_Piece]] = [[]]
    for piece in pieces:
        if piece.is_sign(";"):
            statements.append([])
        else:
            statements[-1].append(piece)
    return statements


def _pieces(value: str) -> _Pieces:
    """The pieces up to the end, or to a comment or quote that is not closed. A comment in a word does not end it."""
    pieces, position, last_end = _Pieces(), 0, -1
    while pieces.whole and (found := _WORD.search(value, position)):
        position = found.end()
        if found[0] == "(":
            end = _comment_end(value, position)
            touches = found.start() == last_end
            pieces.whole = end is not None
            position = end or len(value)
            last_end = position if touches else -1
        elif found[0] == ")" or found[2] == "":
            pieces.whole = False
        else:
            pieces.read.append(_piece(found, found.start() == last_end))
            last_end = -1 if found[0] == ";" else position
    return pieces


def _piece(found: re.Match[str], glued: bool) -> _Piece:
    if found[1] is None:
        return _Piece(found[0], glued=glued and found[0] != ";")
    return _Piece(_QUOTED_PAIR.sub(r"\1", found[1]), quoted=True, glued=glued)


def _comment_end(value: str, position: int) -> int | None:
    depth = 1
    for found in _PAREN.finditer(value, position):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
        if depth > _DEEPEST_COMMENT:
            return None
    return None

"""The text after DATA: dots taken off, the end found, memory bounded (RFC 5321 §4.1.1.4 and §4.5.2).

The end is CRLF.CRLF and nothing else. Every other spelling of it (`LF.LF`, `CR.CR`, `CRLF.LF`, …) is text, because a
relay in front of us that thinks otherwise would let a stranger smuggle a second mail inside the first (hazards A1).
Bare CR and LF are kept as they came.

Text is looked at in whole chunks, so no line is ever too long (M7), and what is beyond the limit is counted and thrown
away, so a flood without line ends costs no memory (M3).
"""

from __future__ import annotations

END = b"\r\n.\r\n"

PIECE = 1 << 13
"""Octets, below which what arrives is put together: each piece costs some more, and may come octet by octet."""


class DottedText:
    """One mail as it arrives. `seen` counts the octets that came, dots and excess included."""

    def __init__(self, limit: int) -> None:
        self.seen = 0
        self.is_forgotten = False
        self._limit = limit
        self._size = 0
        self._kept: list[bytes] = []
        self._length = 0
        self._held = b"\r\n"  # the line end of the DATA command itself: a dot right after it ends an empty mail

    def feed(self, arrived: bytes) -> bytes | None:
        """The octets behind the end once it came, else None."""
        self.seen += len(arrived)
        pending = self._held + arrived
        end = pending.find(END)
        if end >= 0:
            self._keep(pending[: end + 2])
            return pending[end + len(END) :]
        cut = len(pending) - _unfinished(pending)
        self._keep(pending[:cut])
        self._held = pending[cut:]
        return None

    @property
    def kept(self) -> int:
        """How many octets of it are in memory."""
        return self._length

    def forget(self) -> None:
        """Throw away what came, and what comes from now on; the end is still found."""
        self.is_forgotten = True
        self._kept, self._length = [], 0

    @property
    def too_large(self) -> bool:
        """The mail has more octets than the limit; its text is gone."""
        return self._size > self._limit + 2

    def raw(self) -> bytes:
        """The mail without its transparency dots, otherwise byte for byte. It is given away: none of it stays here."""
        kept, self._kept = self._kept, []
        kept[:1] = [first[2:] for first in kept[:1]]
        return b"".join(kept)

    def _keep(self, text: bytes) -> None:
        plain = text.replace(b"\r\n.", b"\r\n")
        self._size += len(plain)
        if self.too_large:
            self.forget()
        if not self.is_forgotten:
            self._add(plain)

    def _add(self, plain: bytes) -> None:
        self._length += len(plain)
        if self._kept and len(self._kept[-1]) < PIECE:
            self._kept[-1] += plain
        else:
            self._kept.append(plain)


def _unfinished(text: bytes) -> int:
    """How many octets at the end of `text` may still become END."""
    return next((n for n in range(len(END) - 1, 0, -1) if text.endswith(END[:n])), 0)

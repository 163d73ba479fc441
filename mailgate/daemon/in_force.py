"""What the desk goes by now: one frozen value, swapped whole.

Doors, engine, pages and the auditor ask for it anew with each mail, page and round, and keep to what they got until
they are done with that. So nothing is ever half by the old rules and half by the new ones.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from mailgate.core.policy import Policy
from mailgate.engine import Desk
from mailgate.mail.keyring import Keyring
from mailgate.site import Site

T = TypeVar("T")


class InForce:
    """The site and the desk in force. Thread-safe. `changed` is called with every new desk."""

    def __init__(self, loaded: Site, ring: Keyring) -> None:
        self._both = loaded, loaded.desk(ring)
        self._lock = threading.Lock()
        self.changed: Callable[[Desk], None] = lambda _desk: None

    def site(self) -> Site:
        """What the administrators wrote."""
        return self._both[0]

    def desk(self) -> Desk:
        """The desk that signs with the newest ring."""
        return self._both[1]

    def policy(self) -> Policy:
        """The desk's policy."""
        return self.desk().policy

    def use_site(self, loaded: Site) -> None:
        """From now on another site."""
        with self._lock:
            self._use(loaded, self.desk().ring)

    def use_ring(self, ring: Keyring) -> None:
        """From now on another ring."""
        with self._lock:
            self._use(self.site(), ring)

    def _use(self, loaded: Site, ring: Keyring) -> None:
        self._both = loaded, loaded.desk(ring)
        self.changed(self.desk())


class Live(Mapping[str, T]):
    """A mapping that is looked up anew each time."""

    def __init__(self, now: Callable[[], Mapping[str, T]]) -> None:
        self._now = now

    def __getitem__(self, name: str) -> T:
        return self._now()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

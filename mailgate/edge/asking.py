"""Questions that nobody can interrupt once they are asked: a name server may hang, and so may a server that drips.

Each is asked in a thread of its own, which keeps neither the program from ending nor another question from its answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Answer = TypeVar("Answer")


def ask(question: Callable[[], Answer]) -> Future[Answer]:
    """The promise of an answer; `result(seconds)` waits for it no longer than that."""
    promise: Future[Answer] = Future()

    def answer() -> None:
        try:
            promise.set_result(question())
        except BaseException as error:  # noqa: BLE001  # whoever waits for the answer gets it
            promise.set_exception(error)

    threading.Thread(target=answer, name="question", daemon=True).start()
    return promise

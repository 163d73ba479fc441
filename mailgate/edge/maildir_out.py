"""The relay that lets nothing leave: each mail becomes a file of a maildir, where it can be read.

A file is written in tmp/, fsynced, renamed into new/ and the directory fsynced, so a mail is there whole or not at all.
Its name comes from the outbox row, so a second sending replaces the first. Return-Path and Delivered-To are put in
front as a final delivery does (RFC 5321 §4.4), with the line ends of the mail, which is otherwise unchanged.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from mailgate.core.delivery import Deferred, Delivered, Delivery, Parcel
from mailgate.mail.headers import path_field, written


class MaildirRelay:
    """Delivers into `directory`, which is made when it is missing."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def send(self, parcel: Parcel) -> Delivery:
        """Deferred when the disk says no."""
        try:
            name = await asyncio.to_thread(self._deliver, parcel)
        except OSError as error:
            return Deferred(f"maildir: {error.strerror or error}")
        return Delivered(f"written as new/{name}")

    async def close(self) -> None:
        """Nothing is kept open."""

    def _deliver(self, parcel: Parcel) -> str:
        for folder in ("tmp", "new", "cur"):
            (self._directory / folder).mkdir(parents=True, exist_ok=True)
        name = f"outbox-{parcel.outbox_id:08}.mailgate"
        self._write(self._directory / "tmp" / name, delivered(parcel))
        (self._directory / "tmp" / name).replace(self._directory / "new" / name)
        _sync(self._directory / "new")
        return name

    def _write(self, path: Path, octets: bytes) -> None:
        with path.open("wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())


def delivered(parcel: Parcel) -> bytes:
    """The message with the two trace headers of its final delivery."""
    trace = written((path_field("Return-Path", f"<{parcel.envelope_from}>"), path_field("Delivered-To", parcel.target)))
    return (trace if b"\r\n" in parcel.message[:1000] else trace.replace(b"\r\n", b"\n")) + parcel.message


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

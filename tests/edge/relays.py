"""A relay that answers from a script."""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64decode
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from mailgate.edge.dotted import DottedText
from tests.edge.loopback import listening_on_loopback

T = TypeVar("T")

HANG = "hang"
DROP = "drop"
EXTENSIONS = ("SIZE 1000000", "8BITMIME", "SMTPUTF8")


@dataclass(slots=True)
class ScriptedRelay:
    """Answers each verb (CONNECT and "." included) from `script`, else as a friendly relay would; HANG says nothing,
    DROP closes. Remembers the commands it heard and the mails it took, and counts connections."""

    script: Mapping[str, str] = field(default_factory=dict)
    extensions: tuple[str, ...] = EXTENSIONS
    tls: ssl.SSLContext | None = None
    commands: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    passwords: list[bytes] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def heard(self, verb: str) -> list[str]:
        return [command for command in self.commands if command.upper().startswith(verb)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._answer(writer, "CONNECT", "220 relay.example")
        while line := await reader.readline():
            command = line.decode().rstrip("\r\n")
            self.commands.append(command)
            await self._obey(command, reader, writer)

    async def _obey(self, command: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        match command.partition(" ")[0].upper():
            case "EHLO":
                lines = ("relay.example", *self.extensions, *(["STARTTLS"] if self.tls else []))
                text = "".join(f"250-{line}\r\n" for line in lines[:-1]) + f"250 {lines[-1]}"
                await self._answer(writer, "EHLO", text)
            case "STARTTLS":
                await self._answer(writer, "STARTTLS", "220 go ahead")
                assert self.tls is not None
                await writer.start_tls(self.tls)
                self.tls = None
            case "AUTH":
                await self._login(command, reader, writer)
            case "DATA":
                if (await self._answer(writer, "DATA", "354 go on")).startswith("354"):
                    self.mails.append(await _text(reader))
                    await self._answer(writer, ".", "250 2.0.0 queued as 1")
            case "QUIT":
                await self._answer(writer, "QUIT", "221 bye")
                raise ConnectionError
            case verb:
                await self._answer(writer, verb, "250 2.0.0 ok")

    async def _login(self, command: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, mechanism, *initial = command.split()
        answers = [b64decode(each) for each in initial]
        while len(answers) < {"PLAIN": 1, "LOGIN": 2}[mechanism]:
            writer.write(b"334 UGFzc3dvcmQ6\r\n")
            answers.append(b64decode((await reader.readline()).strip()))
        self.passwords.append(answers[-1])
        await self._answer(writer, "AUTH", "235 2.7.0 welcome")

    async def _answer(self, writer: asyncio.StreamWriter, verb: str, otherwise: str) -> str:
        reply = self.script.get(verb, otherwise)
        if reply == HANG:
            await asyncio.sleep(3600)
        if reply == DROP:
            writer.transport.abort()
            raise ConnectionError
        writer.write(reply.encode("utf-8", "surrogateescape") + b"\r\n")
        await writer.drain()
        return reply


async def _text(reader: asyncio.StreamReader) -> bytes:
    text = DottedText(1 << 30)
    while text.feed(await reader.readexactly(1)) is None:
        pass
    return text.raw()


@asynccontextmanager
async def listening(relay: ScriptedRelay, implicit: ssl.SSLContext | None = None) -> AsyncIterator[ScriptedRelay]:
    """The relay on a free loopback port; `implicit` for TLS from the first octet."""
    async with listening_on_loopback(relay.serve, implicit) as relay.port:
        yield relay


def run(work: Coroutine[Any, Any, T]) -> T:
    """One test's coroutine in a loop of its own; a minute is for those that would never end."""

    async def bounded() -> T:
        return await asyncio.wait_for(work, 60)

    return asyncio.run(bounded())

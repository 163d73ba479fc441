"""An SNPP gateway that answers from a script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.edge.loopback import listening_on_loopback
from tests.edge.relays import DROP, HANG

DRIBBLE = "dribble"
FLOOD = "flood"
ENDLESS = "endless"
FRIENDLY = {
    "CONNECT": "220 gateway.example SNPP gateway ready",
    "PAGE": "250 Pager ID accepted",
    "MESS": "250 Message OK",
    "SEND": "250 Message sent",
    "QUIT": "221 OK, goodbye",
}


@dataclass(slots=True)
class ScriptedGateway:
    """Answers each verb (CONNECT included) from `script`, else as a friendly gateway would; remembers the commands.

    HANG says nothing, DROP closes, DRIBBLE says an octet now and then, FLOOD an endless line, ENDLESS endless lines."""

    script: Mapping[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(writer, "CONNECT")
            while line := await reader.readline():
                self.commands.append(line.decode("ascii").removesuffix("\r\n"))
                await self._answer(writer, self.commands[-1].partition(" ")[0])
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, verb: str) -> None:
        match self.script.get(verb, FRIENDLY.get(verb, "500 no such command")):
            case "hang":
                await asyncio.sleep(3600)
            case "drop":
                raise ConnectionError
            case "dribble":
                while True:
                    await _say(writer, b"2")
                    await asyncio.sleep(0.01)
            case "flood":
                while True:
                    await _say(writer, b"2" * 4096)
            case "endless":
                while True:
                    await _say(writer, b"220-and then\r\n")
            case reply:
                await _say(writer, reply.encode("latin-1") + b"\r\n")


async def _say(writer: asyncio.StreamWriter, octets: bytes) -> None:
    writer.write(octets)
    await writer.drain()
    await asyncio.sleep(0)  # the client lives in the same loop


@asynccontextmanager
async def open_gateway(gateway: ScriptedGateway) -> AsyncIterator[ScriptedGateway]:
    """The gateway on a free loopback port."""
    async with listening_on_loopback(gateway.serve) as gateway.port:
        yield gateway


__all__ = ["DRIBBLE", "DROP", "ENDLESS", "FLOOD", "HANG", "ScriptedGateway", "open_gateway"]

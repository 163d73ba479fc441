"""A private Postfix: takes any mail on a loopback port and hands it to one next hop."""

from __future__ import annotations

import os
import signal
import smtplib  # a foreign client on purpose
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL

from tests.peers import free_port, listens, require, require_root, wait_until

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {run}/spool
data_directory = {run}/data
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
default_transport = {next_hop}
relay_transport = {next_hop}
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_host_lookup = native
smtputf8_enable = yes
maillog_file = {run}/postfix.log
maillog_file_prefixes = {run}
minimal_backoff_time = 1s
maximal_backoff_time = 1s
transport_retry_time = 1s
lmtp_data_done_timeout = 20s
"""

BEFORE_US = """\
relay_domains = {domain}
relay_recipient_maps = hash:{table}
transport_maps = hash:{table}
recipient_delimiter = +
"""
"""What README.md tells administrators to write."""

MASTER_CF = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running instance; `run` is its directory."""

    run: Path
    port: int
    masters: list[subprocess.Popen[bytes]]

    def send(self, raw: bytes, sender: str, *recipients: str) -> None:
        """Hands one mail to Postfix in one transaction."""
        with smtplib.SMTP("127.0.0.1", self.port, "client.example", timeout=10) as client:
            client.sendmail(sender, recipients, raw)

    def log(self) -> str:
        path = self.run / "postfix.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def statuses(self) -> list[str]:
        """How each delivery to each recipient ended so far: "sent", "deferred", "bounced", in order."""
        return [line.partition(" status=")[2].partition(" ")[0] for line in self.log().splitlines() if " dsn=" in line]

    def wait_for(self, deliveries: int) -> list[str]:
        wait_until(lambda: len(self.statuses()) >= deliveries, what=f"{deliveries} deliveries in\n{self.log()}")
        return self.statuses()

    def flush(self) -> None:
        """Tries everything that is queued again now."""
        subprocess.run([require("postfix"), "-c", self.run / "etc", "flush"], check=True, timeout=20)

    def restart(self) -> None:
        """It ends with what it has queued, and begins again."""
        _end(self.run, self.masters.pop())
        self.masters.append(_begin(self.run, self.port))

    def waiting(self) -> int:
        """Mails that are still queued."""
        queues = ("maildrop", "incoming", "active", "deferred", "hold")
        return sum(path.is_file() for queue in queues for path in (self.run / "spool" / queue).rglob("*"))


def _hand_over(etc: Path, transports: Mapping[str, str]) -> None:
    """README.md's recipe: these addresses, all of one domain, go elsewhere, and no other of that domain exists."""
    table = etc / "mailgate"
    table.write_text("".join(f"{address}    {next_hop}\n" for address, next_hop in transports.items()))
    domain = next(iter(transports)).rpartition("@")[2]
    with (etc / "main.cf").open("a") as main_cf:
        main_cf.write(BEFORE_US.format(domain=domain, table=table))
    subprocess.run([require("postmap"), "-c", etc, table], check=True, timeout=20)


@contextmanager
def running_postfix(
    next_hop: str, transports: Mapping[str, str] | None = None, settings: str = ""
) -> Iterator[Postfix]:
    """`next_hop` as in transport(5): "lmtp:inet:127.0.0.1:24", "smtp:[127.0.0.1]:25", "lmtp:unix:/path".

    `transports` are addresses with a next hop of their own, `settings` more lines of main.cf.
    """
    require("postfix")
    require_root("Postfix")
    with tempfile.TemporaryDirectory(prefix="mailgate-postfix-") as directory:
        run, port = Path(directory), free_port()
        run.chmod(0o755)
        etc = run / "etc"
        for folder in (etc, run / "spool", run / "data"):
            folder.mkdir()
        (etc / "main.cf").write_text(MAIN_CF.format(run=run, next_hop=next_hop) + settings)
        (etc / "master.cf").write_text(MASTER_CF.format(port=port))
        if transports:
            _hand_over(etc, transports)
        subprocess.run(["chown", "postfix", run / "data"], check=True)
        postfix = Postfix(run, port, [_begin(run, port)])
        try:
            yield postfix
        finally:
            _end(run, postfix.masters.pop())


def _begin(run: Path, port: int) -> subprocess.Popen[bytes]:
    line = [require("postfix"), "-c", str(run / "etc"), "start-fg"]
    wrapper = subprocess.Popen(line, stdout=DEVNULL, stderr=DEVNULL)
    wait_until(lambda: listens(port), what="Postfix")
    return wrapper


def _end(run: Path, wrapper: subprocess.Popen[bytes]) -> None:
    os.kill(int((run / "spool" / "pid" / "master.pid").read_text()), signal.SIGTERM)
    wrapper.wait(10)  # it waits for the master, which ends all its servers

"""A private Dovecot: IMAP with and without TLS on loopback; any user exists, everybody's password is PASSWORD."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL

from imapclient import IMAPClient

from tests.peers import cannot, free_port, listens, require, require_root, wait_until
from tests.peers.certificates import Certificate, a_certificate

PASSWORD = "sésame-secret"

CONF = """\
base_dir = {run}/run
state_dir = {run}/state
log_path = {run}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate.certificate}
ssl_key = <{certificate.key}
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{run}/mail/%u
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
first_valid_gid = 1
default_internal_user = dovecot
default_login_user = dovenull
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={run}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running instance. `plain` offers STARTTLS, `tls` speaks TLS from the first octet, for "localhost"."""

    run: Path
    plain: int
    tls: int
    certificate: Certificate

    @contextmanager
    def login(self, user: str) -> Iterator[IMAPClient]:
        """Another mail program of the same user."""
        client = IMAPClient("127.0.0.1", self.plain, ssl=False, timeout=10)
        client.plain_login(user, PASSWORD)
        try:
            yield client
        finally:
            client.logout()

    def put(self, user: str, raw: bytes, folder: str = "INBOX", flags: Sequence[bytes] = ()) -> None:
        """A mail arrives."""
        with self.login(user) as client:
            client.append(folder, raw, flags)

    def mails(self, user: str, folder: str = "INBOX", *criteria: str) -> int:
        """How many mails of the folder match (default: all)."""
        with self.login(user) as client:
            if not client.folder_exists(folder):
                return 0
            client.select_folder(folder, readonly=True)
            return len(client.search(list(criteria) or "ALL"))

    def log(self) -> str:
        return (self.run / "dovecot.log").read_text(errors="replace")


@contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    program = require("dovecot")
    require_root("Dovecot")
    version = subprocess.run([program, "--version"], capture_output=True, check=True, timeout=10).stdout.decode()
    if not version.startswith("2.3."):
        cannot(f"this configuration is for Dovecot 2.3, here is {version.strip()}")
    with tempfile.TemporaryDirectory(prefix="mailgate-dovecot-") as directory:
        run = Path(directory)
        run.chmod(0o755)
        for folder in ("run", "state", "mail"):
            (run / folder).mkdir()
        subprocess.run(["chown", "nobody:nogroup", run / "mail"], check=True)
        dovecot = Dovecot(run, free_port(), free_port(), a_certificate(run))
        conf = run / "dovecot.conf"
        conf.write_text(
            CONF.format(
                run=run, certificate=dovecot.certificate, password=PASSWORD, plain=dovecot.plain, tls=dovecot.tls
            )
        )
        master = subprocess.Popen([program, "-F", "-c", conf], stdout=DEVNULL, stderr=DEVNULL)
        try:
            wait_until(lambda: listens(dovecot.plain) and listens(dovecot.tls), what="Dovecot")
            yield dovecot
        finally:
            master.terminate()
            master.wait(10)

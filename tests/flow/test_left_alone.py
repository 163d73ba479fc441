"""What no door can take is told to people: a mail in a mailbox that is larger than the desk accepts."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path

from tests.edge.imap_servers import ONE_MAIL, scripted_imap
from tests.flow.process import a_site, ask, eventually, outgoing, serving

SECTION = """
[[imap]]
host = "127.0.0.1"
port = {port}
user = "support"
password_file = "imap"
tls = "none"
max_size = "1 MB"
"""


def test_the_administrators_hear_of_a_mail_that_is_too_large(tmp_path: Path) -> None:
    """At SMTP its sender would; in a mailbox it is already, and silence would be loss (design.md §4, promise 1)."""
    root = a_site(tmp_path / "site")
    (root / "imap").write_text("s3cret")
    (root / "imap").chmod(0o600)
    with scripted_imap({**ONE_MAIL, "RFC822.SIZE": ("* 1 FETCH (UID 5 RFC822.SIZE 31000000)",)}) as server:
        with (root / "config.toml").open("a") as config:
            config.write(SECTION.format(port=server.port))
        with serving(root) as process:
            (raw,) = eventually(lambda: outgoing(root))
            process.stop()
        assert server.commands(r"(\Flagged)") == [r"UID STORE 5 +FLAGS.SILENT (\Flagged)"]
    mail = message_from_bytes(raw, policy=policy.default)
    text = mail.get_body(("plain",))
    assert text is not None
    assert "Un courriel est laissé dans une boîte" in str(mail["Subject"])
    assert "support@127.0.0.1/INBOX, UID 5 (31.0 MB, max_size = 1 MB)" in text.get_content()
    assert ask(root, "inbox") == []

"""The site's secret: made once, whole or not at all, never over another one; renewed without losing a key."""

from __future__ import annotations

import os
import stat
from base64 import b32decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from structlog.testing import capture_logs

from mailgate.config import keyfile
from mailgate.daemon.ring import RingWatch, renew, ring_for
from mailgate.mail.keyring import KEY_IDS, Keyring
from mailgate.toml.mistakes import SiteMistakes
from tests.flow.desk import RING, Letter, LiveDesk, Sent, answer
from tests.flow.process import a_site, command, eventually, outgoing, serving
from tests.flow.test_conversation import CHEF, to

MORE = RING.renewed(b"n" * 32)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Where a site that was never started will have its ring."""
    return tmp_path / "var/secret"


def test_a_ring_is_kept_for_its_owner_only(secret: Path) -> None:
    """Whoever reads it can sign reply addresses."""
    assert keyfile.read(secret) is None
    keyfile.write(secret, RING)
    assert keyfile.read(secret) == RING
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert list(secret.parent.iterdir()) == [secret]


def test_a_ring_is_never_written_over(secret: Path) -> None:
    """The answers to every mail that left depend on it."""
    keyfile.write(secret, RING)
    with pytest.raises(FileExistsError):
        keyfile.write(secret, Keyring.fresh(bytes(32)))
    assert keyfile.read(secret) == RING
    assert list(secret.parent.iterdir()) == [secret]


@pytest.mark.parametrize("text", ["", "0 abc\n", "\x00"])
def test_a_file_that_is_no_ring_is_named(secret: Path, text: str) -> None:
    """Not a traceback: which file, and what to do. It is not renewed either, which would bury it."""
    secret.parent.mkdir()
    secret.write_text(text)
    for use in (keyfile.read, renew, ring_for):
        with pytest.raises(SiteMistakes, match="put the site's own one back"):
            use(secret)
    assert secret.read_text() == text


def test_a_renewed_ring_has_one_key_more(secret: Path) -> None:
    """The new one signs, all verify, and nobody else may read them."""
    first = ring_for(secret)
    renewal = renew(secret)
    assert renewal is not None
    assert (renewal.before, renewal.after.keys[:-1], renewal.dropped) == (first, first.keys, None)
    assert keyfile.read(secret) == ring_for(secret) == renewal.after
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert list(secret.parent.iterdir()) == [secret]


@pytest.mark.parametrize(("mode", "kept"), [(0o640, 0o640), (0o600, 0o600), (0o400, 0o400), (0o666, 0o640)])
def test_a_renewal_stays_readable_to_whoever_read_the_ring(secret: Path, mode: int, kept: int) -> None:
    """`root:mailgate 0640` must not become `root 0600`: the daemon's next start would fail. Nor is it ever wider."""
    ring_for(secret)
    if os.geteuid() == 0:
        os.chown(secret, 4711, 4712)
    secret.chmod(mode)
    before = secret.stat()
    assert renew(secret) is not None
    now = secret.stat()
    assert (now.st_uid, stat.S_IMODE(now.st_mode)) == (before.st_uid, kept)
    assert now.st_gid == before.st_gid or mode & stat.S_IRWXG == 0


def test_a_draft_that_lies_there_already_is_not_written_through(secret: Path, tmp_path: Path) -> None:
    """Root renews in a directory that belongs to the daemon: a link there must not lead root's pen elsewhere."""
    ring_for(secret)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("kept")
    secret.with_name(f"{secret.name}.{os.getpid()}").symlink_to(elsewhere)
    renewal = renew(secret)
    assert renewal is not None
    assert (elsewhere.read_text(), keyfile.read(secret)) == ("kept", renewal.after)


def test_a_site_that_was_never_started_has_nothing_to_renew(secret: Path) -> None:
    """Nor is anything made for it."""
    assert renew(secret) is None
    assert not secret.parent.exists()


def test_the_sixteenth_renewal_pushes_the_first_key_out(secret: Path) -> None:
    """A number is four bits of a token."""
    first = ring_for(secret).newest
    renewals = [renew(secret) for _ in range(KEY_IDS)]
    assert [one.dropped for one in renewals if one is not None] == [None] * (KEY_IDS - 1) + [first]
    ring = ring_for(secret)
    assert (len(ring.keys), ring.newest.number, ring.oldest.number) == (KEY_IDS, 0, 1)


def test_renewals_at_once_take_turns(secret: Path) -> None:
    """A key that one of them lost would have signed mails by then; readers never see half a ring."""
    first, ended = ring_for(secret), Event()

    def reading() -> bool:
        rings = []
        while not ended.is_set():
            rings.append(keyfile.read(secret))
        return all(ring is not None and ring.oldest == first.newest for ring in rings)

    with ThreadPoolExecutor(8) as threads:
        readers = [threads.submit(reading) for _ in range(3)]
        renewals = list(threads.map(renew, [secret] * 12))
        ended.set()
    assert all(reader.result() for reader in readers)
    kept = {key.secret for key in ring_for(secret).keys}
    assert kept == {first.newest.secret} | {one.after.newest.secret for one in renewals if one is not None}
    assert len(kept) == 13


def test_a_ring_behind_a_link_stays_behind_it(secret: Path, tmp_path: Path) -> None:
    """Secrets are often mounted elsewhere."""
    ring_for(tmp_path / "mounted/secret")
    secret.parent.mkdir()
    secret.symlink_to(tmp_path / "mounted/secret")
    renew(secret)
    assert secret.is_symlink()
    assert len(ring_for(tmp_path / "mounted/secret").keys) == 2


def watching(secret: Path) -> tuple[RingWatch, list[Keyring]]:
    """A watch over a ring that was just read, and what it hands over."""
    handed: list[Keyring] = []
    return RingWatch(secret, ring_for(secret), handed.append), handed


def test_a_running_daemon_takes_up_a_new_ring_once(secret: Path) -> None:
    """Every second it looks; it reads only what changed."""
    watch, handed = watching(secret)
    watch.look()
    assert handed == []
    renewal = renew(secret)
    watch.look()
    watch.look()
    assert renewal is not None
    assert handed == [renewal.after]


SPOILERS: dict[str, Callable[[Path], int | None]] = {
    "no ring": lambda secret: secret.write_text("nonsense"),
    "empty": lambda secret: secret.write_text(""),
    "gone": lambda secret: secret.unlink(),
    "a directory": lambda secret: secret.rename(secret.with_name("old")).with_name("secret").mkdir(),
}


@pytest.mark.parametrize("spoil", SPOILERS.values(), ids=SPOILERS)
def test_a_broken_ring_changes_nothing_and_is_told_of_once(secret: Path, spoil: Callable[[Path], int | None]) -> None:
    """The old keys go on; the log isn't filled, and holds no key."""
    watch, handed = watching(secret)
    spoil(secret)
    with capture_logs() as lines:
        watch.look()
        watch.look()
    assert [line["log_level"] for line in lines] == ["error"]
    assert handed == []


def test_after_a_broken_ring_a_good_one_is_taken_up(secret: Path) -> None:
    """The administrator put it back, with one key more."""
    watch, handed = watching(secret)
    good = ring_for(secret).renewed(b"n" * 32)
    secret.write_text("nonsense")
    with capture_logs():
        watch.look()
        secret.write_text(good.dump())
        watch.look()
    assert handed == [good]


def key_number(mail: Sent) -> int:
    """The key that signed the address to answer to."""
    token = mail.reply_to.partition("+")[2].partition("@")[0]
    return b32decode(f"{token.upper()}======")[0] & 0xF


def test_what_the_old_key_signed_is_answered_after_the_change(desk: LiveDesk) -> None:
    """A technician answers yesterday's mail today; his ticket goes on under the new key."""
    page = to(desk.write(Letter("Rien ne marche", CHEF)), "tech1@example.com")
    desk.engine.use(replace(desk.desk, ring=MORE))
    told = to(desk.write(answer(page, "Je regarde.")), CHEF)
    assert (key_number(page), key_number(told)) == (0, 1)
    desk.write(answer(told, "Merci !"))
    assert [message.direction for message in desk.ticket().messages][-1] == "in"
    known = len(desk.ticket().messages)
    desk.engine.use(replace(desk.desk, ring=Keyring(MORE.keys[1:])))
    desk.write(answer(page, "Encore moi."))
    assert len(desk.ticket().messages) == known


def test_a_live_daemon_signs_with_the_new_key(tmp_path: Path) -> None:
    """Nobody restarts a desk at night for a key."""
    with serving(a_site(tmp_path / "site")) as process:
        process.send(Letter("Plus rien ne marche", subject="Panne").raw(1))
        eventually(lambda: len(outgoing(process.root)) == 7)
        done = command(process.root, "renew-key")
        assert (done.returncode, done.stdout.splitlines()[0][:5]) == (0, "key 1")
        (line,) = eventually(lambda: process.said("ring.renewed"))
        assert (line["signs"], line["verify"]) == (1, [0, 1])
        process.stop()

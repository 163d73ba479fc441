"""Whether the desk can know who wrote a mail, and so whether technicians can command it (hazards §2.4)."""

from __future__ import annotations

from collections.abc import Iterator

from mailgate.cli.doctor.domains import is_reserved
from mailgate.cli.doctor.findings import Said, bad, ok, warning
from mailgate.config import Config, UnixListen
from mailgate.core.policy import CommandsNeed

NAME = "the name that your mail server puts first in Authentication-Results"


def trust(config: Config) -> Iterator[Said]:
    """Whose word about a mail's sender is believed: a mail server's, our own."""
    name, doubt = _authserv_id(config), _doubt(config)
    if name is not None and doubt is None:
        yield ok(f"what {name} says about senders is believed")
    if config.dkim.verify:
        yield ok("DKIM signatures are verified here")
    elif name is None and doubt is None:
        yield _unproven(
            config, "set verify = true in [dkim], or name in [smtp] the mail server that checks SPF and DKIM"
        )
    if doubt is not None:
        yield warning(doubt) if config.dkim.verify else _unproven(config, doubt)


def _unproven(config: Config, advice: str) -> Said:
    so = "nothing is authenticated, and every sender counts as unproven"
    if config.desk.commands_need is CommandsNeed.PASS:
        return bad(f'{so}; with commands_need = "pass" no technician can command the desk: {advice}')
    return warning(f"{so}: {advice}")


def _doubt(config: Config) -> str | None:
    """What stands against what is written in [smtp] about a mail server's word, or None."""
    name = _authserv_id(config)
    if name is None:
        return f"trusted_relays needs authserv_id, {NAME}" if _relays(config) else None
    if is_reserved(name.lower()):
        return f"authserv_id is still the starter's ({name}); write {NAME}"
    if not _somebody_hands_over(config):
        return "authserv_id needs trusted_relays, the addresses that your mail server hands over from"
    return None


def _authserv_id(config: Config) -> str | None:
    return config.smtp.authserv_id if config.smtp is not None else None


def _relays(config: Config) -> bool:
    return config.smtp is not None and bool(config.smtp.trusted_relays)


def _somebody_hands_over(config: Config) -> bool:
    """A Unix socket and a mailbox need no address: who reaches them is known."""
    by_socket = config.lmtp is not None and isinstance(config.lmtp.listen, UnixListen)
    return _relays(config) or by_socket or bool(config.imap)

"""Where our relay's results must stand to be believed, and what our own verification adds (hazards A23)."""

from __future__ import annotations

import pytest

from mailgate.core.model import AuthVerdict
from mailgate.mail.auth import HOPS_TO_A_DOOR, HOPS_TO_A_MAILBOX, Relay, verdict

PASS, FAIL, NONE = AuthVerdict.PASS, AuthVerdict.FAIL, AuthVerdict.NONE
OURS = "Authentication-Results: mx.us; dmarc=pass header.from=corp.example"
FAILED = "Authentication-Results: mx.us; dmarc=fail header.from=corp.example"
NOTHING = "Authentication-Results: mx.us; none"
RECEIVED = "Received: from x by mx.us"
FROM = "From: chef@corp.example"


def said(*lines: str, hops: int = HOPS_TO_A_DOOR, signers: tuple[str, ...] = (), ours: str = "mx.us") -> AuthVerdict:
    """The verdict on a mail with these header lines."""
    return verdict("\r\n".join((*lines, "", OURS, "")).encode(), Relay(ours, hops), signers, "corp.example")


@pytest.mark.parametrize(
    "lines",
    [
        (OURS, RECEIVED, FROM),
        (RECEIVED, OURS, FROM),
        ("Return-Path: <x@corp.example>", "Delivered-To: urgent", RECEIVED, "Received-SPF: pass", OURS, FROM),
        (RECEIVED, "DMARC-Filter: OpenDMARC", OURS, "DKIM-Filter: OpenDKIM", NOTHING, FROM),
        (RECEIVED, "X-Spam-Status: No", "ARC-Seal: i=1", "Authentication-Results: other; none", OURS, FROM),
        (RECEIVED, OURS.replace(":", ":\r\n\t").replace(";", ";\r\n "), FROM),
        ("From nobody Mon Nov 16", RECEIVED, OURS.upper().replace("MX.US", "Mx.Us"), FROM),
    ],
)
def test_the_block_at_the_top_is_believed(lines: tuple[str, ...]) -> None:
    """Postfix's milters write right below its Received line; others write above it."""
    assert said(*lines) is PASS


@pytest.mark.parametrize(
    "lines",
    [
        (RECEIVED, RECEIVED, OURS, FROM),
        (FROM, OURS),
        (RECEIVED, "Subject: x", OURS, FROM),
        (RECEIVED, "DKIM-Signature: v=1", OURS, FROM),
        (RECEIVED, "Message-ID: <1@x>", RECEIVED, OURS, FROM),
        (RECEIVED, "X-Mailer: x", OURS, FROM),
        (RECEIVED, FROM, "", OURS),
        (RECEIVED, "not a field", OURS, FROM),
        (RECEIVED, "Authentication-\r\n Results: mx.us; dmarc=pass header.from=corp.example", FROM),
        (RECEIVED, "X-Authentication-Results: mx.us; dmarc=pass header.from=corp.example", FROM),
        (RECEIVED, f"X: 1\r\n {OURS}", FROM),
        (RECEIVED, f"X: 1\r{OURS}", FROM),
        (RECEIVED, f"X: 1\x0b{OURS}", FROM),
    ],
)
def test_what_a_sender_can_write_is_not_believed(lines: tuple[str, ...]) -> None:
    """Below another hop, below his own fields, in the body, or in a field that only looks like it."""
    assert said(*lines) is NONE


def test_only_the_topmost_field_of_our_name_vouches() -> None:
    """The relay adds its own above what it left in; a milter's answer of "nothing" is an answer."""
    assert said(RECEIVED, NOTHING, OURS, FROM) is NONE
    assert said(RECEIVED, "Authentication-Results: mx.us; (", OURS, FROM) is NONE
    assert said(RECEIVED, "Authentication-Results: mx.us; dkim=fail; spf=fail", OURS, FROM) is FAIL


@pytest.mark.parametrize(
    "lines", [(RECEIVED, OURS, FAILED, FROM), (RECEIVED, RECEIVED, FROM, FAILED), (FROM, FAILED, OURS)]
)
def test_a_failure_counts_wherever_it_stands(lines: tuple[str, ...]) -> None:
    """Nobody forges one for himself, and a relay with one hop too many must still be heard when it warns."""
    assert said(*lines) is FAIL


def test_a_pass_below_does_not_take_back_a_failure_above() -> None:
    """A sender's own "dkim=pass" beside the relay's "dkim=fail; spf=fail"."""
    forged = "Authentication-Results: mx.us; dkim=pass header.d=corp.example; spf=pass smtp.mailfrom=corp.example"
    assert said(RECEIVED, "Authentication-Results: mx.us; dkim=fail; spf=fail", forged, FROM) is FAIL


@pytest.mark.parametrize("disguise", ["Authentication-Results :", "authentication-results\t :"])
def test_a_blank_before_the_colon_unmasks_a_forger(disguise: str) -> None:
    """No relay writes so; a filter that looks for "Authentication-Results:" does not see it."""
    assert said(RECEIVED, OURS.replace("Authentication-Results:", disguise), FROM) is NONE
    assert said(RECEIVED, OURS, f"{disguise} x", FROM) is NONE


def test_delivery_into_a_mailbox_adds_one_more_hop() -> None:
    """Dovecot's LMTP and the large providers write a Received line of their own above the relay's."""
    assert said("Received: by lmtp", RECEIVED, OURS, FROM, hops=HOPS_TO_A_MAILBOX) is PASS
    assert said("Received: by lmtp", RECEIVED, RECEIVED, OURS, FROM, hops=HOPS_TO_A_MAILBOX) is NONE


def test_a_mailbox_elsewhere_speaks_before_our_relay() -> None:
    """Its server takes out what strangers wrote under its own name, and need not take out what stands under ours: a
    mail that never saw our relay would vouch for itself."""
    theirs = "Authentication-Results: mx.mailbox.example; dmarc=none"
    arrived = ("Delivered-To: support", "Received: by mailbox", RECEIVED, theirs)
    assert said(*arrived, OURS, FROM, hops=HOPS_TO_A_MAILBOX) is NONE
    assert said(*arrived, FAILED, FROM, hops=HOPS_TO_A_MAILBOX) is FAIL
    assert said(RECEIVED, theirs, OURS, FROM) is PASS


def test_without_a_name_nothing_is_believed() -> None:
    """An empty name would match a field without one."""
    assert said(RECEIVED, "Authentication-Results: ; dmarc=pass header.from=corp.example", FROM, ours="") is NONE


def test_a_signature_that_we_verified_vouches_for_its_owner() -> None:
    """Also below one registered name, and without any relay; never for another's domain."""
    raw = f"{FROM}\r\n\r\nBonjour".encode()
    assert verdict(raw, None, ("list.example", "mail.corp.example"), "corp.example") is PASS
    assert verdict(raw, None, ("evil.example",), "corp.example") is NONE
    assert verdict(OURS.encode() + b"\r\n" + raw, None, (), "corp.example") is NONE


def test_our_signature_check_stands_against_anything_but_a_dmarc_failure() -> None:
    """The domain's owner may ask for more than we know (adkim=s); a list that broke SPF and a signature may not."""
    assert said(RECEIVED, FAILED, FROM, signers=("corp.example",)) is FAIL
    assert said(RECEIVED, "Authentication-Results: mx.us; dkim=fail; spf=fail", FROM, signers=("corp.example",)) is PASS

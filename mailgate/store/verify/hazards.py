"""The invariants that the hazards ask for, one by one, and where each is kept.

A database shows what is in it. What it cannot show (the wire, a crash, other rules, a second try) is proven by tests,
which are named here, and by the rigs of `make prove`; what there is nothing to keep for yet says so. The questions that
keep a hazard are those that carry its number (store.verify.INVARIANTS).

I42, an audit log that is chained by hashes, is not kept. Each entry would need the seal of the one before it, and on
several nodes every decision would wait for the commit of every other; banks, where money lies, are chained
(store.bank). The rest of the journal is only ever added to, and counted against the inbox.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hazard:
    """What must be true whatever happens: `proofs` are the tests of what a database cannot show, `rigs` those of `make
    prove`, and `not_today` says why there is nothing to keep yet."""

    number: str
    says: str
    proofs: tuple[str, ...] = ()
    rigs: tuple[str, ...] = ()
    not_today: str = ""


def _by(*tests: str) -> tuple[str, ...]:
    return tuple(f"tests/{test}" for test in tests)


HAZARDS = (
    Hazard("I1", "what came in is there once and was decided once, and the journal says how", _by(
        "faults/test_kill.py", "flow/machine/test_machine.py"),
        ("kill -9", "power cut", "cut at every step", "SIGTERM and restart", "Postfix", "IMAP")),
    Hazard("I2", "trouble of our own answers 4xx, and only a policy 5xx", _by(
        "edge/test_smtp_in.py", "edge/test_threshold.py", "faults/test_storage.py"), ("storage",)),
    Hazard("I3", "what was answered 250 survives a crash", _by(
        "faults/test_kill.py", "faults/test_storage.py"), ("kill -9", "power cut", "storage")),
    Hazard("I4", "a mail is kept octet for octet", _by(
        "store/test_any_bytes.py", "edge/test_smtp_in.py"), ("power cut",)),
    Hazard("I5", "the same mail again changes nothing, on whatever path", _by(
        "faults/test_same_again.py", "flow/test_copies.py", "peers/test_nodes.py", "flow/machine/test_machine.py"),
        ("cut at every step", "Postfix", "IMAP", "nodes")),
    Hazard("I6", "a Message-ID suppresses nothing", _by(
        "flow/test_mails.py", "flow/machine/test_machine.py"), ("Postfix",)),
    Hazard("I7", "whatever a mail says, it is taken and decided", _by("faults/test_hostile_mail.py"), ("soak",)),
    Hazard("I8", "LMTP answers once for each recipient, in order", _by(
        "edge/test_lmtp_in.py", "peers/test_postfix.py"), ("Postfix",)),
    Hazard("I9", "a mail of a mailbox is in custody before it is marked", _by(
        "edge/test_imap_in.py", "peers/test_dovecot.py"), ("IMAP",)),
    Hazard("I10", "nothing automatic goes to nobody, to robots, to lists or to ourselves", _by(
        "core/test_classify.py", "flow/test_loops.py")),
    Hazard("I11", "a request is acknowledged once, and automatic mail keeps to its budgets", _by(
        "flow/test_budgets.py", "flow/machine/test_machine.py"), ("IMAP",)),
    Hazard("I12", "what leaves has one author, its own return address and its own Message-ID, and says what it is", _by(
        "mail/test_compose.py", "mail/test_headers_out.py", "flow/test_injection.py")),
    Hazard("I13", "an address that nothing proves is told nothing of what others wrote", _by(
        "core/test_levels.py", "flow/test_intruders.py")),
    Hazard("I14", "a signed address is shown to its own person only, and a secret to nobody", _by(
        "flow/test_secrets.py", "flow/forgeries/test_matrix.py")),
    Hazard("I15", "what leaves is a mail to any parser: CRLF, 998 octets, dots doubled", _by(
        "mail/test_headers_out.py", "peers/test_headers_read.py", "edge/test_smtp_out.py", "edge/test_dotted.py")),
    Hazard("I16", "a promise ends, or is tried again soon", _by(
        "store/test_outbox.py", "flow/test_sender.py"), ("relay",)),
    Hazard("I17", "whatever a decision promises is in its own transaction", _by(
        "store/test_apply.py", "faults/test_engine_faults.py"), ("cut at every step",)),
    Hazard("I18", "a page ends with a person, or with an alarm", _by(
        "flow/test_escalation.py", "flow/machine/test_machine.py"), ("relay",)),
    Hazard("I19", "as many people are called as were promised, or it is said who is missing", _by(
        "core/test_paging.py", "flow/test_failover.py")),
    Hazard("I20", "a page leaves twice only where an answer was lost", _by(
        "store/test_outbox.py", "peers/test_nodes.py", "flow/machine/test_machine.py"), ("kill -9", "relay", "nodes")),
    Hazard("I21", "who answers ends the calling, for good", _by("core/test_answers.py", "flow/test_taking_up.py")),
    Hazard("I22", "when it escalates depends on the calendar and the answers, on nothing else", _by(
        "core/test_escalation.py", "flow/test_downtime.py", "faults/test_set_clock.py")),
    Hazard("I23", "a page never waits behind other mail", _by("flow/test_sender.py", "core/test_patience.py")),
    Hazard("I24", "who watches hears from us only when somebody looked", _by(
        "daemon/test_auditor.py", "faults/test_dead_mans_switch.py")),
    Hazard("I25", "only who may change a ticket changed it", _by(
        "core/test_authority.py", "flow/forgeries/test_forgeries.py")),
    Hazard("I26", "quoted, attached and hidden words command nothing", _by(
        "mail/test_commands.py", "flow/test_disguises.py")),
    Hazard("I27", "nobody reads or changes another customer's ticket", _by(
        "flow/test_intruders.py", "core/test_leaks.py", "flow/forgeries/test_matrix.py")),
    Hazard("I28", "only a signed address that we made is one", _by(
        "mail/test_address.py", "flow/forgeries/test_tokens.py")),
    Hazard("I29", "a contact's vote on a ticket counts once", not_today="there are no surveys yet"),
    Hazard("I30", "a balance is the sum of its entries, and none ever changes", _by(
        "store/test_bank.py", "flow/machine/test_machine.py")),
    Hazard("I31", "work is entered once, whatever is sent again", _by(
        "faults/test_same_again.py", "flow/test_undoing.py", "flow/machine/test_machine.py"),
        ("cut at every step", "nodes")),
    Hazard("I32", "what is charged follows the tariff", _by("core/test_bank.py", "core/test_debits.py")),
    Hazard("I33", "entries of one bank are made one after the other", _by("store/test_bank.py", "peers/test_nodes.py")),
    Hazard("I34", "a promise stands still outside the hours and is due after it began", _by(
        "core/test_hours.py", "core/test_clock_histories.py")),
    Hazard("I35", "each customer gets one weekly report", not_today="nothing is sent weekly yet: `report` only prints"),
    Hazard("I36", "rules that are wrong change nothing, and a decision says by which it was made", _by(
        "flow/test_reload.py", "daemon/test_reloading.py")),
    Hazard("I37", "a rule that calls people calls somebody", _by("core/test_paging.py", "rules/test_mistakes.py")),
    Hazard("I38", "nothing is lost or done twice by stopping, by starting, or between nodes", _by(
        "flow/test_daemon.py", "peers/test_nodes.py", "peers/test_machine.py", "flow/machine/test_machine.py"),
        ("SIGTERM and restart", "kill -9", "nodes")),
    Hazard("I39", "who is erased is nowhere any more", not_today="nobody can be erased yet"),
    Hazard("I40", "a restored database is whole, and sends nothing of before without the operator's word", _by(
        "faults/test_restored_desk.py", "faults/test_cut_backup.py", "peers/test_gap.py", "store/test_backup.py"),
        ("kill -9",)),
    Hazard("I41", "no single mail costs more than its share", _by(
        "faults/test_hostile_mail.py", "mail/test_report_bounds.py", "mail/test_long_texts.py"), ("intake", "soak")),
    Hazard("I42", "a row of the journal that was edited or taken out is noticed",
           not_today="only banks are sealed: every decision of every node would wait for the one before it"),
)  # fmt: skip
"""All of them, in the order of the list."""

"""Every check there is, and how they are asked: all at once, each with as much time as the others."""

from __future__ import annotations

import time
from concurrent.futures import Future
from functools import partial

from mailgate.cli.doctor import (
    database,
    disk,
    domains,
    doors,
    files,
    imap,
    nodes,
    people,
    program,
    relay,
    trust,
    undelivered,
    waiting,
    watch,
)
from mailgate.cli.doctor.findings import Finding, Said, State, bad
from mailgate.cli.doctor.patient import Check, Patient, of_config, of_config_now, of_plan, of_policy, of_rows, of_site
from mailgate.edge.asking import ask

PATIENCE = 16.0
"""Seconds that all checks together have; what a server does in that time is bounded by the checks themselves."""

CHECKS: tuple[tuple[str, Check], ...] = (
    ("site", files.site),
    ("secrets", of_config(files.secrets)),
    ("files", of_config(files.files)),
    ("python", program.python),
    ("aiosmtpd", program.aiosmtpd),
    ("sqlite", of_config(program.sqlite)),
    ("extras", of_site(program.extras)),
    ("database", of_config(database.database)),
    ("disk", of_config(disk.disk)),
    ("doors", of_config(doors.doors)),
    ("trust", of_config(trust.trust)),
    ("relay", of_config_now(relay.relay)),
    ("imap", of_config_now(imap.mailboxes)),
    ("nodes", of_rows(nodes.nodes)),
    ("domains", of_policy(domains.domains)),
    ("examples", of_policy(domains.examples)),
    ("queues", of_plan(people.queues)),
    ("pagers", of_policy(people.pagers)),
    ("leads", of_policy(people.leads)),
    ("addresses", of_rows(undelivered.addresses)),
    ("inbox", of_rows(waiting.inbox)),
    ("outbox", of_rows(waiting.outbox)),
    ("pages", of_rows(waiting.pages)),
    ("auditor", of_config_now(watch.auditor)),
    ("reload", of_config_now(watch.reload)),
    ("heartbeat", of_config(watch.heartbeat)),
    ("clock", of_rows(watch.clock)),
)


SEVERITY = {state: rank for rank, state in enumerate(State)}


def examine(patient: Patient) -> tuple[Finding, ...]:
    """What all checks say, the worst last."""
    until = time.monotonic() + PATIENCE
    asked = [(name, ask(partial(_findings, check, patient))) for name, check in CHECKS]
    found = [Finding(name, said.state, said.says) for name, answer in asked for said in _heard(answer, until)]
    return tuple(sorted(found, key=lambda finding: SEVERITY[finding.state]))


def _findings(check: Check, patient: Patient) -> tuple[Said, ...]:
    """To its end, in the thread that asks."""
    return tuple(check(patient))


def _heard(answer: Future[tuple[Said, ...]], until: float) -> tuple[Said, ...]:
    """One check that fails must not silence the others."""
    try:
        return answer.result(max(0.0, until - time.monotonic()))
    except TimeoutError:
        return (bad(f"no answer within {PATIENCE:.0f} seconds"),)
    except Exception as error:  # noqa: BLE001  # a defect of one check, told beside what the others found
        return (bad(f"this could not be looked at: {type(error).__name__}: {error}"),)

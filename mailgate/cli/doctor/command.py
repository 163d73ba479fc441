"""The command itself: examine, print, and say by the exit code whether anything is bad."""

from __future__ import annotations

from collections import Counter

from mailgate.cli.failures import DONE, NO
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import plain, print_json
from mailgate.daemon import clock


def doctor(config: SiteConfig = HERE, as_json: AsJson = False) -> int:
    """What would go wrong here: versions, DNS, relay, TLS, durability, nobody to page. Exit 1 when anything is bad.

    Changes nothing, sends no mail; works beside a running daemon and on a site that was never started."""
    from mailgate.cli.doctor.examination import examine
    from mailgate.cli.doctor.findings import State
    from mailgate.cli.doctor.patient import admit

    found = examine(admit(config, clock.now()))
    if as_json:
        print_json(found)
    else:
        widest = max(len(finding.check) for finding in found)
        for finding in found:
            print(f"{finding.state:<7}  {finding.check:<{widest}}  {plain(finding.says)}")
        counts = Counter(finding.state for finding in found)
        warnings = "1 warning" if counts[State.WARNING] == 1 else f"{counts[State.WARNING]} warnings"
        print(f"\n{counts[State.BAD]} bad, {warnings}, {counts[State.OK]} ok")
    return NO if any(finding.state is State.BAD for finding in found) else DONE

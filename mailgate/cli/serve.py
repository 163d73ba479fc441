"""`mailgate serve`"""

from __future__ import annotations

from mailgate.cli.failures import Refusal
from mailgate.cli.options import HERE, SiteConfig


def serve(config: SiteConfig = HERE) -> int:
    """Run the desk until SIGTERM; logs "daemon.ready" with every listening address.

    SIGHUP takes up edited rules, templates and what of config.toml needs no restart; or nothing, and logs why."""
    from mailgate import doors
    from mailgate.daemon import serving

    try:
        return serving.serve(config)
    except doors.DoorShut as shut:
        raise Refusal(str(shut)) from shut

"""What every room's tests share: a real peer program that is missing fails under CI=true and is skipped elsewhere."""

from __future__ import annotations

import os
import shutil

import pytest

SYSTEM_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/lib/dovecot"])
"""Debian keeps daemons outside an ordinary user's PATH."""


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("peer"):
        if shutil.which(marker.args[0], path=SYSTEM_PATH) is None:
            reason = f"{marker.args[0]} is not installed (.ci/peers installs it)"
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)

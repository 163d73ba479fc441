"""What systemd wants to hear of a service of `Type=notify` (sd_notify(3)): one datagram for each piece of news."""

from __future__ import annotations

import os
import socket

SOCKET = "NOTIFY_SOCKET"
SECONDS = 1.0


def notify(*news: str) -> bool:
    """Tell systemd, for example "READY=1"; False when nobody listens. Raises nothing: news are no reason to stop."""
    path = os.environ.get(SOCKET, "")
    if not path.startswith(("/", "@")):
        return False
    address = "\0" + path[1:] if path.startswith("@") else path  # "@": a name that is in no directory (unix(7))
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaking:
            speaking.settimeout(SECONDS)
            speaking.sendto("\n".join(news).encode("utf-8"), address)
    except OSError:
        return False
    return True

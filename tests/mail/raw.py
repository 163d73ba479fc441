"""Raw mails for the tests: bytes as they come off the wire."""

from __future__ import annotations

ORDINARY = "From: Jean <jean@acme.example>\r\nTo: support@example.com\r\nSubject: Panne\r\n"


def raw(*fields: str, body: str = "Bonjour,\r\n\r\nle serveur est en panne.\r\n") -> bytes:
    """A mail with exactly these header fields."""
    return ("".join(f"{line}\r\n" for line in fields) + "\r\n" + body).encode()


def from_jean(*fields: str, body: str = "Bonjour.\r\n") -> bytes:
    """An ordinary mail with these fields beside its own."""
    return raw("From: Jean <jean@acme.example>", "To: support@example.com", *fields, body=body)


def multipart(kind: str, *parts: str, boundary: str = "b") -> bytes:
    """A mail of these parts, each given with its header fields."""
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return from_jean(f'Content-Type: multipart/{kind}; boundary="{boundary}"', body=f"{body}--{boundary}--\r\n")


def part(content_type: str, body: str, *fields: str) -> str:
    """One part for `multipart`."""
    head = "".join(f"{line}\r\n" for line in (f"Content-Type: {content_type}", *fields))
    return f"{head}\r\n{body}"

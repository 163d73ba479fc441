"""Mails whose danger lies in being opened: archives, types that lie, and parts that ask to be fetched or put together.

mailgate opens none of them. What is inside is the receiver's business, with the receiver's tools."""

from __future__ import annotations

import zlib
from functools import partial
from urllib.parse import quote

from tests.mail.hostile.recipe import Hostile, file, mail


def _squeezed(times: int) -> bytes:
    """Twenty megabytes of nothing, compressed again and again."""
    octets = bytes(20_000_000)
    for _ in range(times):
        octets = zlib.compress(octets, 9, 31)
    return octets


def _archive(content_type: bytes, name: bytes, times: int, layers: int = 1) -> bytes:
    body = (b"PK\x03\x04" if b"zip" in content_type else b"") + _squeezed(times) * layers
    return file(content_type, body, b'Content-Disposition: attachment; filename="' + name + b'"')


_ARCHIVES = {
    "42.zip": (b"application/zip", b"42.zip", 2, 500),
    "zeros.gz": (b"application/gzip", b"zeros.gz", 1, 1),
    "nested.gz": (b"application/gzip", b"nested.gz", 3, 1),
    "office": (b"application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"a.docx", 1, 1),
}

NAMES = {
    "path": "../../etc/cron.d/x",
    "windows-path": "C:\\Windows\\System32\\x.dll",
    "nul": "facture.exe\0.png",
    "percent-nul": "facture.exe%00.png",
    "override": "facture\u202egnp.exe",
    "isolate": "\u2066facture\u2069.pdf",
    "zero-width": "\u200b.htaccess",
    "hidden": ".ssh",
    "device": "CON",
    "device-with-extension": "nul.txt",
    "port": "COM1.log",
    "dots": "...",
    "endless": "x" * 4096 + ".pdf",
    "line-end": "a\r\nBcc: evil@x.example",
    "stream": "a.txt:evil.exe",
    "tag": "<img src=x onerror=alert(1)>.png",
    "formula": "=cmd|' /C calc'!A0.csv",
    "piled": "e" + "\u0301\u0323" * 5000,
    "surrogate": "a\udcff.txt",
    "blank": " ",
    "private-use": "\ue000\U000f0000.pdf",
}


def named(name: str) -> bytes:
    """A mail with one file of this name, as RFC 2231 writes names that no other way can write."""
    octets = name.encode("utf-8", "surrogatepass")
    return file(b"application/pdf", b"%PDF", b"Content-Disposition: attachment; filename*=utf-8''" + _percent(octets))


def _percent(octets: bytes) -> bytes:
    return quote(octets, safe="").encode("ascii")


TYPES = {
    "html-as-image": (b"image/png", b"<html><script>alert(1)</script></html>"),
    "svg-script": (b"image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
    "html-file": (b"text/html; name=page.html", b"<script>alert(1)</script>"),
    "program-as-pdf": (b"application/pdf", b"MZ\x90\0"),
    "type-with-line-end": (b'application/"x\\\r\n Bcc: evil@x.example"', b"x"),
    "multipart-as-file": (b"multipart/x-evil; boundary=", b"x"),
    "message-with-encoding": (b"message/rfc822", b"Subject: x\r\n\r\ny"),
    "no-type-at-all": (b"", b"x"),
}
"""What a part says it is, against what it is (A15)."""

_TNEF = b"\x78\x9f\x3e\x22" + bytes(range(256)) * 10
_UU = b"Voici.\r\n\r\nbegin 644 ../../x.sh\r\n#86)C\r\n`\r\nend\r\n"
_EXTERNAL = b'message/external-body; access-type=URL; URL="http://127.0.0.1:9/evil"'
_SIGNED = b'multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256; boundary=b'
_ENCRYPTED = b'multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b'


def _whole(content_type: bytes, body: bytes, *fields: bytes) -> bytes:
    return mail(b"Content-Type: " + content_type, *fields, body=body)


def _two(content_type: bytes, first: bytes, second: bytes) -> bytes:
    parts = b"".join(b"--b\r\nContent-Type: " + part + b"\r\n" for part in (first, second))
    return mail(b"Content-Type: " + content_type, body=parts + b"--b--\r\n")


SEALED = {
    "tnef": partial(file, b"application/ms-tnef; name=winmail.dat", _TNEF),
    "tnef-alone": partial(_whole, b"application/ms-tnef", _TNEF),
    "uuencode-in-body": partial(_whole, b"text/plain", _UU),
    "smime-signed": partial(
        _two,
        b'multipart/signed; protocol="application/pkcs7-signature"; boundary=b',
        b"text/plain\r\n\r\nBonjour",
        b"application/pkcs7-signature; name=smime.p7s\r\n\r\n0\x82",
    ),
    "smime-encrypted": partial(_whole, b"application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", b"0\x82"),
    "pgp-signed": partial(
        _two, _SIGNED, b"text/plain\r\n\r\nBonjour", b"application/pgp-signature\r\n\r\n-----BEGIN PGP SIGNATURE-----"
    ),
    "pgp-encrypted": partial(
        _two,
        _ENCRYPTED,
        b"application/pgp-encrypted\r\n\r\nVersion: 1",
        b"application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----",
    ),
    "partial": partial(_whole, b'message/partial; id="x@y"; number=1; total=3', b"Subject: suite\r\n\r\nx"),
    "external-body": partial(_whole, _EXTERNAL, b"Content-Type: text/plain\r\n\r\n"),
    "external-part": partial(file, _EXTERNAL, b"Content-Type: text/plain\r\n\r\n"),
    "external-ftp": partial(
        file, b"message/external-body; access-type=anon-ftp; site=127.0.0.1; name=x", b"Content-Type: text/plain\r\n"
    ),
    "remote-images": partial(
        _whole, b"text/html", b'<img src="http://127.0.0.1:9/t.gif"><link rel=stylesheet href="//127.0.0.1:9/x.css">x'
    ),
}
"""What asks to be opened, put together or fetched (A21)."""

OPAQUE = (
    *(Hostile("A13", name, partial(_archive, *made)) for name, made in _ARCHIVES.items()),
    *(Hostile("A14", name, partial(named, given)) for name, given in NAMES.items()),
    *(Hostile("A15", name, partial(file, *made)) for name, made in TYPES.items()),
    *(Hostile("A21", name, write) for name, write in SEALED.items()),
)

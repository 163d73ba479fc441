"""A certificate authority of our own, and a server certificate of it."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.peers import require

CA = ("-subj", "/CN=test authority", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
LEAF = "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
"""What CPython 3.13 insists on (VERIFY_X509_STRICT)."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """PEM files: the authority to trust, the server's certificate and its key."""

    authority: Path
    certificate: Path
    key: Path


def a_certificate(directory: Path, name: str = "localhost", days: int = 2) -> Certificate:
    """For the host `name`, and for 127.0.0.1 when that is "localhost"; made by openssl, good for so many days (-1: it
    ended yesterday)."""
    openssl = require("openssl")
    paths = Certificate(directory / "ca.pem", directory / "server.pem", directory / "server.key")
    ca_key, request, extensions = directory / "ca.key", directory / "server.csr", directory / "server.ext"
    names = f"subjectAltName=DNS:{name}" + (",IP:127.0.0.1" if name == "localhost" else "")
    extensions.write_text(f"{names}\n{LEAF}")
    new_key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes".split()
    _run(openssl, "req", "-x509", "-days", "2", *new_key, *CA, "-keyout", ca_key, "-out", paths.authority)
    _run(openssl, "req", *new_key, "-subj", f"/CN={name}", "-keyout", paths.key, "-out", request)
    signing: list[str | Path] = ["-CA", paths.authority, "-CAkey", ca_key, "-CAcreateserial", "-extfile", extensions]
    _run(openssl, "x509", "-req", "-days", str(days), "-in", request, *signing, "-out", paths.certificate)
    return paths


def server_side(certificate: Certificate) -> ssl.SSLContext:
    """How a server that has it speaks TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    return context


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=30)

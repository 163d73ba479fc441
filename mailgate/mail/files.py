"""The attachments of a mail, listed with names that are safe to show and to store.

A name comes from a stranger: "../../x", "CON", a right-to-left override or four thousand characters (hazards A14).
Which pictures are only decoration (`inline`) is for pictures.py to say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from mailgate.core.model import Attachment
from mailgate.mail import limits
from mailgate.mail.fields import decode_value, read_block
from mailgate.mail.parts import Part, leaves
from mailgate.mail.pictures import Decoration
from mailgate.mail.text import clean_header

_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_EXTENSIONS = {
    "message/rfc822": ".eml",
    "message/delivery-status": ".txt",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/calendar": ".ics",
    "text/rfc822-headers": ".txt",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/ms-tnef": ".dat",
}


def list_files(mail: Part, shown: Collection[Part]) -> tuple[tuple[Attachment, ...], bool]:
    """The attachments, and whether there were more than the cap; `shown` are the leaves that are no files."""
    files = [(index, part) for index, part in enumerate(leaves(mail)) if part not in shown]
    if not files:
        return (), False
    decoration = Decoration.of(mail, shown)
    listed = tuple(_file(part, index, decoration) for index, part in files[: limits.ATTACHMENTS])
    return listed, len(files) > limits.ATTACHMENTS


def safe_name(given: str, content_type: str, index: int) -> str:
    """A file name that no file system and no reader misunderstands: the last path element, NFC, visible, not hidden,
    at most 120 characters with its extension kept; made up from the type when nothing is left."""
    most = limits.FIELD_CHARS
    visible = "".join(char for char in given if unicodedata.category(char) not in ("Cf", "Cc", "Cs", "Co", "Cn"))
    line = clean_header(unicodedata.normalize("NFC", clean_header(visible, most)), most)
    name = _FORBIDDEN.sub("_", re.split(r"[/\\]", line)[-1]).strip(" .")
    if not name:
        return f"attachment-{index + 1}{_extension(content_type)}"
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    return _short(name)


def _file(part: Part, index: int, decoration: Decoration) -> Attachment:
    name = safe_name(part.given_name or _subject_inside(part), part.content_type, index)
    if part.content_type == "message/rfc822" and not name.endswith(".eml"):
        name = _short(f"{name}.eml")
    octets = part.octets()
    return Attachment(index, name, part.content_type, len(octets), decoration.includes(part, octets))


def _subject_inside(part: Part) -> str:
    """A forwarded mail is best known by its subject."""
    if part.content_type != "message/rfc822":
        return ""
    inside = part.octets()
    return decode_value(read_block(inside, 0, len(inside)).first("subject")).replace("/", "-")


def _extension(content_type: str) -> str:
    return _EXTENSIONS.get(content_type, ".bin")


def _short(name: str) -> str:
    if len(name) <= limits.FILE_NAME_CHARS:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > 10:
        return name[: limits.FILE_NAME_CHARS].rstrip(" .")
    return stem[: limits.FILE_NAME_CHARS - len(dot + extension)].rstrip(" .") + dot + extension

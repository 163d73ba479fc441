"""How much of one mail is read (hazards §2.5). Beyond a cap the raw mail is kept and `Mail.defects` says so.

The caps hold where the structure is built, so no later step ever sees more: that is what keeps reading linear.
"""

from __future__ import annotations

HEADER_OCTETS = 100 * 1024  # Postfix header_size_limit
HEADER_FIELDS = 1000
LINE_OCTETS = 64 * 1024  # a longer one is told, never refused
FIELD_CHARS = 8192  # of one decoded value
SUBJECT_CHARS = 200
NAME_CHARS = 80  # of a display name
ADDRESSES = 1000  # per header
ADDRESS_CHARS = 320  # 64 + "@" + 255 (RFC 5321 §4.5.3.1)
PATH_OCTETS = 1000  # of an envelope's address; RFC 5321 §4.5.3.1.3 says 256, and PostgreSQL indexes no more than 2704
REFERENCES = 50
MESSAGE_ID_CHARS = 998
MIME_DEPTH = 50
MIME_PARTS = 1000
BOUNDARY_OCTETS = 1000  # RFC 2046 §5.1.1 allows 70
ATTACHMENTS = 100
DECODED_TIMES = 4  # of its octets, that a part may decode to
FILE_NAME_CHARS = 120
TEXT_CHARS = 1_000_000  # of readable text, and of HTML that is made readable
HTML_DEPTH = 400  # HTML parsers are quadratic in depth (hazards M13)
HTML_TAGS = 50_000  # that are given a structure; a newsletter has a few thousand
QUOTE_LINES = 20_000  # in which a quote boundary is looked for
ATTRIBUTION_ENDS = 1_000  # lines that are looked at as the end of "On …, Jean wrote:"; beyond them all is text
LINE_CHARS = 400  # of one line, when a boundary is looked for
REPORT_RECIPIENTS = 100  # that a delivery report is believed to speak of
REPORT_CHARS = 300_000  # of each part with its words or its fields
REPORT_LINES = 5_000  # in which failed addresses are looked for
REPORT_TEXTS = 3  # parts that are read as the words of a report, and as its fields
REASON_CHARS = 200

"""The last net under log lines: what has the form of a secret is cut out of the finished text, whoever wrote it."""

import re

# What makes a form a secret, and how much of it may stay so that a reader can tell which one it was.
_FORMS = (
    # Passwords in addresses of databases, Redis and nodes. Whatever stands there may hold any sign but these. First: another form
    # could cut out the scheme that it is known by.
    (re.compile(r"([a-z][a-z0-9+.-]*://[^\s/:@\"]*):[^\s/\"]*@"), r"\1:[secret]@"),
    # API keys: their prefix is what lists and the audit log call them.
    (re.compile(r"(sge_[a-z2-7]{4,16})_[0-9A-Za-z]{8,}"), r"\1_[secret]"),
    # Tokens of wallets' sessions.
    (re.compile(r"sgs_[0-9A-Za-z]{8,}"), "sgs_[secret]"),
    # Signing secrets of webhooks (Standard Webhooks).
    (re.compile(r"whsec_[0-9A-Za-z+/=_-]{8,}"), "whsec_[secret]"),
    # Whatever a client sends as credential.
    (re.compile(r"(?i)\b(bearer|basic) +[0-9A-Za-z+/=._~-]{8,}"), r"\1 [secret]"),
    # Links to exports are their own credential.
    (re.compile(r"/exports/[0-9A-Za-z_-]{16,}"), "/exports/[secret]"),
    # A signature moves money once; a signed transaction holds one.
    (re.compile(r"0x[0-9a-fA-F]{128,}"), "0x[hex]"),
)
# All forms but the last need one of these: most lines have none.
_HINTS = re.compile(r"sge_|sgs_|whsec_|(?i:bearer|basic) |/exports/|://|0x[0-9a-fA-F]{128}")


def redact(line: str) -> str:
    """The line without what looks like a secret."""
    if not _HINTS.search(line):
        return line
    for form, instead in _FORMS:
        line = form.sub(instead, line)
    return line

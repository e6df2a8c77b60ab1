"""The last net under log lines: whatever has the form of a secret does not get through it."""

import base64
import json
import secrets
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.auth.api_keys import KeyHasher
from app.redaction import redact
from sge.embedded.project import PROJECT

_HASHER = KeyHasher("a secret of a test, long enough for anybody")
SECRETS: dict[str, Callable[[], tuple[str, str]]] = {
    "API key": lambda: _whole(_HASHER.make_key().token, "_"),
    "session": lambda: _whole(f"sgs_{secrets.token_hex(32)}", "_"),
    "webhook secret": lambda: _whole(
        f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}", "_"
    ),
    "bearer token": lambda: _whole(f"Bearer {secrets.token_urlsafe(32)}", " "),
    "export": lambda: _whole(f"http://api/exports/{secrets.token_urlsafe(32)}", "/"),
    "database": lambda: ("postgresql://sge_api:p:a@ss@db:5432/sge", "p:a@ss"),
    "redis": lambda: ("redis://:S3cret@127.0.0.1:6379/0", "S3cret"),
    "signature": lambda: _whole(f"0x{secrets.token_hex(65)}", "x"),
}
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def _whole(text: str, before: str) -> tuple[str, str]:
    """A text and what of it may not be seen."""
    return text, text.rpartition(before)[2]


@pytest.mark.parametrize("kind", SECRETS)
@given(left=_TEXTS, right=_TEXTS)
@example(left="Bearer", right="")
@example(left="basic", right="")
def test_a_secret_is_cut_out_of_any_text(kind: str, left: str, right: str) -> None:
    text, secret = SECRETS[kind]()
    # A letter or digit right before it would make it another word.
    shown = redact(f"{left} {text} {right}")
    assert secret not in shown
    assert shown.startswith(left.split("://", maxsplit=1)[0][:5])


@given(_TEXTS)
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


PLAIN = [
    "0x" + "ab" * 32,
    "0x" + "ab" * 20,
    "key_01h455vb4pex5vsknk084sn02q",
    "api_key:sge_abcdefghij",
    "https://rpc.example/v3",
    "postgresql://db:5432/sge",
    "exports are links",
    "the bearer of it",
]


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


PROGRAM = """
import logging, sys, structlog
from app.observability import configure_logging
token = sys.stdin.read()
configure_logging("DEBUG")
log = structlog.get_logger()
log.debug("asked", token=token, nested={"headers": [f"Bearer {token}"]})
logging.getLogger("theirs").warning("sent %s", token)
logging.getLogger("theirs").debug("details %s", token)
try:
    int(token)
except ValueError:
    log.exception("failed")
"""


def test_every_line_goes_through_it() -> None:
    """Ours, and one of a library; in values, in messages, and in a trace."""
    token = _HASHER.make_key().token
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=token,
        check=True,
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert [json.loads(line)["event"].split()[0] for line in done.stderr.splitlines()] == [
        "asked",
        "sent",
        "failed",
    ]
    assert done.stderr.count("[secret]") >= 4
    assert token.rpartition("_")[2] not in done.stderr

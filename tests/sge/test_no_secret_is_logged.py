"""A run of everything at debug level, and no secret in any log or in any answer that refuses."""

import base64
import json
import secrets
import signal
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from dotenv import dotenv_values
from eth_account import Account

from tests.sge.test_demo import START_SECONDS, Demo, running_demo, stop, wait_until_confirmed

pytestmark = pytest.mark.long

CREATE_KEY = """
mutation ($program: ID!, $key: String!, $scopes: [ApiScope!]!) {
  createApiKey(programId: $program, name: "logged?", scopes: $scopes, idempotencyKey: $key) {
    apiKey { id } secret userErrors { code } } }
"""
ROTATE_KEY = """
mutation ($id: ID!, $key: String!) {
  rotateApiKey(id: $id, overlapSeconds: 5, idempotencyKey: $key) { secret userErrors { code } } }
"""
EXPORT = """
mutation ($program: ID!) { createExport(programId: $program, kind: AUDIT) { url userErrors { code } } }
"""
PAY = """
mutation ($input: SubmitPaymentInput!) { submitPayment(input: $input) { intent { id } userErrors { code } } }
"""
# What only these processes may hold; everything else of theirs is in nobody's environment.
HELD_BY = {
    "SGE_DATABASE_OWNER_URL": set(),
    "SGE_DATABASE_BACKUP_URL": set(),
    "SGE_DATABASE_API_URL": {"api"},
    "SGE_DATABASE_FEED_URL": {"api"},
    "SGE_DATABASE_WORKER_URL": {"worker", "scheduler"},
    "SGE_SECRET_KEY": {"api"},
    "SGE_ENCRYPTION_KEY": {"api", "worker"},
    "SGE_RELAYER_KEYS": {"worker"},
    "SGE_REDIS_URL": {"api", "worker", "scheduler"},
}


class Gathered:
    """Every secret that the run has, by name, and everything that refused it with words."""

    def __init__(self, described: dict[str, Any]) -> None:
        self.url: str = described["graphql"]
        self.known: dict[str, str] = {}
        self.answers: list[str] = []

    def keep(self, name: str, value: str) -> str:
        self.known[name] = value
        return value

    def ask(self, token: str | None, document: str, **variables: Any) -> Any:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        body = {"query": document, "variables": variables}
        response = httpx.post(self.url, json=body, headers=headers, timeout=30, trust_env=False)
        answer = response.json()
        if answer.get("errors"):
            self.answers.append(response.text)
        return answer.get("data")

    def get(self, url: str, **headers: str) -> httpx.Response:
        response = httpx.get(url, headers=headers, timeout=30, trust_env=False)
        if response.status_code >= 400:
            self.answers.append(response.text)
        return response


def use_keys(run: Gathered, program: dict[str, Any], operator: str) -> None:
    """Made, used, rotated, guessed, sent in wrong places."""
    made = run.ask(
        operator, CREATE_KEY, program=program["id"], key="one", scopes=["READ", "WRITE_INTENTS"]
    )["createApiKey"]
    token = run.keep("a key", made["secret"])
    run.ask(token, "{ viewer { kind } }")
    rotated = run.ask(program["apiKey"], ROTATE_KEY, id=made["apiKey"]["id"], key="two")
    run.keep("a rotated key", rotated["rotateApiKey"]["secret"])
    unknown = run.keep("an unknown key", f"sge_abcdefghij_{secrets.token_hex(32)}")
    session = run.keep("a session", f"sgs_{secrets.token_hex(32)}")
    for wrong in (unknown, session, token[:-1], token.upper()):
        run.ask(wrong, "{ viewer { kind } }")
    run.get(run.url, authorization=f"Basic {base64.b64encode(token.encode()).decode()}")
    run.get(f"{run.url}?query={{viewer{{kind}}}}&token={token}", accept="application/json")
    run.ask(token, f"query {{ nothing(token: {json.dumps(token)}) }}")
    run.ask(token, "query ($id: ID!) { node(id: $id) { id } }", id=[token])
    run.ask(token, CREATE_KEY, program=program["id"], key=token, scopes=["READ"])


def use_links(run: Gathered, program: dict[str, Any]) -> None:
    """A link to an export, used up, and one that never was."""
    link = run.ask(program["apiKey"], EXPORT, program=program["id"])["createExport"]["url"]
    run.keep("an export's link", link.rpartition("/")[2])
    assert run.get(link).status_code == 200
    assert run.get(link).status_code == 404
    run.get(link[:-3] + "xyz")


def use_signatures(run: Gathered, program: dict[str, Any]) -> None:
    """One that nobody's wallet gave."""
    signature = run.keep("a signature", "0x" + secrets.token_hex(64) + "1b")
    given = {
        "programId": program["id"],
        "wallet": Account.create().address,
        "amount": {"amount": "1", "currency": "USDC"},
        "idempotencyKey": "signed",
        "authorization": {"validAfter": "0", "validBefore": "99999999999", "signature": signature},
    }
    run.ask(program["apiKey"], PAY, input=given)
    run.ask(program["apiKey"], PAY, input=given | {"wallet": signature})


def settings_secrets(run: Gathered, folder: Path) -> None:
    """The settings' own: keys, and the passwords of every address."""
    for name, value in dotenv_values(folder / "demo.env").items():
        assert value is not None
        if name == "SGE_RELAYER_KEYS":
            for number, key in enumerate(value.split(",")):
                run.keep(f"relayer {number}", key.removeprefix("0x"))
        elif name in {"SGE_SECRET_KEY", "SGE_ENCRYPTION_KEY"}:
            run.keep(name, value)
        elif name.endswith("_URL") and "@" in value:
            run.keep(name, value.partition("@")[0].rpartition(":")[2])


def environments(demo: Demo) -> dict[str, dict[str, str]]:
    """What each of SGE's processes was told, by its command."""
    found: dict[str, dict[str, str]] = {}
    for process in demo.processes()[1:]:
        line = process.cmdline()
        if "sge.demo.serve_api" in line:
            found["api"] = process.environ()
        elif "sge.cli" in line:
            found[line[line.index("sge.cli") + 1]] = process.environ()
    return found


def check_held(demo: Demo, folder: Path) -> None:
    held = environments(demo)
    assert held.keys() == {"api", "worker", "scheduler"}
    stored = dotenv_values(folder / "demo.env")
    assert {name for name in stored if name.endswith(("_URL", "_KEY", "_KEYS"))} == {
        *HELD_BY,
        "SGE_PUBLIC_URL",
    }
    for name, holders in HELD_BY.items():
        assert {process for process, told in held.items() if told.get(name)} == holders, name


def logs_of(folder: Path) -> dict[Path, str]:
    return {
        path: path.read_text(errors="replace")
        for path in folder.rglob("*.log")
        if path.is_file() and "postgres" not in str(path).lower()
    }


def test_a_whole_run_shows_no_secret(server_folder: Path) -> None:
    with running_demo(server_folder, "--log-level", "debug", "--rate", "4") as demo:
        described = demo.wait_until_ready(START_SECONDS)
        check_held(demo, server_folder)
        run = Gathered(described)
        run.keep("the operator's key", described["operatorKey"])
        for number, program in enumerate(described["programs"]):
            run.keep(f"program {number}'s key", program["apiKey"])
        settings_secrets(run, server_folder)
        program = described["programs"][0]
        use_keys(run, program, described["operatorKey"])
        use_links(run, program)
        use_signatures(run, program)
        wait_until_confirmed(described, 0, 5)
        stop_postgres_for_a_moment(demo)
        stop(demo, signal.SIGTERM)
    assert len(run.answers) >= 10
    logs = logs_of(server_folder)
    assert {"api", "scheduler"} <= {path.parent.name for path in logs}
    assert sum(map(len, logs.values())) > 1000
    for name, secret in run.known.items():
        for path, text in logs.items():
            # The programs' keys are what the demo shows on the terminal, for people to sign in with.
            if not (path.name == "demo.log" and name.startswith("program ")):
                assert secret.rpartition("_")[2] not in text, (name, path)
        for answer in run.answers:
            assert secret.rpartition("_")[2] not in answer, (name, answer)


def stop_postgres_for_a_moment(demo: Demo) -> None:
    """Faults log most: every connection breaks while all processes use them."""
    for process in psutil.Process(demo.process.pid).children(recursive=True):
        if process.name() == "postgres" and "sge_" in " ".join(process.cmdline()):
            process.terminate()

"""The attack list: every probe, by name, against `sge api` as a process of its own; none gets through."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.api.caller import Stage
from tests.api.conftest import deployment, stage
from tests.api.exporting import link
from tests.api.refusals import contents
from tests.api.signed_in import LOGIN, asked
from tests.attacks.probes.documents import documents
from tests.attacks.probes.probe import Probe, Target, asking
from tests.attacks.probes.requests import requests
from tests.attacks.probes.sockets import sockets
from tests.attacks.probes.trespassing import trespassing
from tests.fixtures.api_process import ApiServer
from tests.fixtures.databases import Database
from tests.processes.signing_in import new_wallet, signed

__all__ = ["deployment", "stage"]

PROBES = [*documents(), *requests(), *trespassing(), *sockets()]
# It waits, beside all others.
SILENCE = "nothing for five seconds"
CATEGORIES = {
    "across programs",
    "addresses inside",
    "batches",
    "bodies",
    "caps",
    "changes across programs",
    "codings",
    "cost",
    "files",
    "floods",
    "forged headers",
    "form",
    "framing",
    "hosts",
    "other pages",
    "paths",
    "query strings",
    "replay",
    "schema",
    "signed events",
    "slow clients",
    "sockets",
    "tokens",
    "unicode and SQL",
    "variables",
}
TOLD_BY_NOBODY = ("Traceback", "asyncpg", ".py", "Did you mean", "SELECT ", "uvicorn", "Strawberry")
# Answering in another process takes what it takes; an attack that costs seconds is one that works.
SLOWEST_SECONDS = 12.0


def test_the_list_is_long_and_names_what_it_is_about() -> None:
    names = Counter((probe.category, probe.name) for probe in PROBES)
    assert max(names.values()) == 1
    assert len(names) >= 200
    assert {probe.category for probe in PROBES} == CATEGORIES


@pytest.fixture
async def server(stage: Stage, tmp_path: Path) -> AsyncIterator[ApiServer]:
    given = {"introspection": False, "webhooks_allow_loopback": False}
    known = stage.process.runtime.settings.model_copy(update=given)
    server = ApiServer(
        known,
        tmp_path,
        SGE_ALLOWED_HOSTS="sge.example",
        SGE_RATE_LIMITS='{"mistakes": "5000/60", "documents": "50000000/60"}',
    )
    await server.start()
    yield server
    assert await server.end(signal.SIGTERM) in {0, -signal.SIGTERM}


async def aim(stage: Stage, server: ApiServer) -> Target:
    """The attacker's program and another; a login that was used, a link that is about to be."""
    own, other = await stage.program(), await stage.program()
    affiliate = await other.affiliate("OTHER")
    account = new_wallet()
    text = (await asked(stage.platform, account.address))["message"]
    login = {"message": text, "signature": f"0x{signed(account, text).hex()}"}
    assert (await stage.platform.ask(LOGIN, **login))["login"]["userErrors"] == []
    assert own.token is not None
    assert other.token is not None
    return Target(
        server.port,
        own.token,
        {"program": own.id, "slug": own.slug, "wallet": new_wallet().address},
        {
            "others_program": other.id,
            "others_slug": other.slug,
            "others_affiliate": affiliate["id"],
            "others_bare": affiliate["id"].partition("_")[2],
            "others_wallet": affiliate["wallet"],
            "prefix": other.token.rpartition("_")[0],
        },
        frozenset({other.token, "a secret of the tests", "another secret of the tests"}),
        login | {"export": await link(own, "COMMISSIONS")},
    )


async def got_through(target: Target, probe: Probe) -> str | None:
    """What is wrong with the answer, if anything, and whether the server still serves others."""
    started = time.monotonic()
    answer = await probe.attack(target)
    seconds = time.monotonic() - started
    if str(answer) not in probe.expected:
        return f"{answer}: {answer.text[-300:]}"
    never = {*TOLD_BY_NOBODY, *target.hidden, *target.others.values()}
    leaks = [each for each in never if each in answer.text]
    if leaks or seconds > SLOWEST_SECONDS:
        return f"{answer} told {leaks} after {seconds:.1f} s"
    after = await asking("{ viewer { kind } }")(target)
    return None if after.status == 200 and not after.codes else f"afterwards: {after}"


async def gone_through(target: Target, probes: list[Probe]) -> dict[tuple[str, str], str]:
    """What is wrong, one after the other."""
    return {
        (probe.category, probe.name): found
        for probe in probes
        if (found := await got_through(target, probe)) is not None
    }


async def test_no_probe_gets_through(stage: Stage, server: ApiServer, database: Database) -> None:
    target = await aim(stage, server)
    owner = await asyncpg.connect(database.dsn())
    before = await contents(owner)
    waiting = [probe for probe in PROBES if probe.name == SILENCE]
    silent = asyncio.create_task(gone_through(target, waiting))
    quick = [probe for probe in PROBES if probe not in waiting and probe.category != "floods"]
    wrong = await gone_through(target, quick) | await silent
    # These use an address's budget up.
    wrong |= await gone_through(target, [one for one in PROBES if one.category == "floods"])
    assert wrong == {}
    after = await contents(owner)
    await owner.close()
    # The export's link was used up, by the first who had it.
    assert {name for name in before if before[name] != after[name]} <= {"export_link"}
    log = server.log()
    assert "Traceback" not in log
    assert not [hidden for hidden in {*target.hidden, target.token} if hidden in log]

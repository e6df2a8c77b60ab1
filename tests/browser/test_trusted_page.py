"""A server that executes registered documents only: the page's build has registered everything it sends."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from dotenv import dotenv_values
from playwright.sync_api import Page, expect

from sge.embedded.ports import free_port
from sge.embedded.project import PROJECT
from tests.fixtures.stack import Program, Stack
from tests.fixtures.visitor import intent_rows, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
_START_SECONDS = 60.0


@pytest.fixture
def strict(stack: Stack, program: Program) -> Iterator[Program]:
    """The same program at one more API process, which takes nothing but registered documents."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {
        **dotenv_values(stack.folder / "demo.env"),
        "SGE_API_PORT": str(port),
        "SGE_PUBLIC_URL": url,
        "SGE_TRUSTED_DOCUMENTS_ONLY": "all",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "sge.cli", "api"],
        cwd=stack.folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT), **{n: v or "" for n, v in settings.items()}},
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(url)
        yield replace(program, url=url)
    finally:
        process.terminate()
        process.wait(30)


def test_the_page_needs_nothing_that_it_has_not_registered(page: Page, strict: Program) -> None:
    refused: list[str] = []
    page.on(
        "response",
        lambda a: refused.append(a.url) if a.status >= 400 and "/demo/" not in a.url else None,
    )
    sign_in(page, strict)
    expect(page.get_by_text("Ledger balances")).to_be_visible()
    expect(page.get_by_role("link", name="Confirmed").locator(".amount")).to_be_visible()
    page.goto(f"{strict.url}/#/p/{strict.slug}/intents")
    intent_rows(page).first.locator("th a").click()
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    assert refused == []
    _other_documents_are_refused(page, strict)


def _other_documents_are_refused(page: Page, strict: Program) -> None:
    """Whoever gets a script into the page, or the key out of it, asks only what the page asks."""
    ask = """async (key) => (await fetch("/graphql", {
      method: "POST", body: JSON.stringify({ query: "{ programs { nodes { id } } }" }),
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    })).status"""
    assert page.evaluate(ask, strict.key) == 403
    by_hand = httpx.post(
        f"{strict.url}/graphql",
        json={"query": "{ __typename }"},
        headers={"authorization": f"Bearer {strict.key}"},
        trust_env=False,
    )
    assert by_hand.status_code == 403
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    explorer = httpx.get(f"{strict.url}/graphql", headers=browser, trust_env=False)
    assert explorer.status_code == 400


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            if httpx.get(f"{url}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, "the API did not start"
        time.sleep(0.2)

"""Real Chromium on the real stack."""

from collections.abc import Generator, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from tests.fixtures.programs import needed_program
from tests.fixtures.stack import Program, Stack, stack

__all__ = ["stack"]

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_PATIENCE_MS = 30_000
_LAST_LOOK_MS = 5_000


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program."""
    return needed_program("chromium", "chromium")


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """Closed with its package: Playwright keeps an event loop, which asyncio tests must not meet."""
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that nobody has used."""
    with browser.new_context() as fresh:
        fresh.set_default_timeout(_PATIENCE_MS)
        yield fresh


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab; an exception that nobody caught in it fails the test."""
    problems: list[str] = []
    tab = context.new_page()
    tab.on("pageerror", lambda error: problems.append(str(error)))
    yield tab
    assert problems == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the page showed when a test of it failed: its text is in the report."""
    report = yield
    tab = getattr(item, "funcargs", {}).get("page")
    if report.failed and call.when == "call" and tab is not None and not tab.is_closed():
        report.sections.append((f"page at {tab.url}", _shown(tab)))
    return report


def _shown(tab: Page) -> str:
    """The page's text, or why there is none: the test's own failure is the one to be told."""
    try:
        return tab.locator("body").inner_text(timeout=_LAST_LOOK_MS)
    except Error as problem:
        return str(problem)


@pytest.fixture
def program(stack: Stack) -> Program:
    """The program with free registrations."""
    return stack.programs[0]

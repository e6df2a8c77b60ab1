"""GraphiQL in real Chromium: from our own files, under a policy that lets no script in."""

import re

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.fixtures.stack import Program
from tests.fixtures.visitor import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]


def watched(page: Page) -> tuple[list[str], list[str]]:
    """(Errors and refusals that the console shows, addresses asked for), growing as they come."""
    problems: list[str] = []
    asked: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} or "Content Security Policy" in message.text:
            problems.append(message.text)

    page.on("console", heard)
    page.on("request", lambda request: asked.append(request.url))
    return problems, asked


def foreign(addresses: list[str], program: Program) -> list[str]:
    """Addresses of others; what a page carries in itself (data:, blob:) is no address."""
    return [a for a in addresses if not a.startswith((program.url, "data:", "blob:"))]


def test_a_browser_at_the_endpoint_gets_graphiql(page: Page, program: Program) -> None:
    problems, asked = watched(page)
    page.goto(f"{program.url}/graphql")
    expect(page.get_by_role("region", name="Operation Editor")).to_contain_text("credential")
    _write(page, "Operation Editor", f'{{ program(slug: "{program.slug}") {{ name }} }}')
    page.get_by_role("button", name="Headers").click()
    _write(page, "Headers", f'{{"authorization": "Bearer {program.key}"}}')
    page.get_by_role("button", name=re.compile("Execute")).click()
    result = page.get_by_role("region", name="Result Window")
    expect(result).to_contain_text(re.compile(r'"name":\s"[A-Z]'))
    assert foreign(asked, program) == []
    assert problems == []


def _write(page: Page, editor: str, text: str) -> None:
    page.get_by_role("region", name=editor).click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text.removesuffix("}"))  # the editor closes the first brace itself


def test_the_page_breaks_no_rule_of_its_policy(page: Page, program: Program) -> None:
    problems, asked = watched(page)
    sign_in(page, program)
    expect(page.get_by_text("Ledger balances")).to_be_visible()
    page.goto(f"{program.url}/#/p/{program.slug}/intents")
    expect(page.get_by_role("table", name="Intents, newest first")).to_be_visible()
    assert problems == []
    assert foreign(asked, program) == []

"""The platform's parts as operators and admins see them; pausing, resuming, and taking a halted lane back."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import asyncpg
import pytest
from dotenv import dotenv_values
from playwright.sync_api import Locator, Page, expect

from tests.fixtures.stack import Program, Stack
from tests.fixtures.visitor import sign_in_as, sign_in_as_operator, sign_in_as_platform

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

_LANES = "{ systemStatus { lanes { relayer status balance { amount } } workers { name } } }"
_RESUME = """
mutation Resume($id: ID!) { resumeProgram(programId: $id, reason: "the test is over") { userErrors { code } } }
"""
_HALT = """
UPDATE lane SET status = 'HALTED', halt_reason = $2, halted_at = now() WHERE relayer = $1
"""
_UNHALT = """
UPDATE lane SET status = 'ACTIVE', halt_reason = NULL, halted_at = NULL WHERE relayer = $1 AND status = 'HALTED'
"""
_WHY = "somebody else used nonce 17"


@pytest.fixture
def paused_for_a_while(program: Program) -> Iterator[None]:
    """Whatever the test leaves behind, the program goes on."""
    yield
    program.ask(_RESUME, id=program.id)


@pytest.fixture
def halted_relayer(stack: Stack, program: Program) -> Iterator[str]:
    """A lane that takes no work. The other one goes on."""
    relayer = str(program.ask(_LANES)["systemStatus"]["lanes"][0]["relayer"])
    _change(stack, _HALT, relayer, _WHY)
    yield relayer
    _change(stack, _UNHALT, relayer)


@pytest.mark.long
def test_an_admin_sees_what_the_api_says_of_the_parts(page: Page, program: Program) -> None:
    sign_in_as(page, program, program.owners[0], "/system")
    said = program.ask(_LANES)["systemStatus"]
    for lane in said["lanes"]:
        card = _lane(page, lane["relayer"])
        expect(card).to_contain_text("Enough")
        shown = card.locator(".amount").first.inner_text().removesuffix(" ETH")
        # Gas is spent meanwhile: every digit is there, and little is gone.
        assert re.fullmatch(r"0\.\d{2,18}", shown)
        assert abs(Decimal(shown) - Decimal(lane["balance"]["amount"])) < Decimal("0.01")
    for worker in said["workers"]:
        expect(page.get_by_role("region", name="Workers")).to_contain_text(worker["name"])
    expect(page.get_by_role("region", name="What it stands on")).to_contain_text("PostgreSQL")
    seen = page.locator(".system-health time")
    before = seen.get_attribute("datetime")
    expect(seen).not_to_have_attribute("datetime", str(before))


@pytest.mark.long
@pytest.mark.usefixtures("paused_for_a_while")
def test_an_admin_pauses_and_resumes_with_a_reason(page: Page, program: Program) -> None:
    sign_in_as(page, program, program.owners[0], "/system")
    page.get_by_role("button", name="Pause… Aurora Academy").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Pause… Aurora Academy")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Reason")
    page.get_by_label("Reason").fill("a look at the treasury")
    page.keyboard.press("Enter")
    expect(page.get_by_text("a look at the treasury")).to_be_visible()
    page.get_by_role("link", name="Overview").click()
    todo = page.get_by_role("region", name="What needs a person")
    expect(todo).to_contain_text("The program is paused: a look at the treasury")
    todo.get_by_role("link", name="Resume it").click()
    page.get_by_role("button", name="Resume… Aurora Academy").click()
    page.get_by_label("Reason").fill("nothing was missing")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pause… Aurora Academy")).to_be_visible()
    expect(page.get_by_text("Paused", exact=True)).to_have_count(0)


@pytest.mark.long
def test_an_operator_takes_a_halted_lane_back(
    page: Page, stack: Stack, halted_relayer: str
) -> None:
    sign_in_as_operator(page, stack)
    card = _lane(page, halted_relayer)
    expect(card).to_contain_text(_WHY)
    expect(page.locator(".system-health")).to_contain_text("Down")
    card.get_by_role("button", name="Take it back…").click()
    page.get_by_label("Reason").fill("we sent nonce 17 ourselves")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(card).to_contain_text("Active")
    expect(card).not_to_contain_text(_WHY)


@pytest.mark.long
def test_who_may_do_what_is_offered_that(
    page: Page, stack: Stack, program: Program, halted_relayer: str
) -> None:
    sign_in_as_platform(page, stack)
    page.get_by_role("link", name="System").click()
    card = _lane(page, halted_relayer)
    expect(card.get_by_role("button", name="Take it back…")).to_be_visible()
    expect(page.get_by_text("A key of the platform pauses no program")).to_be_visible()
    expect(page.get_by_role("button", name="Pause…")).to_have_count(0)
    page.get_by_role("link", name="Programs", exact=True).click()
    expect(page.get_by_role("heading", name="Programs")).to_be_visible()
    sign_in_as(page, program, program.owners[0], "/system")
    expect(_lane(page, halted_relayer)).to_contain_text(_WHY)
    expect(page.get_by_role("button", name="Take it back…")).to_have_count(0)


def test_the_platform_is_not_open_to_others(page: Page, stack: Stack, program: Program) -> None:
    sign_in_as(page, program, program.affiliates["NORTH"], "/system")
    expect(page.get_by_text("System is not open to you")).to_be_visible()
    page.goto(f"{stack.url}/#/system")
    expect(page.get_by_text("There is nothing here")).to_be_visible()


def _lane(page: Page, relayer: str) -> Locator:
    return page.locator(".lane").filter(has=page.locator(f"[title='{relayer}']"))


def _change(stack: Stack, statement: str, *given: str) -> None:
    """As the database's owner; in a thread of its own, since Playwright has an event loop in this one."""
    address = str(dotenv_values(stack.folder / "demo.env")["SGE_DATABASE_OWNER_URL"])

    async def run() -> None:
        connection = await asyncpg.connect(address)
        try:
            await connection.execute(statement, *given)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, run()).result()

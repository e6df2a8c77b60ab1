"""Every page, light and dark, wide and at 390 px: no axe violation and nothing sticks out."""

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from sge.embedded.project import PROJECT
from tests.fixtures.stack import Program
from tests.fixtures.visitor import intent_rows, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

_AXE = PROJECT / "frontend-stub" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_LOOKS: list[tuple[Literal["light", "dark"], int]] = [
    ("light", 1280),
    ("light", 390),
    ("dark", 1280),
    ("dark", 390),
]


def test_signing_in_is_accessible(page: Page, program: Program) -> None:
    page.goto(program.url)
    expect(page.get_by_label("API key")).to_be_visible()
    _is_accessible(page)


def test_the_overview_is_accessible(page: Page, program: Program) -> None:
    sign_in(page, program)
    expect(page.get_by_text("Ledger balances")).to_be_visible()
    _is_accessible(page)


def test_the_intents_are_accessible(page: Page, program: Program) -> None:
    sign_in(page, program, "/intents?status=CONFIRMED&kind=PAYMENT")
    intent_rows(page)
    _is_accessible(page)
    intent_rows(page).first.locator("th a").click()
    expect(page.get_by_role("heading", name="Ledger postings")).to_be_visible()
    _is_accessible(page)


def _is_accessible(page: Page) -> None:
    page.evaluate(_AXE.read_text())
    for scheme, width in _LOOKS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 844})
        found = page.evaluate(
            "rules => axe.run({ runOnly: rules, resultTypes: ['violations'] })", _RULES
        )
        problems = [
            (violation["id"], node["html"], node["failureSummary"])
            for violation in found["violations"]
            for node in violation["nodes"]
        ]
        assert problems == [], f"{scheme}, {width} px"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{width} px"

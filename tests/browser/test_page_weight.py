"""What the page makes a browser load before it shows something live."""

import pytest
from playwright.sync_api import Page, expect

from tests.fixtures.stack import Program
from tests.fixtures.visitor import intent_rows, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

_MOST_BYTES = 250_000
_SCRIPTS = """
() => performance.getEntriesByType("resource")
  .filter(({ name }) => name.endsWith(".js"))
  .map(({ name, encodedBodySize, decodedBodySize }) => [name, encodedBodySize, decodedBodySize])
"""


@pytest.mark.parametrize("route", ["", "/intents"])
def test_the_first_load_is_light(page: Page, program: Program, route: str) -> None:
    sign_in(page, program, route)
    if route:
        intent_rows(page)
    else:
        expect(page.locator(".counters")).to_be_visible()
    scripts = page.evaluate(_SCRIPTS)
    assert len(scripts) > 1
    assert [name for name, sent, whole in scripts if sent > whole / 2 and whole > 2_000] == []
    assert sum(sent for _, sent, _ in scripts) < _MOST_BYTES

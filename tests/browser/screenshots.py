"""Pictures of every place, light and dark, wide and narrow: `make screenshots`, then look at them one by one."""

import shutil
import sys
import time

import typer
from playwright.sync_api import Browser, expect, sync_playwright

from sge.embedded.ports import free_port
from sge.embedded.project import PROJECT
from tests.browser.conftest import FLAGS
from tests.browser.places import PLACES, go
from tests.fixtures.folders import server_folder_for_a_while
from tests.fixtures.stack import Stack, running_stack

PICTURES = PROJECT / "build" / "screenshots"
# The README's: light, 1280 px wide.
IN_README = ("overview", "intent", "affiliate", "batch", "ledger", "run")
_README_PICTURES = PROJECT / "docs" / "images"
_SIZES = {"wide": (1280, 900), "narrow": (390, 844)}
# Customers have to have done something for a while.
_LIFE_SECONDS = 60.0
# What grows while somebody looks.
_LOOK_MS = {"overview": 20_000}


def main() -> None:
    """Runs a demo of its own for the time that it takes."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("pictures need Chromium: apt-get install chromium")
    with server_folder_for_a_while() as folder, running_stack(folder, free_port()) as stack:
        typer.echo(f"customers come and pay for {_LIFE_SECONDS:.0f} s …")
        time.sleep(_LIFE_SECONDS)
        with sync_playwright() as playwright:
            expect.set_options(timeout=30_000)
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            _take(browser, stack)
            browser.close()
    _README_PICTURES.mkdir(parents=True, exist_ok=True)
    for name in IN_README:
        shutil.copy(PICTURES / f"{name}-light-wide.png", _README_PICTURES / f"{name}.png")


def _take(browser: Browser, stack: Stack) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for place in PLACES:
        with browser.new_context(reduced_motion="reduce") as context:
            page = context.new_page()
            go(page, stack, place)
            page.wait_for_timeout(_LOOK_MS.get(place.name, 0))
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                for size, (width, height) in _SIZES.items():
                    page.set_viewport_size({"width": width, "height": height})
                    page.mouse.move(0, 0)
                    path = PICTURES / f"{place.name}-{scheme}-{size}.png"
                    page.screenshot(path=path, full_page=size == "narrow")
                    typer.echo(path.relative_to(PROJECT))


if __name__ == "__main__":
    main()

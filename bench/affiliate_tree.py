"""How the page's affiliate tree behaves on a seeded program, in Chromium.

    (cd frontend-stub && npm run build)
    sge bench seed --users 2000 --affiliates 100000 --intents 20000 --neighbours 0 --embedded /tmp/seeded
    python -m bench.affiliate_tree [/tmp/seeded] [--slug seed-1]

Without a folder it seeds a small database of its own.
"""

import argparse
import os

from playwright.sync_api import sync_playwright

from bench.seeded import seeded_folder, seeded_options
from tests.browser.tree_figures import tree_figures
from tests.fixtures.seeded_page import seeded_page

_PAGES_OF_MANY = 20


def main() -> None:
    """Prints what bench/RESULTS.md records."""
    parser = argparse.ArgumentParser(description=__doc__)
    seeded_options(parser)
    options = parser.parse_args()
    chromium = os.environ.get("CHROMIUM", "chromium")
    with (
        seeded_folder(options.folder) as folder,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]) as browser,
        seeded_page(folder, options.slug) as seeded,
    ):
        figures = tree_figures(browser.new_page(), seeded, _PAGES_OF_MANY)
    print("| step | ms |\n| --- | --- |")
    for step, milliseconds in figures.milliseconds.items():
        print(f"| {step} | {milliseconds:.0f} |")
    print(
        f"{figures.read} members read: {figures.rows} rows and {figures.elements} elements in the page; "
        f"longest task while scrolling through them {figures.longest_task_ms:.0f} ms"
    )


if __name__ == "__main__":
    main()

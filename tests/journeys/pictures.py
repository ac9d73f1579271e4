"""Takes the README's pictures from the demonstration, as it is served.

make run                                       in one window
.venv/bin/python -m tests.journeys.pictures    in another, with the same PORT if it has one

With `sick` behind it, it takes those of the demonstration made with --lead-off-sick: who was told
of what is late.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser import QUIET, chromium
from tests.databases import ROOT

FOLDER = Path(__file__).parent / "pictures"
SIZE = {"width": 1280, "height": 1130}
# The role whose first page is taken, for each picture.
WHO = ("staff", "dsl", "head")
# What the head presses to see it.
SICK = ("Next steps", "everyone's", re.compile(r"Why\? .*First look"))


def identities() -> dict[str, dict]:
    """The first of the demonstration's people in each role."""
    asked = [sys.executable, ROOT / "manage.py", "demo", "--json"]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    return {somebody["role"]: somebody for somebody in reversed(json.loads(told.stdout))}


def take(browser: Browser, site: str, somebody: dict, to: Path, press: tuple = ()) -> None:
    """The first page of `somebody`, who signs in at `site`, or that to which the first link of each
    name in `press` leads, as a picture in the file `to`."""
    page = browser.new_page(viewport=SIZE, locale="en-GB", timezone_id="Europe/London")
    page.goto(site)
    page.fill("#id_login", somebody["email"])
    page.fill("#id_password", somebody["password"])
    page.click("main button")
    page.get_by_role("button", name="Sign out").wait_for()
    for name in press:
        page.get_by_role("link", name=name).first.click()
        page.wait_for_load_state()
    page.screenshot(path=to)
    page.close()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    people = identities()
    site = f"http://localhost:{os.environ.get('PORT', '8000')}/"
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET + root)
        if sys.argv[1:] == ["sick"]:
            take(browser, site, people["head"], FOLDER / "sick.png", SICK)
        else:
            for role in WHO:
                take(browser, site, people[role], FOLDER / f"{role}.png")
        browser.close()


if __name__ == "__main__":
    main()

"""The browser of the journeys: Debian's Chromium, with script and without, and axe.

Every page a test opens is listened to. A complaint of the browser - a script's error, something the
Content-Security-Policy refused, a request to another machine - fails the test at its end.
"""

import base64
import hashlib
import os
import re
import shutil
import sys
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from weakref import WeakSet

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import expect

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
# Only what is told of it comes back from the browser: the whole of what axe finds is large.
SEARCH = """() => axe.run(document, {resultTypes: ['violations']}).then(found =>
    found.violations.map(({id, help, nodes}) =>
        ({id, help, at: nodes.map(node => node.target)})))"""
LOOPBACK = {"localhost", "127.0.0.1"}
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    # Containers give /dev/shm too little for a page of any size.
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


# A machine may be slow: what is expected has as long to come as a page has to open.
PATIENCE = 15_000
expect.set_options(timeout=PATIENCE)

_WITHOUT_SCRIPT = WeakSet()
# What differs in two pages that are otherwise the same: ids, and the tokens of forms.
CHANGING = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=value=\")[\w:.-]{40,}(?=\")")


def chromium() -> str | None:
    """The path of Chromium: CHROMIUM if that is set, else what the distribution installed."""
    if told := os.environ.get("CHROMIUM"):
        return shutil.which(told)
    # The headless shell is the same engine without a window, and three times as fast.
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args, certificate):
    # Chromium's own sandbox does not work as root.
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    # Trusted, not ignored: from a server it mistrusts Chromium keeps no page, and Back shows none.
    trusted = f"--ignore-certificate-errors-spki-list={_fingerprint(certificate)}"
    program = {"executable_path": chromium(), "args": [*QUIET, *root, trusted]}
    return {**browser_type_launch_args, **program}


def _fingerprint(certificate: Path) -> str:
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()


class Complaints:
    """What the browser objected to in the pages of one test: only kinds and places, never text."""

    def __init__(self):
        self._heard: list[tuple[str, str]] = []
        self._refused: set[str] = set()

    @property
    def heard(self) -> list[str]:
        """What counts, judged when read: the console may speak before the answer is known."""
        return [told for told, address in self._heard if address not in self._refused]

    def clear(self) -> None:
        self._heard.clear()

    def forget(self, words: str) -> None:
        """Forgets the complaints that hold `words`: of answers which the test meant."""
        self._heard = [one for one in self._heard if words not in one[0]]

    def listen(self, context) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self._hear(f"script: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message) -> None:
        if message.type not in {"error", "warning"}:
            return
        # That a page answered 404 or 403 is for the test to judge; the console repeats it. And
        # where no icon is named, as with plain data, the browser asks for one of its own accord.
        about = message.location.get("url", "")
        if not message.text.startswith("Failed to load resource"):
            self._hear(f"console: {message.text}")
        elif urlsplit(about).path != "/favicon.ico":
            self._hear(f"console: {message.text} ({urlsplit(about).path})", about)

    def _hear(self, told: str, address: str = "") -> None:
        self._heard.append((told, address))

    def _request(self, request) -> None:
        place = urlsplit(request.url)
        if place.scheme not in {"about", "blob"} and place.hostname not in LOOPBACK:
            self._hear(f"asked another machine: {place.scheme}://{place.hostname}")

    def _response(self, response) -> None:
        if response.status >= 400 and response.request.is_navigation_request():
            self._refused.add(response.url)


@pytest.fixture
def complaints():
    """The test may read `complaints.heard`, and clear what it provoked on purpose."""
    listening = Complaints()
    yield listening
    assert not listening.heard, "The browser complained:\n" + "\n".join(listening.heard)


@pytest.fixture
def new_context(request, complaints, new_context):
    """pytest-playwright's own fixture, listened to, and opening paths of the test's server."""

    def opened(**settings):
        settings.setdefault("locale", "en-GB")
        settings.setdefault("timezone_id", "Europe/London")
        if "server" in request.fixturenames:
            settings.setdefault("base_url", request.getfixturevalue("server").url)
        context = new_context(**settings)
        context.set_default_timeout(PATIENCE)
        complaints.listen(context)
        if settings.get("java_script_enabled") is False:
            _WITHOUT_SCRIPT.add(context)
        return context

    return opened


@pytest.fixture
def no_script(new_context):
    """A page in a browser that runs no script."""
    return new_context(java_script_enabled=False).new_page()


@pytest.fixture(
    params=["with script", pytest.param("without script", marks=pytest.mark.more_of_a_kind)]
)
def any_page(request, new_context):
    """Runs the same test twice: in a browser that runs script, and in one that does not."""
    return new_context(java_script_enabled=request.param == "with script").new_page()


class ScriptedTwin:
    """One page in a browser with script, which shows what pages without script hold: axe needs
    timers. It stays open, so that the browser compiles axe once and not for every page."""

    def __init__(self, browser):
        self._page = browser.new_context().new_page()
        self._page.route("**/*", self._answer)
        self._written = ""

    def show(self, page):
        """Returns the twin, which now shows a copy of `page` at its size."""
        self._written = page.content().replace("noscript>", "div>")
        self._page.set_viewport_size(page.viewport_size)
        self._page.goto(page.url)
        return self._page

    def _answer(self, route) -> None:
        if route.request.is_navigation_request():
            route.fulfill(body=self._written, content_type="text/html; charset=utf-8")
        elif route.request.resource_type == "script":
            route.abort()
        else:
            route.continue_()


@pytest.fixture(scope="session")
def scripted_twin(browser) -> ScriptedTwin:
    return ScriptedTwin(browser)


@cache
def _axe_source() -> str:
    return AXE.read_text()


@pytest.fixture(scope="session")
def axe(scripted_twin):
    """`axe(page)` fails the test if axe finds anything on the page as it now stands.

    It names the rule and the place, never the text there, which may be a child's name. A page that
    is the same as one in which it found nothing is not searched again: many tests sign in.
    """
    found_nothing: set[tuple[bool, int, str]] = set()

    def check(page) -> None:
        page.wait_for_load_state()
        width = page.viewport_size["width"]
        what = page.context in _WITHOUT_SCRIPT, width, CHANGING.sub("", page.content())
        if what in found_nothing:
            return
        seen = scripted_twin.show(page) if page.context in _WITHOUT_SCRIPT else page
        seen.evaluate(_axe_source())
        found = seen.evaluate(SEARCH)
        told = [f"{wrong['id']}: {wrong['help']} at {wrong['at']}" for wrong in found]
        assert not told, f"axe on {urlsplit(page.url).path}:\n" + "\n".join(told)
        found_nothing.add(what)

    return check


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser_type" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


if __name__ == "__main__":
    sys.exit(0 if chromium() else 1)

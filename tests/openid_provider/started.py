"""Starts an OpenID provider for a test, and signs in there as a browser would."""

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.databases import ROOT

TENANT = "1b2c3d4e-0000-4000-8000-00000000aaaa"
DOMAIN = "staff.example"
CLIENT_ID = "safeguarding"
CLIENT_SECRET = "the client secret"
PASSWORD = "known at the provider"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class OpenIdProvider:
    """One provider. `path` is what its issuer has behind the port."""

    def __init__(self, folder: Path, path: str = ""):
        self.folder = folder
        self.path = path
        self.forget_all()
        self._process: subprocess.Popen | None = None
        self.start()

    def start(self) -> None:
        """Starts it, on a port of its own, unless it runs. Several may start at the same time."""
        if self._process is None:
            self._address = ""
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.openid_provider", str(self.folder), self.path],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )

    @property
    def authority(self) -> str:
        """Its address, as soon as it listens."""
        if not self._address:
            said = self._process.stdout.readline().split()
            assert said[:1] == ["listening"], "the provider did not start"
            self._address = f"http://127.0.0.1:{said[1]}"
        return self._address

    def stop(self) -> None:
        """Ends it, if it runs."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self._process = None

    def knows(self, account: str, **claims) -> None:
        """Gives the provider an account, and what it says of it."""
        self.known["accounts"][account] = {"sub": f"id-of-{account}", **claims}
        self._write()

    def sends_back_to(self, *addresses: str) -> None:
        self.known["redirects"] = list(addresses)
        self._write()

    def goes_wrong(self, **faults: str) -> None:
        """What happens at an address, by its last part: `token="500"`. Nothing else does then."""
        self.known["faults"] = {name.replace("_", "-"): how for name, how in faults.items()}
        self._write()

    def says(self, **claims) -> None:
        """What every token says besides, or in place of what it would; None leaves it out."""
        self.known["claims"] = claims
        self._write()

    def forget_all(self) -> None:
        """Leaves it as it was when it started."""
        self.known = {
            "accounts": {},
            "password": PASSWORD,
            "redirects": ["https://nowhere.example/"],
            "faults": {},
            "claims": {},
        }
        self._write()

    def sign_in(self, address: str, account: str, password: str = PASSWORD) -> str:
        """Goes to `address`, where our site sent the browser, signs in, and returns the address to
        which the provider sends the browser back."""
        with httpx.Client(follow_redirects=False, timeout=20) as browser:
            answer = browser.get(address)
            while answer.status_code == 302:
                there = str(answer.url.join(answer.headers["Location"]))
                if not there.startswith(self.authority):
                    return there
                answer = browser.get(there)
            form = {"username": account, "password": password}
            form["csrfmiddlewaretoken"] = TOKEN.search(answer.text)[1]
            form["next"] = re.search(r'name="next" value="([^"]*)"', answer.text)[1]
            form["next"] = form["next"].replace("&amp;", "&")
            answer = browser.post(answer.url, data=form)
            while answer.status_code == 302:
                there = str(answer.url.join(answer.headers["Location"]))
                if not there.startswith(self.authority):
                    return there
                answer = browser.get(there)
            pytest.fail(f"the provider did not send the browser back: {answer.status_code}")

    def _write(self) -> None:
        # Put in place at once: the provider reads it while it is written.
        new = self.folder / "state.new"
        new.write_text(json.dumps(self.known))
        new.replace(self.folder / "state.json")


@pytest.fixture(scope="session")
def started_providers(tmp_path_factory):
    entra = OpenIdProvider(tmp_path_factory.mktemp("entra"), f"{TENANT}/v2.0")
    google = OpenIdProvider(tmp_path_factory.mktemp("google"))
    yield entra, google
    entra.stop()
    google.stop()


@pytest.fixture
def providers(started_providers):
    """Two providers that know nobody yet: one as Entra is, for one tenant, and one as Google."""
    for provider in started_providers:
        provider.start()
        provider.forget_all()
    return started_providers

"""The site as a real server over TLS, to be killed and restarted."""

import datetime
import os
import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.databases import ROOT, Database
from tests.preloaded_site import ForkedServer, PreloadedSite, preload_site

PATIENCE = 30
CSRF_COOKIE_NAME = "__Host-csrf"


class Visitor(httpx.Client):
    """Somebody with cookies of their own, used by one thread at a time."""

    def submit(self, path: str, data: dict | None = None, **settings) -> httpx.Response:
        """Posts a form as a browser does that has its page open."""
        if CSRF_COOKIE_NAME not in self.cookies:
            self.get("/sign-in/")
        token = {"csrfmiddlewaretoken": self.cookies[CSRF_COOKIE_NAME]}
        origin = {"Origin": str(self.base_url).rstrip("/")}
        return self.post(path, data=(data or {}) | token, headers=origin, **settings)

    def sign_in(self, email: str, password: str) -> "Visitor":
        answer = self.submit("/sign-in/", {"login": email, "password": password})
        assert answer.status_code == 302, "signing in failed"
        return self


def server_environment(database: Database, static: Path) -> dict[str, str]:
    """The environment of a server over `database` with the collected files in `static`."""
    return database.environment | {"STATIC_ROOT": str(static)}


class Server:
    """`gunicorn` on a free port of this machine, over a database of the test's own.

    It is forked from `preloaded`, unless that is None or the environment is to be another.
    """

    def __init__(
        self,
        database: Database,
        certificate: Path,
        folder: Path,
        static: Path,
        preloaded: PreloadedSite | None = None,
    ):
        self.database = database
        self.environment = server_environment(database, static)
        self.preloaded = preloaded
        self.certificate = certificate
        self.port = 0
        self._log = folder / "server.log"
        self._process: subprocess.Popen | ForkedServer | None = None

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def log(self) -> str:
        """Everything the server has written since the test began."""
        return self._log.read_text()

    def start(self, **environment: str) -> None:
        """Starts the server, or starts it again on the same port, with this added to its
        environment."""
        self.environment.update(environment)
        if environment:
            self.preloaded = None
        self._log.touch()
        said = self._log.stat().st_size
        arguments = ["safeguarding.wsgi:application"]
        arguments += ["--bind", f"127.0.0.1:{self.port}", "--workers", "2", "--threads", "8"]
        arguments += ["--config", str(ROOT / "tests" / "gunicorn_preload.py")]
        # A browser that is still open must not hold up the stop for gunicorn's half a minute.
        arguments += ["--graceful-timeout", "5"]
        arguments += ["--worker-class", "gthread", "--worker-tmp-dir", str(self._log.parent)]
        arguments += ["--certfile", str(self.certificate), "--keyfile", str(self.certificate)]
        if self.preloaded:
            self._process = self.preloaded.fork_server(self.database, self._log, arguments)
        else:
            self._process = self._spawn(arguments)
        self._wait(said)

    def _spawn(self, arguments: list[str]) -> subprocess.Popen:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        """Asks the server to finish what it does and end."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kills every process of the server at once, in the middle of whatever it does."""
        self._end(signal.SIGKILL)

    def visitor(self, **settings) -> Visitor:
        """A new visitor. The test closes it, or uses it in a `with`."""
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        settings.setdefault("timeout", PATIENCE)
        # Shorter than the server waits: no connection is used again just as the server closes it.
        settings.setdefault("limits", httpx.Limits(keepalive_expiry=1))
        return Visitor(base_url=self.url, verify=trusted, **settings)

    def _wait(self, said: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            log = self._log.read_bytes()[said:].decode()
            if found := re.search(r"Listening at: https://127\.0\.0\.1:(\d+)", log):
                self.port = int(found[1])
                if "Booting worker" in log and self._answers():
                    return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        self.kill()
        pytest.fail(f"The server did not start:\n{self.log}")

    def _answers(self) -> bool:
        try:
            with self.visitor() as visitor:
                visitor.get("/healthz")
        except httpx.TransportError:
            return False
        return True

    def _end(self, number: int) -> None:
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, number)
            self._process.wait(PATIENCE)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(PATIENCE)
        finally:
            self._process = None


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> Path:
    """A key and its certificate for `localhost`, made for this run."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(scope="session")
def static(tmp_path_factory, migrated) -> Path:
    """The static files as an installation collects them, under their hashed names."""
    folder = tmp_path_factory.mktemp("static")
    collect = ["collectstatic", "--no-input", "--verbosity=0"]
    migrated.manage(*collect, env={"STATIC_ROOT": str(folder)})
    return folder


@pytest.fixture(scope="session")
def preloaded(migrated, static) -> Iterator[PreloadedSite]:
    with preload_site(server_environment(migrated, static)) as site:
        yield site


@pytest.fixture
def server(fresh_database, certificate, static, preloaded, tmp_path):
    """A running server. `server.kill()`, `server.start(NAME="value")`, `server.visitor()`."""
    running = Server(fresh_database, certificate, tmp_path, static, preloaded)
    running.start()
    yield running
    running.stop()

"""Visits the site without a browser: cookies, tokens, hidden fields.

What is sent is put together before it is measured. It goes either straight through the site's WSGI
handler, in this process, or over a socket to a server.
"""

import gzip
import http.client
import io
import posixpath
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode

HOST = "testserver"
# Of everybody in a made-up school.
PASSWORD = "a long password for the bench"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Sent:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def page(self) -> bytes:
        """The body as a browser shows it: the site sends most pages compressed."""
        squeezed = self.header("content-encoding") == "gzip"
        return gzip.decompress(self.body) if squeezed else self.body

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page's last form with method post."""
        return self._posted[-1] if self._posted else {}

    def form_with(self, name: str) -> dict[str, str]:
        """The hidden fields of the last form with method post that has one of this name."""
        return next((fields for fields in reversed(self._posted) if name in fields), {})

    @property
    def _posted(self) -> list[dict[str, str]]:
        forms = _Forms()
        forms.feed(self.page.decode())
        return forms.posted


class _Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.posted: list[dict[str, str]] = []
        self._inside = False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self._inside = given.get("method", "").lower() == "post"
            if self._inside:
                self.posted.append({})
        elif tag == "input" and self._inside and given.get("type") == "hidden":
            self.posted[-1][given.get("name", "")] = given.get("value", "")


Through = Callable[[Sent], Answer]


def through_wsgi(handler) -> Through:
    """Asks the site's own handler directly: its middleware, no server and no socket."""

    def through(sent: Sent) -> Answer:
        path, _, query = sent.path.partition("?")
        environ = {
            "REQUEST_METHOD": sent.method, "PATH_INFO": path, "QUERY_STRING": query,
            "SCRIPT_NAME": "", "SERVER_NAME": HOST, "SERVER_PORT": "443",
            "REMOTE_ADDR": "127.0.0.1",
            "SERVER_PROTOCOL": "HTTP/1.1", "CONTENT_LENGTH": str(len(sent.body)),
            "wsgi.url_scheme": "https", "wsgi.input": io.BytesIO(sent.body),
            "wsgi.errors": io.StringIO(), "wsgi.version": (1, 0), "wsgi.multithread": True,
            "wsgi.multiprocess": True, "wsgi.run_once": False,
        }  # fmt: skip
        for name, value in sent.headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        told = []
        response = handler(environ, lambda status, headers: told.append((status, headers)))
        body = b"".join(response)
        response.close()
        status, headers = told[0]
        return Answer(int(status.split()[0]), headers, body)

    return through


class OverHttp:
    """Asks a server on this machine, as the proxy would pass on a request that came over https."""

    def __init__(self, port: int):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def __call__(self, sent: Sent) -> Answer:
        self._connection.request(sent.method, sent.path, body=sent.body, headers=sent.headers)
        response = self._connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())

    def close(self) -> None:
        """Leaves the connection; the next request opens another."""
        self._connection.close()


@dataclass
class Visitor:
    """Somebody with cookies of their own.

    Each request may go `through` another function that measures it.
    """

    through: Through
    cookies: dict[str, str] = field(default_factory=dict)

    def sent(self, path: str, data=None, content_type: str = FORM, **headers) -> Sent:
        """The request for a page, or with `data` for a form posted to it."""
        headers |= {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "Accept-Encoding": "gzip",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if data is None:
            return Sent("GET", path, headers)
        headers |= {"Content-Type": content_type, "Origin": f"https://{HOST}"}
        body = data if isinstance(data, bytes) else urlencode(data, doseq=True).encode()
        return Sent("POST", path, headers, body)

    def ask(self, path: str, data=None, through: Through | None = None, **more) -> Answer:
        answer = (through or self.through)(self.sent(path, data, **more))
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                for key, crumb in SimpleCookie(value).items():
                    self.cookies[key] = crumb.value
        return answer

    def upload(self, path: str, fields: dict[str, str], name: str, content: bytes, **more):
        line = uuid.uuid4().hex
        parts = [
            f'--{line}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        ]
        head = (
            f'--{line}\r\nContent-Disposition: form-data; name="{name}"; filename="roll.csv"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        )
        body = "".join([*parts, head]).encode() + content + f"\r\n--{line}--\r\n".encode()
        return self.ask(path, body, content_type=f"multipart/form-data; boundary={line}", **more)

    def sign_in(self, email: str, password: str) -> "Visitor":
        hidden = self.ask("/sign-in/").hidden
        answer = self.ask("/sign-in/", {**hidden, "login": email, "password": password})
        if answer.status != 302:
            raise RuntimeError(f"signing in answered {answer.status}")
        return self


def gzipped_assets(visitor: Visitor, page: Answer) -> tuple[int, list[str]]:
    """The bytes a first visit fetches beside the page, and any other host it names."""
    others = re.findall(r'(?:src|href)="(https?://[^"]+)"', page.page.decode())
    waiting = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.page.decode())
    fetched: dict[str, int] = {}
    while waiting:
        path = waiting.pop()
        if path in fetched:
            continue
        answer = visitor.ask(path)
        fetched[path] = len(answer.body)
        kind = answer.header("content-type")
        if "javascript" in kind or "css" in kind:
            folder = path.rpartition("/")[0]
            named = re.findall(r'(?:from|import|url\()\s*["\']?([\w./-]+)', answer.page.decode())
            hashed = [name for name in named if re.search(r"\.\w{12}\.", name)]
            waiting += [posixpath.normpath(f"{folder}/{name}") for name in hashed]
    return sum(fetched.values()), others

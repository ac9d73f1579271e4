"""A real OpenID provider, as a process of its own: django-oauth-toolkit, with a page to sign in.

It is started as `python -m tests.openid_provider FOLDER PATH`. What it knows stands in
`FOLDER/state.json`, which the test writes: the accounts and what it says of each, where it may send
browsers back to, and what is to go wrong. It issues tokens as the library does, with the library's
checks of PKCE, redirect address and client secret; only what goes wrong is ours.
"""

import os
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

FOLDER = Path(sys.argv[1])
PATH = sys.argv[2].strip("/")

LOGIN = """<!doctype html><html lang="en"><head><title>Provider</title></head><body>
<main><h1>Sign in at the provider</h1><form method="post">{% csrf_token %}
<label for="id_username">Account</label> <input id="id_username" name="username">
<label for="id_password">Its password</label>
<input id="id_password" name="password" type="password">
<input type="hidden" name="next" value="{{ next }}">
<button>Go on</button></form></main></body></html>"""


def configure(port: int) -> None:
    import django
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from django.conf import settings

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    settings.configure(
        SECRET_KEY="of the provider of the tests, and of nothing else",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="tests.openid_provider.pages",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "tests.openid_provider.pages.go_wrong",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        AUTHENTICATION_BACKENDS=["tests.openid_provider.pages.Accounts"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": FOLDER / "provider.sqlite3",
                "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
            }
        },
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [("django.template.loaders.locmem.Loader", {"login.html": LOGIN})],
                    "context_processors": ["django.template.context_processors.request"],
                },
            }
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        LOGIN_URL=f"/{PATH}/sign-in/" if PATH else "/sign-in/",
        # A browser keeps the cookies of two ports of one machine together.
        SESSION_COOKIE_NAME=f"session{port}",
        CSRF_COOKIE_NAME=f"csrf{port}",
        USE_TZ=True,
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_ISS_ENDPOINT": f"http://127.0.0.1:{port}/{PATH}".rstrip("/"),
            "OIDC_RSA_PRIVATE_KEY": key.decode(),
            "SCOPES": {"openid": "openid", "email": "email", "profile": "profile"},
            "OAUTH2_VALIDATOR_CLASS": "tests.openid_provider.pages.Validator",
        },
    )
    django.setup()


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *said) -> None:
        pass


def serve() -> None:
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    server = make_server("127.0.0.1", 0, None, server_class=Server, handler_class=Quiet)
    configure(server.server_port)
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.management import call_command
    from oauth2_provider.models import Application

    # It begins anew where it is started again.
    (FOLDER / "provider.sqlite3").unlink(missing_ok=True)
    call_command("migrate", verbosity=0)
    Application.objects.create(
        client_id="safeguarding",
        client_secret="the client secret",
        hash_client_secret=False,
        client_type="confidential",
        authorization_grant_type="authorization-code",
        skip_authorization=True,
        algorithm="RS256",
        redirect_uris="https://nowhere.example/",
    )
    server.set_app(WSGIHandler())
    sys.stdout.write(f"listening {server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    serve()

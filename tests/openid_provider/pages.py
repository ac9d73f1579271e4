"""The addresses of the provider, the accounts it knows, and what goes wrong when a test asks."""

import base64
import json
import sys
import time
from pathlib import Path

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.urls import include, path
from oauth2_provider.models import Application
from oauth2_provider.oauth2_validators import OAuth2Validator

FOLDER = Path(sys.argv[1])
PATH = sys.argv[2].strip("/")
PREFIX = f"{PATH}/" if PATH else ""

urlpatterns = [
    path(f"{PREFIX}sign-in/", LoginView.as_view(template_name="login.html")),
    path(PREFIX, include("oauth2_provider.urls", namespace="oauth2_provider")),
]


def state() -> dict:
    return json.loads((FOLDER / "state.json").read_text())


class Accounts(ModelBackend):
    """Everybody in the state file, with one password."""

    def authenticate(self, request, username=None, password=None, **more):
        known = state()
        if username not in known["accounts"] or password != known["password"]:
            return None
        return User.objects.get_or_create(username=username)[0]


class Validator(OAuth2Validator):
    """The library's own, which also says of an account what stands in the state file."""

    oidc_claim_scope = None

    def get_additional_claims(self, request):
        return state()["accounts"][request.user.username]

    def get_id_token_dictionary(self, token, token_handler, request):
        claims, until = super().get_id_token_dictionary(token, token_handler, request)
        for name, value in state()["claims"].items():
            if value is None:
                claims.pop(name, None)
            else:
                claims[name] = value
        return claims, until


def go_wrong(get_response):
    def middleware(request):
        known = state()
        Application.objects.update(redirect_uris=" ".join(known["redirects"]))
        page = request.path.rstrip("/").rsplit("/", 1)[-1]
        fault = known["faults"].get(page, "")
        if fault == "silent":
            time.sleep(3)
            # Whoever asked has gone, and the next test may have begun.
            return HttpResponse("too late", status=503)
        if fault == "500":
            return HttpResponse("broken", status=500)
        if fault == "garbage":
            return HttpResponse("<p>not what was asked for", content_type="application/json")
        if fault == "leads on" and "led" not in request.GET:
            # To where the same would be answered, with the same method and body.
            return HttpResponse(status=307, headers={"Location": f"{request.path}?led=1"})
        if fault == "list":
            return HttpResponse("[1, 2]", content_type="application/json")
        response = get_response(request)
        if fault == "another issuer":
            said = json.loads(response.content)
            response.content = json.dumps(said | {"issuer": "https://elsewhere.example"})
        if fault in TAMPERS:
            said = json.loads(response.content)
            said["id_token"] = TAMPERS[fault](said["id_token"])
            response.content = json.dumps(said)
        return response

    return middleware


def _packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _unpacked(part: str) -> dict:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def change_subject(token: str) -> str:
    head, body, seal = token.split(".")
    return ".".join([head, _packed(_unpacked(body) | {"sub": "somebody-else"}), seal])


def leave_unsigned(token: str) -> str:
    _, body, _ = token.split(".")
    return ".".join([_packed({"alg": "none"}), body, ""])


TAMPERS = {"changed": change_subject, "unsigned": leave_unsigned, "no token": lambda token: ""}

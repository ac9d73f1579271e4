"""Our setting of django-allauth: nobody signs up by themselves, and errors are in our own words.

Who signs in, fails to or is shut out is written into the record. Also the checks of a new password.
Every sentence here says what to do next.
"""

from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
)
from django.core.exceptions import ValidationError
from django.utils.http import urlencode

from concerns.doors import known_browser, sign_in_limits, sign_in_record
from concerns.doors.breached_passwords import is_breached_password
from concerns.models import Heartbeat, Person, School, SignOnProvider
from concerns.rules.passwords import is_made_of_guessed_words

LIKE_AN_ADDRESS = "Enter an e-mail address, like name@example.org"
WRONG = (
    "The e-mail address or password is wrong. Try again, or ask for a link to choose a new password"
)
TOO_MANY = (
    "There were too many wrong passwords. Wait five minutes, or use a computer or telephone on "
    "which you have signed in before"
)
ASK_THE_OFFICE = "That did not work. Ask the school office for help with signing in"


class Adapter(DefaultAccountAdapter):
    own_messages: ClassVar = {
        "email_password_mismatch": WRONG,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": "There were too many tries. Wait a minute, then try again",
        "account_inactive": "You cannot sign in with this address. Ask the school office",
        "other": ASK_THE_OFFICE,
    }
    # Only the first four can come up on our pages. The library has others, for pages we do not use.
    error_messages: ClassVar = {
        **dict.fromkeys(DefaultAccountAdapter.error_messages, ASK_THE_OFFICE),
        **{code: words for code, words in own_messages.items() if code != "other"},
    }

    def is_open_for_signup(self, request):
        return False

    def get_login_stages(self):
        # The second factor is asked for once somebody reads, and never to write a concern, so
        # signing in is not held up for it: see doors/gate.py.
        held_up = "allauth.mfa.stages.AuthenticateStage"
        return [stage for stage in super().get_login_stages() if stage != held_up]

    def post_login(self, request, user, **more):
        # If the line cannot be written, nobody is let in.
        how = (more.get("signal_kwargs") or {}).get("how", "")
        sign_in_record.record_sign_in(user, Heartbeat.objects.database_now(), how)
        response = super().post_login(request, user, **more)
        known_browser.remember_browser(request, response, user)
        return response

    def authentication_failed(self, request, **credentials):
        sign_in_limits.count_wrong_password(request, credentials["email"])
        now = Heartbeat.objects.database_now()
        sign_in_record.record_failed_sign_in(credentials["email"], now)

    def pre_authenticate(self, request, **credentials):
        """Counts differently from the library: see `sign_in_limits`."""
        if not sign_in_limits.may_try_to_sign_in(request, credentials["email"]):
            now = Heartbeat.objects.database_now()
            sign_in_record.record_lock_out(credentials["email"], now)
            raise self.validation_error("too_many_login_attempts")


class EqualTimeBackend(AuthenticationBackend):
    def _mitigate_timing_attack(self, password):
        """Takes as long as comparing `password` with that of somebody.

        The library hashes it once, and a password that is not normalised is compared twice.
        """
        Person().check_password(password)


class SignInForm(LoginForm):
    own_messages: ClassVar = {
        "login": {
            "required": "Enter your school e-mail address",
            "max_length": "This e-mail address is too long. Check it",
            **dict.fromkeys(("invalid", "null_characters_not_allowed"), LIKE_AN_ADDRESS),
        },
        "password": dict.fromkeys(
            ("required", "null_characters_not_allowed"), "Enter your password"
        ),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, messages in self.own_messages.items():
            self.fields[name].error_messages.update(messages)


class SignInPage(LoginView):
    """The form for a password, and below it a way to each school's provider of single sign-on."""

    def get_context_data(self, **more):
        providers = list(SignOnProvider.objects.on_sign_in_page())
        onward = self.request.GET.get(REDIRECT_FIELD_NAME, "")
        query = f"?{urlencode({REDIRECT_FIELD_NAME: onward})}" if onward else ""
        return super().get_context_data(sign_on=providers, sign_on_next=query, **more)


class LongPassword(MinimumLengthValidator):
    def get_error_message(self):
        return f"This password is too short. Choose one of {self.min_length} characters or more"


class UncommonPassword(CommonPasswordValidator):
    """Refuses the passwords that most people have, and those made of words that anybody here would
    guess. The second is ours because the list is: Django's validators know no school."""

    def validate(self, password, user=None):
        super().validate(password, user)
        names = School.objects.filter(posts__person=user).values_list("name", flat=True)
        if is_made_of_guessed_words(password, names if user else ()):
            raise ValidationError(
                "This password is made of words that are guessed first, like the name of the "
                "school. Choose another, like three words",
                code="guessed_words",
            )

    def get_error_message(self):
        return "This password is easy to guess. Choose another, like three words"


class UnstolenPassword:
    """Refuses a password that was stolen somewhere, if the site asks a list of those."""

    def validate(self, password, user=None):
        if is_breached_password(password):
            raise ValidationError(
                "This password is in a list of passwords that were stolen from other sites. Choose "
                "another, like three words that nobody else would put together",
                code="stolen_password",
            )

    def get_help_text(self):
        return ""

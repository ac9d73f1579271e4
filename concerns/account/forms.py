"""The forms about one's own account."""

from django import forms

from concerns.forms.base_form import DraftableForm, EmailAddressField, ShortTextField
from concerns.forms.govuk_layout import ButtonRow, SubmitButton, lay_out_form


class ForgottenPasswordForm(forms.Form):
    email = EmailAddressField(
        "Your school e-mail address", needed="Enter your school e-mail address"
    )
    helper = lay_out_form("email", ButtonRow(SubmitButton("Send me a link")))


class EndSessionForm(DraftableForm):
    """Which session to end: each has a button of its own."""

    end = forms.CharField(error_messages={"required": "Choose which session to end"})


class UnlinkForm(DraftableForm):
    """Which link to single sign-on to end: each has a button of its own."""

    unlink = forms.CharField(error_messages={"required": "Choose which link to end"})


class OwnNameForm(DraftableForm):
    name = ShortTextField("Your name", 150, needed="Enter your name")
    helper = lay_out_form("name", ButtonRow(SubmitButton("Save")))


class SignOutEverywhereForm(DraftableForm):
    sure = forms.BooleanField(
        label="Sign them out of every computer and telephone now",
        error_messages={"required": "Tick the box to confirm"},
    )
    helper = lay_out_form("sure", ButtonRow(SubmitButton("Sign them out", kind="warning")))

"""The forms about one's own account."""

from django import forms

from concerns.forms.base_form import EmailAddressField
from concerns.forms.govuk_layout import ButtonRow, SubmitButton, lay_out_form


class ForgottenPasswordForm(forms.Form):
    email = EmailAddressField(
        "Your school e-mail address", needed="Enter your school e-mail address"
    )
    helper = lay_out_form("email", ButtonRow(SubmitButton("Send me a link")))

"""This file knows how the school's rules bend the sign-in package: nobody signs themselves up."""

from allauth.account.adapter import DefaultAccountAdapter


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False

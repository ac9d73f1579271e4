"""This file knows what every test may ask for; each kind of thing has a file of its own."""

import pytest
from django.test import Client

pytest_plugins = ["tests.databases", "tests.server", "tests.browser"]


class SecureClient(Client):
    """Django's test client, over https as the site is: plain http is only ever sent on."""

    def generic(self, *arguments, **settings):
        settings["secure"] = True
        return super().generic(*arguments, **settings)


@pytest.fixture
def client():
    return SecureClient()

"""Tests that mail goes only to a server whose certificate this machine trusts."""

import ssl

import pytest
from django.core import mail

from tests.post_office import PostOffice


@pytest.fixture
def office(certificate, settings):
    """A mail server that asks for TLS, with a certificate that nobody has signed."""
    keys = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    keys.load_cert_chain(certificate)
    with PostOffice(tls_context=keys, require_starttls=True) as office:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "localhost"
        settings.EMAIL_PORT = int(office.settings["EMAIL_PORT"])
        settings.EMAIL_USE_TLS = True
        yield office


def send() -> None:
    mail.send_mail("Something waits", "See the site.", "site@school.example", ["jo@school.example"])


def test_a_server_with_a_certificate_of_its_own_making_gets_no_mail(office):
    with pytest.raises(ssl.SSLCertVerificationError):
        send()
    assert office.arrived == []


def test_it_does_once_the_machine_trusts_that_certificate(office, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    send()
    assert [message["Subject"] for message in office.arrived] == ["Something waits"]

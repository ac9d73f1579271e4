"""Our setting of `allauth.mfa`: the secrets of second factors are encrypted before they are kept.

They are encrypted as the words of the record are, with the keys of `RECORD_KEYS`, so that a stolen
database or backup opens no account. What is shown in somebody's app is the name of this site and
their e-mail address.
"""

import base64

from allauth.mfa.adapter import DefaultMFAAdapter

from concerns.models.base.encrypted_text import decrypt_text, encrypt_text

SITE_NAME = "Safeguarding concerns"
# The associated data: such a secret cannot be put in the place of other encrypted words.
BOUND_TO = b"|second factor|"


class FactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return base64.b64encode(encrypt_text(text, BOUND_TO)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt_text(base64.b64decode(encrypted_text), BOUND_TO)

    def get_totp_issuer(self) -> str:
        return SITE_NAME

    def _get_site_name(self) -> str:
        return SITE_NAME

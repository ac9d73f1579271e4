"""What counts as one e-mail address: the same wherever an address is typed, imported or configured.

An address that mail software cannot use is refused where it comes in, because a message to it would
never arrive. Two addresses in one field are refused as well.
"""

import re

_LONGEST = 254
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
NOT_AN_ADDRESS = "Enter one e-mail address, like name@example.org"


def is_email_address(text: str, *, local: bool = False) -> bool:
    """Whether `text` is one address that mail can be sent to, in the plain form name@example.org.

    Names in quotation marks and letters outside ASCII are left out: many mail servers refuse them.
    `local` allows a host without a dot, such as localhost. Source: RFC 5321, sections 4.1.2 and
    4.5.3.
    """
    name, _, host = text.rpartition("@")
    whole = bool(_ADDRESS.fullmatch(text)) and len(text) <= _LONGEST and len(name) <= 64
    return whole and (local or "." in host)

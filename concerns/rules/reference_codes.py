"""Makes the reference of a concern, short enough to read out over the telephone, and reads one."""

import re
import secrets

# No 0, O, 1, I or L, which sound or look like another character. References are random, because a
# running number would tell everybody how many concerns there are, and that there is one about an
# adult.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def draw_new_reference() -> str:
    """A random reference such as "H7K-2MQ".

    It may have been used before: only the database makes sure that references are unique.
    """
    letters = "".join(secrets.choice(LETTERS) for _ in range(6))
    return f"{letters[:3]}-{letters[3:]}"


# With or without the dash, or with whatever a mail or a keyboard put in its place. Looked for at
# every place, since of three short words the last two may be the reference.
_WRITTEN = re.compile(
    rf"(?<![^\W_])(?=([{LETTERS}]{{3}})[\s_.‐‑‒–—−-]?([{LETTERS}]{{3}})(?![^\W_]))",
    re.IGNORECASE | re.ASCII,
)
MOST_REFERENCES = 5


def find_references(typed: str) -> list[str]:
    """What in `typed` may be references, as they are kept: "h7k2mq" gives "H7K-2MQ".

    At most MOST_REFERENCES. Only the database knows which of them are.
    """
    found = (f"{first}-{last}".upper() for first, last in _WRITTEN.findall(typed))
    return list(dict.fromkeys(found))[:MOST_REFERENCES]

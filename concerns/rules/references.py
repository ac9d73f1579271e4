"""This file knows how a reference is made: short enough to be read out over the telephone."""

import secrets

# No 0, O, 1, I or L, which sound or look like another. Random, because a running number would tell
# everybody how many there are, and of a concern about an adult that there is one.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new() -> str:
    """ "H7K-2MQ". Whether it has been drawn before, the database says."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(6))
    return f"{letters[:3]}-{letters[3:]}"

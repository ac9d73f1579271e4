"""Makes the reference of a concern, short enough to read out over the telephone."""

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

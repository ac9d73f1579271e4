"""The package of one child's file: its limits, its passphrase, and what is said of it.

KCSIE, part two: the file of a child who leaves goes to the new school within five school days,
apart from the main file, by a secure way, and the new school confirms that it has it. The package
is the file as one encrypted archive. What is in it is in `paper/package_format.py`.
"""

import re
import unicodedata
from datetime import timedelta

from concerns.rules.attachments import MEGABYTE

# Bytes of all added files of one package, and how many there may be. What is larger is sent in
# parts: the receiving school takes in no more at once either.
MOST_ATTACHED = 500 * MEGABYTE
MOST_FILES = 500
# Bytes of a whole package: README says which size the web server in front must let through.
MOST_PACKAGE = 515 * MEGABYTE
# Entries of the chronology, and bytes of `record.json`, which is held in memory.
MOST_ENTRIES = 20_000
MOST_RECORD = 32 * MEGABYTE
# How long the package waits on the server for whoever made it to download it.
MADE_PACKAGE_KEPT_FOR = timedelta(days=1)

# The passphrase: 24 digits in groups, which are read out by telephone without spelling. That is 80
# bits, which nobody guesses, however fast the archive lets them try.
PASSPHRASE_GROUPS = 6
# Of one group.
PASSPHRASE_DIGITS = 4
_DASHES = re.compile(r"[\s\-‐‑‒–—−.]+")

# Said to whoever makes a package, always and in the same words: nobody may learn from it whether
# there is something that they do not see.
ONLY_WHAT_YOU_READ = (
    "A package holds what you may read. Somebody who makes one never learns whether there is more. "
    "So before you say that the whole file was sent, ask each of the other leads and the head "
    "whether they have anything to send about this child, and let them send it themselves."
)


def join_passphrase(digits: str) -> str:
    """The passphrase of these digits: "4821-0937-...". `digits` are all of its 24."""
    return "-".join(
        digits[at : at + PASSPHRASE_DIGITS] for at in range(0, len(digits), PASSPHRASE_DIGITS)
    )


def tidy_passphrase(typed: str) -> str:
    """The passphrase that `typed` means: digits may have been typed with spaces, other dashes or
    none. A passphrase of another kind, which another program made, is left as it is."""
    text = unicodedata.normalize("NFKC", typed).strip()
    digits = _DASHES.sub("", text)
    is_ours = (
        len(digits) == PASSPHRASE_GROUPS * PASSPHRASE_DIGITS
        and digits.isascii()
        and digits.isdecimal()
    )
    return join_passphrase(digits) if is_ours else text

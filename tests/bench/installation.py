"""What the environment says of the installation that the bench measures.

It stands apart from the settings, which put it into this process's environment when they are
imported: every server that a test starts afterwards would be started as the bench's.
"""

import os

SAYS = {
    "ENV_FILE": os.devnull,
    "DEMO": "0",
    "SECRET_KEY": "the bench signs with this, and nobody else does: it is long and has no secret",
    "RECORD_KEYS": "1:dGVzdHMgYW5kIG5vYm9keSBlbHNlIHVzZXMgdGhpc34=",
    "ALLOWED_HOSTS": "testserver,localhost",
    "SITE_ORIGIN": "https://testserver",
    "BEHIND_PROXY": "1",
    # A round gone beside a page would be counted with it: `sweep.py` measures one by itself.
    "MINDS_THE_CLOCK": "0",
}

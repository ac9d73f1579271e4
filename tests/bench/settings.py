"""The settings under which the bench measures: an installation's, and two things more.

They are the production settings, over https as the site is served, on the database named in
DATABASE_URL. Added are the two floors' pages (`urls.py`) and a fixed time: at another hour "2
school days late" is other words, and a figure that moves with the day cannot be compared with last
month's.
"""

import os

from tests.bench.installation import SAYS

os.environ.update(SAYS)

from safeguarding.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
MIDDLEWARE = [*MIDDLEWARE, "tests.bench.urls.at_a_fixed_time"]  # noqa: F405
# A measurement may last longer than a connection is kept; its counters go with it.
DATABASES["default"]["CONN_MAX_AGE"] = None  # noqa: F405

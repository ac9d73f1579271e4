"""The WSGI application. Does not start if the record could be altered or lost unnoticed."""

import gc
import os

# What is loaded at the start stays. To look for rubbish in it, over and over, took a seventh of the
# time until the first answer.
gc.disable()

from django.core.wsgi import get_wsgi_application  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "safeguarding.settings")
application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402

from safeguarding.start import analyse_sqlite_indexes, refuse_unless_safe  # noqa: E402

refuse_unless_safe()
analyse_sqlite_indexes()
# Import every page now, so that a fault in one stops the start and not the first visitor.
get_resolver().reverse_dict  # noqa: B018

# From here on rubbish is looked for again, but not in what was loaded until now.
gc.freeze()
gc.enable()

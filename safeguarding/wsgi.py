"""What a web server runs. It does not start over a record that could be altered or lost unseen."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "safeguarding.settings")
application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402

from safeguarding.start import count_rows, refuse_unless_safe  # noqa: E402

refuse_unless_safe()
count_rows()
# Every page is read now: a fault in one stops the start, not the first person who needs it.
get_resolver().reverse_dict  # noqa: B018

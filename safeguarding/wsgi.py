"""What a web server runs. It does not start over a record that could be altered or lost unseen."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "safeguarding.settings")
application = get_wsgi_application()

from safeguarding.start import refuse_unless_safe  # noqa: E402

refuse_unless_safe()

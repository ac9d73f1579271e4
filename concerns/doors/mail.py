"""This file knows every message out. One so far: a link with which somebody chooses a password.

It says that, for which school and until when, and nothing else: never a child, a class, a concern.
The link is Django's own signed token: good for 48 hours and for one password, since it is made from
the password as it was and dies with it. It goes to the address the account has, and nobody here
ever sees it. A message that could not be sent is said at once to whoever pressed; kept messages,
tried again until they arrive, come to this file with the reminders that need them.
"""

import logging
import uuid
from smtplib import SMTPException

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.urls import reverse

from concerns.models import Person, School

log = logging.getLogger(__name__)

HOURS = settings.PASSWORD_RESET_TIMEOUT // 3600

WORDS = """{name}

With this link you choose the password with which you sign in to Safeguarding concerns at {school}:

{link}

It works once, and for {hours} hours. If it has ended, ask the school office for another.

If you did not expect this, do nothing, and tell the school office.
"""


def ready() -> bool:
    """Whether this installation has been told how to send mail."""
    return settings.DEMO or bool(settings.EMAIL_HOST)


def send_link(person: Person, school: School) -> bool:
    """Send `person` a link to choose a password. False where it could not be sent."""
    words = WORDS.format(name=person.name, school=school.name, link=link(person), hours=HOURS)
    try:
        send_mail("Choose your password", words, None, [person.email])
    except (OSError, SMTPException) as fault:
        # Whom it was for is no business of a log.
        log.warning("a link could not be sent: %s", type(fault).__name__)
        return False
    return True


def link(person: Person) -> str:
    token = f"{person.uid}.{default_token_generator.make_token(person)}"
    return f"{settings.SITE_ORIGIN}{reverse('people_password')}?link={token}"


def whose(written: str) -> Person | None:
    """Whom a link was made for. None where it is none, has been used, or has ended."""
    uid, _, token = written.partition(".")
    try:
        person = Person.objects.filter(uid=uuid.UUID(uid), is_active=True).first()
    except ValueError:
        return None
    return person if person and default_token_generator.check_token(person, token) else None

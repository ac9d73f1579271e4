"""Second factors of the demonstration: everybody whose post must have one has an app.

The demonstration does not ask for it, so that a password opens everything, unless it was locked.
Its secrets are printed for tools: nobody in it is real.
"""

from datetime import datetime, timedelta

from concerns.models import Person, Post, School
from concerns.models.school import second_factor
from concerns.rules.roles import MUST_HAVE_FACTOR

# How long ago a locked demonstration began to ask: any days of grace are over.
ASKS_FOR = timedelta(days=100)


def set_up_apps(school: School) -> None:
    """Give an app to everybody in `school` whose post must have a second factor."""
    posts = Post.objects.filter(school=school, role__in=MUST_HAVE_FACTOR)
    for person in Person.objects.filter(pk__in=posts.values("person")):
        second_factor.set_up_totp(person, second_factor.new_totp_secret(), 0)


def lock_school(school: School, now: datetime) -> None:
    """Let `school` ask for the second factor, as a real one does, with no day of grace left; and
    why somebody reads outside their caseload."""
    school.factor_since = now - ASKS_FOR
    school.asks_why_read = True
    school.save(update_fields=["factor_since", "asks_why_read"])


def secrets_by_email(school: School) -> dict[str, str]:
    """The secret, in base 32, of everybody's app in `school`."""
    people = Person.objects.filter(posts__school=school).distinct()
    found = {person.email: second_factor.read_totp_secret(person) for person in people}
    return {email: secret for email, secret in found.items() if secret}

"""Writes the ledger lines about signing in: who came in, who was not let in, who was shut out.

There is one line in the record of each school in which the person holds a post. A try with an
address that nobody here has is written down where the site has one school only; with several there
is no saying whose it is. What was typed is never kept, neither the address nor the password.
"""

from datetime import datetime, timedelta

from django.db import transaction

from concerns.doors import ledger
from concerns.models import LedgerLine, Person, School, SignOnProvider
from concerns.models.school.person import viewers_for_person
from concerns.rules.kinds import Kind
from concerns.rules.sign_on import SignOnFault

# Being shut out is written down once in this time, so that whoever goes on trying fills no record.
LOCKED_OUT_ONCE_IN = timedelta(minutes=5)


def record_sign_in(person: Person, now: datetime, how: str = "") -> None:
    """Write that `person` signed in at `now`, in the roles they hold now; and `how`, if not with
    their password."""
    roles = {viewer.school.pk: viewer.role_words for viewer in viewers_for_person(person, now)}
    with transaction.atomic():
        for school in _schools_of(person):
            ledger.write_ledger_line(
                Kind.SIGNED_IN,
                school=school,
                by=person,
                role=roles.get(school.pk, ""),
                now=now,
                about=person.uid,
                reason=how,
            )


def record_failed_sign_in(address: str, now: datetime) -> None:
    """Write that somebody tried to sign in with `address` and was not let in."""
    _write_refusal(Kind.SIGN_IN_FAILED, _person_with_address(address), now)


def record_lock_out(address: str, now: datetime) -> None:
    """Write that there were too many tries with `address`, once in `LOCKED_OUT_ONCE_IN`."""
    person = _person_with_address(address)
    lately = LedgerLine.objects.filter(kind=Kind.LOCKED_OUT, received__gt=now - LOCKED_OUT_ONCE_IN)
    if not lately.filter(about=str(person.uid) if person else "").exists():
        _write_refusal(Kind.LOCKED_OUT, person, now)


def record_failed_sign_on(
    provider: SignOnProvider, fault: SignOnFault, person: Person | None, now: datetime
) -> None:
    """Write that an account at `provider` opened nothing, and why, in the record of its school.

    `person` is whom it is linked to, if anybody.
    """
    with transaction.atomic():
        ledger.write_ledger_line(
            Kind.SIGN_IN_FAILED,
            school=provider.school,
            by=None,
            role="",
            now=now,
            about=person.uid if person else "",
            outcome=ledger.REFUSED,
            reason=f"{provider.name}: {fault.value}",
        )


def _person_with_address(address: str) -> Person | None:
    return Person.objects.filter(email=address.strip().lower()).first()


def _write_refusal(kind: Kind, person: Person | None, now: datetime) -> None:
    """One line in each school's record. Nobody is its actor: who tried is not known."""
    with transaction.atomic():
        for school in _schools_of(person):
            ledger.write_ledger_line(
                kind,
                school=school,
                by=None,
                role="",
                now=now,
                about=person.uid if person else "",
                outcome=ledger.REFUSED,
            )


def _schools_of(person: Person | None) -> list[School]:
    """The schools in which `person` holds or held a post; without a person, the only school."""
    if person is not None:
        return list(School.objects.filter(posts__person=person).distinct().order_by("pk"))
    schools = list(School.objects.order_by("pk")[:2])
    return schools if len(schools) == 1 else []

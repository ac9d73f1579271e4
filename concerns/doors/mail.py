"""Sends all e-mail: the letters of the outbox, links to choose a password, and what else is told to
the owner of an account.

No message names a child, a class or a kind of worry.

The notices of the outbox (`models/outbox/notice.py`) are written with the act they follow from and
sent from here by the clock. A letter is leased, sent and marked as sent. One that fails is tried
again with back-off and never dropped. Each letter has a stable Message-ID, so if a worker dies
while sending, the second copy counts as the same message. A notice whose step has been done
meanwhile is left out, and a letter left empty is not sent.

A password link (`password_links.py`) is sent at once, while the person waits, and an error is shown
to whoever pressed the button.
"""

import logging
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import getaddresses
from enum import Enum
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupportedError,
    SMTPServerDisconnected,
)
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.mail import EmailMessage, get_connection, send_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import InterfaceError, OperationalError, transaction
from django.urls import reverse

from concerns.doors import ledger
from concerns.doors.password_links import build_password_link
from concerns.models import Heartbeat, Letter, Notice, Person, School
from concerns.models.outbox.heartbeat import MailFault
from concerns.models.outbox.notice import NoticeEnding
from concerns.rules.email_addresses import is_email_address
from concerns.rules.kinds import Kind
from concerns.rules.message_rules import (
    CLOSING,
    OPENING,
    QUIET,
    MessageReason,
    Subject,
    is_now_message,
    subject_of_messages,
)
from concerns.rules.passwords import LINK_LASTS_IN_WORDS, PasswordLinkKind

log = logging.getLogger(__name__)

WORDS = """{name}

Use this link to choose the password you will sign in with to Safeguarding concerns at {school}:

{link}

It works once, for {time}. If it no longer works, ask the school office for another.

If you did not expect this e-mail, do not use the link. Tell the school office.
"""

FORGOTTEN = """{name}

Somebody asked for a link to choose a new password for Safeguarding concerns at {school}:

{link}

It works once, for 60 minutes. Until you choose another, your password stays as it is.

If you did not ask for this, you need do nothing. If it happens again, tell the school office.
"""

ASK_HEAD = """{name}

Somebody asked for a new password for your account at Safeguarding concerns of {school}. Because
your post lets you read the record, the headteacher must approve it first. They have been told.
Speak to them: once they have approved it, a link comes to this address, and works for 60 minutes.

If you did not ask for this, tell the headteacher, so that it is refused. Until it is approved, your
password stays as it is.
"""

ASK_OPERATOR = """{name}

Somebody asked for a new password for your account at Safeguarding concerns of {school}. Nobody in
the school can approve that for you. Ask whoever runs this site: they can set one with
manage.py staff --set-password.

If you did not ask for this, you need do nothing. Your password stays as it is.
"""

WAITS = """{name}

A member of your staff asked for a new password. Because their post lets them read the record, it
waits for you:

{link}

First ask them yourself, not by e-mail, whether they want this. Approve it while they can read their
e-mail, since the link that they are sent works for 60 minutes.
"""

CHANGED = """{name}

A new password was chosen on {day} for your account at Safeguarding concerns of {school}. Wherever
you were signed in, you have been signed out. If you had linked a Microsoft or Google account, it no
longer signs you in until you link it again.

If this was not you, tell the headteacher now. Somebody else could sign in as you.
"""

MOVED = """{name}

The e-mail address with which you sign in to Safeguarding concerns at {school} was changed on
{day}. It is no longer this one.

A link to choose a new password has gone to the new address. The old password no longer works.

If you did not ask for this, tell the headteacher now. Somebody else could sign in as you.
"""

OFFERED = """{name}

{school} says that you work there too, and would like you to sign in to Safeguarding concerns for
it with the account that you have.

Say whether that is so. Until you do, that school can do nothing to your account:

{link}

If you do not work there, say so on that page, and tell the office of your own school.
"""

ABOUT_FACTOR = """{name}

{what} on {day}, for the account with which you sign in to Safeguarding concerns at {school}.

If this was not you, tell the headteacher now. Somebody else could sign in as you.
"""

ABOUT_SIGN_ON = """{name}

{what} on {day}, as a way to sign in to Safeguarding concerns at {school}. Your password works as
before.

If this was not you, tell the headteacher now. Somebody else could sign in as you.
"""

SIGN_ON_ENDED = """{name}

Your account for Safeguarding concerns at {school} was closed to everybody, to keep it safe.
Neither your old password nor your Microsoft or Google account opens it. Choose a new password by
the link that you get; then you can link the other account again, under "Where you are signed in".
If you did not expect this, tell the headteacher, or if you are the headteacher the chair, now.
"""

# A scheme, a host name in small letters, and a port if it is not the usual one. Nothing else.
_ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?")


class LetterOutcome(Enum):
    """What became of one try to send a letter."""

    SENT = "sent"
    # Nothing was tried: another worker has it, or it had nothing left to say.
    SKIPPED = "skipped"
    # The server is there and refused this letter, or the letter could not be built.
    FAILED = "failed"
    # The connection ended while this letter was being sent. The next may fare better.
    DROPPED = "dropped"
    # The server is not there, or does not let us in.
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class MailRound:
    """How many letters went out, and what is wrong with the mail server.

    `fault` is None if it answered. `checked` is False if nobody had a reason to ask it anything.
    """

    sent: int
    fault: MailFault | None
    checked: bool = True


def send_due_letters(
    now: datetime,
    by: BaseEmailBackend | None = None,
    may_go_on: Callable[[], bool] | None = None,
) -> MailRound:
    """Send every letter that is due at `now` (aware).

    One letter's failure never raises and never holds back the others: it is tried again later, and
    the head sees it. If the mail server cannot be reached, the rest wait for the next round,
    because a timeout for each would hold up the clock. Sends nothing if no mail server is set.
    `by` is a mail connection to use instead of the installation's own (the simulated year).
    `may_go_on` is asked before each letter; False ends the round. Raises OperationalError or
    InterfaceError if the database cannot be reached.
    """
    if not is_mail_configured():
        return MailRound(0, MailFault.UNSET)
    by = by or get_connection()
    outcomes: list[LetterOutcome] = []
    for letter in list(Letter.objects.due_for_sending(now)):
        if may_go_on is not None and not may_go_on():
            break
        outcomes.append(_send_or_set_aside(letter, now, by))
        if LetterOutcome.UNREACHABLE in outcomes or outcomes[-2:] == TWICE_DROPPED:
            break
    sent = outcomes.count(LetterOutcome.SENT)
    tried = [one for one in outcomes if one is not LetterOutcome.SKIPPED]
    if not tried:
        return _check_mail_server(now, by)
    answered = {LetterOutcome.SENT, LetterOutcome.FAILED} & set(tried)
    return MailRound(sent, None if answered else MailFault.SILENT)


TWICE_DROPPED = [LetterOutcome.DROPPED, LetterOutcome.DROPPED]
# How often a mail server is asked whether it is there while there is nothing to send.
CHECK_EVERY = timedelta(minutes=5)


def _check_mail_server(now: datetime, by: BaseEmailBackend) -> MailRound:
    """Ask the mail server whether it is there, so that a dead one is known before it is needed.

    What the health check says must not depend on whether a letter waits: from that, whoever a
    concern is about could tell that it exists.
    """
    if not Heartbeat.objects.is_mail_check_due(now, CHECK_EVERY):
        return MailRound(0, None, checked=False)
    try:
        by.open()
        by.close()
    except (OSError, SMTPException) as fault:
        log.warning("the mail server does not answer: %s", type(fault).__name__)
        return MailRound(0, MailFault.SILENT)
    return MailRound(0, None)


def _send_or_set_aside(letter: Letter, now: datetime, by: BaseEmailBackend) -> LetterOutcome:
    """Send one letter. Whatever else goes wrong with it and its rows is its own fault too."""
    try:
        return _send_letter(letter, now, by)
    except (OperationalError, InterfaceError):
        raise
    except Exception as fault:
        letter.record_failed_try(type(fault).__name__, now)
        log.warning("set aside a letter: %s", type(fault).__name__)
        return LetterOutcome.FAILED


def _send_letter(letter: Letter, now: datetime, by: BaseEmailBackend) -> LetterOutcome:
    alone = letter.tries and not letter.fault
    if not Letter.objects.lease_letter(letter, now):
        return LetterOutcome.SKIPPED
    letter.refresh_from_db()
    if not alone:
        letter.merge_unsent_letters(now)
    notices = letter.notices.still_pending().select_related(
        "step__concern", "adult_step__concern", "school", "person"
    )
    left = [notice for notice in notices.order_by("pk") if not notice.is_step_done]
    if not left or not _recipient_address(letter):
        _end_unsent_letter(letter, now)
        return LetterOutcome.SKIPPED
    try:
        _build_email(letter, left, by).send()
    except Exception as fault:
        letter.record_failed_try(type(fault).__name__, now)
        # The log must not say to whom: only which kind of error.
        log.warning("a letter could not be sent: %s", type(fault).__name__)
        return _outcome_of_fault(fault)
    _mark_letter_sent(letter, left, now)
    return LetterOutcome.SENT


def _outcome_of_fault(fault: Exception) -> LetterOutcome:
    if isinstance(fault, SMTPServerDisconnected):
        return LetterOutcome.DROPPED
    shut_out = SMTPConnectError | SMTPHeloError | SMTPAuthenticationError | SMTPNotSupportedError
    if isinstance(fault, shut_out):
        return LetterOutcome.UNREACHABLE
    lost = isinstance(fault, OSError) and not isinstance(fault, SMTPException)
    return LetterOutcome.UNREACHABLE if lost else LetterOutcome.FAILED


def _recipient_address(letter: Letter) -> str:
    """The e-mail address; empty if the person has left or the school names no outside adviser."""
    if letter.person is None:
        return letter.school.adviser_email
    return letter.person.email if letter.person.is_active else ""


def _build_email(letter: Letter, notices: list[Notice], by: BaseEmailBackend) -> EmailMessage:
    where = settings.SITE_ORIGIN + reverse("home")
    said = [OPENING, "\n".join(f"- {notice.line}" for notice in notices), f"{CLOSING} {where}"]
    subject = subject_of_messages([_reason_and_urgency(notice) for notice in notices])
    if letter.person is None:
        # The outside adviser cannot sign in, and is told one thing once.
        said = list(dict.fromkeys(notice.line for notice in notices))
        subject = Subject.OUTSIDE
    words = "\n\n".join([*said, QUIET]) + "\n"
    host = urlsplit(settings.SITE_ORIGIN).hostname
    return EmailMessage(
        subject,
        words,
        to=[_recipient_address(letter)],
        headers={"Message-ID": f"<{letter.uid}@{host}>"},
        connection=by,
    )


def _reason_and_urgency(notice: Notice) -> tuple[MessageReason, bool]:
    step = notice.related_step
    return MessageReason(notice.why), step is not None and is_now_message(step.KINDS(step.kind))


def _mark_letter_sent(letter: Letter, notices: list[Notice], now: datetime) -> None:
    """Mark the letter as sent, with a ledger line per notice to record who was told."""
    with transaction.atomic():
        letter.sent_at = now
        letter.save(update_fields=["sent_at"])
        letter.notices.still_pending().filter(pk__in=[row.pk for row in notices]).end_notices(
            NoticeEnding.SENT, now
        )
        letter.notices.end_notices(NoticeEnding.ACTED, now)
        for notice in notices:
            owed = notice.related_step
            ledger.write_ledger_line(
                Kind.NOTICED,
                school=notice.school,
                by=None,
                role="",
                now=now,
                about=owed.uid if owed else notice.uid,
                concern=owed.concern.uid if owed else None,
                shown=[letter.person.uid] if letter.person else [],
                reason=notice.why,
            )


def _end_unsent_letter(letter: Letter, now: datetime) -> None:
    """End a letter that has nothing left to say or no address; notices still owed are freed.

    The next round then puts those in a letter to somebody else.
    """
    with transaction.atomic():
        letter.ended_at = now
        letter.save(update_fields=["ended_at"])
        over = [
            row.pk
            for row in letter.notices.select_related("step", "adult_step")
            if row.is_step_done
        ]
        letter.notices.filter(pk__in=over).end_notices(NoticeEnding.ACTED, now)
        letter.notices.still_pending().update(letter=None, person=None)


@register()
def check_mail_settings(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """System check: links in mail need a whole origin, and mail needs one sender's address."""
    found: list[CheckMessage] = []
    if not _ORIGIN.fullmatch(settings.SITE_ORIGIN):
        found.append(
            Error(
                f"SITE_ORIGIN is {settings.SITE_ORIGIN!r}, and every link in an e-mail begins with "
                "it",
                hint="write https://, the host name in small letters, and no stroke after it: "
                "https://www.school.uk",
                id="concerns.E003",
            )
        )
    senders = [address for _, address in getaddresses([settings.DEFAULT_FROM_EMAIL])]
    if len(senders) != 1 or not is_email_address(senders[0], local=True):
        found.append(
            Error(
                "EMAIL_FROM is not one e-mail address",
                hint="write one address, like safeguarding@school.uk",
                id="concerns.E004",
            )
        )
    return found


def is_mail_configured() -> bool:
    """Whether a mail server is set (EMAIL_HOST); always true for the demonstration."""
    return settings.DEMO or bool(settings.EMAIL_HOST)


def send_password_link(
    person: Person, school: School, kind: PasswordLinkKind, *, unlinked: bool = False
) -> bool:
    """E-mail `person` a link to choose a password. False if it could not be sent. `unlinked`: tell
    them as well that their link to single sign-on has ended with the password."""
    if unlinked:
        send_sign_on_ended(person, school)
    words = WORDS.format(
        name=person.name,
        school=school.name,
        link=build_password_link(person, kind),
        time=LINK_LASTS_IN_WORDS[kind],
    )
    return _send_at_once("Choose your password", words, person.email)


def send_reset_link(person: Person, school: School) -> bool:
    """E-mail `person` the link to a new password that was asked for without signing in."""
    link = build_password_link(person, PasswordLinkKind.RESET)
    words = FORGOTTEN.format(name=person.name, school=school.name, link=link)
    return _send_at_once("Choose a new password", words, person.email)


def send_ask_head(person: Person, school: School) -> bool:
    """Tell `person`, who reads the record, that their new password waits for the head."""
    words = ASK_HEAD.format(name=person.name, school=school.name)
    return _send_at_once("Your new password waits for the headteacher", words, person.email)


def send_ask_operator(person: Person, school: School) -> bool:
    """Tell `person` that only whoever runs the site can give them a new password."""
    words = ASK_OPERATOR.format(name=person.name, school=school.name)
    return _send_at_once("Ask for a new password", words, person.email)


def send_password_waits(head: Person, request: uuid.UUID) -> bool:
    """Tell `head` that a new password waits for their approval. `request` is the request's uid."""
    link = settings.SITE_ORIGIN + reverse("people_answer", args=[request])
    return _send_at_once(
        "A new password waits for you", WAITS.format(name=head.name, link=link), head.email
    )


def send_password_changed(person: Person, school: School, day: date) -> bool:
    """Tell `person` that their account has a new password. False if it could not be sent."""
    words = CHANGED.format(name=person.name, school=school.name, day=f"{day:%-d %B %Y}")
    return _send_at_once("A new password was chosen", words, person.email)


def send_address_changed(person: Person, old_address: str, school: School, day: date) -> bool:
    """Tell the old address of `person` that they sign in with another. False if not sent."""
    words = MOVED.format(name=person.name, school=school.name, day=f"{day:%-d %B %Y}")
    return _send_at_once("Your e-mail address was changed", words, old_address)


def send_post_offered(person: Person, school: School, request: uuid.UUID) -> bool:
    """Ask `person`, who works in another school, to confirm that they work in `school` too.

    `request` is the uid of the request for their post. False if it could not be sent.
    """
    link = settings.SITE_ORIGIN + reverse("people_confirm", args=[request])
    words = OFFERED.format(name=person.name, school=school.name, link=link)
    return _send_at_once("Do you work in another school too?", words, person.email)


def send_about_factor(person: Person, school: School, what: str, day: date) -> bool:
    """Tell `person` what was done to their second factor. False if it could not be sent."""
    words = ABOUT_FACTOR.format(
        name=person.name, what=what, day=f"{day:%-d %B %Y}", school=school.name
    )
    return _send_at_once("Your second factor", words, person.email)


def send_about_sign_on(person: Person, school: School, what: str, day: date) -> bool:
    """Tell `person` that single sign-on was linked or unlinked. False if it could not be sent."""
    words = ABOUT_SIGN_ON.format(
        name=person.name, what=what, day=f"{day:%-d %B %Y}", school=school.name
    )
    return _send_at_once("How you sign in", words, person.email)


def send_sign_on_ended(person: Person, school: School) -> bool:
    """Tell `person` that their link to single sign-on has ended. False if it could not be sent."""
    words = SIGN_ON_ENDED.format(name=person.name, school=school.name)
    return _send_at_once("How you sign in", words, person.email)


def _send_at_once(subject: str, words: str, address: str) -> bool:
    """Send one e-mail while somebody waits for it. False if it could not be sent."""
    try:
        send_mail(subject, words, None, [address])
    except (OSError, SMTPException) as fault:
        # The log must not say whom it was for.
        log.warning("an e-mail about an account could not be sent: %s", type(fault).__name__)
        return False
    return True

"""Which messages that were not sent somebody may be told of: on the page that lists them, and in
the warning above every page.

Whoever is kept out of a concern must not learn of it from an e-mail about it that waits, whoever it
is for: its writer, a colleague, the chair. The same holds for a draft that would exclude them. What
concerns adults is shown apart, to its readers (`Notices.stuck_about_adults`).
"""

from concerns.models.concern.draft import Draft
from concerns.models.concern.later_entries import WordBack
from concerns.models.outbox.heartbeat import HeartbeatStatus, RoundFailure, RoundFailures
from concerns.models.outbox.notice import Letter, Letters, Notice, Notices
from concerns.models.response.step import Step
from concerns.models.school.person import Viewer


def unsent_letters_shown_to(viewer: Viewer) -> Letters[Letter]:
    """Letters that have not gone out for longer than a quarter of an hour, oldest first."""
    rows = Letter.objects.stuck_letters_for(viewer, _notices_shown_to(viewer))
    return rows.select_related("person").order_by("since", "pk")


def clock_faults_shown_to(viewer: Viewer, status: HeartbeatStatus) -> list[str]:
    """What is wrong with the clock and with mail, of what `viewer` may be told."""
    some = bool(status.stuck) and _is_any_shown_to(viewer)
    return status.fault_messages(viewer.now, is_mail_stuck=some)


def round_failures_shown_to(viewer: Viewer, most: int) -> list[RoundFailure]:
    """The first `most` rows that the clock's round set aside, without steps of concerns that
    `viewer` may not see, and of concerns about adults."""
    rows: RoundFailures[RoundFailure] = RoundFailure.objects.unresolved_failures()
    found = list(rows.of_school(viewer).filter(about_adult=False).order_by("first_at", "pk"))
    hidden = Step.objects.hidden_from(viewer).filter(uid__in=[row.about for row in found])
    uids = {str(uid) for uid in hidden.values_list("uid", flat=True)}
    return [row for row in found if row.about not in uids][:most]


def _is_any_shown_to(viewer: Viewer) -> bool:
    shown = _notices_shown_to(viewer)
    letters = Letter.objects.stuck_letters_for(viewer, shown)
    return letters.exists() or shown.stuck_without_letter(viewer.now).exists()


def _notices_shown_to(viewer: Viewer) -> Notices[Notice]:
    replies = WordBack.objects.hidden_from(viewer).values_list("uid", flat=True)
    waiting = Notice.objects.still_pending().filter(school=viewer.school, draft__isnull=False)
    about = Draft.objects.filter(uid__in=list(waiting.values_list("draft", flat=True)))
    known = set(about.known_to_leads(viewer).values_list("uid", flat=True))
    known |= set(about.own_drafts(viewer).values_list("uid", flat=True))
    return Notice.objects.not_hidden_from(viewer, replies, known)

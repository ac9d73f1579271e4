"""Pages of next steps (whose they are, why one is late, doing one), tasks, letters and clocks; and
the calendar, which is in this room because all that stands in it is a next step."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from concerns.chase import acts, queries
from concerns.chase.forms import (
    AskColleagueForm,
    CalendarLinkForm,
    ClocksForm,
    FgmReportForm,
    LetterTimesForm,
    LookAgainForm,
    SetAsideForm,
    StepNoteForm,
    TaskAnswerForm,
    WordBackForm,
)
from concerns.doors import sight
from concerns.doors.fetch_limit import may_fetch_feed
from concerns.doors.form_page import FormPage
from concerns.forms.closing_and_watch import WatchReviewForm
from concerns.models.school.calendar_feed import hash_of_feed_secret, new_feed_secret
from concerns.paper.calendar_file import CONTENT_TYPE
from concerns.rules.clocks import BY_A_NOTE, StepKind


def home(request):
    moves = queries.read_next_steps(request.viewer, request.GET)
    return render(request, "chase/home.html", {"moves": moves})


def step(request, uid):
    owed = queries.get_step_to_do(request.viewer, uid)
    concern = owed.concern.uid
    if owed.kind not in BY_A_NOTE:
        name, whose = owed.page_name_and_uid or ("triage_read", concern)
        return redirect(name, uid=whose)
    sheet = FormPage(request, StepNoteForm, kind=StepKind(owed.kind))
    if sheet.is_complete and sheet.attempt_act(
        acts.do_step, step=owed, words=sheet.cleaned_answers["words"]
    ):
        return sheet.go_to_page("triage_read", uid=concern)
    return sheet.render_page(
        "chase/step.html", **queries.read_beside_step(request.viewer, concern), step=owed
    )


def tell(request, uid):
    concern = sight.get_concern_to_change(request.viewer, uid)
    sheet = FormPage(request, WordBackForm)
    if sheet.is_complete and sheet.attempt_act(
        acts.tell_reporter, concern=concern, words=sheet.cleaned_answers["words"]
    ):
        return sheet.go_to_page("triage_read", uid=uid)
    concern, told = queries.read_words_back(request.viewer, uid)
    return sheet.render_page("chase/tell.html", concern, told=told)


def again(request, uid):
    """The writer is still worried: somebody other than the person who decided looks again."""
    owed = queries.get_step_to_do(request.viewer, uid)
    concern = owed.concern.uid
    sheet = FormPage(request, LookAgainForm)
    if sheet.is_complete and sheet.attempt_act(acts.look_again, step=owed, **sheet.cleaned_answers):
        return sheet.go_to_page("triage_read", uid=concern)
    page = queries.read_still_worried_page(request.viewer, owed)
    return sheet.render_page("chase/again.html", **page, step=owed)


def look(request, uid):
    """Record a review of a watch: how the child is."""
    viewer = request.viewer
    owed = queries.get_step_to_do(request.viewer, uid)
    watch, asks = queries.get_watch_to_review(viewer, owed)
    sheet = FormPage(request, WatchReviewForm, **asks)
    if sheet.is_complete and sheet.attempt_act(
        acts.look_after, step=owed, **sheet.form.act_arguments
    ):
        return sheet.go_to_page("triage_read", uid=owed.concern.uid)
    page = queries.read_watch_review_page(viewer, owed, watch)
    return sheet.render_page("chase/look.html", **page, step=owed)


def ask(request, uid):
    """A lead asks a colleague to do something by a day."""
    concern = sight.get_concern_to_change(request.viewer, uid)
    sheet = FormPage(
        request, AskColleagueForm, staff=queries.list_colleagues_to_ask(request.viewer, concern)
    )
    if sheet.is_complete:
        given = {
            "to": sheet.form.chosen_colleague,
            "words": sheet.cleaned_answers["words"],
            "on": sheet.cleaned_answers["on"],
        }
        if sheet.attempt_act(acts.ask, concern=concern, **given):
            return sheet.go_to_page("triage_read", uid=uid)
    return sheet.render_page("chase/ask.html", sight.open_concern(request.viewer, uid))


def task(request, uid):
    """A task, for the colleague who was asked: they see it, and nothing of the concern."""
    task, own, reads = queries.read_task_page(request.viewer, uid)
    sheet = FormPage(request, TaskAnswerForm, own=own)
    if sheet.is_complete:
        done = request.POST.get("do") != "cannot"
        if sheet.attempt_act(
            acts.answer, task=task, words=sheet.cleaned_answers["words"], done=done
        ):
            return sheet.go_to_page("chase_task", uid=uid)
    return sheet.render_page("chase/task.html", task=task, own=own, reads=reads)


def unsent(request):
    drafts, more = queries.list_unsent_drafts(request.viewer)
    return render(request, "chase/unsent.html", {"drafts": drafts, "more": more})


def set_aside(request, uid):
    draft = queries.get_unsent_draft(request.viewer, uid)
    own = draft.person_id == request.viewer.person.pk
    sheet = FormPage(request, SetAsideForm, own=own)
    if sheet.is_complete and sheet.attempt_act(
        acts.set_aside, draft=draft, why=sheet.cleaned_answers["why"]
    ):
        return sheet.go_to_page("submit" if own else "chase_unsent")
    return sheet.render_page("chase/set_aside.html", draft=draft, own=own)


def messages(request):
    """Anybody's own choice of when messages that are not urgent are mailed."""
    sheet = FormPage(request, LetterTimesForm, person=request.viewer.person)
    if sheet.is_complete and sheet.attempt_act(acts.choose_posts, **sheet.cleaned_answers):
        return sheet.go_to_page("chase_messages")
    return sheet.render_page("chase/messages.html")


def undelivered(request):
    found = queries.list_undelivered_letters(request.viewer)
    return render(request, "chase/undelivered.html", {"found": found})


def why(request, uid):
    return render(request, "chase/why.html", {"why": queries.read_why_late(request.viewer, uid)})


def reported(request, uid):
    concern, owed = queries.get_own_fgm_report(request.viewer, uid)
    sheet = FormPage(request, FgmReportForm, now=request.viewer.now)
    if sheet.is_complete and sheet.attempt_act(
        acts.report_fgm, concern=concern, words=sheet.form.report_in_words
    ):
        return sheet.go_to_page("submit_mine", uid=uid)
    return sheet.render_page("chase/reported.html", concern, step=owed)


def clocks(request):
    kinds, now = queries.get_clock_figures(request.viewer)
    sheet = FormPage(request, ClocksForm, kinds=kinds, initial=now)
    if sheet.is_complete and sheet.attempt_act(acts.set_clocks, **sheet.form.act_arguments):
        return sheet.go_to_page("chase_clocks")
    return sheet.render_page("chase/clocks.html", **queries.read_clock_changes(request.viewer))


def calendar(request):
    week = queries.read_calendar_week(request.viewer, request.GET)
    return render(request, "chase/calendar.html", {"week": week})


def calendar_link(request):
    """Make, replace or end one's private link. Its secret is shown once, on the page that answers
    the press: nothing but a hash of it is kept."""
    sheet = FormPage(request, CalendarLinkForm)
    do = sheet.cleaned_answers["do"] if sheet.is_complete else ""
    secret = new_feed_secret() if do == "make" else ""
    link = ""
    if secret and sheet.attempt_act(acts.make_calendar_link, secret=secret):
        link = f"{settings.SITE_ORIGIN}{reverse('chase_feed')}?link={secret}"
    if do == "end" and sheet.attempt_act(acts.end_calendar_link):
        return sheet.go_to_page("chase_calendar_link")
    feed = queries.get_own_calendar_link(request.viewer)
    return sheet.render_page("chase/calendar_link.html", feed=feed, link=link)


def feed(request):
    """The calendar for a program, by its secret alone. Nobody is signed in, and whatever is wrong
    with the link gives the one page of what does not exist. The secret is in the query string,
    which no log of ours holds."""
    secret = request.GET.get("link", "")
    if not may_fetch_feed(request, hash_of_feed_secret(secret)):
        return HttpResponse("Ask again later.", status=429, headers={"Retry-After": "3600"})
    found = queries.read_calendar_feed(secret)
    return HttpResponse(found, content_type=CONTENT_TYPE)

"""Pages about second factors: give one, set one up, recovery codes; for the head who has none. And
about whoever opens unusually many files, and who reads a part of the record."""

from allauth.core import ratelimit
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from concerns.access import acts, queries
from concerns.access.forms import (
    AnswerExportForm,
    AskForExportForm,
    CategoryPartForm,
    ChildrenPartForm,
    EndPartForm,
    ExportAnswerWord,
    FactorCodeForm,
    FileLimitsForm,
    GraceForm,
    GroupPartForm,
    ManyFilesForm,
    NewAppForm,
    NewCodesForm,
    PasskeyForm,
    ReadingReasonForm,
    RemoveFactorForm,
)
from concerns.doors import factor_session, mail
from concerns.doors.form_page import FormPage
from concerns.doors.site_address import page_to_go_on_to
from concerns.forms.base_form import parse_uuid
from concerns.models import StaffChangeRequest
from concerns.paper.qr_code import draw_qr_path
from concerns.reading import pickers
from concerns.rules.reader_parts import USUAL_CATEGORIES
from concerns.rules.roles import May, Role
from concerns.rules.staff_approval import StaffRequestMatter

TOO_MANY = "There were too many tries. Wait five minutes, then try again."


def overview(request):
    """Who must have a second factor and has none, and the days of grace."""
    viewer = request.viewer
    sheet = FormPage(request, GraceForm, initial={"days": viewer.school.factor_grace_days})
    if sheet.is_complete and sheet.attempt_act(acts.set_grace, days=sheet.cleaned_answers["days"]):
        return sheet.go_to_page("access")
    rows = queries.list_staff_factors(viewer)
    return sheet.render_page("access/overview.html", rows=rows)


def factor(request):
    """Give the second factor, and go on to the page one came from. Without one, it says how to get
    one, or until when a password is enough."""
    own = _read_own(request)
    onward = page_to_go_on_to(request)
    path = request.get_full_path()
    passkey = request.POST.get("credential", "")
    sheet = FormPage(
        request, FactorCodeForm, path=path, beside=not own.enrolled, looking=bool(passkey)
    )
    tried = own.passkey and passkey and _may_try(request, sheet)
    if tried and sheet.attempt_act(acts.give_passkey, credential=passkey):
        factor_session.note_factor_given(request)
        return redirect(onward)
    tried = own.enrolled and sheet.is_complete and _may_try(request, sheet)
    if tried and sheet.attempt_act(acts.give_code, code=sheet.cleaned_answers["code"]):
        factor_session.note_factor_given(request)
        was_recovery_code = sheet.result
        if was_recovery_code:
            _tell_owner(request, "A recovery code was used")
        return redirect(onward)
    options = queries.begin_own_passkey(request.viewer) if own.passkey else ""
    page = {"own": own, "onward": onward, "options": options, "again": "next" in request.GET}
    page["many"] = onward.startswith(reverse("access_many"))
    return sheet.render_page("access/factor.html", **page)


def many_files(request):
    """Say why one opens the files of so many children, and go on to the page one came from.

    Whoever has a second factor in this session gives it again first.
    """
    stop = queries.find_waiting_stop(request.viewer)
    onward = page_to_go_on_to(request)
    if stop is None:
        return redirect(onward)
    path = request.get_full_path()
    if factor_session.is_factor_wanted(request):
        return redirect(f"{reverse('access_factor')}?{urlencode({'next': path})}")
    sheet = FormPage(request, ManyFilesForm, path=path, saved_under=request.path)
    gave = factor_session.was_factor_given(request)
    if sheet.is_complete and sheet.attempt_act(
        acts.say_why_many, stop=stop, words=sheet.cleaned_answers["words"], gave_factor=gave
    ):
        factor_session.forget_factor_wanted(request)
        return redirect(onward)
    chair_told = queries.is_chair_told(request.viewer)
    return sheet.render_page("access/many_files.html", stop=stop, chair_told=chair_told)


def why_read(request, uid):
    """Say why one opens files outside one's caseload, and go on to the page one came from."""
    question = queries.get_own_question(request.viewer, uid)
    onward = page_to_go_on_to(request)
    if hasattr(question, "answer"):
        return redirect(onward)
    path = request.get_full_path()
    sheet = FormPage(request, ReadingReasonForm, path=path, saved_under=request.path)
    if sheet.is_complete and sheet.attempt_act(
        acts.say_why_reading,
        question=question,
        reason=sheet.form.reason,
        words=sheet.cleaned_answers["words"],
    ):
        return redirect(onward)
    chair_told = queries.is_chair_told(request.viewer)
    count = question.files.count()
    return sheet.render_page("access/why_read.html", count=count, chair_told=chair_told)


def readings(request):
    """What was read outside somebody's caseload, week by week: rows for the head, and for the chair
    how much the head read."""
    week = queries.read_week_of_readings(request.viewer, request.GET.get("week", ""))
    return render(request, "access/readings.html", {"week": week})


def export(request):
    """Ask to take out the children of the whole school in one file, and see what was answered."""
    path = request.get_full_path()
    sheet = FormPage(request, AskForExportForm, path=path, saved_under=request.path)
    if sheet.is_complete and sheet.attempt_act(
        acts.ask_for_export, words=sheet.cleaned_answers["words"]
    ):
        return redirect(path)
    asked = queries.list_export_requests(request.viewer)
    return sheet.render_page("access/export.html", asked=asked, onward=page_to_go_on_to(request))


def answer_export(request, uid):
    """The second person allows a file of the whole school, or refuses it."""
    asked = queries.get_export_request(request.viewer, uid)
    sheet = FormPage(request, AnswerExportForm)
    if sheet.is_complete:
        allowed = sheet.cleaned_answers["answer"] == ExportAnswerWord.YES
        if sheet.attempt_act(acts.answer_export, asked=asked, allowed=allowed):
            return sheet.go_to_page("access_export")
    why_not = asked.why_may_not_answer(request.viewer)
    return sheet.render_page("access/answer_export.html", asked=asked, why_not=why_not)


def limits(request):
    """Who was asked why they open so many files, and how many may be opened without a reason."""
    school = request.viewer.school
    now = {"an_hour": school.files_an_hour, "a_day": school.files_a_day}
    sheet = FormPage(request, FileLimitsForm, initial=now)
    if sheet.is_complete and sheet.attempt_act(acts.set_file_limits, **sheet.cleaned_answers):
        return sheet.go_to_page("access_limits")
    return sheet.render_page("access/limits.html", stops=queries.read_stops(request.viewer))


def new_passkey(request):
    """Set up a passkey, which needs a script. Recovery codes are shown once, if there were none."""
    own = _read_own(request)
    if not own.may_set_up:
        return redirect("access_factor")
    sheet = FormPage(request, PasskeyForm)
    if sheet.is_complete and sheet.attempt_act(
        acts.set_up_passkey, credential=sheet.cleaned_answers["credential"]
    ):
        factor_session.note_factor_given(request)
        _tell_owner(request, "A passkey was set up as your second factor")
        return sheet.render_page("access/codes.html", codes=sheet.result, own=_read_own(request))
    options = queries.begin_new_passkey(request.viewer)
    return sheet.render_page("access/passkey.html", own=own, options=options)


def new_app(request):
    """Set up an app. The recovery codes are shown once, on the page that answers the press."""
    own = _read_own(request)
    if not own.may_set_up:
        return redirect("access_factor")
    secret = factor_session.get_new_app_secret(request)
    sheet = FormPage(request, NewAppForm)
    tried = sheet.is_complete and _may_try(request, sheet)
    if tried and sheet.attempt_act(
        acts.set_up_app, secret=secret, code=sheet.cleaned_answers["code"]
    ):
        factor_session.forget_new_app_secret(request)
        factor_session.note_factor_given(request)
        _tell_owner(request, "An app was set up as your second factor")
        return sheet.render_page("access/codes.html", codes=sheet.result, own=_read_own(request))
    address = queries.build_app_address(request.viewer, secret)
    qr = draw_qr_path(address)
    key = [secret[start : start + 4] for start in range(0, len(secret), 4)]
    page = {"own": own, "qr": qr, "address": address, "key": key}
    return sheet.render_page("access/new_app.html", **page)


def own_factors(request):
    """The viewer's passkeys and app, with a button to remove each."""
    own = _read_own(request)
    if not own.enrolled or not own.may_set_up:
        return redirect("access_factor")
    sheet = FormPage(request, RemoveFactorForm)
    if sheet.is_complete and sheet.attempt_act(
        acts.remove_own_factor, key=sheet.cleaned_answers["remove"]
    ):
        _tell_owner(request, f"A second factor ({sheet.result}) was removed")
        return sheet.go_to_page("access_own")
    rows = queries.list_own_factors(request.viewer)
    return sheet.render_page("access/own.html", own=own, rows=rows)


def codes(request):
    """How many recovery codes are left, and new ones, shown once on the page that answers."""
    own = _read_own(request)
    if not own.enrolled or not own.may_set_up:
        return redirect("access_factor")
    sheet = FormPage(request, NewCodesForm)
    if sheet.is_complete and sheet.attempt_act(acts.make_codes):
        _tell_owner(request, "New recovery codes were made")
    return sheet.render_page("access/codes.html", codes=sheet.result or [], own=own)


def _read_own(request):
    gave = factor_session.was_factor_given(request)
    return queries.read_own_factor(request.viewer, gave_factor=gave)


def _may_try(request, sheet) -> bool:
    """Whether another code may be tried. If not, the form says so."""
    key = str(request.viewer.person.uid)
    if ratelimit.consume(request, action="second_factor", key=key):
        return True
    sheet.form.add_error("code", TOO_MANY)
    return False


def _tell_owner(request, what: str) -> None:
    viewer = request.viewer
    mail.send_about_factor(viewer.person, viewer.school, what, viewer.todays_date)


# Readers of a part


def parts(request):
    """Who reads which part of the record, and what waits for the head."""
    readers, waiting = queries.list_part_readers(request.viewer)
    page = {"readers": readers, "waiting": waiting, "unsent": "unsent" in request.GET}
    return render(request, "access/parts.html", page)


def give_groups(request):
    """Let somebody read of years or classes."""
    groups = queries.list_groups(request.viewer)
    return _give_part(request, Role.YEAR_LEAD, GroupPartForm, groups=groups)


def give_children(request):
    """Let somebody read of named children, who are found by part of a name."""
    viewer = request.viewer
    looking = request.POST.get("do") == "find"
    ticked = [uid for one in request.POST.getlist("children") if (uid := parse_uuid(one))]
    children = queries.find_children_of_part(viewer, request.POST.get("find", ""), ticked)
    found = pickers.children_as_choices(viewer, children)
    offered = {str(child.uid): child for child in children}
    given = {"found": found, "offered": offered}
    return _give_part(request, Role.KEYWORKER, ChildrenPartForm, looking=looking, **given)


def give_special_needs(request):
    """Let the special educational needs coordinator read some categories."""
    return _give_categories(request, Role.SENCO)


def give_attendance(request):
    """Let the attendance officer read some categories."""
    return _give_categories(request, Role.ATTENDANCE)


def _give_categories(request, role):
    return _give_part(request, role, CategoryPartForm, usual=USUAL_CATEGORIES[role])


def _give_part(request, role, form, *, looking=False, **given):
    viewer = request.viewer
    given |= {"today": viewer.todays_date, "people": queries.list_staff_to_give_part(viewer)}
    sheet = FormPage(request, form, looking=looking, **given)
    if sheet.is_complete:
        what = StaffChangeRequest(
            matter=StaffRequestMatter.POST,
            person=given["people"][sheet.cleaned_answers["person"]],
            role=role,
            since=sheet.cleaned_answers["since"],
            until=sheet.cleaned_answers["until"],
        )
        if sheet.attempt_act(acts.give_part, what=what, part=sheet.form.part):
            return _go_to_parts(sheet, what)
    # Who of the others it is does not matter: the head alone gives such a post.
    waits = not viewer.has_power(May.POSTS)
    return sheet.render_page("access/give_part.html", role=role, waits=waits)


def _go_to_parts(sheet, what):
    """Back to who reads a part. Sends the link to choose a password that is owed, after the act."""
    arrived = not what.link_owed or mail.send_password_link(
        what.person, what.school, what.link_owed, unlinked=what.has_unlinked
    )
    return sheet.go_to_page("access_parts", query="" if arrived else "?unsent")


def end_part(request, uid):
    post = queries.get_part_post(request.viewer, uid)
    sheet = FormPage(request, EndPartForm)
    if sheet.is_complete and sheet.attempt_act(acts.end_part, post=post):
        return sheet.go_to_page("access_parts")
    part = queries.describe_part(post)
    return sheet.render_page("access/end_part.html", post=post, part=part)

"""The start page, and the pages about staff, their absences, the staff file and passwords."""

import functools

from allauth.core import ratelimit
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from concerns.doors import known_browser, mail, password_links, sight
from concerns.doors.act import ActRefused
from concerns.doors.after_response import run_after_response
from concerns.doors.form_page import FormPage
from concerns.forms.base_form import parse_uuid
from concerns.models import Cover, StaffChangeRequest
from concerns.people import acts, forms, queries
from concerns.reading import pickers
from concerns.reading.sign_in_status import list_invitation_batches, list_not_signed_in
from concerns.rules.passwords import PasswordLinkKind
from concerns.rules.roles import May
from concerns.rules.staff_approval import WHAT_WAITS, StaffRequestMatter
from concerns.workflow.staff_import import preview_staff_import

# The start page: the first of these that the person may open.
LANDINGS = (
    ("audit", May.AUDIT), ("triage", May.READ), ("adult", May.ADULT), ("roll", May.ROLL),
    ("audit_figures", May.FIGURES),
    ("submit", May.SUBMIT),
)  # fmt: skip


def home(request):
    """Redirects to the person's start page, such as a lead's queue or a head's audit.

    Whoever needs a second factor is asked for it first; while they have days of grace, once in each
    session.
    """
    if queries.owes_second_factor(request.viewer):
        asked = request.session.get("factor_asked", False)
        request.session["factor_asked"] = True
        if request.viewer.lacks_factor or not asked:
            return redirect("access_factor")
    may = (room for room, power in LANDINGS if request.viewer.has_power(power))
    return redirect(next(may, "submit"))


def where(request):
    """Somebody with posts in several schools chooses one."""
    if request.method == "POST":
        chosen = request.POST.get("school", "")
        if any(str(viewer.school.uid) == chosen for viewer in request.viewers):
            request.session["school"] = chosen
            return redirect("home")
    return render(request, "people/where.html", {"viewers": request.viewers})


@require_POST
def still_here(request):
    """For the button "Stay signed in". Any request extends the session, so this does nothing."""
    return HttpResponse(status=204)


def staff(request):
    viewer = request.viewer
    after = sight.read_uid_in_address(request, "after")
    left = "left" in request.GET
    find = request.POST.get("find", "").strip()
    if find:
        rows = queries.find_staff_by_name(viewer, find)
        more = False
    else:
        rows, more = queries.read_staff_list(viewer, left=left, after=after)
    page = {"rows": rows, "left": left, "find": find, "later": after}
    page["unsent"] = "unsent" in request.GET
    page["more"] = rows[-1].person.uid if more else ""
    page["waiting"] = len(queries.list_staff_requests(viewer)[0])
    return render(request, "people/staff.html", page)


def person(request, uid):
    found = queries.read_person_page(request.viewer, uid)
    page = {"person": found.person, "found": found}
    page |= {"unsent": "unsent" in request.GET, "sent": "sent" in request.GET}
    return render(request, "people/person.html", page)


def add(request):
    sheet = FormPage(request, forms.AddPersonForm, viewer=request.viewer)
    if sheet.is_complete:
        what = StaffChangeRequest(matter=StaffRequestMatter.POST, **sheet.form.post_details())
        email = sheet.cleaned_answers["email"]
        said = sheet.form.person_details()
        if sheet.attempt_act(acts.add_person, email=email, what=what, said=said):
            return _go_to_changed_person(sheet, what)
    return sheet.render_page("people/add.html")


def _go_to_changed_person(sheet, what):
    """The page after a change was made or asked for. Sends the e-mails it owes, after the act."""
    viewer = sheet.viewer
    if what.is_unconfirmed:
        mail.send_post_offered(what.person, viewer.school, what.uid)
        return sheet.go_to_page("people_asked")
    if what.link_owed:
        return _send_link_and_redirect(what, viewer)
    return sheet.go_to_page("people_person", uid=what.person.uid)


def _asked_for(matter, viewer, **what):
    """The change that a page is about to ask for, not saved: what it needs is asked of it."""
    return StaffChangeRequest(
        matter=matter, school=viewer.school, by=viewer.person, at=viewer.now, **what
    )


def change(request, uid):
    viewer = request.viewer
    person = queries.get_staff_member(viewer, uid)
    now = {name: getattr(person, name) for name in ("email", *forms.PersonForm.SAID)}
    theirs = person.works_elsewhere(viewer.school, viewer.todays_date)
    sheet = FormPage(request, forms.PersonForm, initial=now, name_is_theirs=theirs)
    if sheet.is_complete:
        email = sheet.cleaned_answers["email"]
        said = sheet.form.person_details()
        if sheet.attempt_act(acts.change_person, person=person, email=email, said=said):
            return sheet.go_to_page("people_person", uid=uid)
    what = _asked_for(StaffRequestMatter.EMAIL, viewer, person=person)
    approver = what.approver_words(viewer.todays_date)
    page = {"approver": approver, "name_is_theirs": theirs}
    return sheet.render_page("people/change.html", person=person, **page)


def give(request, uid):
    person = queries.get_staff_member(request.viewer, uid)
    sheet = FormPage(request, forms.GivePostForm, viewer=request.viewer)
    if sheet.is_complete:
        what = StaffChangeRequest(
            matter=StaffRequestMatter.POST, person=person, **sheet.form.post_details()
        )
        if sheet.attempt_act(acts.change, what=what):
            return _go_to_changed_person(sheet, what)
    return sheet.render_page("people/give.html", person=person)


def end(request, uid):
    post = queries.get_current_post(request.viewer, uid)
    sheet = FormPage(request, forms.EndPostForm, initial={"until": request.viewer.todays_date})
    if sheet.is_complete and sheet.attempt_act(
        acts.end_post, post=post, until=sheet.cleaned_answers["until"]
    ):
        return sheet.go_to_page("people_person", uid=post.person.uid)
    return sheet.render_page("people/end.html", post=post, person=post.person)


def family(request, uid):
    viewer = request.viewer
    person = queries.get_staff_member(viewer, uid)
    what = _asked_for(StaffRequestMatter.RELATED, viewer, person=person)
    sheet, child = _read_family_sheet(request)
    if child:
        what.child = child
        what.how = sheet.cleaned_answers["how"]
        if sheet.attempt_act(acts.change, what=what):
            return sheet.go_to_page("people_person", uid=uid)
    waits = what.approval_sentence(viewer)
    return sheet.render_page("people/family.html", person=person, waits=waits)


def own(request):
    """The pupils who are the viewer's own family."""
    viewer = request.viewer
    sheet, child = _read_family_sheet(request)
    if child and sheet.attempt_act(acts.say_family, child=child, how=sheet.cleaned_answers["how"]):
        return sheet.go_to_page("people_own")
    mine = {
        "families": queries.list_own_families(viewer),
        "waiting": queries.list_own_requests(viewer),
        "offered": queries.list_offered_posts(viewer),
    }
    return sheet.render_page("people/own.html", **mine)


def _read_family_sheet(request):
    """The page that finds a pupil, and the pupil chosen; None until the form is complete."""
    viewer = request.viewer
    looks = request.POST.get("do") == "find"
    found = pickers.find_children_to_pick(viewer, request.POST.get("find", ""))[0]
    chosen = queries.get_pupil_or_none(viewer, parse_uuid(request.POST.get("child", "")))
    if chosen and chosen not in found:
        found = [chosen, *found]
    offered = pickers.children_as_choices(viewer, found)
    sheet = FormPage(request, forms.FamilyForm, found=offered)
    return sheet, chosen if not looks and sheet.is_complete else None


def unrelate(request, uid):
    viewer = request.viewer
    relation = queries.get_current_relation(viewer, uid)
    who = {"person": relation.person, "child": relation.child}
    what = _asked_for(StaffRequestMatter.UNRELATED, viewer, **who)
    label = "They are not, or no longer, family of this pupil"
    sheet = FormPage(request, forms.ConfirmationForm, label=label, press="Take it back")
    if sheet.is_complete and sheet.attempt_act(acts.change, what=what):
        return sheet.go_to_page("people_person", uid=relation.person.uid)
    waits = what.approval_sentence(viewer)
    return sheet.render_page(
        "people/unrelate.html", relation=relation, person=relation.person, waits=waits
    )


def invite(request, uid):
    """Sends a link to choose a password, the first one or a new one."""
    viewer = request.viewer
    person = queries.get_staff_member(viewer, uid)
    first = not person.has_usable_password()
    what = _asked_for(StaffRequestMatter.PASSWORD, viewer, person=person)
    label = "This is their own address, and I know that they asked for this themselves"
    sheet = FormPage(request, forms.ConfirmationForm, label=label, press="Send the link")
    if sheet.is_complete and sheet.attempt_act(acts.change, what=what):
        return _go_to_changed_person(sheet, what)
    waits = what.approval_sentence(viewer)
    return sheet.render_page("people/invite.html", person=person, first=first, waits=waits)


def invitations(request):
    """Who has not signed in yet, invited when, and a form to invite many of them at once."""
    viewer = request.viewer
    rows = list_not_signed_in(viewer)
    sheet = FormPage(request, forms.InviteManyForm, rows=rows)
    if sheet.is_complete:
        chosen = set(sheet.cleaned_answers["people"])
        people = [row.person for row in rows if str(row.person.uid) in chosen]
        if sheet.attempt_act(acts.invite_many, people=people):
            return sheet.go_to_page("people_invited", uid=sheet.result.uid)
    return sheet.render_page(
        "people/invitations.html",
        others=[row for row in rows if not row.may_be_invited],
        able=any(row.may_be_invited for row in rows),
        batches=list_invitation_batches(viewer),
        no_mail=not mail.is_mail_configured(),
    )


def invited(request, uid):
    """How far the invitations are that were asked for at once. Can be left and come back to."""
    progress = queries.read_invitation_batch(request.viewer, uid)
    return render(request, "people/invited.html", {"progress": progress})


def lost_factor(request, uid):
    """Asks for a lost second factor to be removed. A second person answers, never one alone."""
    viewer = request.viewer
    person = queries.get_staff_member(viewer, uid)
    what = _asked_for(StaffRequestMatter.FACTOR, viewer, person=person)
    label = "They told me themselves that it is lost, and I know that it was them"
    sheet = FormPage(request, forms.ConfirmationForm, label=label, press="Ask for it to be removed")
    if sheet.is_complete and sheet.attempt_act(acts.change, what=what):
        return _go_to_changed_person(sheet, what)
    return sheet.render_page("people/lost_factor.html", person=person)


def _send_link_and_redirect(what, viewer):
    """Sends the mail, after the act. If it fails, the page says so and nothing is undone."""
    if what.matter == StaffRequestMatter.FACTOR:
        said = "Your second factor was removed"
        mail.send_about_factor(what.person, what.school, said, viewer.todays_date)
    if what.old_address:
        mail.send_address_changed(what.person, what.old_address, what.school, viewer.todays_date)
    arrived = mail.send_password_link(
        what.person, what.school, what.link_owed, unlinked=what.has_unlinked
    )
    response = redirect("people_person", uid=what.person.uid)
    response["Location"] += "?sent" if arrived else "?unsent"
    return response


def asked(request):
    waiting, answered = queries.list_staff_requests(request.viewer)
    page = {"waiting": waiting, "answered": answered, "what_waits": WHAT_WAITS}
    page["said"] = queries.list_self_declared_family(request.viewer)
    return render(request, "people/asked.html", page)


def answer(request, uid):
    viewer = request.viewer
    what = queries.get_staff_request(viewer, uid)
    sheet = FormPage(request, forms.ApprovalForm)
    if sheet.is_complete:
        yes = sheet.cleaned_answers["answer"] == forms.ApprovalAnswer.YES
        if sheet.attempt_act(
            acts.answer, asked=what, approved=yes, why=sheet.cleaned_answers["why"]
        ):
            if what.link_owed:
                return _send_link_and_redirect(what, viewer)
            return sheet.go_to_page("people_asked")
    return sheet.render_page(
        "people/answer.html",
        asked=what,
        why_not=what.why_may_not_answer(viewer),
        part=queries.describe_asked_part(viewer, what),
    )


def confirm(request, uid):
    """Somebody who works in another school says whether they work in the one that asked too."""
    asked = queries.get_offered_post(request.viewer, uid)
    there = queries.viewer_for_offered_post(asked, request.viewer.now)
    sheet = FormPage(request, forms.PostConfirmationForm)
    if sheet.is_complete:
        accepted = sheet.cleaned_answers["answer"] == forms.PostConfirmationAnswer.YES

        def confirm_there(*, by, **given):
            return acts.confirm_post(**given | {"by": there})

        if sheet.attempt_act(confirm_there, asked=asked, accepted=accepted):
            if asked.link_owed:
                mail.send_password_link(
                    asked.person, asked.school, asked.link_owed, unlinked=asked.has_unlinked
                )
            return sheet.go_to_page("people_own")
    return sheet.render_page("people/confirm.html", asked=asked)


def leave(request, uid):
    viewer = request.viewer
    leaver = queries.get_person_leaving(viewer, uid)
    person = leaver.person
    able = queries.list_successors(viewer, person)
    needed = leaver.needs_successor
    asks = needed or (leaver.decides and not leaver.told)
    sheet = FormPage(
        request, forms.LeaveForm, today=viewer.todays_date, able=able, asks=asks, needed=needed
    )
    if sheet.is_complete:
        to = able.get(sheet.cleaned_answers.get("to", ""))
        if sheet.attempt_act(acts.leave, person=person, last=sheet.cleaned_answers["last"], to=to):
            return sheet.go_to_page("people_person", uid=uid)
    return sheet.render_page("people/leave.html", person=person, leaver=leaver)


def covers(request):
    """Who acts as the lead now, the current and planned cover, and a form to add one."""
    viewer = request.viewer
    able = queries.list_leads_by_uid(viewer)
    whose = queries.list_who_may_be_away(viewer)
    sheet = FormPage(
        request, forms.StaffCoverForm, today=viewer.todays_date, whose=whose, able=able
    )
    if sheet.is_complete:
        said = {name: sheet.cleaned_answers[name] for name in ("kind", "since", "until")}
        people = {"person": whose.get(sheet.cleaned_answers["person"])}
        people["stands_in"] = able.get(sheet.cleaned_answers["stands_in"])
        what = Cover(**said, **people, weekdays="".join(sorted(sheet.cleaned_answers["weekdays"])))
        if sheet.attempt_act(acts.say_cover, cover=what):
            return sheet.go_to_page("people_covers")
    return sheet.render_page(
        "people/covers.html",
        covers=queries.list_covers(viewer),
        acting=queries.find_acting_leads(viewer),
    )


def uncover(request, uid):
    cover = queries.get_current_cover(request.viewer, uid)
    label = "This is wrong, or no longer true"
    sheet = FormPage(request, forms.ConfirmationForm, label=label, press="Remove it")
    if sheet.is_complete and sheet.attempt_act(acts.end_cover, cover=cover):
        return sheet.go_to_page("people_covers")
    return sheet.render_page("people/uncover.html", cover=cover)


def upload(request):
    form = forms.StaffUploadForm.from_request(request)
    if form.is_valid():
        viewer = request.viewer
        file = acts.upload(by=viewer, now=viewer.now, **form.act_arguments)
        return redirect("people_file", file.uid)
    page = {"form": form, "what_waits": WHAT_WAITS}
    return render(request, "people/upload.html", page, status=422 if form.is_bound else 200)


def file(request, uid):
    """Previews what the file would do to the staff as they are now, and imports it as shown."""
    viewer = request.viewer
    found = queries.get_staff_file(viewer, uid)
    reading = queries.read_staff_table(viewer, found)
    given = request.POST if request.method == "POST" else request.GET
    columns = forms.StaffColumnsForm(reading.table.headings, reading.guess, given)
    mapping = columns.column_mapping
    page = {"file": found, "reading": reading, "columns": columns}
    page["file_columns"] = reading.columns_with_examples(columns.chosen_columns)
    if not mapping:
        return render(request, "people/file.html", page, status=422)
    lines = queries.read_lines_of_file(viewer, reading.table, mapping, given.getlist("person"))
    if request.method == "POST":
        said = {"lines": lines.to_import, "columns": reading.columns_to_keep(mapping)}
        said["seen"] = given.get("seen", "")
        try:
            done = acts.bring_file(by=viewer, file=found, now=viewer.now, **said)
            return _send_mail_of_file(viewer, done)
        except ActRefused as why:
            page["refused"] = why.words
    page["lines"] = lines
    page["plan"] = preview_staff_import(viewer, viewer.now, lines.to_import)
    return render(request, "people/file.html", page, status=409 if "refused" in page else 200)


def _send_mail_of_file(viewer, done):
    """Sends what an imported file owes, after the act, and goes to the list of staff."""
    new = PasswordLinkKind.INVITATION
    arrived = [
        mail.send_password_link(person, viewer.school, new, unlinked=person in done.unlinked)
        for person in done.links
    ]
    for asked in done.asked:
        if asked.is_unconfirmed:
            mail.send_post_offered(asked.person, viewer.school, asked.uid)
    response = redirect("people")
    if not all(arrived):
        response["Location"] += "?unsent"
    return response


@sensitive_post_parameters("password", "again")
def password(request):
    """Sets the password of the account that a link is for. No sign-in needed, only the link."""
    link = request.GET.get("link", "")
    pressed = request.method == "POST"
    person = password_links.person_of_password_link(link)
    if person is None:
        if not ratelimit.consume(request, action="wrong_password_link"):
            return render(request, "429.html", status=429)
        return render(request, "people/ended.html", status=410 if link else 404)
    form = forms.PasswordForm(request.POST if pressed else None, person=person)
    if pressed and form.is_valid():
        by = queries.viewer_for_invitation(person, timezone.now())
        chosen = form.cleaned_data["password"]
        said = {"link": link, "password": chosen}
        try:
            owner = acts.choose_password(by=by, person=person, now=by.now, **said)
        except ActRefused:
            return render(request, "people/ended.html", status=410)
        response = render(request, "people/chosen.html")
        # The marks of their old password have ended, and somebody may be guessing at the new one.
        known_browser.remember_browser(request, response, owner)
        told = functools.partial(mail.send_password_changed, owner, by.school, by.todays_date)
        run_after_response(response, told)
        return response
    return render(request, "people/password.html", {"form": form}, status=422 if pressed else 200)

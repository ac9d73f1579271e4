"""The start page, and the pages about staff, their absences, the staff file and passwords."""

from allauth.core import ratelimit
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from concerns.asking.asked import as_uid
from concerns.doors import mail
from concerns.doors.act import Refused
from concerns.doors.sheet import Sheet
from concerns.models import Asked, Cover
from concerns.models.brought import foreseen
from concerns.people import acts, forms, queries
from concerns.rules.roles import May
from concerns.rules.staffing import Matter

# The start page: the first of these that the person may open.
LANDINGS = (
    ("audit", May.AUDIT), ("triage", May.READ), ("adult", May.ADULT), ("roll", May.ROLL),
    ("submit", May.SUBMIT),
)  # fmt: skip


def home(request):
    """Redirects to the person's start page, such as a lead's queue or a head's audit."""
    return redirect(next(room for room, power in LANDINGS if request.viewer.may(power)))


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
    viewer, after = request.viewer, request.GET.get("after")
    if after and not as_uid(after):
        raise Http404
    left, find = "left" in request.GET, request.POST.get("find", "").strip()
    if find:
        rows, more = queries.called(viewer, find), False
    else:
        rows, more = queries.staff(viewer, left=left, after=as_uid(after) if after else None)
    page = {"rows": rows, "left": left, "find": find, "later": after}
    page["more"] = rows[-1].person.uid if more else ""
    page["waiting"] = len(queries.asked(viewer)[0])
    return render(request, "people/staff.html", page)


def person(request, uid):
    found = queries.person(request.viewer, uid)
    page = {"person": found, "unsent": "unsent" in request.GET, "sent": "sent" in request.GET}
    return render(request, "people/person.html", page)


def add(request):
    sheet = Sheet(request, forms.AddForm, viewer=request.viewer)
    if sheet.whole:
        what = Asked(matter=Matter.POST, **sheet.form.post())
        email, said = sheet.said["email"], sheet.form.said()
        if sheet.does(acts.add_person, email=email, what=what, said=said):
            return sheet.onward("people_person", uid=what.person.uid)
    return sheet.page("people/add.html")


def change(request, uid):
    person = queries.one(request.viewer, uid)
    now = {name: getattr(person, name) for name in ("email", *forms.PersonForm.SAID)}
    sheet = Sheet(request, forms.PersonForm, initial=now)
    if sheet.whole:
        email, said = sheet.said["email"], sheet.form.said()
        if sheet.does(acts.change_person, person=person, email=email, said=said):
            return sheet.onward("people_person", uid=uid)
    return sheet.page("people/change.html", person=person)


def give(request, uid):
    person = queries.one(request.viewer, uid)
    sheet = Sheet(request, forms.PostForm, viewer=request.viewer)
    if sheet.whole:
        what = Asked(matter=Matter.POST, person=person, **sheet.form.post())
        if sheet.does(acts.change, what=what):
            return sheet.onward("people_person", uid=uid)
    return sheet.page("people/give.html", person=person)


def end(request, uid):
    post = queries.post(request.viewer, uid)
    sheet = Sheet(request, forms.EndForm, initial={"until": request.viewer.today})
    if sheet.whole and sheet.does(acts.end_post, post=post, until=sheet.said["until"]):
        return sheet.onward("people_person", uid=post.person.uid)
    return sheet.page("people/end.html", post=post, person=post.person)


def family(request, uid):
    person = queries.one(request.viewer, uid)
    sheet, child = _pupil(request)
    if child:
        said = {"person": person, "child": child, "how": sheet.said["how"]}
        if sheet.does(acts.change, what=Asked(matter=Matter.RELATED, **said)):
            return sheet.onward("people_person", uid=uid)
    return sheet.page("people/family.html", person=person)


def own(request):
    """The pupils who are the viewer's own family."""
    viewer = request.viewer
    sheet, child = _pupil(request)
    if child and sheet.does(acts.say_family, child=child, how=sheet.said["how"]):
        return sheet.onward("people_own")
    mine = {"families": queries.own_families(viewer), "waiting": queries.own_waiting(viewer)}
    return sheet.page("people/own.html", **mine)


def _pupil(request):
    """The page that finds a pupil, and the pupil chosen; None until the form is complete."""
    viewer, looks = request.viewer, request.POST.get("do") == "find"
    found = queries.found(viewer, request.POST.get("find", ""))[0]
    chosen = queries.pupil(viewer, as_uid(request.POST.get("child", "")))
    if chosen and chosen not in found:
        found = [chosen, *found]
    sheet = Sheet(request, forms.FamilyForm, found=found)
    return sheet, chosen if not looks and sheet.whole else None


def unrelate(request, uid):
    relation = queries.relation(request.viewer, uid)
    said = {"label": "They are not, or no longer, family of this pupil", "press": "Take it back"}
    sheet = Sheet(request, forms.SureForm, **said)
    if sheet.whole:
        who = {"person": relation.person, "child": relation.child}
        if sheet.does(acts.change, what=Asked(matter=Matter.UNRELATED, **who)):
            return sheet.onward("people_person", uid=relation.person.uid)
    return sheet.page("people/unrelate.html", relation=relation, person=relation.person)


def invite(request, uid):
    """Sends a link to choose a password, the first one or a new one."""
    viewer = request.viewer
    person = queries.person(viewer, uid)
    first = not person.has_usable_password()
    label = "This is their own address, and I know that it is they who ask"
    sheet = Sheet(request, forms.SureForm, label=label, press="Send the link")
    if sheet.whole:
        what = Asked(matter=Matter.PASSWORD, person=person)
        if sheet.does(acts.change, what=what):
            return _sent(what, viewer) if what.pk is None else redirect("people_person", uid=uid)
    return sheet.page("people/invite.html", person=person, first=first)


def _sent(what, viewer):
    """Sends the mail, after the act. If it fails, the page says so and nothing is undone."""
    arrived = mail.send_link(what.person, viewer.school)
    response = redirect("people_person", uid=what.person.uid)
    response["Location"] += "?sent" if arrived else "?unsent"
    return response


def asked(request):
    waiting, answered = queries.asked(request.viewer)
    page = {"waiting": waiting, "answered": answered}
    page["said"] = queries.said_themselves(request.viewer)
    return render(request, "people/asked.html", page)


def answer(request, uid):
    viewer = request.viewer
    what = queries.one_asked(viewer, uid)
    sheet = Sheet(request, forms.AnswerForm)
    if sheet.whole:
        yes = sheet.said["answer"] == forms.Said.YES
        if sheet.does(acts.answer, asked=what, approved=yes, why=sheet.said["why"]):
            if yes and what.matter == Matter.PASSWORD:
                return _sent(what, viewer)
            return sheet.onward("people_asked")
    return sheet.page("people/answer.html", asked=what, why_not=what.why_not(viewer))


def leave(request, uid):
    viewer = request.viewer
    person = queries.to_leave(viewer, uid)
    able, holds = queries.able(viewer, person), bool(person.has or person.owes)
    sheet = Sheet(request, forms.LeaveForm, today=viewer.today, able=able, holds=holds)
    if sheet.whole:
        to = able.get(sheet.said.get("to", ""))
        if sheet.does(acts.leave, person=person, last=sheet.said["last"], to=to):
            return sheet.onward("people_person", uid=uid)
    return sheet.page("people/leave.html", person=person)


def covers(request):
    """Who acts as the lead now, the current and planned cover, and a form to add one."""
    viewer = request.viewer
    able, whose = queries.leads(viewer), queries.absent(viewer)
    sheet = Sheet(request, forms.CoverForm, today=viewer.today, whose=whose, able=able)
    if sheet.whole:
        said = {name: sheet.said[name] for name in ("kind", "since", "until")}
        people = {"person": whose.get(sheet.said["person"])}
        people["stands_in"] = able.get(sheet.said["stands_in"])
        what = Cover(**said, **people, weekdays="".join(sorted(sheet.said["weekdays"])))
        if sheet.does(acts.say_cover, cover=what):
            return sheet.onward("people_covers")
    known = {"covers": queries.covers(viewer), "acting": queries.acting(viewer)}
    return sheet.page("people/covers.html", **known)


def uncover(request, uid):
    cover = queries.cover(request.viewer, uid)
    said = {"label": "This is not so, or no longer", "press": "Take it away"}
    sheet = Sheet(request, forms.SureForm, **said)
    if sheet.whole and sheet.does(acts.end_cover, cover=cover):
        return sheet.onward("people_covers")
    return sheet.page("people/uncover.html", cover=cover)


def upload(request):
    viewer, posted = request.viewer, request.method == "POST"
    form = forms.FileForm(*((request.POST, request.FILES) if posted else ()), today=viewer.today)
    if posted and form.is_valid():
        content, rows = form.cleaned_data["file"], len(form.lines)
        file = acts.upload(by=viewer, content=content, rows=rows, now=viewer.now)
        return redirect("people_file", file.uid)
    return render(request, "people/upload.html", {"form": form}, status=422 if posted else 200)


def file(request, uid):
    """Previews what the file would do to the staff as they are now, and imports it as shown."""
    viewer, refused = request.viewer, ""
    found = queries.file(viewer, uid)
    lines = queries.read(found.content, viewer.today)
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        try:
            acts.bring_file(by=viewer, file=found, lines=lines, seen=seen, now=viewer.now)
            return redirect("people")
        except Refused as why:
            refused = why.words
    plan = foreseen(viewer, viewer.now, [line for line in lines if not line.wrong])
    page = {"file": found, "plan": plan, "left_out": [line for line in lines if line.wrong]}
    page["refused"] = refused
    return render(request, "people/file.html", page, status=409 if refused else 200)


@sensitive_post_parameters("password", "again")
def password(request):
    """Sets the password of the account that a link is for. No sign-in needed, only the link."""
    link, pressed = request.GET.get("link", ""), request.method == "POST"
    if not ratelimit.consume(request, action="reset_password_from_key"):
        return render(request, "429.html", status=429)
    person = mail.whose(link)
    if person is None:
        return render(request, "people/ended.html", status=410 if link else 404)
    form = forms.PasswordForm(request.POST if pressed else None, person=person)
    if pressed and form.is_valid():
        by, chosen = queries.invited(person, timezone.now()), form.cleaned_data["password"]
        try:
            acts.choose_password(by=by, person=person, link=link, password=chosen, now=by.now)
        except Refused:
            return render(request, "people/ended.html", status=410)
        return render(request, "people/chosen.html")
    return render(request, "people/password.html", {"form": form}, status=422 if pressed else 200)

"""Pages of children who leave: everybody, one child, and the steps for their file."""

from django.http import FileResponse, HttpResponse
from django.shortcuts import render

from concerns.doors import attachments
from concerns.doors.form_page import FormPage
from concerns.leaving import acts, queries
from concerns.leaving.forms import (
    DepartureForm,
    HomeEducationForm,
    PackageForm,
    ReceiptForm,
    SendFileForm,
)
from concerns.models.child.child_package import delete_package_file, path_of_package
from concerns.paper import child_package
from concerns.rules.child_package import ONLY_WHAT_YOU_READ

ZIP = "application/zip"


def home(request):
    return render(request, "leaving/home.html", {"page": queries.read_leavers(request.viewer)})


def child(request, uid):
    """Where a child goes, or went, and what was recorded of their file."""
    viewer = request.viewer
    found = queries.get_child_to_change(viewer, uid)
    sheet = FormPage(request, DepartureForm, today=viewer.todays_date, left=found.left)
    if sheet.is_complete and sheet.attempt_act(acts.leave, child=found, **sheet.form.act_arguments):
        return sheet.go_to_page("leaving_child", uid=uid)
    return sheet.render_page("leaving/child.html", leaving=queries.read_child_leaving(viewer, uid))


def _show_step_form(request, uid, form, act, template, **given):
    step = queries.get_step_of_leaving(request.viewer, uid)
    sheet = FormPage(request, form, **given)
    if sheet.is_complete and sheet.attempt_act(act, step=step, **sheet.form.act_arguments):
        return sheet.go_to_page("leaving")
    leaving = queries.read_step_of_leaving(request.viewer, step)
    return sheet.render_page(template, concern=step.concern, step=step, leaving=leaving)


def send(request, uid):
    given = {"now": request.viewer.now}
    return _show_step_form(request, uid, SendFileForm, acts.send_on, "leaving/step.html", **given)


def receipt(request, uid):
    given = {"now": request.viewer.now}
    return _show_step_form(
        request, uid, ReceiptForm, acts.confirm_receipt, "leaving/step.html", **given
    )


def home_education(request, uid):
    return _show_step_form(
        request, uid, HomeEducationForm, acts.answer_home_education, "leaving/step.html"
    )


def package(request, uid):
    """Makes an encrypted package of a child's file for another school. The page that answers shows
    its passphrase, once."""
    viewer = request.viewer
    found = queries.get_child_to_change(viewer, uid)
    preview = child_package.preview_package(viewer, uid, request.POST.get("also", ""))
    place = queries.find_place_of_leaving(viewer, found)
    sheet = FormPage(request, PackageForm, preview=preview, place=place)
    built = _build_package(sheet, uid) if sheet.is_complete else None
    if built and sheet.attempt_act(
        acts.make_package,
        child=found,
        built=built,
        recipient=sheet.cleaned_answers["recipient"],
        reason=sheet.cleaned_answers["reason"],
    ):
        step = queries.find_sending_step(viewer, found)
        made = {"made": sheet.result, "passphrase": built.passphrase, "step": step}
        made |= {"child": found, "whole": ONLY_WHAT_YOU_READ}
        return render(request, "leaving/package_made.html", made)
    if built:
        delete_package_file(built.uid)
    return sheet.render_page(
        "leaving/package.html", preview=preview, child=found, whole=ONLY_WHAT_YOU_READ
    )


def _build_package(sheet, uid):
    """The package that the form asks for; None, with the reason on the form, if there is none."""
    if sheet.finds_unseen_words():
        return None
    try:
        return child_package.build_package(sheet.viewer, uid, sheet.form.package_choice)
    except child_package.PackageRefused as refused:
        sheet.form.add_error(None, refused.words)
        return None


def package_file(request, uid):
    """The archive, for whoever made it. Its name says nothing of the child."""
    attachments.require_reading(request)
    found = queries.get_own_package(request.viewer, uid)
    if request.method == "HEAD":
        # Nothing is taken out: not every server keeps back the body of an answer to HEAD.
        return HttpResponse(content_type=ZIP)
    try:
        file = path_of_package(found.uid).open("rb")
    except FileNotFoundError:
        return render(request, "leaving/package_gone.html", {"package": found}, status=410)
    queries.record_package_download(request.viewer, found)
    name = f"package-{found.uid.hex[:8]}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type=ZIP)

"""Pages of children who leave: everybody, one child, and the steps for their file."""

from django.shortcuts import render

from concerns.doors.form_page import FormPage
from concerns.leaving import acts, queries
from concerns.leaving.forms import DepartureForm, HomeEducationForm, ReceiptForm, SendFileForm


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

"""Pages to record conversations, referrals with what becomes of them, and meetings."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse

from concerns.doors import sight
from concerns.doors.form_draft import FormDraft
from concerns.doors.form_page import MOVED_ON, FormPage, redirect_to_next, status_of_forms
from concerns.forms.base_form import PostedFields
from concerns.forms.coming_meeting_form import ComingMeetingForm, MeetingChangeForm
from concerns.forms.meeting_form import MeetingForm
from concerns.paper import package_pdf
from concerns.paper.attachment_reading import add_posted_files, build_files_form
from concerns.refer import acts, queries
from concerns.refer.forms import (
    PDF,
    AcknowledgeForm,
    ChallengeForm,
    ChaseCallForm,
    ConversationForm,
    NotReferredAgainForm,
    ParentsNotToldForm,
    ReferralAnswerForm,
    ReferralPackForm,
    SchoolViewForm,
    SendReferralForm,
    SettleForm,
    WithdrawForm,
)
from concerns.rules.lifecycle import ReferralStage

# The form and the act of each page of a referral, by URL name.
ASKED = {
    "refer_send": (SendReferralForm, acts.send),
    "refer_acknowledge": (AcknowledgeForm, acts.acknowledge),
    "refer_chase": (ChaseCallForm, acts.chase),
    "refer_answer": (ReferralAnswerForm, acts.hear_back),
    "refer_view": (SchoolViewForm, acts.give_view),
    "refer_challenge": (ChallengeForm, acts.give_view),
    "refer_settle": (SettleForm, acts.settle),
    "refer_withdraw": (WithdrawForm, acts.withdraw),
}
# The form offered at each stage, by URL name. An agency may change its mind: an answer may follow
# an answer; a withdrawn referral stays withdrawn.
FITS = {
    ReferralStage.TO_SEND: "refer_send",
    ReferralStage.SENT: "refer_answer",
    ReferralStage.ACKNOWLEDGED: "refer_answer",
    ReferralStage.ANSWERED: "refer_view",
    ReferralStage.CHALLENGED: "refer_answer",
    ReferralStage.SETTLED: "refer_answer",
    ReferralStage.AGREED: "refer_answer",
    ReferralStage.WITHDRAWN: "refer_withdraw",
}


def speak(request, uid):
    viewer = request.viewer
    concern, rows = queries.get_concern_and_children(viewer, uid)
    # Set where one came from a pack that lacks consent, to which one goes back.
    pack_of, child = (sight.read_uid_in_address(request, name) for name in ("pack", "child"))
    where = {"path": request.get_full_path(), "saved_under": request.path}
    sheet = FormPage(request, ConversationForm, **where, now=viewer.now, rows=rows)
    if sheet.is_complete and sheet.attempt_act(
        acts.speak, concern=concern, **sheet.form.act_arguments
    ):
        if pack_of and child and not sheet.is_followed_by_files:
            return redirect_to_next(request, "refer_pack", f"?child={child}", uid=pack_of)
        return _go_on(sheet, "triage_read", uid)
    return sheet.render_page("refer/speak.html", **queries.read_conversations_page(viewer, uid))


def untold(request, uid):
    viewer = request.viewer
    concern, _ = queries.get_concern_and_children(viewer, uid)
    sheet = FormPage(request, ParentsNotToldForm)
    if sheet.is_complete and sheet.attempt_act(
        acts.leave_untold, concern=concern, **sheet.cleaned_answers
    ):
        return sheet.go_to_page("triage_read", uid=uid)
    return sheet.render_page("refer/untold.html", **queries.read_conversations_page(viewer, uid))


def again(request, uid):
    viewer = request.viewer
    sheet = FormPage(request, NotReferredAgainForm)
    concern, _ = queries.get_concern_and_children(viewer, uid)
    if sheet.is_complete and sheet.attempt_act(
        acts.not_again, concern=concern, **sheet.cleaned_answers
    ):
        return sheet.go_to_page("triage_read", uid=uid)
    return sheet.render_page("refer/again.html", **queries.read_refer_again_page(viewer, uid))


def meet(request, uid):
    viewer = request.viewer
    concern, _ = queries.get_concern_and_children(viewer, uid)
    sheet = FormPage(
        request, MeetingForm, now=viewer.now, staff=queries.find_deciders_by_uid(viewer, concern)
    )
    if sheet.is_complete and sheet.attempt_act(
        acts.meet, concern=concern, met=sheet.form.meeting_answers
    ):
        return _go_on(sheet, "triage_read", uid)
    return sheet.render_page("refer/meet.html", **queries.read_meetings_page(viewer, uid))


def _go_on(sheet, to, uid):
    """To the page `to`; or first to that on which files are added to what was recorded."""
    if sheet.is_followed_by_files:
        return sheet.go_to_page("refer_files", uid=sheet.result.uid)
    return sheet.go_to_page(to, uid=uid)


def files(request, uid):
    """Files that came with a conversation, a meeting or what happened to a referral."""
    entry = queries.get_entry_for_files(request.viewer, uid)
    form = build_files_form(request)
    given = {"concern": entry.concern_of_entry, "entry": entry}
    if add_posted_files(request, form, acts.add_files, **given):
        there = reverse("triage_read", args=[entry.concern_of_entry.uid])
        return redirect(f"{there}#files-{uid}")
    page = {"form": form, **queries.read_page_of_files(request.viewer, entry)}
    return render(request, "refer/files.html", page, status=status_of_forms(form))


def plan(request, uid):
    viewer = request.viewer
    concern, _ = queries.get_concern_and_children(viewer, uid)
    staff = queries.find_deciders_by_uid(viewer, concern)
    sheet = FormPage(request, ComingMeetingForm, now=viewer.now, staff=staff)
    if sheet.is_complete and sheet.attempt_act(
        acts.plan_meeting, concern=concern, coming=sheet.form.coming_meeting_answers
    ):
        return sheet.go_to_page("triage_read", uid=uid)
    return sheet.render_page("refer/plan.html", **queries.read_meetings_page(viewer, uid))


def change(request, uid):
    viewer = request.viewer
    coming = queries.get_coming_meeting(viewer, uid)
    sheet = FormPage(request, MeetingChangeForm, now=viewer.now)
    if sheet.is_complete and sheet.attempt_act(
        acts.change_meeting, coming=coming, **sheet.form.act_arguments
    ):
        return sheet.go_to_page("triage_read", uid=coming.concern.uid)
    page = queries.read_meetings_page(viewer, coming.concern.uid)
    return sheet.render_page("refer/change.html", coming=coming, **page)


def referral(request, uid):
    found = queries.get_referral_to_change(request.viewer, uid)
    return _show_call_page(request, found, FITS[found.current_stage])


def send(request, uid):
    return _show_call_page(
        request, queries.get_referral_to_change(request.viewer, uid), "refer_send"
    )


def chase(request, uid):
    return _show_call_page(
        request, queries.get_referral_to_change(request.viewer, uid), "refer_chase"
    )


def answer(request, uid):
    return _show_call_page(
        request, queries.get_referral_to_change(request.viewer, uid), "refer_answer"
    )


def view(request, uid):
    return _show_call_page(
        request, queries.get_referral_to_change(request.viewer, uid), "refer_view"
    )


def acknowledge(request, uid):
    return _show_referral_form(request, uid, "refer_acknowledge", "refer/event.html")


def challenge(request, uid):
    return _show_referral_form(request, uid, "refer_challenge", "refer/event.html")


def settle(request, uid):
    return _show_referral_form(request, uid, "refer_settle", "refer/event.html")


def withdraw(request, uid):
    return _show_referral_form(request, uid, "refer_withdraw", "refer/withdraw.html")


def pack(request, uid):
    """The pack for an agency: first a preview with what is not known, then (once pressed) the print
    itself, or a PDF of it."""
    found = queries.get_referral_to_change(request.viewer, uid)
    cover, given = ReferralPackForm.read_from_request(request)
    here = request.get_full_path()
    draft = FormDraft(request, here, pressed=given["made"])
    typed = PostedFields.from_post(request)
    unseen = given["made"] and draft.find_unseen_words(typed)
    # Words to cover that stand on another page are not left out of the pack: it is not made yet.
    given["made"] = given["made"] and not unseen
    given["left_out"] = typed.unique_uids("leave_out")
    as_pdf = given["made"] and request.POST.get("do") == PDF
    if as_pdf:
        given["what"] = "a pack for an agency, as a PDF"
    page = queries.read_referral_pack(request.viewer, found, request.GET.get("child", ""), **given)
    if draft.kept:
        cover = draft.fill_form(ReferralPackForm)
    if given["made"]:
        draft.end()
    cover.offer_siblings(page["siblings"])
    page |= {"cover": cover, "here": here, "draft": draft}
    if as_pdf and (pdf := _draw_pack(request, page)):
        return pdf
    page["no_pdf"] = as_pdf
    template = "refer/pack.html" if given["made"] else "refer/cover.html"
    return render(request, template, page, status=MOVED_ON if unseen else 200)


def _draw_pack(request, page) -> HttpResponse | None:
    """The pack as a PDF to be saved, whose name says nothing of the child; None if it cannot be
    drawn."""
    pdf = package_pdf.draw_pdf(render_to_string("refer/pack_pdf.html", page, request))
    if pdf is None:
        return None
    answer = HttpResponse(pdf, content_type="application/pdf")
    name = f"pack-{page['referral'].uid.hex[:8]}.pdf"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _show_referral_form(request, uid, name, page):
    """A page of its own for one form about a referral, for what happens more rarely than a call."""
    found = queries.get_referral_to_change(request.viewer, uid)
    sheet = _build_referral_sheet(request, found, name)
    if sheet.is_complete and sheet.attempt_act(
        ASKED[name][1], referral=found, **sheet.form.act_arguments
    ):
        return _go_on(sheet, "refer", uid)
    return sheet.render_page(page, **queries.read_referral_progress(request.viewer, found))


def _show_call_page(request, found, name):
    """The page of a referral to have open during a telephone call.

    It shows the form `name`, and beside it, while an answer is awaited, the form for a call that
    chases it.
    """
    sheet = _build_referral_sheet(request, found, name)
    if sheet.is_complete and sheet.attempt_act(
        ASKED[name][1], referral=found, **sheet.form.act_arguments
    ):
        return _go_on(sheet, "refer", found.uid)
    shown = queries.read_referral_call_page(request.viewer, found)
    if found.is_awaiting_agency or name == "refer_chase":
        fits = FITS[found.current_stage] if name == "refer_chase" else "refer_chase"
        other = _build_referral_sheet(request, found, fits, beside=True).prepare_for_concern(
            shown["concern"]
        )
        pair = (other, sheet) if name == "refer_chase" else (sheet, other)
        shown |= dict(zip(("main", "chase"), pair, strict=True))
    return sheet.render_page("refer/referral.html", **{"main": sheet, **shown})


def _build_referral_sheet(request, found, name, beside=False):
    given = {"now": request.viewer.now, "referral": found}
    if name == "refer_chase":
        given["rings"] = queries.find_number_to_ring(request.viewer, found)
    action = reverse(name, args=[found.uid])
    return FormPage(request, ASKED[name][0], path=action, beside=beside, **given)

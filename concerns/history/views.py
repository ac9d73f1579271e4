"""The pages by which a lead brings earlier records in from another system."""

from django.core import signing
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from concerns.doors import attachments, sight
from concerns.doors.act import ActRefused
from concerns.doors.form_page import status_of_forms
from concerns.doors.unsent_words import uid_of_page
from concerns.forms.attachment_form import AddFilesForm
from concerns.forms.base_form import parse_uuid
from concerns.history import acts, queries
from concerns.history.forms import (
    BringDocumentsForm,
    ConfirmHistoryForm,
    ConfirmPackageForm,
    HistoryColumnsForm,
    HistoryUploadForm,
    PackageUploadForm,
)
from concerns.models.child.child_package import delete_package_file
from concerns.paper import package_matching, package_receiving
from concerns.paper.attachment_reading import build_files_form, keep_posted_files
from concerns.paper.history_matching import count_lines_by_child
from concerns.paper.history_rows import guess_history_columns
from concerns.paper.package_reading import PackageUnreadable
from concerns.workflow.unconfirmed_files import UNCONFIRMED_KEPT_FOR_IN_WORDS

# Seconds for which an address may say what was brought in.
SAID_FOR = 120


def home(request):
    viewer = request.viewer
    form = HistoryUploadForm.from_request(request)
    if form.is_valid():
        file = acts.upload(by=viewer, now=viewer.now, **form.act_arguments)
        return redirect("history_file", file.uid)
    page = {
        "form": form,
        "waiting": queries.newest_own_upload(viewer),
        "imports": queries.list_own_imports(viewer),
        "kept_for": UNCONFIRMED_KEPT_FOR_IN_WORDS,
    }
    return render(request, "history/home.html", page, status=422 if form.is_bound else 200)


def file(request, uid):
    viewer = request.viewer
    if brought := queries.find_own_import(viewer, uid):
        return render(request, "history/brought.html", {"brought": brought})
    found = sight.get_one_or_404(viewer, queries.list_own_uploads(viewer), uid)
    table = queries.parse_history_table(found.content)
    posted = request.method == "POST"
    given = request.POST if posted else request.GET
    columns = HistoryColumnsForm(table.headings, guess_history_columns(table.headings), given)
    page = {"file": found, "table": table, "columns": columns}
    mapping = columns.column_mapping
    page["file_columns"] = queries.list_history_columns(table, columns.chosen_columns)
    if not mapping:
        return render(request, "history/file.html", page, status=422)
    plan = queries.build_history_plan(viewer, table, mapping)
    form = ConfirmHistoryForm(request.POST if posted else None, plan=plan)
    if posted and form.is_valid():
        return _bring_history(request, page, plan, form)
    return _render_history_preview(request, page, plan, form, status=422 if posted else 200)


def documents(request):
    """Documents, one for each child: those that wait, whose each is, and adding more."""
    viewer = request.viewer
    draft = uid_of_page(viewer.person, viewer.school, request.path)
    pressed = request.POST.get("do", "")
    if away := parse_uuid(request.POST.get("away", "")):
        attachments.remove_draft_files(viewer, draft, away)
        return redirect("history_documents")
    adding = build_files_form(request) if pressed == "add" else AddFilesForm((), pressed=False)
    if adding.is_valid() and keep_posted_files(viewer, adding, draft):
        return redirect("history_documents")
    page = {"adding": adding, "done": _read_what_was_done(request)}
    form = _build_documents_form(request, draft, page)
    if pressed == "bring":
        page["changed"] = "" if form.rows else acts.DOCUMENTS_CHANGED
        try:
            if form.is_valid():
                done = _bring_documents(viewer, draft, form)
                return redirect(f"{reverse('history_documents')}?done={done}")
        except ActRefused as refused:
            page["changed"] = refused.words
            form = _build_documents_form(request, draft, page)
        queries.record_children_named(viewer, form.named)
    status = 409 if page.get("changed") else status_of_forms(adding, form)
    return render(request, "history/documents.html", page, status=status)


def _build_documents_form(request, draft, page):
    """The form about what waits now, which is put into `page` with the files."""
    viewer = request.viewer
    files = attachments.list_draft_files(viewer, draft)
    rows = queries.list_waiting_documents(viewer, files)
    by_upn = queries.children_by_upn(viewer) if rows else {}
    pressed = request.POST.get("do") == "bring"
    form = BringDocumentsForm(request.POST if pressed else None, rows, by_upn)
    page |= {"files": files, "form": form}
    return form


def _read_what_was_done(request):
    """How many documents the press before this page brought in, and how many were here, as the
    signed address says. None if it says nothing, or if that was not just now."""
    salt = _salt_of_done(request.viewer)
    try:
        said = signing.loads(request.GET.get("done", ""), salt=salt, max_age=SAID_FOR)
    except signing.BadSignature:
        return None
    return dict(zip(("brought", "here"), said, strict=True))


def _salt_of_done(viewer):
    return f"documents brought in by {viewer.person.uid} {viewer.school.uid}"


def _bring_documents(viewer, draft, form):
    """What was done, signed for the address of the next page. Raises ActRefused."""
    given = {"draft": draft, "owners": form.owners, "now": viewer.now}
    brought, here = acts.bring_documents(by=viewer, **given)
    for file in here:
        attachments.remove_draft_files(viewer, draft, file)
    return signing.dumps((brought, len(here)), salt=_salt_of_done(viewer))


def _bring_history(request, page, plan, form):
    given = form.cleaned_data
    what = {"mapping": page["columns"].column_mapping, "source": given["source"]}
    try:
        acts.bring(
            by=request.viewer,
            file=page["file"],
            answers=form.answers,
            seen=given["seen"],
            now=request.viewer.now,
            **what,
        )
    except acts.HistoryChanged as moved:
        page["moved"] = moved.words
        again = ConfirmHistoryForm(plan=plan)
        return _render_history_preview(request, page, plan, again, status=409)
    except ActRefused as refused:
        form.with_error(refused.words)
        return _render_history_preview(request, page, plan, form, status=422)
    except Http404:
        # It was brought in by the same person meanwhile: its page says so.
        return redirect("history_file", page["file"].uid)
    return redirect("history_file", page["file"].uid)


def _render_history_preview(request, page, plan, form, *, status):
    queries.record_preview(request.viewer, plan)
    shown = queries.MOST_SHOWN
    page |= {
        "plan": plan,
        "form": form,
        "sample": [line for _, line in plan.matched[: queries.FIRST_ROWS]],
        "children": count_lines_by_child(plan.matched)[:shown],
        "more_children": max(0, plan.children - shown),
        "unmatched": plan.unmatched[:shown],
        "more_unmatched": max(0, len(plan.unmatched) - shown),
        "bad": plan.bad[:shown],
        "more_bad": max(0, len(plan.bad) - shown),
    }
    return render(request, "history/file.html", page, status=status)


def package(request, uid):
    """Uploads a package of a child's file that another school made."""
    viewer = request.viewer
    child = queries.get_child_for_package(viewer, uid)
    form = PackageUploadForm.from_request(request)
    kept = _keep_package(form) if form.is_valid() else None
    if form.uploaded:
        form.uploaded.forget()
    if kept:
        upload = acts.upload_package(by=viewer, child=child, now=viewer.now, **vars(kept))
        return redirect("history_package_file", upload.uid)
    page = {"form": form, "child": child}
    return render(request, "history/package.html", page, status=422 if form.is_bound else 200)


def _keep_package(form):
    """The package that was uploaded; None, with the reason on the form, if it is not kept."""
    passphrase = form.cleaned_data["passphrase"]
    try:
        return package_receiving.keep_uploaded_package(form.uploaded.archive, passphrase)
    except PackageUnreadable as wrong:
        form.add_error("passphrase" if wrong.is_passphrase else "archive", wrong.words)
        return None


def package_file(request, uid):
    """What a package that was uploaded holds; and bringing it in."""
    viewer = request.viewer
    if brought := queries.find_own_import(viewer, uid):
        return render(request, "history/brought.html", {"brought": brought})
    upload = queries.get_uploaded_package(viewer, uid)
    try:
        with package_receiving.open_kept_package(upload) as reader:
            return _show_package(request, upload, reader)
    except PackageUnreadable as gone:
        if queries.find_own_import(viewer, uid):
            # A second press: the first brought it in, and took the archive away.
            return redirect("history_package_file", uid)
        page = {"upload": upload, "gone": gone.words}
        return render(request, "history/package_file.html", page, status=410)


def _show_package(request, upload, reader):
    viewer = request.viewer
    plan = package_matching.plan_package(viewer, upload.child, reader.record)
    posted = request.method == "POST"
    form = ConfirmPackageForm(request.POST if posted else None, plan=plan)
    if posted and form.is_valid():
        try:
            _bring_package(viewer, upload, reader, plan, form)
        except (ActRefused, PackageUnreadable) as refused:
            form.add_error(None, refused.words)
        except Http404:
            # It was brought in by the same person meanwhile: its page says so.
            return redirect("history_package_file", upload.uid)
        else:
            delete_package_file(upload.uid)
            return redirect("history_package_file", upload.uid)
    queries.record_package_preview(viewer, upload)
    page = {"upload": upload, "plan": plan, "form": form}
    return render(request, "history/package_file.html", page, status=422 if posted else 200)


def _bring_package(viewer, upload, reader, plan, form):
    with package_receiving.keeping_files(viewer, upload, reader, plan) as attached:
        acts.bring_package(
            by=viewer,
            upload=upload,
            said=reader.record,
            attached=attached,
            is_same_child=bool(form.cleaned_data.get("same_child")),
            now=viewer.now,
        )


def record_files(request, uid):
    """The added files that came with an earlier record."""
    return render(
        request,
        "history/record_files.html",
        vars(queries.read_files_of_record(request.viewer, uid)),
    )


def attachment(request, uid):
    attachments.require_reading(request)
    found = queries.open_earlier_attachment(request.viewer, uid)
    return attachments.answer_with_file(request, found)

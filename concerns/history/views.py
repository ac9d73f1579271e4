"""The pages by which a lead brings earlier records in from another system."""

from django.http import Http404
from django.shortcuts import redirect, render

from concerns.doors import sight
from concerns.doors.act import ActRefused
from concerns.history import acts, queries
from concerns.history.forms import ConfirmHistoryForm, HistoryColumnsForm, HistoryUploadForm
from concerns.paper.history_matching import count_lines_by_child
from concerns.paper.history_rows import guess_history_columns


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

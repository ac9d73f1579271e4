"""Arranges earlier records: files of dated lines, brought in by the acts as the pages do."""

from concerns.history import acts, queries
from concerns.models import Child, HistoryImport, HistoryUpload, Viewer
from concerns.paper.csv_reading import decode_file
from concerns.paper.history_matching import HistoryPlan
from concerns.paper.history_rows import count_history_headings, guess_history_columns
from tests import factories

HEAD = "Surname,Forename,DOB,Date,Time,Reported by,Category,Incident,Action taken,Outcome\r\n"


def line_of(child: Child, words: str = "Came in without a coat.", when: str = "17/05/2021") -> str:
    """A row of a file with the headings of HEAD."""
    whose = f"{child.surname},{child.forename},{child.born:%d/%m/%Y}"
    return f'{whose},{when},,J. Marsh,Neglect,"{words}",Rang home,Coat given\r\n'


def upload_history(by: Viewer, *rows: str, head: str = HEAD, now=factories.NOW) -> HistoryUpload:
    content = (head + "".join(rows)).encode()
    text = decode_file(content, count_history_headings)
    return acts.upload(by=by, content=text, rows=len(rows), now=now)


def plan_upload(by: Viewer, file: HistoryUpload) -> tuple[HistoryPlan, dict[str, int]]:
    table = queries.parse_history_table(file.content)
    mapping = guess_history_columns(table.headings)
    return queries.build_history_plan(by, table, mapping), mapping


def bring_history(
    by: Viewer, *rows: str, head: str = HEAD, now=factories.NOW, answers=None
) -> HistoryImport:
    file = upload_history(by, *rows, head=head, now=now)
    plan, mapping = plan_upload(by, file)
    return acts.bring(
        by=by,
        file=file,
        mapping=mapping,
        source="OldSystem",
        answers=answers or {},
        seen=plan.plan_digest,
        now=now,
    )

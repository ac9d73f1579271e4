"""What the pages that bring earlier records in read: a file as a table, whose its lines are, and
what bringing it in does. Children are only those whose file the viewer reads."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from concerns.doors import page_subject, sight
from concerns.models import (
    Child,
    ChildName,
    DraftFile,
    EarlierAttachment,
    EarlierLine,
    EarlierRecord,
    HistoryImport,
    HistoryUpload,
    PackageUpload,
    Viewer,
)
from concerns.models.child.earlier_record import line_fingerprints
from concerns.paper.csv_reading import MOST_LINES_OF_NARRATIVE, CsvFileTable, read_table
from concerns.paper.document_matching import find_child_of_file
from concerns.paper.file_columns import FileColumn, list_file_columns
from concerns.paper.history_matching import (
    ChildMatcher,
    HistoryPlan,
    IsHere,
    KnownChild,
    NamesOfChild,
    folded_words,
    plan_history,
)
from concerns.paper.history_rows import (
    HISTORY,
    HistoryLine,
    count_history_headings,
    read_history_row,
)
from concerns.rules.kinds import Kind

FIRST_ROWS = 5
# How many items of each list a page shows; the rest is only counted.
MOST_SHOWN = 50
MOST_IMPORTS = 20


def list_own_imports(viewer: Viewer) -> list[HistoryImport]:
    return list(HistoryImport.objects.own_files(viewer).order_by("-id")[:MOST_IMPORTS])


def list_own_uploads(viewer: Viewer):
    return HistoryUpload.objects.own_files(viewer)


def newest_own_upload(viewer: Viewer) -> HistoryUpload | None:
    return list_own_uploads(viewer).defer("content").order_by("-id").first()


def find_own_import(viewer: Viewer, uid: UUID) -> HistoryImport | None:
    return HistoryImport.objects.own_files(viewer).filter(uid=uid).first()


def parse_history_table(content: str) -> CsvFileTable:
    """The text of a file of earlier records as a table. Raises NotATable."""
    return read_table(content, count_history_headings, MOST_LINES_OF_NARRATIVE)


def list_history_columns(table: CsvFileTable, mapping: Mapping[str, int]) -> list[FileColumn]:
    """Each column of the file, what it is read as, and its first values."""
    words = {column.key: column.words for column in HISTORY}
    return list_file_columns(table, mapping, words.__getitem__)


def build_history_plan(
    viewer: Viewer, table: CsvFileTable, mapping: Mapping[str, int]
) -> HistoryPlan:
    """What bringing the file in does, with the columns of `mapping`."""
    lines = (read_history_row(row, mapping, viewer.todays_date) for row in table.rows)
    matcher = ChildMatcher(list_children_with_names(viewer))
    return plan_history(lines, matcher, lines_here(viewer), cut_short=table.cut_short)


def lines_here(viewer: Viewer) -> IsHere:
    """Whether a child has a line already. One query, when this is called."""
    here = EarlierLine.objects.fingerprints_here(viewer)

    def is_here(child: KnownChild, line: HistoryLine) -> bool:
        found = line_fingerprints(viewer.school, Child(uid=child.uid), line.content)
        return not here.isdisjoint(found)

    return is_here


def list_children_with_names(viewer: Viewer) -> list[NamesOfChild]:
    """Each child whose file the viewer reads, those who left too, with every name they had. Two
    queries."""
    visible = Child.objects.with_file_for(viewer)
    former: dict[int, list[ChildName]] = defaultdict(list)
    for name in ChildName.objects.former_names().filter(child__in=visible.values("pk")):
        former[name.child_id].append(name)
    return [_names_of_child(child, former[child.pk]) for child in visible.in_picking_order()]


def _names_of_child(child: Child, former: Sequence[ChildName]) -> NamesOfChild:
    names = (child, *former)
    forenames = {folded_words(said) for name in names for said in (name.forename, name.known_as)}
    surnames = {folded_words(said) for name in names for said in (name.surname, name.known_surname)}
    nothing = frozenset({frozenset[str]()})
    return NamesOfChild(child, frozenset(forenames) - nothing, frozenset(surnames) - nothing)


@dataclass(frozen=True)
class WaitingDocument:
    """A file that waits to be brought in: the child whom its name describes (None if it is not
    sure, or nobody), and those whom it may."""

    file: DraftFile
    child: KnownChild | None
    offered: list[KnownChild]

    @property
    def is_of_unknown_child(self) -> bool:
        return not (self.child or self.offered)


def list_waiting_documents(viewer: Viewer, files: Sequence[DraftFile]) -> list[WaitingDocument]:
    """Those of `files` that are kept, and whose each is. Recorded: a page names these children."""
    kept = [file for file in files if not file.missing]
    matcher = ChildMatcher(list_children_with_names(viewer) if kept else [])
    rows = [WaitingDocument(file, *find_child_of_file(matcher, file.name)) for file in kept]
    named = [child for row in rows for child in (row.child, *row.offered) if child]
    record_children_named(viewer, named)
    return rows


def record_children_named(viewer: Viewer, named: Sequence[KnownChild]) -> None:
    """Record that the page of waiting documents names these children, if there are any."""
    if named:
        sight.record_reading(
            viewer,
            Kind.LISTED,
            reason="documents to be brought in",
            children=list(dict.fromkeys(child.uid for child in named)),
        )


def children_by_upn(viewer: Viewer) -> dict[str, Child]:
    """The children whose file the viewer reads, by their UPN."""
    found = Child.objects.with_file_for(viewer).exclude(upn="")
    return {child.upn: child for child in found}


def record_preview(viewer: Viewer, plan: HistoryPlan) -> None:
    """Record that a preview was shown, which names the children whom it is about or may be."""
    children = [child.uid for child, _ in plan.matched]
    children += [known.uid for one in plan.asked for known in one.offered]
    sight.record_reading(
        viewer,
        Kind.LISTED,
        reason="earlier records to be brought in",
        children=list(dict.fromkeys(children)),
    )


def get_child_for_package(viewer: Viewer, uid: UUID) -> Child:
    """The child whose package is uploaded. Not recorded: the act is. Raises Http404."""
    found = sight.get_one_or_404(viewer, Child.objects.with_file_for(viewer), uid)
    page_subject.note_child_of_page(found)
    return found


def get_uploaded_package(viewer: Viewer, uid: UUID) -> PackageUpload:
    """A package that the viewer uploaded and has not confirmed. Raises Http404."""
    rows = PackageUpload.objects.own_uploads(viewer).select_related("child", "school")
    found = sight.get_one_or_404(viewer, rows, uid)
    page_subject.note_child_of_page(found.child)
    return found


def record_package_preview(viewer: Viewer, upload: PackageUpload) -> None:
    """Record that what is in a package was shown, as a reading of the child's file."""
    of = [upload.child.uid]
    sight.record_reading(viewer, Kind.FILE, "a package", about=upload.uid, children=of)


@dataclass(frozen=True)
class FilesOfRecord:
    """An earlier record, and the added files that came with it."""

    record: EarlierRecord
    files: list[EarlierAttachment]


def read_files_of_record(viewer: Viewer, uid: UUID) -> FilesOfRecord:
    """The files of an earlier record. Recorded as a reading of the child's file. Raises Http404."""
    rows = EarlierRecord.objects.visible_to(viewer).select_related("child", "brought", "by")
    record = sight.get_one_or_404(viewer, rows, uid)
    of = [record.child.uid]
    sight.record_reading(viewer, Kind.FILE, "files of an earlier record", children=of)
    return FilesOfRecord(record, list(EarlierAttachment.objects.of_record(record)))


def open_earlier_attachment(viewer: Viewer, uid: UUID) -> EarlierAttachment:
    """A file that came with a package. Recorded. Raises Http404, also of one that was not kept."""
    rows = EarlierAttachment.objects.visible_to(viewer).filter(missing="")
    found = sight.get_one_or_404(viewer, rows.select_related("child", "school"), uid)
    of = [found.child.uid]
    sight.record_reading(viewer, Kind.ATTACHMENT_READ, about=found.uid, children=of)
    return found

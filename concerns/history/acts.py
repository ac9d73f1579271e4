"""Brings earlier records in: what another system had on children, as dated lines from a file.

Who may: whoever may write in a child's file, a lead or the head (`May.DECIDE`). The power to keep
the roll is not enough, since whoever checks the preview reads what was written about children. A
file tells of many children, so whoever uploaded it alone sees it until it is confirmed, and only
lines about children whose file they read are brought in. Lines about their own family they are
shown as lines that match nobody, as if the school had no such child: another lead brings them in.

A line never changes, and comes once: the same file a second time brings nothing in. The lines are
no concerns of this school and open no next step. So it is of documents, one for each child, which
are brought in many at once and become documents in the children's files.

A package of one child's file, which another school made with this program, is brought in on that
child's page: its entries become such lines, and its added files stay with them.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from concerns.doors import attachments
from concerns.doors.act import BATCH, ActRecord, ActRefused, act
from concerns.history import queries
from concerns.models import (
    Child,
    ChildDocument,
    DocumentFile,
    DraftFile,
    EarlierAttachment,
    EarlierFile,
    EarlierLine,
    EarlierLineWord,
    EarlierRecord,
    FileEvent,
    HistoryImport,
    HistoryUpload,
    PackageUpload,
    School,
    Viewer,
)
from concerns.models.child.earlier_attachment import digest_of_attachments
from concerns.models.child.earlier_record import digest_of_lines, line_fingerprints
from concerns.paper.history_matching import KnownChild, answered_lines
from concerns.paper.history_rows import HistoryLine
from concerns.paper.package_matching import PackageLine, PackagePlan, plan_package
from concerns.paper.package_reading import PackageRecord
from concerns.paper.school_rows import names_school
from concerns.rules.child_file_vocabulary import DocumentKind, FileStage
from concerns.rules.kinds import Kind
from concerns.rules.occurrence import occurrence_moment
from concerns.rules.roles import May
from concerns.workflow.unconfirmed_files import UNCONFIRMED_KEPT_FOR

ALL_HERE = "All that is in this package is here already. Nothing was brought in twice."
SAY_SAME_CHILD = "Say whether the package is about this child."
PACKAGE_WAS_BROUGHT_IN = "As an encrypted package, which was brought in here."
DOCUMENTS_CHANGED = "These documents have changed meanwhile. Look at what waits now."
NAME_THE_SYSTEM = "Say which system this file comes from."


class HistoryChanged(ActRefused):
    """The children or their records have changed since the page was shown. Nothing was done."""


@act(May.DECIDE, Kind.HISTORY_READ)
def upload(
    *, by: Viewer, content: str, rows: int, now: datetime, record: ActRecord
) -> HistoryUpload:
    """Keep a file, encrypted, until it is confirmed. Deletes the files that have waited too
    long to be confirmed (`UNCONFIRMED_KEPT_FOR`)."""
    HistoryUpload.objects.of_school(by).filter(read_at__lt=now - UNCONFIRMED_KEPT_FOR).delete()
    file = HistoryUpload.objects.create(
        school=by.school, by=by.person, read_at=now, content=content
    )
    record(about=file, reason=f"{rows} rows")
    return file


@act(May.DECIDE, Kind.HISTORY_BROUGHT, on="file")
def bring(
    *,
    by: Viewer,
    file: HistoryUpload,
    mapping: Mapping[str, int],
    source: str,
    answers: Mapping[int, str],
    seen: str,
    now: datetime,
    record: ActRecord,
) -> HistoryImport:
    """Bring the file in exactly as the page showed it, completely or not at all, and delete it.

    `source` is the system it comes from. `answers` say whose the lines are that match no one child
    (`answered_lines`). `seen` is the digest of the plan that was shown. Raises HistoryChanged if
    the plan is a different one by now, and ActRefused if nothing would be brought in.
    """
    if not source.strip():
        raise ActRefused(NAME_THE_SYSTEM)
    # One at a time in a school. `no_key`: writing a concern does not wait for it.
    School.objects.select_for_update(no_key=True).get(pk=by.school.pk)
    plan = queries.build_history_plan(by, queries.parse_history_table(file.content), mapping)
    if plan.plan_digest != seen:
        raise HistoryChanged(
            "Something was changed after you opened this page. Nothing was brought in. Check what"
            " this file would bring in now, and confirm it."
        )
    matched = [*plan.matched, *answered_lines(plan, answers, queries.lines_here(by))]
    if not matched:
        raise ActRefused("There is nothing to bring in. Say whose the lines are.")
    left_out = plan.lines_asked + plan.lines_unmatched + len(plan.bad)
    brought = HistoryImport.objects.create(
        uid=file.uid,
        school=by.school,
        by=by.person,
        at=now,
        source=source.strip(),
        lines=len(matched),
        here_already=plan.here_already,
        left_out=left_out - (len(matched) - len(plan.matched)),
    )
    children, digest = _write_lines(by, brought, matched, now)
    file.delete()
    record(
        about=brought,
        children=children,
        fields=sorted(mapping),
        reason=f"{brought.lines} lines, {brought.left_out} left out",
        words={"lines": digest},
    )
    return brought


@act(May.DECIDE, Kind.FILE_WRITTEN)
def bring_documents(
    *,
    by: Viewer,
    draft: uuid.UUID,
    owners: Mapping[uuid.UUID, uuid.UUID],
    now: datetime,
    record: ActRecord,
) -> tuple[int, list[uuid.UUID]]:
    """Make each file of the draft that `owners` names (the uid of the file, the uid of the child) a
    document in that child's file, to be read and signed by a lead; all of them or none.

    Returns how many were brought in, and the files that the child had already: the same file comes
    once. Raises ActRefused if a file or a child is not there for `by`, or if there is nothing.
    """
    files = DraftFile.objects.of_draft(by, draft).filter(uid__in=list(owners), missing="")
    children = Child.objects.with_file_for(by).filter(uid__in=set(owners.values()))
    known = {child.uid: child for child in children.select_for_update(no_key=True, of=("self",))}
    # Locked, so that none of them is removed in another window meanwhile.
    waiting = list(files.without_content().select_for_update())
    if (
        not waiting
        or len(waiting) < len(owners)
        or any(owners[file.uid] not in known for file in waiting)
    ):
        raise ActRefused(DOCUMENTS_CHANGED)
    here = []
    for file in waiting:
        child = known[owners[file.uid]]
        there = DocumentFile.objects.filter(document__ended_at__isnull=True)
        same = there.filter(document__child=child, digest=file.digest)
        if found := same.without_content().first():
            here.append(file.uid)
            record(about=found, children=[child.uid], reason="already recorded")
            continue
        said = {"kind": DocumentKind.EARLIER_SCHOOL, "title": file.name}
        document = ChildDocument.objects.record_fact(by, now, child=child, **said)
        record(about=document, children=[child.uid], fields=list(said), words=said)
        attachments.add_files_to_document(record, document, draft, file.uid)
    return len(waiting) - len(here), here


def _write_lines(
    by: Viewer,
    brought: HistoryImport,
    matched: Sequence[tuple[KnownChild, HistoryLine]],
    now: datetime,
) -> tuple[list[uuid.UUID], str]:
    """Write the lines, with a record for each child, and index their words. Returns the uids of the
    children, and the digest of the lines."""
    by_child: dict[int, dict[str, EarlierLine]] = {}
    children: dict[int, Child] = {}
    for known, said in matched:
        child = children.setdefault(known.pk, Child(pk=known.pk, uid=known.uid))
        fingerprint = line_fingerprints(by.school, child, said.content)[0]
        line = _build_line(by, child, said, fingerprint, now)
        by_child.setdefault(known.pk, {}).setdefault(fingerprint, line)
    records = [
        EarlierRecord(
            school=by.school,
            child_id=key,
            by=by.person,
            at=now,
            began_at=now,
            brought=brought,
            lines=len(lines),
        )
        for key, lines in by_child.items()
    ]
    EarlierRecord.objects.bulk_create(records, batch_size=BATCH)
    written = []
    for row, lines in zip(records, by_child.values(), strict=True):
        for line in lines.values():
            line.record = row
            written.append(line)
    EarlierLine.objects.bulk_create(written, batch_size=BATCH)
    EarlierLineWord.objects.index_lines(by.school, written)
    written.sort(key=lambda line: line.uid)
    return [child.uid for child in children.values()], digest_of_lines(written)


def _build_line(
    by: Viewer, child: Child, said: HistoryLine, fingerprint: str, now: datetime
) -> EarlierLine:
    moment = said.moment
    if moment is None:
        raise ValueError("A line without a date is never matched.")
    is_day = moment.at is None and not moment.written
    return EarlierLine(
        school=by.school,
        child=child,
        happened_at=occurrence_moment(moment.day, moment.at, now),
        happened_on=moment.day if is_day else None,
        when_written=moment.written,
        who=said.who,
        category=said.category,
        words=said.words,
        action=said.action,
        outcome=said.outcome,
        fingerprint=fingerprint,
    )


@act(May.DECIDE, Kind.PACKAGE_READ, on="child")
def upload_package(
    *,
    by: Viewer,
    child: Child,
    uid: uuid.UUID,
    passphrase: str,
    digest: str,
    now: datetime,
    record: ActRecord,
) -> PackageUpload:
    """Keep a package, whose archive has been put where packages wait, until it is confirmed."""
    upload = PackageUpload.objects.create(
        uid=uid,
        school=by.school,
        child=child,
        by=by.person,
        at=now,
        passphrase=passphrase,
        digest=digest,
    )
    record(about=upload, children=[child.uid], reason=f"archive {digest}")
    return upload


@act(May.DECIDE, Kind.HISTORY_BROUGHT, on="upload")
def bring_package(
    *,
    by: Viewer,
    upload: PackageUpload,
    said: PackageRecord,
    attached: Iterable[EarlierAttachment],
    is_same_child: bool,
    now: datetime,
    record: ActRecord,
) -> HistoryImport:
    """Bring in what a package says of its child, and the files that came with it, and delete the
    upload. `attached` are the rows of those files, without their record.

    What is here already is not brought in twice. Raises ActRefused if all of it is, or if it may be
    another child and nobody has said that it is this one.
    """
    School.objects.select_for_update(no_key=True).get(pk=by.school.pk)
    child = upload.child
    plan = plan_package(by, child, said)
    if plan.doubts and not is_same_child:
        raise ActRefused(SAY_SAME_CHILD)
    if plan.is_empty:
        raise ActRefused(ALL_HERE)
    brought = HistoryImport.objects.create(
        uid=upload.uid,
        school=by.school,
        by=by.person,
        at=now,
        source=said.school["name"],
        lines=len(plan.lines),
        here_already=plan.lines_here,
        left_out=0,
    )
    wanted = {file["sha256"] for file in plan.files}
    files = [file for file in attached if file.source_digest in wanted]
    row = EarlierRecord.objects.create(
        school=by.school,
        child=child,
        by=by.person,
        at=now,
        began_at=now,
        brought=brought,
        lines=len(plan.lines),
        files=len(files),
    )
    lines = _write_package_lines(by, child, row, plan.lines)
    digest = digest_of_lines(lines)
    reason = f"{len(lines)} lines, {len(files)} files"
    record(about=brought, children=[child.uid], reason=reason, words={"lines": digest})
    _write_files(record, upload, row, files, plan)
    _note_arrival(record, child, brought.source)
    upload.delete()
    return brought


def _write_package_lines(
    by: Viewer, child: Child, row: EarlierRecord, lines: Iterable[PackageLine]
) -> list[EarlierLine]:
    """The lines, in the order of their uids, with their words findable."""
    written = [
        EarlierLine(school=by.school, child=child, record=row, **vars(line)) for line in lines
    ]
    EarlierLine.objects.bulk_create(written, batch_size=BATCH)
    EarlierLineWord.objects.index_lines(by.school, written)
    return sorted(written, key=lambda line: line.uid)


def _write_files(
    record: ActRecord,
    upload: PackageUpload,
    row: EarlierRecord,
    files: list[EarlierAttachment],
    plan: PackagePlan,
) -> None:
    """The rows of the files, and a line that commits to them and says which archive it was."""
    for file in files:
        file.record = row
        file.at = record.now
    EarlierAttachment.objects.bulk_create(files, batch_size=BATCH)
    files.sort(key=lambda file: file.uid)
    about = "; ".join(["archive " + upload.digest, *plan.doubts])
    record(
        kind=Kind.PACKAGE_BROUGHT,
        about=row,
        children=[upload.child.uid],
        shown=[file.uid for file in files],
        reason=about,
        words={"files": digest_of_attachments(files)},
    )


def _note_arrival(record: ActRecord, child: Child, school: str) -> None:
    """If a file of the earlier school called `school` is expected, it has arrived. It is still to
    be read. The file of another school is asked for as before."""
    expected = EarlierFile.objects.unread_files().filter(child=child).first()
    if expected is None or not names_school(expected.where, school):
        return
    event = FileEvent.objects.create(
        school=record.by.school,
        file=expected,
        stage=FileStage.RECEIVED,
        happened_at=record.now,
        words=PACKAGE_WAS_BROUGHT_IN,
        by=record.by.person,
        at=record.now,
    )
    said = {"words": PACKAGE_WAS_BROUGHT_IN}
    reason = FileStage.RECEIVED.value
    of = [child.uid]
    record(
        kind=Kind.FILE_WRITTEN, about=event, children=of, reason=reason, fields=[*said], words=said
    )

"""What the office's pages read: the state of the roll, what a file would do, and open questions.

Nothing here may read concerns, or give a different result because a child has one.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

from django.db.models import Max, Q

from concerns.doors import sight
from concerns.models import (
    Child,
    RollContact,
    RollDetail,
    RollFile,
    RollQuestion,
    School,
    Viewer,
)
from concerns.models.base.encrypted_text import EncryptedText
from concerns.paper import contact_columns, csv_columns
from concerns.paper.contact_rows import ContactColumns, ContactLine
from concerns.paper.csv_columns import PUPIL
from concerns.paper.csv_reading import CsvFileTable
from concerns.paper.ctf_origin import (
    RollFileTable,
    read_roll_table,
    set_apart_days_elsewhere,
)
from concerns.paper.detail_columns import DETAILS
from concerns.paper.file_columns import (
    FileColumn,
    cell_or_empty,
    headings_digest,
    list_file_columns,
)
from concerns.paper.pupil_rows import PupilLine, PupilRowReader
from concerns.paper.roll_matching import (
    FIELDS,
    KnownPupil,
    PupilChange,
    RollImportPlan,
    compare_with_roll,
)
from concerns.paper.school_rows import take_school_rows
from concerns.reading.child_by_name import find_children_by_name
from concerns.rules.kinds import Kind
from concerns.rules.name_folding import find_pupil_numbers

PAGE = 20
# How many pupils stand in the form of many.
MOST_MISSING_PUPILS = 150
MISSING_PUPILS = "pupils to be answered for"
# How many pupils a page of the whole list shows, and how many a search finds at most.
PUPILS_PAGE = 50
FIRST_ROWS = 5
# How many items of each list a page shows; the rest is only counted.
MOST_SHOWN = 25
MOST_BAD_SHOWN = 200
LATELY = timedelta(days=14)
# What a Common Transfer File is of: as it is sent with a form.
WHOLE_ROLL = "whole"
SOME_PUPILS = "some"


@dataclass(frozen=True)
class RollFileReading:
    """A roll file as a table. `guess`: the likely position of each of our columns. `remembered`:
    it is what was chosen for the last file, which had the same headings."""

    table: RollFileTable
    guess: dict[str, int]
    remembered: bool = False

    def sample_rows(
        self, mapping: Mapping[str, int]
    ) -> tuple[list[str], list[tuple[int, list[str]]]]:
        """(labels of our columns, first rows as (line number, cells)), both in our order."""
        chosen = [column for column in (*PUPIL, *DETAILS) if column.key in mapping]
        contacts = ContactColumns(mapping, self.table.headings)
        rows = [
            (row.line, [cell_or_empty(row, mapping[column.key]) for column in chosen])
            for row in self.table.rows[:FIRST_ROWS]
        ]
        heads = [column.words for column in chosen]
        if contacts.groups:
            heads.append("Contacts")
            for row, (_, cells) in zip(self.table.rows[:FIRST_ROWS], rows, strict=True):
                cells.append(_contacts_in_words(contacts.read_contacts(row.cells)))
        return heads, rows

    def columns_with_examples(self, mapping: Mapping[str, int]) -> list[FileColumn]:
        """Each column of the file, what it is read as, and its first values."""
        return list_file_columns(self.table, mapping, column_in_words)


def column_in_words(key: str) -> str:
    """What one of our columns is called on pages."""
    words = {column.key: column.words for column in (*PUPIL, *DETAILS)}
    return words.get(key) or contact_columns.contact_column_words(key)


def _contacts_in_words(contacts: Sequence[ContactLine]) -> str:
    """ "Dana Cole (Mother) 07700 900123; Sam Cole": the contacts of one row, to be checked."""
    return "; ".join(
        " ".join(
            filter(
                None,
                [
                    "NO CONTACT:" if one.no_contact else "",
                    one.name,
                    f"({one.relation})" if one.relation else "",
                    *one.telephones,
                ],
            )
        )
        for one in contacts
    )


@dataclass(frozen=True)
class ShortenedList:
    """The first `most` items of a list, and how many more there are."""

    all: list
    most: int = MOST_SHOWN

    @property
    def first_items(self) -> list:
        return self.all[: self.most]

    @property
    def count_not_shown(self) -> int:
        return max(0, len(self.all) - self.most)


@dataclass(frozen=True)
class ShownRollPlan:
    """An import plan with its lists shortened for the page."""

    plan: RollImportPlan

    @property
    def added_pupils(self) -> ShortenedList:
        return ShortenedList(self.plan.added)

    @property
    def returning_pupils(self) -> ShortenedList:
        return ShortenedList(self.plan.back)

    @property
    def changed_pupils(self) -> ShortenedList:
        return ShortenedList(self.plan.changed)

    @property
    def changes_in_words(self) -> list[tuple[str, list[tuple[str, str | date, str | date]]]]:
        """(pupil, [(column, old, new)]) for the first changed pupils."""
        return [
            (change.known.name_on_roll, _change_in_words(change))
            for change in self.changed_pupils.first_items
        ]

    @property
    def renamed_pairs(self) -> ShortenedList:
        return ShortenedList(self.plan.perhaps_same)

    @property
    def noted_pupils(self) -> ShortenedList:
        return ShortenedList(self.plan.noted)

    @property
    def missing_pupils(self) -> ShortenedList:
        return ShortenedList(self.plan.missing)

    @property
    def rejected_rows(self) -> ShortenedList:
        return ShortenedList(self.plan.bad, MOST_BAD_SHOWN)


def _change_in_words(change: PupilChange) -> list[tuple[str, str | date, str | date]]:
    return [
        (column_in_words(name), old or "nothing", new) for name, (old, new) in change.fields.items()
    ]


def count_on_roll(viewer: Viewer) -> int:
    return Child.objects.on_roll(viewer).count()


def list_roll_files(viewer: Viewer):
    return RollFile.objects.of_school(viewer).select_related("by", "taken_back_by")


def last_imported_file(viewer: Viewer) -> RollFile | None:
    """The newest imported file, without its content."""
    return list_roll_files(viewer).imported_newest_first().defer("content").first()


def count_roll_questions(viewer: Viewer) -> int:
    return RollQuestion.objects.of_school(viewer).unanswered_questions().count()


def list_roll_questions(viewer: Viewer, after: UUID | None) -> tuple[list[RollQuestion], bool]:
    """A page of open questions after uid `after`, oldest first, and whether more follow.

    Recorded as shown.
    """
    rows = RollQuestion.objects.of_school(viewer).unanswered_questions().select_related("child")
    if after:
        rows = rows.asked_after(after)
    return sight.read_page_of_list(viewer, rows.order_by("id"), PAGE, reason="roll questions")


def list_missing_pupils(
    viewer: Viewer, after: UUID | None, answered_for: Collection[UUID] | None
) -> tuple[list[RollQuestion], bool, int]:
    """The open questions of the form of many pupils, whether more follow, and for how many of
    `answered_for` somebody has answered meanwhile.

    `answered_for` are the questions in a form that was sent; None for a form to be filled in, which
    has the first after uid `after`. Recorded as shown.
    """
    rows = RollQuestion.objects.of_school(viewer).unanswered_questions().select_related("child")
    rows = rows.order_by("id")
    if answered_for is not None:
        found = sight.read_list(viewer, rows.filter(uid__in=answered_for), reason=MISSING_PUPILS)
        return found, False, len(set(answered_for)) - len(found)
    if after:
        rows = rows.asked_after(after)
    return (*sight.read_page_of_list(viewer, rows, MOST_MISSING_PUPILS, reason=MISSING_PUPILS), 0)


def list_recent_answers(viewer: Viewer) -> list[RollQuestion]:
    """The last ten answers of two weeks, newest first, to show that an answer was saved."""
    rows = RollQuestion.objects.of_school(viewer).select_related("child", "answered_by")
    since = viewer.now - LATELY
    return list(rows.filter(answered_at__gte=since).order_by("-answered_at", "-id")[:10])


def questions_with_child(viewer: Viewer):
    return RollQuestion.objects.of_school(viewer).select_related("child", "answered_by")


def read_roll_file(viewer: Viewer, file: RollFile) -> RollFileReading:
    """`file` as a table, with a guess at its columns.

    If the headings are those of the last import, its choice of columns is used again; only columns
    that could not be chosen then are guessed.
    """
    found = read_table_of_school(viewer.school, file.content)
    guess = guess_roll_columns(found.headings)
    last = last_imported_file(viewer)
    remembered = False
    if last and last.columns.get("headings") == headings_digest(found):
        remembered = True
        chosen = last.columns["mapping"]
        offered = {*chosen, *last.columns.get("offered", _FIRST_COLUMNS)}
        new = {key: at for key, at in guess.items() if key not in offered}
        guess = {key: at for key, at in new.items() if at not in chosen.values()} | chosen
    return RollFileReading(found, guess, remembered)


# The columns that there were before an import noted which it offered.
_FIRST_COLUMNS = (
    "surname", "forename", "known_as", "born", "upn", "admission_number", "year", "class_name",
)  # fmt: skip


def guess_roll_columns(headings: Sequence[str]) -> dict[str, int]:
    """Which column of a roll file is which: {column key: position from 0}."""
    found = csv_columns.guess_columns(headings, PUPIL)
    further = csv_columns.guess_columns(headings, DETAILS)
    found |= {key: at for key, at in further.items() if at not in found.values()}
    return found | contact_columns.guess_contact_columns(headings, found.values())


def offered_columns(headings: Sequence[str]) -> list[str]:
    """The keys of the columns that a page offers for a file with these headings, as far as they
    were recognised."""
    always = (column.key for column in (*PUPIL, *DETAILS))
    return sorted({*guess_roll_columns(headings), *always})


count_pupil_headings = csv_columns.make_heading_counter(PUPIL)


def parse_roll_table(content: str) -> RollFileTable:
    """The text of a roll file as a table. Raises NotATable."""
    return read_roll_table(content, count_pupil_headings)


def read_table_of_school(school: School, content: str) -> RollFileTable:
    """The text of a roll file as a table, as `school` reads it. Raises NotATable."""
    return set_apart_days_elsewhere(parse_roll_table(content), school)


def build_roll_plan(
    school: School,
    found: RollFileTable,
    mapping: Mapping[str, int],
    today: date,
    coverage: str = "",
) -> RollImportPlan:
    """What importing `found` would do to the roll of `school`, as of `today`.

    `coverage`: WHOLE_ROLL or SOME_PUPILS, as the person says of a Common Transfer File. If they
    have not said it, such a file in which much of the roll is missing is of some pupils.
    """
    plan = _compare_table_with_roll(school, found, mapping, today)
    may_be_some = coverage == SOME_PUPILS or (coverage != WHOLE_ROLL and plan.is_much_missing)
    if found.origin and may_be_some:
        plan.limit_to_some()
    return plan


def _compare_table_with_roll(
    school: School, found: RollFileTable, mapping: Mapping[str, int], today: date
) -> RollImportPlan:
    doubt = found.origin.find_doubt(school) if found.origin else ""
    own = take_school_rows(found.rows, mapping.get("school"), school.name, school.urn)
    return compare_with_roll(
        read_pupil_lines(replace(found, rows=own.rows), mapping, today),
        list_known_pupils(
            school,
            with_contacts=bool(contact_columns.contact_numbers(mapping)),
            with_details=any(column.key in mapping for column in DETAILS),
        ),
        cut_short=found.cut_short,
        of_others=own.others,
        other_school=own.doubt or doubt,
    )


def read_pupil_lines(
    found: CsvFileTable, mapping: Mapping[str, int], today: date
) -> list[PupilLine]:
    reader = PupilRowReader(mapping, found.headings, today)
    return [reader.read_pupil(row) for row in found.rows]


def list_pupils(viewer: Viewer, after: UUID | None) -> tuple[list[Child], bool]:
    """A page of the pupils on the roll by surname, after the pupil `after`, and whether more
    follow. Recorded as shown. Raises Http404 if there is no pupil `after`."""
    rows = Child.objects.on_roll(viewer).in_surname_order()
    if after:
        # Somebody who has left since the page was shown still has a place in the order.
        last = sight.get_one_or_404(viewer, Child.objects.of_school(viewer), after)
        rows = rows.following_in_surname_order(last)
    return sight.read_page_of_list(viewer, rows, PUPILS_PAGE, reason="the roll")


def find_pupils(viewer: Viewer, typed: str) -> tuple[list[Child], bool]:
    """The pupils on the roll whom `typed` may mean, a name or a number, and whether there are more
    than are shown. Recorded as shown."""
    here = Child.objects.on_roll(viewer)
    number = Q(admission_number=typed.strip()) | Q(upn__in=find_pupil_numbers(typed))
    numbered = here.filter(number).exclude(Q(upn="") & Q(admission_number=""))
    found = list(numbered.in_surname_order()[:PUPILS_PAGE]) if typed.strip() else []
    named = find_children_by_name(here, viewer.school, typed, PUPILS_PAGE + 1)
    found += [child for child in named if child not in found]
    shown = [child.uid for child in found[:PUPILS_PAGE]]
    sight.record_reading(viewer, Kind.SEARCHED, "the roll", shown=shown)
    return found[:PUPILS_PAGE], len(found) > PUPILS_PAGE


@dataclass(frozen=True)
class Additions:
    """The pupils whom a file added and who are on the roll, and why they are not to be taken off
    again; empty if they can be."""

    count: int
    first: list[Child]
    why_not: str

    @property
    def count_not_shown(self) -> int:
        return self.count - len(self.first)


def read_additions(viewer: Viewer, file: RollFile) -> Additions:
    rows = Child.objects.on_roll(viewer).filter(added_by_file=file)
    first = list(rows.in_surname_order()[:MOST_SHOWN])
    count = rows.count()
    nobody = "" if count else "Nobody whom this file added is on the roll any more."
    return Additions(count, first, file.why_not_taken_back(viewer.now) or nobody)


def get_pupil(viewer: Viewer, uid: UUID) -> Child:
    """A pupil on the roll, to be corrected. Raises Http404."""
    return sight.get_one_or_404(viewer, Child.objects.on_roll(viewer), uid)


def list_known_pupils(
    school: School, *, with_contacts: bool = False, with_details: bool = False
) -> list[KnownPupil]:
    """Every pupil the school has had, because one who left may come back.

    `with_contacts` and `with_details`: with those that earlier files gave.
    """
    contacts = _contacts_of_earlier_files(school) if with_contacts else {}
    details = _details_of_earlier_files(school) if with_details else {}
    rows = Child.objects.filter(school=school).order_by("surname", "forename", "pk")
    found = rows.values("pk", *FIELDS, "left")
    return [
        KnownPupil(
            here=row.pop("left") is None,
            contacts=tuple(contacts.get(row["pk"], ())),
            details=tuple(details.get(row["pk"], ())),
            **row,
        )
        for row in found
    ]


def _details_of_earlier_files(school: School) -> dict[int, list[tuple[int, str, str]]]:
    """Child key -> (key, kind, words) of what stands from a roll file. As the contacts below."""
    rows = RollDetail.objects.filter(school=school, ended_at__isnull=True).order_by("pk")
    field = cast(EncryptedText, RollDetail._meta.get_field("words"))
    found: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    for child, key, uid, kind, kept in rows.values_list("child", "pk", "uid", "kind", "words"):
        found[child].append((key, kind, field.decrypt_value(cast(bytes, kept), uid)))
    return found


_SECRET = ("name", "relation", "telephones", "email", "address")
_PLAIN = ("priority", "responsibility", "lives_with", "no_contact")


def _contacts_of_earlier_files(school: School) -> dict[int, list[tuple[int, ContactLine]]]:
    """Child key -> (key, contact) of every contact that stands from a roll file.

    For the comparison alone: what they say is not shown to the office. Read as values, which costs
    half as much as rows, because a file of 20,000 pupils has 50,000 contacts.
    """
    rows = RollContact.objects.filter(school=school, ended_at__isnull=True).order_by("pk")
    found: dict[int, list[tuple[int, ContactLine]]] = defaultdict(list)
    fields = [cast(EncryptedText, RollContact._meta.get_field(name)) for name in _SECRET]
    for child, key, uid, *said in rows.values_list("child", "pk", "uid", *_SECRET, *_PLAIN):
        words: dict[str, Any] = {
            field.name: field.decrypt_value(kept, uid)
            for field, kept in zip(fields, said, strict=False)
        }
        words["telephones"] = tuple(words["telephones"].splitlines())
        plain = dict(zip(_PLAIN, said[len(_SECRET) :], strict=True))
        found[child].append((key, ContactLine(**words, **plain)))
    return found


def file_imported_since(school: School, file: RollFile) -> RollFile | None:
    """The newest file that was imported after `file` was uploaded, if any."""
    rows = RollFile.objects.filter(school=school, brought_at__gt=file.read_at)
    return rows.select_related("by").defer("content").order_by("-brought_at", "-id").first()


def newest_unconfirmed_file(viewer: Viewer) -> RollFile | None:
    """The newest unconfirmed file, if it was uploaded after the last import."""
    rows = list_roll_files(viewer).defer("content").awaiting_import()
    newest = list_roll_files(viewer).imported_newest_first().aggregate(at=Max("brought_at"))["at"]
    if newest:
        rows = rows.filter(read_at__gt=newest)
    return rows.order_by("-id").first()

"""What bringing in a package would do: whether its child is this one, and which lines are new."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from concerns.models import Child, ChildName, EarlierAttachment, EarlierLine, Viewer
from concerns.models.child.child import ChildNameFields
from concerns.models.child.earlier_record import line_fingerprints
from concerns.paper.history_matching import folded_words
from concerns.paper.package_reading import PackageRecord
from concerns.rules.wording import format_date_or_time

OTHER_UPN = "The UPN in the package is another one."
OTHER_BIRTHDAY = "The date of birth in the package is another one."
OTHER_NAME = "The name in the package is another one."


@dataclass(frozen=True)
class PackageLine:
    """An entry of a package as the line that it becomes. `fingerprint` is under the key in use."""

    happened_at: datetime
    happened_on: date | None
    when_written: str
    who: str
    category: str
    words: str
    outcome: str
    fingerprint: str


@dataclass(frozen=True)
class PackagePlan:
    """What bringing in a package about `child` does. `doubts`: why it may be another child, in
    sentences. `files`: the added files that are not here yet, as the package describes them."""

    record: PackageRecord
    doubts: list[str]
    lines: list[PackageLine]
    lines_here: int
    files: list[Mapping[str, str]]
    files_here: int

    @property
    def is_empty(self) -> bool:
        return not self.lines and not self.files

    @property
    def name_there(self) -> str:
        said = self.record.child
        return Child.format_name(
            said["known_as"], said["forename"], said["surname"], said["known_surname"]
        )

    @property
    def born_there(self) -> date:
        return date.fromisoformat(self.record.child["born"])

    @property
    def made_at(self) -> datetime:
        return datetime.fromisoformat(self.record.head["made_at"])

    @property
    def first_day(self) -> date | None:
        return min((_local_day(line) for line in self.lines), default=None)

    @property
    def last_day(self) -> date | None:
        return max((_local_day(line) for line in self.lines), default=None)


def _local_day(line: PackageLine) -> date:
    return timezone.localtime(line.happened_at).date()


def plan_package(viewer: Viewer, child: Child, record: PackageRecord) -> PackagePlan:
    """What bringing in the package does. Three queries."""
    here = set(EarlierLine.objects.filter(child=child).values_list("fingerprint", flat=True))
    lines: dict[str, PackageLine] = {}
    known = 0
    for entry in record.entries:
        fingerprints = line_fingerprints(viewer.school, child, _content_of(entry))
        line = _build_line(entry, fingerprints[0], viewer.now)
        if line.fingerprint in lines or not here.isdisjoint(fingerprints):
            known += 1
        else:
            lines[line.fingerprint] = line
    digests = EarlierAttachment.objects.digests_here(child)
    files: dict[str, Mapping[str, str]] = {}
    for file in record.files:
        if file["sha256"] not in digests:
            files.setdefault(file["sha256"], file)
    return PackagePlan(
        record,
        list_doubts(child, record.child),
        list(lines.values()),
        known,
        list(files.values()),
        len(record.files) - len(files),
    )


def _content_of(entry: Mapping[str, str]) -> list[str]:
    """By this the same line is recognised when it comes again. Where a concern stands may have
    changed there meanwhile, and makes no other line of it."""
    said = ("id", "happened_at", "happened_on", "when", "heading", "words", "by")
    return ["package", *(entry[name] for name in said)]


def _build_line(entry: Mapping[str, str], fingerprint: str, now: datetime) -> PackageLine:
    at = min(datetime.fromisoformat(entry["happened_at"]), now)
    on = date.fromisoformat(entry["happened_on"]) if entry["happened_on"] else None
    when = entry["when"]
    is_exact = not when or when == format_date_or_time(on or timezone.localtime(at))
    concern = entry["reference"] and f"concern {entry['reference']}"
    state = entry["state"] and f"Where it stood then: {entry['state']}"
    return PackageLine(
        happened_at=at,
        happened_on=on if is_exact else None,
        when_written="" if is_exact else when,
        who=", ".join(filter(None, [entry["by"], concern, entry["written"]])),
        category=entry["heading"],
        words=entry["words"],
        outcome=state,
        fingerprint=fingerprint,
    )


def list_doubts(child: Child, there: Mapping[str, str]) -> list[str]:
    """Why the child of a package may be another than `child`, in sentences; none if they are the
    same: the UPN and the date of birth are, or the name and the date of birth."""
    doubts = []
    if there["born"] != child.born.isoformat():
        doubts.append(OTHER_BIRTHDAY)
    upn = there["upn"].replace(" ", "").upper()
    if upn and child.upn and upn != child.upn:
        doubts.append(OTHER_UPN)
    if not (upn and child.upn) and not _is_called(child, there):
        doubts.append(OTHER_NAME)
    return doubts


def _is_called(child: Child, there: Mapping[str, str]) -> bool:
    """Whether the child has, or had, a forename and a surname of those in the package."""
    former = ChildName.objects.former_names().filter(child=child)
    return any(
        _is_named(name, there, ("forename", "known_as"))
        and _is_named(name, there, ("surname", "known_surname"))
        for name in (child, *former)
    )


def _is_named(name: ChildNameFields, there: Mapping[str, str], fields: Collection[str]) -> bool:
    here = {folded_words(getattr(name, field)) for field in fields} - {frozenset()}
    return bool(here & {folded_words(there[field]) for field in fields})

"""One child as a row of the tracker's CSV file.

Unlike the audit's file this one names children: a lead takes it to supervision, where each is
spoken of. So the page says what it is and that it must be kept as safe as the record, the record
keeps who took it, and it holds nothing that anybody wrote down about a child.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from concerns.reading.tracked_child import TrackedChild

HEAD = (
    "Child", "Year", "Class", "Status", "Listed for", "Categories", "Who leads", "Social worker",
    "Telephone", "Next meeting or review", "On", "Last seen", "Last heard alone", "Open steps",
    "Late steps", "How late", "Open concerns",
)  # fmt: skip


def tracker_csv_row(row: TrackedChild, zone: ZoneInfo) -> tuple:
    """The CSV row of a child, in the order of `HEAD`. Times are local to `zone`."""

    def local_time_text(when: datetime | None) -> str:
        return f"{when.astimezone(zone):%Y-%m-%d %H:%M}" if when else ""

    return (
        row.child.name,
        row.child.year,
        row.child.class_name,
        "; ".join(flag.words for flag in row.flags),
        "; ".join(row.reasons),
        "; ".join(row.categories),
        "; ".join(row.leads),
        "; ".join(worker.name for worker in row.social_workers),
        "; ".join(worker.telephone for worker in row.social_workers),
        row.meeting.words if row.meeting else "",
        local_time_text(row.meeting.at if row.meeting else None),
        local_time_text(row.seen.happened_at if row.seen else None),
        local_time_text(row.alone.happened_at if row.alone else None),
        len(row.steps),
        row.late_steps,
        row.late,
        "; ".join(one.concern.reference for one in row.concerns),
    )

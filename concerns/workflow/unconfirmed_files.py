"""Deletes files of pupils, staff or earlier records that were uploaded and never confirmed, and
packages of a child's file that have waited to be downloaded for longer than they are kept.

They hold what nobody has decided to bring in. A new upload deletes old ones of its kind in the same
school; the daily check deletes those after which nobody uploads anything.
"""

from datetime import datetime, timedelta

from concerns.models.child.child_package import delete_old_package_files
from concerns.models.child.earlier_attachment import PackageUpload
from concerns.models.child.earlier_record import HistoryUpload
from concerns.models.roll.roll_file import RollFile
from concerns.models.school.staff_file import StaffFile

# How long an unconfirmed file is kept. How long a package that was made here waits to be
# downloaded is in `rules/child_package.py`.
UNCONFIRMED_KEPT_FOR = timedelta(days=1)
UNCONFIRMED_KEPT_FOR_IN_WORDS = "a day"


def delete_unconfirmed_files(now: datetime) -> None:
    """Delete those of every school that were uploaded longer ago than they are kept. `now` is
    aware."""
    before = now - UNCONFIRMED_KEPT_FOR
    HistoryUpload.objects.filter(read_at__lt=before).delete()
    RollFile.objects.awaiting_import().filter(read_at__lt=before).delete()
    StaffFile.objects.awaiting_confirmation().filter(read_at__lt=before).delete()
    PackageUpload.objects.filter(at__lt=before).delete()
    delete_old_package_files(now)

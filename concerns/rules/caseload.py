"""Whose caseload a child's file is in, and what is asked of whoever opens another.

Whoever reads the whole record could read about any child out of curiosity, and nobody would see it.
So each is asked why, once for each child's file, when nothing about the child is open business of
theirs. Nobody is asked in their ordinary work: any lead may take what is open, so that every child
of whom something is open is in the caseload of each lead. So are their brothers and sisters and the
other children of their home, whom whoever decides must consider, and who are shown beside the
concern. Beside a concern that is no longer open, the words about a brother or sister outside the
reader's caseload are not shown: opening that file asks, so that a reason is given for each file and
stands beside the right child. A print or a file of several children asks once. What was answered
stands on the head's weekly list; the head's own goes to the chair, in numbers.

What opens a file is what the limit on many files counts (`bulk_brake.OPENS_FILES`). A concern about
somebody who is not on the roll opens no file.
"""

from datetime import timedelta

from concerns.rules.words import Choice

# How long whoever had a hand in a concern may read on about the child without being asked. Four
# weeks: after closing it one is asked about it, corrects it, and prepares the next review.
HAD_A_HAND_FOR = timedelta(days=28)
# How long an answer lasts. After a week the same reader is asked again, so that each weekly list
# says why.
ANSWER_LASTS = timedelta(days=7)


class CaseloadGround(Choice):
    """Why a child's file is in the caseload of a reader. Any one of them is enough."""

    CONCERN = "concern", "A concern about the child is open that the reader may see"
    STATUS = "status", "A status of the child is in force, such as a child protection plan"
    FAMILY = (
        "family", "Either is so of a brother or sister, or of another child of the same home",
    )  # fmt: skip
    HAND = "hand", "The reader wrote a concern about the child, or last changed one, in four weeks"
    PART = "part", "The child is of the part of the record that the reader reads"
    ANSWER = "answer", "The reader said why they open the file, in the last seven days"


class ReadingReasonWord(Choice):
    """The common reasons, each offered as a button. OTHER is said in the reader's own words."""

    DANGER = "danger", "A child may be in danger now"
    TOLD = "told", "Somebody has told me something about the child"
    AGENCY = "agency", "Social care, the police, a court or another school has asked"
    TOGETHER = "together", "To see whether earlier worries belong together"
    MOVE = "move", "The child is joining or leaving the school"
    REVIEW = "review", "A review, an audit or an inspection"
    OTHER = "other", "Another reason"


# In place of the words of a concern in a list, if its file is not in the reader's caseload.
NOT_SHOWN = "Not shown here: the child is not in your caseload now. Open the concern to read it."

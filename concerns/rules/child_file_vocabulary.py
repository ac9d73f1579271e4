"""The vocabulary of a child's file: statuses, household, professionals, earlier file, sightings."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from concerns.rules.words import Choice

# School days within which the file of an earlier school should be here. The figure is from
# practice. Until the file is read it is shown in red at triage, because an empty history reassures
# falsely.
EARLIER_FILE_DAYS = 10


class StatusKind(Choice):
    """A status that a child has for a time, in law or in the school."""

    MONITORING = "monitoring", "Monitoring in school"
    EARLY_HELP = "early_help", "Early help or family help"
    CHILD_IN_NEED = "child_in_need", "Child in need (section 17)"
    SECTION_47 = "section_47", "Child protection enquiries (section 47)"
    PLAN = "plan", "Child protection plan"
    LOOKED_AFTER = "looked_after", "Looked after"
    PREVIOUSLY_LOOKED_AFTER = "previously", "Previously looked after"
    EHCP = "ehcp", "Education, health and care plan"
    PRIVATE_FOSTERING = "private_fostering", "Private fostering"
    CHANNEL = "channel", "Channel"
    PART_TIME = "part_time", "Part-time timetable"
    OFF_SITE = "off_site", "Education off site"
    ALTERNATIVE = "alternative", "Alternative provision"


class PlanCategory(Choice):
    """The category of harm under which a child protection plan is made."""

    NEGLECT = "neglect", "Neglect"
    PHYSICAL = "physical", "Physical abuse"
    SEXUAL = "sexual", "Sexual abuse"
    EMOTIONAL = "emotional", "Emotional abuse"


class StatusFlag(NamedTuple):
    """A status in a word or two, to stand beside a child's name wherever that is scanned. `weight`
    is the end of its class in the stylesheet: risk, need, care or school."""

    words: str
    weight: str


# The flag of each status, the most pressing first. The colour says nothing that the words do not.
STATUS_FLAGS: dict[StatusKind, StatusFlag] = {
    StatusKind.PLAN: StatusFlag("CP plan", "risk"),
    StatusKind.SECTION_47: StatusFlag("Section 47", "risk"),
    StatusKind.CHILD_IN_NEED: StatusFlag("Child in need", "need"),
    StatusKind.LOOKED_AFTER: StatusFlag("Looked after", "care"),
    StatusKind.PRIVATE_FOSTERING: StatusFlag("Private fostering", "care"),
    StatusKind.PREVIOUSLY_LOOKED_AFTER: StatusFlag("Previously looked after", "care"),
    StatusKind.CHANNEL: StatusFlag("Channel", "need"),
    StatusKind.ALTERNATIVE: StatusFlag("Alternative provision", "need"),
    StatusKind.PART_TIME: StatusFlag("Part-time timetable", "need"),
    StatusKind.OFF_SITE: StatusFlag("Off site", "school"),
    StatusKind.EARLY_HELP: StatusFlag("Early help", "school"),
    StatusKind.EHCP: StatusFlag("EHCP", "school"),
    StatusKind.MONITORING: StatusFlag("Monitoring", "school"),
}
# No status: the file of an earlier school is expected, and an empty history reassures falsely.
UNREAD_FILE_FLAG = StatusFlag("Earlier file unread", "need")
# Nor this: what another system had on the child was brought in, and nobody has read it.
UNREAD_RECORD_FLAG = StatusFlag("Imported record unread", "need")
_FLAG_ORDER = {kind.value: place for place, kind in enumerate(STATUS_FLAGS)}


def flags_of_statuses(statuses: Iterable[tuple[str, str]]) -> list[StatusFlag]:
    """The flags of statuses in force, each once, the most pressing first.

    Each status is (kind, category): the category is that of a child protection plan ("CP plan:
    neglect") and empty for all others. Raises KeyError for a kind that is not in `StatusKind`.
    """
    once = sorted(set(statuses), key=lambda status: (_FLAG_ORDER[status[0]], status[1]))
    return [_flag_of_status(kind, category) for kind, category in once]


@lru_cache
def _flag_of_status(kind: str, category: str) -> StatusFlag:
    flag = STATUS_FLAGS[StatusKind(kind)]
    under = PlanCategory.label_of_value(category).lower()
    return StatusFlag(": ".join(filter(None, [flag.words, under])), flag.weight)


# While a child has one of these, nothing new about them "only adds to the picture".
HIGH_STATUSES = frozenset(
    {StatusKind.PLAN, StatusKind.SECTION_47, StatusKind.CHILD_IN_NEED, StatusKind.LOOKED_AFTER}
)


class YesNo(Choice):
    """Answers to a yes-or-no question. "Not known" is an answer too, and never counts as no."""

    YES = "yes", "Yes"
    NO = "no", "No"
    NOT_KNOWN = "not_known", "Not known"


class RollDetailKind(Choice):
    """What a roll file may say of a child, in the order in which a referral asks for it."""

    SEX = "sex", "Sex"
    ETHNICITY = "ethnicity", "Ethnicity"
    RELIGION = "religion", "Religion"
    DISABILITY = "disability", "Disability"
    FIRST_LANGUAGE = "first_language", "First language"
    INTERPRETER = "interpreter", "Interpreter needed"
    ADDRESS = "address", "Address"
    GP = "gp", "GP"
    FORMER_UPN = "former_upn", "Former UPN"
    SEN = "sen", "Special educational needs"
    EHCP = "ehcp", "Education, health and care plan"
    LOOKED_AFTER = "looked_after", "Looked after"
    YOUNG_CARER = "young_carer", "Young carer"
    PUPIL_PREMIUM = "pupil_premium", "Pupil premium"
    FREE_MEALS = "free_meals", "Free school meals"


class LeadDetailKind(Choice):
    """What a lead may write of a child where no roll file says it, or says something else. It is
    read with the child's file alone, so the office does not learn that it was asked. What else a
    roll file says has places of its own there: languages, addresses, professionals, statuses."""

    UPN = "upn", "UPN"
    NHS_NUMBER = "nhs_number", "NHS number"
    SEX = RollDetailKind.SEX.value, RollDetailKind.SEX.label
    ETHNICITY = RollDetailKind.ETHNICITY.value, RollDetailKind.ETHNICITY.label
    RELIGION = RollDetailKind.RELIGION.value, RollDetailKind.RELIGION.label
    DISABILITY = RollDetailKind.DISABILITY.value, RollDetailKind.DISABILITY.label


# What a roll file says that should be a status. It proposes one, and a lead records it: a file of
# the office gives no child a status, and takes none away.
STATUS_PROPOSED_BY = {
    RollDetailKind.LOOKED_AFTER: StatusKind.LOOKED_AFTER,
    RollDetailKind.EHCP: StatusKind.EHCP,
}


class IdentifierKind(Choice):
    """What a child's identifier is: the number by which all services know one child."""

    NHS = "nhs", "NHS number"


class AdultFactKind(Choice):
    TELEPHONE = "telephone", "Telephone"
    BORN = "born", "Date of birth, or about how old"
    FACT = "fact", "Something else to know"


class Profession(Choice):
    SOCIAL_WORKER = "social_worker", "Social worker"
    FAMILY_HELP = "family_help", "Family help or early help worker"
    HEALTH_VISITOR = "health_visitor", "Health visitor"
    SCHOOL_NURSE = "school_nurse", "School nurse"
    GP = "gp", "GP"
    MENTAL_HEALTH = "mental_health", "Mental health services"
    POLICE = "police", "Police"
    VIRTUAL_SCHOOL = "virtual_school", "Virtual school"
    OTHER = "other", "Somebody else"


class DocumentKind(Choice):
    """What a document in a child's file is."""

    COURT_ORDER = "court_order", "Court order"
    EARLIER_SCHOOL = "earlier_school", "From an earlier school"
    LETTER = "letter", "Letter or e-mail"
    REPORT = "report", "Report or assessment"
    PLAN = "plan", "Plan"
    HEALTH = "health", "About health"
    OTHER = "other", "Something else"


class FileStage(Choice):
    """How far the school has come in getting a child's file from an earlier school."""

    ASKED = "asked", "Asked for"
    CHASED = "chased", "Asked for again"
    RECEIVED = "received", "Received"


class FileEnd(Choice):
    """Why the school no longer waits for an earlier file."""

    READ = "read", "I have read it"
    NONE = "none", "There is no file"


class SeenHow(Choice):
    SAW = "saw", "Saw them"
    SPOKE = "spoke", "Spoke to them"
    ALONE = "alone", "Heard them alone"


class ChronologySort(Choice):
    """What a line of a chronology is about; used to filter it."""

    CONCERN = "concern", "Concerns, what was added, how they ended"
    DECISION = "decision", "Decisions"
    OUTSIDE = "outside", "Referrals, answers and meetings"
    SAID = "said", "Conversations"
    STATUS = "status", "Statuses"
    HOME = "home", "Household, professionals, earlier file"
    SEEN = "seen", "Seen, spoken to, heard alone"
    EARLIER = "earlier", "Earlier record, brought in from another system"
    FILE = "file", "Files: letters, reports, pictures"


# The same in a word, for a row of a list.
SORT_IN_A_WORD = {
    ChronologySort.CONCERN: "Concern",
    ChronologySort.DECISION: "Decision",
    ChronologySort.OUTSIDE: "Agency",
    ChronologySort.SAID: "Conversation",
    ChronologySort.STATUS: "Status",
    ChronologySort.HOME: "Home",
    ChronologySort.SEEN: "Seen",
    ChronologySort.EARLIER: "Earlier",
    ChronologySort.FILE: "File",
}


class ChronologyPeriod(Choice):
    """How far back a chronology goes. Without one it is everything."""

    TERM = "term", "This term"
    YEAR = "year", "The last 12 months"


class ChronologyOrder(Choice):
    OLDEST = "oldest", "Oldest first"
    NEWEST = "newest", "Newest first"

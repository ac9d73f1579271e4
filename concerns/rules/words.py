"""The vocabulary of a concern about a child: categories, body places, routes, answers, outcomes.

All of it is data. The keys are stored in the database and must never change; the words may be
improved at any time. The categories follow the guidance and the literature on prevention and
serious harm. The vocabulary about adults is in `adults.py`, that of a child's file in `homes.py`.
"""

import functools
from enum import StrEnum
from typing import Self


class Choice(StrEnum):
    """An enum whose values are stored in the database and whose labels are shown to people."""

    label: str

    # The label has a default because mypy reads from here how a member is looked up too, which is
    # by its value alone.
    def __new__(cls, value: str, label: str = "") -> Self:
        if not label:
            raise TypeError(f"{value} has no label")
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """(value, label) of every member, as Django's forms and fields take them."""
        return [(member.value, member.label) for member in cls]

    @classmethod
    @functools.cache
    def label_of_value(cls, value: str) -> str:
        """The label of `value`; empty for an empty value. Raises ValueError for an unknown one."""
        return cls(value).label if value else ""


class ConcernSubject(Choice):
    """Whom a concern is about: the first question when one is written or added to."""

    CHILD = "child", "A child"
    ADULT = "adult", "An adult who works or volunteers here"


class Category(Choice):
    NEGLECT = "neglect", "Neglect"
    EMOTIONAL = "emotional", "Emotional abuse"
    PHYSICAL = "physical", "Physical abuse"
    SEXUAL = "sexual", "Sexual abuse"
    CHILD_ON_CHILD = "child_on_child", "Child-on-child abuse"
    CSE = "cse", "Sexual exploitation"
    CCE = "cce", "Criminal exploitation and county lines"
    VIOLENCE = "violence", "Serious violence and weapons"
    SLAVERY = "slavery", "Modern slavery"
    DOMESTIC = "domestic", "Domestic abuse"
    FGM = "fgm", "Female genital mutilation (FGM)"
    FORCED_MARRIAGE = "forced_marriage", "Forced marriage or honour-based abuse"
    RADICALISATION = "radicalisation", "Radicalisation"
    ONLINE = "online", "Online: content, contact, conduct or commerce"
    BULLYING = "bullying", "Bullying"
    SELF_HARM = "self_harm", "Self-harm or suicide"
    MENTAL_HEALTH = "mental_health", "Mental health"
    EATING = "eating", "Eating"
    SUBSTANCE = "substance", "Substance use"
    MISSING = "missing", "Missing from home or care"
    ABSENCE = "absence", "Absence"
    HOME_EDUCATION = "home_education", "Home education"
    SPECIAL_NEEDS = "special_needs", "Special educational needs or disability"
    PRIVATE_FOSTERING = "private_fostering", "Private fostering"
    YOUNG_CARER = "young_carer", "Young carer"
    PARENTAL = "parental", "Parent's mental ill-health, substance use or prison"
    HOUSING = "housing", "Housing"
    FAITH = "faith", "Abuse linked to faith or belief"
    FABRICATED = "fabricated", "Fabricated or induced illness"
    PREGNANCY = "pregnancy", "Pregnancy"
    PHYSICAL_INTERVENTION = "physical_intervention", "Physical intervention"
    LONG_AGO = "long_ago", "Something that happened long ago"
    UNSORTED = "unsorted", "No category yet"


# What a lead may sort a concern into: the same categories; but where a writer says that there is no
# category yet, a lead says that none of them fits.
SORTED_INTO: dict[str, str] = {
    **{word.value: word.label for word in Category},
    Category.UNSORTED.value: "None of these fits",
}


# In these categories parents are told only after advice from social care or police: a parent may be
# the cause, or the child may be in more danger if it is known that they have spoken.
ADVICE_BEFORE_PARENTS = frozenset(
    {Category.SEXUAL, Category.FGM, Category.FORCED_MARRIAGE, Category.FABRICATED}
)


# The names of year groups. `columns.year_words` turns a roll file's years into these; it leaves any
# other year as it was written.
YEARS = ("Nursery", "Reception", *(f"Year {number}" for number in range(1, 15)))


class GoingHome(Choice):
    """Whether the writer of a concern is worried about the child going home that day. NOT_ASKED is
    of a concern that an answer about the roll sends: nobody was asked this."""

    NO = "no", "No"
    NOT_SURE = "not_sure", "Not sure"
    YES = "yes", "Yes"
    NOT_ASKED = "not_asked", "Not asked"


# The answers that a writer chooses from, and those that make a concern pressing.
GOING_HOME_ANSWERS = (GoingHome.NO, GoingHome.NOT_SURE, GoingHome.YES)
MAY_WORRY = frozenset({GoingHome.NOT_SURE, GoingHome.YES})


class HowSure(Choice):
    EXACT = "exact", "I know exactly"
    ABOUT = "about", "I know roughly"
    NOT_KNOWN = "not_known", "I do not know"


class HowKnown(Choice):
    SAW = "saw", "I saw it"
    HEARD = "heard", "I heard it"
    CHILD_TOLD = "child_told", "The child told me"
    SOMEONE_TOLD = "someone_told", "Someone told me"
    FEELING = "feeling", "A feeling"


class TellerKind(Choice):
    """Who told the writer of a concern: somebody without an account here."""

    SITE = "site", "A cleaner, caretaker or cook"
    MIDDAY = "midday", "A lunchtime supervisor"
    SUPPLY = "supply", "A supply teacher"
    VISITOR = "visitor", "A volunteer, student or visitor"
    PARENT = "parent", "A parent or carer"
    FAMILY = "family", "Another relative"
    CHILD = "child", "Another child"
    NEIGHBOUR = "neighbour", "A neighbour or passer-by"
    NOTICE = "notice", "A police notice of domestic abuse"
    AGENCY = "agency", "Police, social care or health"
    OTHER = "other", "Somebody else"


class ChildPart(Choice):
    """The part a child has in a concern."""

    ABOUT = "about", "About this child"
    INVOLVED = "involved", "Also involved"
    # The concern was filed under this child by mistake and has been moved to another.
    MOVED = "moved", "First filed under another child"


class BodySide(Choice):
    LEFT = "left", "Left"
    RIGHT = "right", "Right"
    MIDDLE = "middle", "Middle"
    BOTH = "both", "Both"


class BodyPlace(Choice):
    """Where on the body a mark is. Marks in RARE_BY_ACCIDENT must be decided on the same day."""

    HEAD = "head", "Head or scalp"
    FACE = "face", "Face"
    EYE = "eye", "Eye"
    EAR = "ear", "Ear"
    NECK = "neck", "Neck"
    SHOULDER = "shoulder", "Shoulder"
    UPPER_ARM = "upper_arm", "Upper arm"
    FOREARM = "forearm", "Forearm or elbow"
    HAND = "hand", "Hand"
    CHEST = "chest", "Chest"
    STOMACH = "stomach", "Stomach"
    BACK = "back", "Back"
    BUTTOCKS = "buttocks", "Buttocks"
    GENITALS = "genitals", "Genitals"
    THIGH = "thigh", "Thigh"
    KNEE = "knee", "Knee or shin"
    FOOT = "foot", "Foot or ankle"
    OTHER = "other", "Somewhere else"


RARE_BY_ACCIDENT = frozenset(
    {
        BodyPlace.EAR,
        BodyPlace.NECK,
        BodyPlace.BUTTOCKS,
        BodyPlace.GENITALS,
        BodyPlace.HAND,
        BodyPlace.BACK,
    }
)


class QueueOrder(Choice):
    """The orders in which the queue may be read. Closed concerns are never pressing: those closed
    last come first."""

    PRESSING = "pressing", "Most pressing first"
    NEWEST = "newest", "Newest first"
    OLDEST = "oldest", "Oldest first"
    CHILD = "child", "By child"


class Route(Choice):
    """The routes of a decision. Several may be chosen at once, and each opens its own next step."""

    PARENTS = "parents", "Speak to parents or carers"
    SOCIAL_CARE = "social_care", "Refer to children's social care"
    POLICE = "police", "Police"
    EARLY_HELP = "early_help", "Early help or family help"
    HEALTH = "health", "Health: school nurse, health visitor, GP or A&E"
    MENTAL_HEALTH = "mental_health", "Mental health services"
    PREVENT = "prevent", "Prevent or Channel"
    SLAVERY = "slavery", "Modern slavery: national referral mechanism"
    OTHER_AGENCY = "other_agency", "Another agency, school or charity"
    SCHOOL_SUPPORT = "school_support", "Support in school"
    WATCH = "watch", "Watch until a date, by a named adult"
    KEEP = "keep", "Keep with the picture until a date"
    NO_FURTHER = "no_further", "No further action"


# Routes that leave the school. Each makes a referral with its own page and clocks.
OUTSIDE = frozenset(
    {
        Route.SOCIAL_CARE,
        Route.POLICE,
        Route.EARLY_HELP,
        Route.HEALTH,
        Route.MENTAL_HEALTH,
        Route.PREVENT,
        Route.SLAVERY,
        Route.OTHER_AGENCY,
    }
)

# Routes of a light decision, for a concern that is only kept with the child's picture. Such a
# decision needs only one reason and a date.
LIGHT = frozenset({Route.KEEP})


class ParentsTold(Choice):
    YES = "yes", "Yes, they have been told"
    WILL_BE = "will_be", "Not yet, but they will be"
    NO = "no", "No, for this reason"


class Consent(Choice):
    """Whether somebody agrees that the school refers a child, for which agencies ask."""

    GIVEN = "given", "Yes, they agree"
    REFUSED = "refused", "No, they do not agree"
    NOT_ASKED = "not_asked", "They were not asked"


# The question that `Consent` answers, as forms and prints put it.
CONSENT_ASKED = "Do they agree to the referral?"


class ChildSeen(Choice):
    SEEN = "seen", "Seen and spoken to"
    HEARD_ALONE = "heard_alone", "Seen, and heard alone"
    NOT_YET = "not_yet", "Not yet"


# Answers that say that somebody saw the child. Each is recorded as a sighting too, with when and by
# whom, so that the child's file says the same as the decision.
CHILD_WAS_SEEN = frozenset({ChildSeen.SEEN, ChildSeen.HEARD_ALONE})


class SiblingsConsidered(Choice):
    CONSIDERED = "considered", "Considered"
    NONE = "none", "None that we know of"


class ReferralMethod(Choice):
    TELEPHONE = "telephone", "Telephone"
    ONLINE = "online", "Online form"
    EMAIL = "email", "Secure e-mail"
    IN_PERSON = "in_person", "In person"


class AgencyAnswer(Choice):
    """What an agency says it will do."""

    ASSESSMENT = "assessment", "Assessment of the child's needs (child in need)"
    SECTION_47 = "section_47", "Enquiries under section 47"
    EARLY_HELP = "early_help", "Early help or family help"
    ALREADY_OPEN = "already_open", "Added to a case already open"
    ADVICE = "advice", "Advice only"
    ACCEPTED = "accepted", "Accepted by the service"
    NO_FURTHER = "no_further", "No further action"
    OTHER = "other", "Something else"


class SettledWith(Choice):
    """Whether an agency promised something when a challenge was settled."""

    PROMISE = "promise", "Yes, they will do something"
    NOTHING = "nothing", "No, nothing is left for them to do"


class MeetingChangeKind(Choice):
    """What became of a meeting to come that was not held when it was to be."""

    MOVED = "moved", "It was moved to another day, time or place"
    CANCELLED = "cancelled", "It was cancelled"


class AnswerView(Choice):
    """The school's view of an agency's answer."""

    AGREE = "agree", "We agree"
    DISAGREE = "disagree", "We disagree, and challenge it"


class SpokenTo(Choice):
    PARENT = "parent", "Parent or carer"
    CHILD = "child", "The child"
    ADVISER = "adviser", "Social care, police or another adviser"
    OTHER = "other", "Somebody else"


# Those of whom agencies ask whether they agree to a referral.
MAY_CONSENT = (SpokenTo.PARENT, SpokenTo.CHILD)
NO_CONSENT = "Say whether they agree only of a parent, a carer or the child, whom you reached."


class ConcernOutcome(Choice):
    """How a concern ends."""

    HELP_IN_PLACE = "help_in_place", "Help is in place and working"
    WITH_AGENCY = "with_agency", "Another agency leads now"
    EXPLAINED = "explained", "Explained, and nothing more is needed"
    KEPT = "kept", "Kept with the picture"
    LEFT = "left", "The child has left and the file has been received"
    OTHER = "other", "Something else"


class RollAnswer(Choice):
    """Why a pupil was missing from a roll file. FOUND is what a lead says, not the office: what
    they found out stands in the concern."""

    STILL_HERE = "still_here", "Still here: the file was incomplete"
    LEFT = "left", "Has left"
    NOT_KNOWN = "not_known", "We do not know where the child is"
    FOUND = "found", "A safeguarding lead has found out where the child is"


class SamePupil(Choice):
    """Whether a pupil who is added by hand is the known one of that name and birthday."""

    SAME = "same", "The same child, who had left. Put them back on the roll"
    ANOTHER = "another", "Another child, with the same name and date of birth"

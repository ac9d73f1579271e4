"""Every noun, by name, so that the database and the rooms find them in one place."""

from concerns.models.account import Account, MarkSeen
from concerns.models.adult import AdultConcern, AdultExclusion
from concerns.models.adult_record import AdultDecision, AdultEntry, AdultStep
from concerns.models.adult_said import AdultDecided, Spoken, ToldOfAdult
from concerns.models.agenda import Agenda
from concerns.models.asked import Answer, Asked
from concerns.models.brought import StaffFile
from concerns.models.chase import ChaseCall
from concerns.models.child import Child, Enrolment, NameKey, Placement
from concerns.models.concern import Concern, ConcernCategory
from concerns.models.conversation import Conversation
from concerns.models.cover import Cover
from concerns.models.decision import Decided, Decision, DecisionChild, DecisionRoute
from concerns.models.draft import Draft
from concerns.models.exclusion import Exclusion
from concerns.models.filed import ConcernChild, Refiling
from concerns.models.finding import WordKey
from concerns.models.home import AdultFact, AdultHome, Home, Household, HouseholdAdult, Sibling, Tie
from concerns.models.known import (
    EarlierFile,
    FileEvent,
    Language,
    Professional,
    Sighting,
    Status,
)
from concerns.models.line import Line, LineWords
from concerns.models.meeting import Meeting, MeetingAction, Met, Ours
from concerns.models.person import Invitation, Person, Post, Relation, Viewer
from concerns.models.referral import Referral, ReferralEvent
from concerns.models.roll import RollFile, RollQuestion
from concerns.models.said import Said, Sent
from concerns.models.school import Authority, Closure, School, Term
from concerns.models.step import Step
from concerns.models.written import Addition, Ending, Handing, Mark, WordBack

__all__ = [
    "Account", "Addition", "AdultConcern", "AdultDecided", "AdultDecision", "AdultEntry",
    "AdultExclusion", "AdultFact", "AdultHome", "AdultStep", "Agenda", "Answer", "Asked",
    "Authority", "ChaseCall", "Child", "Closure", "Concern", "ConcernCategory", "ConcernChild",
    "Conversation", "Cover", "Decided", "Decision", "DecisionChild", "DecisionRoute", "Draft",
    "EarlierFile", "Ending", "Enrolment", "Exclusion", "FileEvent", "Handing", "Home", "Household",
    "HouseholdAdult", "Invitation", "Language", "Line", "LineWords", "Mark", "MarkSeen", "Meeting",
    "MeetingAction", "Met", "NameKey", "Ours", "Person", "Placement", "Post", "Professional",
    "Referral", "ReferralEvent", "Refiling", "Relation", "RollFile", "RollQuestion", "Said",
    "School", "Sent", "Sibling", "Sighting", "Spoken", "StaffFile", "Status", "Step", "Term", "Tie",
    "ToldOfAdult", "Viewer", "WordBack", "WordKey",
]  # fmt: skip

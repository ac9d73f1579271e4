"""Every noun, by name, so that the database and the rooms find them in one place."""

from concerns.models.account import Account, MarkSeen
from concerns.models.adult import AdultConcern, AdultExclusion
from concerns.models.adult_record import AdultDecision, AdultEntry, AdultStep
from concerns.models.adult_said import AdultDecided, Spoken, ToldOfAdult
from concerns.models.after import Watch, Watching
from concerns.models.agenda import Agenda
from concerns.models.asked import Answer, Asked
from concerns.models.beat import Beat, LastPush, Trouble
from concerns.models.brought import StaffFile
from concerns.models.chase import ChaseCall
from concerns.models.child import Child, ChildName, Enrolment, NameKey, Placement
from concerns.models.clocks import ClockSet
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
    HomeAuthority,
    Language,
    Professional,
    Sighting,
    Status,
)
from concerns.models.line import Line, LineWords
from concerns.models.meeting import Meeting, MeetingAction, Met, Ours
from concerns.models.notice import Letter, Notice
from concerns.models.person import Invitation, Person, Post, Relation, Viewer
from concerns.models.referral import Referral, ReferralEvent
from concerns.models.roll import RollFile, RollQuestion
from concerns.models.said import Said, Sent
from concerns.models.school import Authority, Closure, School, Term
from concerns.models.step import Step
from concerns.models.task import Task, TaskAnswer
from concerns.models.written import Addition, Ending, Handing, Mark, WordBack

__all__ = [
    "Account", "Addition", "AdultConcern", "AdultDecided", "AdultDecision", "AdultEntry",
    "AdultExclusion", "AdultFact", "AdultHome", "AdultStep", "Agenda", "Answer", "Asked",
    "Authority", "Beat", "ChaseCall", "Child", "ChildName", "ClockSet", "Closure", "Concern",
    "ConcernCategory", "ConcernChild", "Conversation", "Cover", "Decided", "Decision",
    "DecisionChild", "DecisionRoute", "Draft", "EarlierFile", "Ending", "Enrolment", "Exclusion",
    "FileEvent", "Handing", "Home", "HomeAuthority", "Household", "HouseholdAdult", "Invitation",
    "Language", "LastPush", "Letter", "Line", "LineWords", "Mark", "MarkSeen", "Meeting",
    "MeetingAction", "Met", "NameKey", "Notice", "Ours", "Person", "Placement", "Post",
    "Professional", "Referral", "ReferralEvent", "Refiling", "Relation", "RollFile", "RollQuestion",
    "Said", "School", "Sent", "Sibling", "Sighting", "Spoken", "StaffFile", "Status", "Step",
    "Task", "TaskAnswer", "Term", "Tie", "ToldOfAdult", "Trouble", "Viewer", "Watch", "Watching",
    "WordBack", "WordKey",
]  # fmt: skip

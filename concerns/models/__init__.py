"""Every noun, by name, so that the database and the rooms find them in one place."""

from concerns.models.adult.adult_account import (
    AdultAccount,
    AdultDecisionAnswers,
    AgencyConversation,
)
from concerns.models.adult.adult_concern import AdultConcern, AdultExclusion
from concerns.models.adult.adult_entries import AdultDecision, AdultEntry, AdultStep
from concerns.models.child.child import Child, ChildName, Enrolment, Placement
from concerns.models.child.child_details import (
    EarlierFile,
    FileEvent,
    HomeAuthority,
    Language,
    Professional,
    Sighting,
    Status,
)
from concerns.models.child.child_document import ChildDocument, DocumentFile
from concerns.models.child.child_package import ChildPackage
from concerns.models.child.departure import Departure, FileSending, HomeEducationCheck
from concerns.models.child.earlier_attachment import EarlierAttachment, PackageUpload
from concerns.models.child.earlier_record import (
    EarlierLine,
    EarlierLineWord,
    EarlierRecord,
    HistoryImport,
    HistoryUpload,
)
from concerns.models.child.education_elsewhere import EducationElsewhere, ElsewhereReview
from concerns.models.child.household import (
    AdultFact,
    AdultHome,
    Home,
    Household,
    HouseholdAdult,
    Sibling,
    Tie,
)
from concerns.models.child.name_key import NameKey
from concerns.models.child.roll_contact import RollContact
from concerns.models.child.roll_detail import LeadDetail, RollDetail
from concerns.models.concern.account import Account, MarkSeen
from concerns.models.concern.attachment import Attachment, DraftFile
from concerns.models.concern.category_sorting import CategorySorting, SortedCategory
from concerns.models.concern.concern import Concern, ConcernCategory
from concerns.models.concern.concern_child import ConcernChild, Refiling
from concerns.models.concern.draft import Draft
from concerns.models.concern.exclusion import Exclusion
from concerns.models.concern.later_entries import Addition, Ending, Handing, Mark, WordBack
from concerns.models.concern.saved_view import SavedView
from concerns.models.concern.word_index import WordKey
from concerns.models.ledger.bulk_stop import BulkReason, BulkStop
from concerns.models.ledger.ledger_line import LedgerLine, LedgerLineWords
from concerns.models.ledger.reading_reason import (
    ReadingQuestion,
    ReadingQuestionFile,
    ReadingReason,
)
from concerns.models.ledger.whole_export import ExportAnswer, ExportRequest
from concerns.models.outbox.heartbeat import EscalationProgress, Heartbeat, RoundFailure
from concerns.models.outbox.integrity_fault import IntegrityFault
from concerns.models.outbox.notice import Letter, Notice
from concerns.models.response.chase_call import ChaseCall
from concerns.models.response.coming_meeting import (
    ComingMeeting,
    ComingMeetingAnswers,
    MeetingChange,
)
from concerns.models.response.contact_details import ConversationAnswers, ReferralSentAnswers
from concerns.models.response.conversation import Conversation
from concerns.models.response.decision import (
    Decision,
    DecisionAnswers,
    DecisionChild,
    DecisionRoute,
)
from concerns.models.response.meeting import Meeting, MeetingAction, MeetingAnswers, SchoolAction
from concerns.models.response.promise import Promise, PromiseAnswers
from concerns.models.response.referral import Referral, ReferralEvent
from concerns.models.response.step import Step
from concerns.models.response.task import Task, TaskAnswer
from concerns.models.response.watch import Watch, WatchAnswers
from concerns.models.roll.roll_correction import RollCorrection
from concerns.models.roll.roll_file import RollFile, RollQuestion
from concerns.models.school.approval import (
    PostConfirmation,
    StaffChangeAnswer,
    StaffChangeRequest,
)
from concerns.models.school.calendar_feed import CalendarFeed
from concerns.models.school.cover import Cover
from concerns.models.school.invitation import Invitation, InvitationBatch, QueuedInvitation
from concerns.models.school.part_answers import PartAnswers
from concerns.models.school.person import Person, Post, Relation, Viewer
from concerns.models.school.reader_part import ReaderPart
from concerns.models.school.school import Authority, ClockSet, Closure, School, Term
from concerns.models.school.sign_on import SignOnLink, SignOnProvider
from concerns.models.school.staff_file import StaffFile

__all__ = [
    "Account",
    "Addition",
    "AdultAccount",
    "AdultConcern",
    "AdultDecision",
    "AdultDecisionAnswers",
    "AdultEntry",
    "AdultExclusion",
    "AdultFact",
    "AdultHome",
    "AdultStep",
    "AgencyConversation",
    "Attachment",
    "Authority",
    "BulkReason",
    "BulkStop",
    "CalendarFeed",
    "CategorySorting",
    "ChaseCall",
    "Child",
    "ChildDocument",
    "ChildName",
    "ChildPackage",
    "ClockSet",
    "Closure",
    "ComingMeeting",
    "ComingMeetingAnswers",
    "Concern",
    "ConcernCategory",
    "ConcernChild",
    "Conversation",
    "ConversationAnswers",
    "Cover",
    "Decision",
    "DecisionAnswers",
    "DecisionChild",
    "DecisionRoute",
    "Departure",
    "DocumentFile",
    "Draft",
    "DraftFile",
    "EarlierAttachment",
    "EarlierFile",
    "EarlierLine",
    "EarlierLineWord",
    "EarlierRecord",
    "EducationElsewhere",
    "ElsewhereReview",
    "Ending",
    "Enrolment",
    "EscalationProgress",
    "Exclusion",
    "ExportAnswer",
    "ExportRequest",
    "FileEvent",
    "FileSending",
    "Handing",
    "Heartbeat",
    "HistoryImport",
    "HistoryUpload",
    "Home",
    "HomeAuthority",
    "HomeEducationCheck",
    "Household",
    "HouseholdAdult",
    "IntegrityFault",
    "Invitation",
    "InvitationBatch",
    "Language",
    "LeadDetail",
    "LedgerLine",
    "LedgerLineWords",
    "Letter",
    "Mark",
    "MarkSeen",
    "Meeting",
    "MeetingAction",
    "MeetingAnswers",
    "MeetingChange",
    "NameKey",
    "Notice",
    "PackageUpload",
    "PartAnswers",
    "Person",
    "Placement",
    "Post",
    "PostConfirmation",
    "Professional",
    "Promise",
    "PromiseAnswers",
    "QueuedInvitation",
    "ReaderPart",
    "ReadingQuestion",
    "ReadingQuestionFile",
    "ReadingReason",
    "Referral",
    "ReferralEvent",
    "ReferralSentAnswers",
    "Refiling",
    "Relation",
    "RollContact",
    "RollCorrection",
    "RollDetail",
    "RollFile",
    "RollQuestion",
    "RoundFailure",
    "SavedView",
    "School",
    "SchoolAction",
    "Sibling",
    "Sighting",
    "SignOnLink",
    "SignOnProvider",
    "SortedCategory",
    "StaffChangeAnswer",
    "StaffChangeRequest",
    "StaffFile",
    "Status",
    "Step",
    "Task",
    "TaskAnswer",
    "Term",
    "Tie",
    "Viewer",
    "Watch",
    "WatchAnswers",
    "WordBack",
    "WordKey",
]

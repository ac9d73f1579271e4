"""This file knows every kind of line the ledger can hold: its key, and an auditor's words."""

from concerns.rules.words import Choice


class Kind(Choice):
    # acts
    SUBMITTED = "submitted", "Sent a concern"
    ADDED = "added", "Added to a concern"
    SET_ASIDE = "set_aside", "Said that a draft need not be sent"
    TOLD = "told", "Told somebody in person"
    TAKEN = "taken", "Said 'I have this'"
    HANDED = "handed", "Handed it on"
    DECIDED = "decided", "Decided, and said why"
    REVIEWED = "reviewed", "Reviewed"
    CLOSED = "closed", "Closed it"
    REOPENED = "reopened", "Reopened it"
    TOLD_REPORTER = "told_reporter", "Gave the reporter a word back"
    SPOKE = "spoke", "Recorded a conversation"
    SENT = "sent", "Sent a referral"
    ANSWERED = "answered", "Recorded the agency's answer"
    VIEWED_ANSWER = "viewed_answer", "Gave the school's view of the answer"
    WITHDRAWN = "withdrawn", "Agreed not to send a referral"
    EXCLUDED = "excluded", "Said who may not see it"
    CORRECTED = "corrected", "Said whom it is about"
    STEP_DONE = "step_done", "Did a next step"
    # a child's file
    FILE_WRITTEN = "file_written", "Wrote in a child's file"
    FILE_ENDED = "file_ended", "Ended a line of a child's file"
    SIGHTED = "sighted", "Wrote down having seen a child"
    # the roll and the staff
    ROLL_READ = "roll_read", "Uploaded a roll file"
    ROLL_BROUGHT = "roll_brought", "Brought in a roll file"
    ROLL_ANSWERED = "roll_answered", "Answered for a pupil missing from the roll"
    STAFF_BROUGHT = "staff_brought", "Brought in a staff file"
    PASSWORD_SET = "password_set", "Set a password"
    STAFF_CHANGED = "staff_changed", "Changed who works here"
    INVITED = "invited", "Sent a link to choose a password"
    ASKED = "asked", "Asked for the head's approval"
    APPROVED = "approved", "Answered what waited for the head"
    LEFT = "left", "Wrote down that somebody has left"
    COVERED = "covered", "Said who stands in"
    SCHOOL_SET = "school_set", "Set the school's hours, terms and numbers"
    # looking
    OPENED = "opened", "Read a concern"
    STORY = "story", "Read a child's story"
    FILE = "file", "Read a child's file"
    LISTED = "listed", "Was shown a list"
    SEARCHED = "searched", "Searched, and was shown what was found"
    AUDITED = "audited", "Looked at the audit"
    TRAIL = "trail", "Read a concern's whole trail"
    EXPORTED = "exported", "Took figures or rows out"
    # the door
    REFUSED = "refused", "Was refused"

"""Which addresses are perhaps of no one person: shared mailboxes, devices and service accounts.

Everything here is on record under the name of whoever did it, so an account belongs to one person.
A list of accounts holds others too. A line about one that looks like this is asked about, and gives
nobody an account until somebody has said that it is the address of one person. Source of the kinds
of mailbox: RecipientTypeDetails of Microsoft Exchange.
"""

import re

from concerns.rules.name_folding import fold_text

# An address, or a name, made of these words alone is asked about.
_WORDS = """
absence absences academy account accounts admin administration administrator admissions alarm
alerts all api app attendance backup boardroom bookings breakfast bursar calendar canteen careers
caretaker catering chair clerk club comms communications compliance contact cover data ddsl deputy
dfe display do dpo dsl email enquiries enquiry estates events everyone exams facilities feedback
finance gdpr governance governor governors group hall head headteacher hello helpdesk hire hr ict
inclusion infants info invoices it juniors kiosk kitchen library mail mailbox main manager
marketing media meeting meetings minibus mis news newsletter no noreply not nursery office orders
parent parents payments payroll pe phone photocopier postmaster premises press primary principal
print printer printing projector pta purchasing reception recruitment reply reports resources room
root safeguarding scan scanner scanning school secondary secretary security senco send sendco
service services shared sims site sixth staff staffroom student students support svc sync sysadmin
system systems tablet teacher teachers team tech technician technicians test timetable training
trust user vacancies visitor visitors voicemail web webmaster website welfare wellbeing wifi work
"""
SHARED_WORDS = frozenset(_WORDS.split())
# "schooloffice": longer ones of them without anything between.
_JOINED = re.compile(f"(?:{'|'.join(sorted(word for word in SHARED_WORDS if len(word) > 3))})+")
# An address that begins with one of these is of a machine, whatever follows.
_OF_A_MACHINE = frozenset({"svc", "srv", "service", "sync"})
# Of which kinds of mailbox we do not ask: each is of one user.
_OF_ONE_USER = frozenset({"", "user", "usermailbox", "mailuser", "remoteusermailbox"})


def is_perhaps_shared(email: str, name: str, mailbox: str = "") -> bool:
    """Whether it must be asked if `email` is of one person.

    `name` is what the account is called, and `mailbox` what a list says of its kind, or empty.
    """
    if re.sub(r"[\W_]+", "", mailbox.casefold()) not in _OF_ONE_USER:
        return True
    local = _words_of(email.partition("@")[0])
    machine = bool(local) and local[0] in _OF_A_MACHINE
    return machine or _names_nobody(local) or _names_nobody(_words_of(name))


def _words_of(written: str) -> list[str]:
    """The words of `written`, without figures: "Photocopier 1" is one word."""
    return [word for word in re.split(r"[^a-z]+", fold_text(written)) if word]


def _names_nobody(words: list[str]) -> bool:
    return bool(words) and all(word in SHARED_WORDS or _JOINED.fullmatch(word) for word in words)

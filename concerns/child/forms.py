"""Forms for one child: search, lines of the file, and sightings.

`act_arguments` are the keyword arguments of the form's act. The forms for addresses, adults, ties
and siblings are in `forms/household_forms.py`, those for the authority in
`forms/authority_forms.py`, the filters of a chronology in `forms/chronology_filters.py`.
"""

from django.core.exceptions import ValidationError

from concerns.forms import past_moment
from concerns.forms.authority_forms import AuthorityNumbersForm, HomeAuthorityForm
from concerns.forms.base_form import (
    DraftableForm,
    PostedFields,
    WordsField,
    choice_field,
    set_choices,
)
from concerns.forms.govuk_layout import (
    ButtonRow,
    DayField,
    Question,
    SubmitButton,
    TextBlock,
    lay_out_form,
)
from concerns.forms.household_forms import (
    NOT_KNOWN,
    AdultFactForm,
    AdultRelationForm,
    FileLineForm,
    HomeAddressForm,
    HouseholdAdultForm,
    SiblingElsewhereForm,
    SiblingForm,
    child_picker_field,
    since_date_field,
)
from concerns.models import (
    Child,
    ChildDocument,
    EarlierFile,
    Language,
    LeadDetail,
    Professional,
    Status,
)
from concerns.paper.pupil_form import read_number
from concerns.rules.child_file_vocabulary import (
    DocumentKind,
    FileEnd,
    FileStage,
    LeadDetailKind,
    PlanCategory,
    Profession,
    SeenHow,
    StatusKind,
    YesNo,
)
from concerns.rules.education_elsewhere import ELSEWHERE_STATUSES
from concerns.rules.name_folding import fold_text

LONGEST = 200
TOO_LONG = f"That is longer than {LONGEST} characters. Write a name, or a few words."
NO_WORD = "Type a name or a word: letters or numbers."
HINT = (
    "A child's name, or part of it, or how it sounds, with the class if you like; their UPN or NHS "
    "number; the reference of a concern; words that somebody wrote, or the name of a file. Several "
    "words find the concerns that have all of them."
)


class SearchForm(DraftableForm):
    words = WordsField(
        "A name, or words from a concern",
        line=True,
        needed="Type a name, or words to look for",
        help_text=HINT,
    )
    helper = lay_out_form(Question("words", size="m"), ButtonRow(SubmitButton("Search")))

    def clean_words(self) -> str:
        typed = self.cleaned_data["words"]
        if len(typed) > LONGEST:
            raise ValidationError(TOO_LONG)
        if not fold_text(typed):
            raise ValidationError(NO_WORD)
        return typed


class FactLineForm(FileLineForm):
    """A line whose answers are all columns of its row in `model`."""

    model: type = Status

    @property
    def act_arguments(self) -> dict:
        said = dict(self.cleaned_data)
        return {"model": self.model, "since": said.pop("since", None), "said": said}


class StatusForm(FactLineForm):
    heading = "A status"
    model = Status

    kind = choice_field("Which status?", StatusKind, needed="Choose which status it is")
    category = choice_field("Category, if it is a child protection plan", PlanCategory)
    decided_by = WordsField(
        "Who decided it?",
        line=True,
        needed="Write who decided it",
        help_text="A name or a team, and where. For example: “Review conference, Westshire”.",
    )
    since = since_date_field()
    helper = lay_out_form(
        "kind", "category", "decided_by", "since", ButtonRow(SubmitButton("Save"))
    )

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        # Those of a child who is taught elsewhere are recorded on a page of their own.
        offered = [
            (kind.value, kind.label) for kind in StatusKind if kind not in ELSEWHERE_STATUSES
        ]
        set_choices(self.fields["kind"], offered)

    def clean(self):
        given = super().clean()
        plan = given.get("kind") == StatusKind.PLAN
        if plan:
            self.require_answer("category", "Choose the category of the plan")
        elif given.get("category"):
            self.add_error("category", "Choose a category only for a child protection plan")
        return given


class ProfessionalForm(FactLineForm):
    heading = "Somebody who works with the child"
    model = Professional

    profession = choice_field("Who are they?", Profession, needed="Choose who they are")
    name = WordsField("Name", line=True, needed="Write their name")
    agency = WordsField("Team or service", line=True)
    telephone = WordsField("Telephone", line=True)
    email = WordsField("E-mail", line=True)
    since = since_date_field()
    helper = lay_out_form(
        "profession",
        "name",
        "agency",
        "telephone",
        "email",
        "since",
        ButtonRow(SubmitButton("Save")),
    )


class LanguageForm(FactLineForm):
    heading = "A language spoken at home"
    model = Language

    language = WordsField("Which language?", line=True, needed="Write which language")
    spoken_by = WordsField(
        "Who speaks it?", line=True, help_text="“The child”, “Mother”, “Everybody at home”."
    )
    interpreter = choice_field(
        "Do they need an interpreter?",
        YesNo,
        needed="Say whether an interpreter is needed, or that it is not known",
        help_text="Never a brother, a sister or another child.",
    )
    helper = lay_out_form("language", "spoken_by", "interpreter", ButtonRow(SubmitButton("Save")))


class LeadDetailForm(FactLineForm):
    """Base of the forms for what a roll file may say too."""

    model = LeadDetail
    kind: LeadDetailKind

    words = WordsField(
        "What is it?",
        line=True,
        needed="Write what it is",
        help_text="As the child or their family say it. “Would not say” is an answer too.",
    )
    helper = lay_out_form("words", ButtonRow(SubmitButton("Save")))

    @property
    def act_arguments(self) -> dict:
        return {"model": self.model, "said": {**self.cleaned_data, "kind": self.kind.value}}


class SexForm(LeadDetailForm):
    heading = "Sex"
    kind = LeadDetailKind.SEX


class EthnicityForm(LeadDetailForm):
    heading = "Ethnicity"
    kind = LeadDetailKind.ETHNICITY


class ReligionForm(LeadDetailForm):
    heading = "Religion"
    kind = LeadDetailKind.RELIGION


class DisabilityForm(LeadDetailForm):
    heading = "Disability"
    kind = LeadDetailKind.DISABILITY

    words = WordsField(
        "Which disability or health condition?",
        line=True,
        needed="Write which it is, or “None”",
        help_text="With what the child needs because of it. Write “None” if you know of none.",
    )


class ChildNumberForm(LeadDetailForm):
    """Base of the forms for a number that the roll lacks."""

    words = WordsField("Number", line=True, needed="Enter the number")
    helper = lay_out_form(
        TextBlock(
            "It stands in the child's file. The roll, which the school office has, stays as it is."
        ),
        Question("words", width=20),
        ButtonRow(SubmitButton("Save")),
    )

    def clean_words(self) -> str:
        said, wrong = read_number(self.kind, self.cleaned_data["words"])
        if wrong:
            raise ValidationError(wrong)
        return said


class UpnForm(ChildNumberForm):
    heading = "The unique pupil number (UPN)"
    kind = LeadDetailKind.UPN


class NhsNumberForm(ChildNumberForm):
    heading = "The NHS number"
    kind = LeadDetailKind.NHS_NUMBER


class EarlierFileForm(FactLineForm):
    heading = "An earlier school's file is expected"
    model = EarlierFile

    where = WordsField(
        "Where from?",
        line=True,
        needed="Write which school it is coming from",
        help_text="The school before this one, and its telephone number if you have it.",
    )
    helper = lay_out_form(
        TextBlock(
            "This is shown in red on every concern about the child until somebody has read "
            "the file."
        ),
        "where",
        ButtonRow(SubmitButton("Save")),
    )


class FileEventForm(FileLineForm):
    heading = "An earlier school's file"

    stage = choice_field("What was done?", FileStage, needed="Choose what was done")
    words = WordsField("Who you spoke to, and what they said", line=True)
    done_on = past_moment.day_field("On what day?")
    done_at = past_moment.time_field("At what time?")
    helper = lay_out_form(
        "stage",
        "words",
        "done_on",
        Question("done_at", width=5),
        ButtonRow(SubmitButton("Save")),
    )

    def __init__(self, *args, now, **more):
        super().__init__(
            *args, now=now, initial=past_moment.fields_set_to_moment("done", now), **more
        )

    def clean(self):
        given = super().clean()
        self.done = past_moment.read_moment(self, "done", self.now)
        return given

    @property
    def act_arguments(self) -> dict:
        said = {name: self.cleaned_data[name] for name in ("stage", "words")}
        return {**said, "file": self.row, "happened_at": self.done}


class EndFileLineForm(FileLineForm):
    heading = "This is no longer true"

    until = DayField(label="Until when was it true?", required=False, help_text=NOT_KNOWN)
    why = WordsField("Why?", line=True, needed="Say why it is no longer true")
    helper = lay_out_form("until", "why", ButtonRow(SubmitButton("End it")))

    @property
    def act_arguments(self) -> dict:
        return {**self.cleaned_data, "row": self.row}


class EarlierFileReadForm(FileLineForm):
    heading = "An earlier school's file"

    ended_how = choice_field(
        "Was the file read?", FileEnd, needed="Choose whether the file was read"
    )
    why = WordsField(
        "What the file says",
        needed="Write in a sentence what the file says, or who said that there is no file",
        help_text="What this school needs to know from it, or who said that there is no file.",
    )
    helper = lay_out_form(
        "ended_how", Question("why", rows=4), ButtonRow(SubmitButton("Sign and save"))
    )

    @property
    def act_arguments(self) -> dict:
        return {**self.cleaned_data, "row": self.row}


class EarlierRecordReadForm(FileLineForm):
    heading = "I have read the earlier record"

    why = WordsField(
        "What it says",
        needed="Write in a sentence what this school needs to know from it",
        help_text="What this school needs to know from it, or that nothing in it matters now.",
    )
    helper = lay_out_form(Question("why", rows=4), ButtonRow(SubmitButton("Sign and save")))

    @property
    def act_arguments(self) -> dict:
        return {**self.cleaned_data, "row": self.row}


class DocumentForm(FactLineForm):
    heading = "A document for the child's file"
    model = ChildDocument

    kind = choice_field("What is it?", DocumentKind, needed="Choose what it is")
    title = WordsField(
        "In a few words",
        line=True,
        needed="Write in a few words what it says, and who it is from",
        help_text="What it says, and who it is from: “Family court, with whom she lives”.",
    )
    since = since_date_field("The date on it")
    helper = lay_out_form(
        TextBlock(
            "For what belongs to no concern. It is for the leads: nobody else can open it. You add "
            "its files on the next page."
        ),
        "kind",
        "title",
        "since",
        ButtonRow(SubmitButton("Save, and add its files")),
    )


class DocumentReadForm(EarlierRecordReadForm):
    heading = "I have read the document"


class SightingForm(DraftableForm):
    """A lead saw or spoke to this child. Short enough to fill in on a phone."""

    heading = "I saw or spoke to this child"

    how = choice_field("What was it?", SeenHow, needed="Choose what it was")
    words = WordsField(
        "What happened, in one line", line=True, help_text="“Chatted at the gate, cheerful”."
    )
    seen_on = past_moment.day_field("On what day?")
    seen_at = past_moment.time_field("At what time?")

    def __init__(self, typed: PostedFields | None = None, *, now, **more):
        super().__init__(typed, initial=past_moment.fields_set_to_moment("seen", now), **more)
        self.now = now
        self.helper = lay_out_form(
            Question("how", size="m"),
            "words",
            "seen_on",
            Question("seen_at", width=5),
            ButtonRow(SubmitButton("Save", value="keep")),
        )

    def clean(self):
        given = super().clean()
        self.seen = past_moment.read_moment(self, "seen", self.now)
        return given

    @property
    def act_arguments(self) -> dict:
        said = {name: self.cleaned_data[name] for name in ("how", "words")}
        return {**said, "happened_at": self.seen}


class AnyStaffSightingForm(SightingForm):
    """The sighting form for any member of staff, who first finds the child on the roll."""

    child = child_picker_field()

    def __init__(self, *args, chosen: list[Child], **more):
        super().__init__(*args, **more)
        self.chosen = chosen

    def clean(self):
        given = super().clean()
        if len(self.chosen) != 1:
            words = (
                "Keep one child only. Record each child separately"
                if self.chosen
                else "Find the child you saw"
            )
            self.add_error("child", words)
        return given


# The form for each line that can be added, by the word in the address (`?what=`).
WRITES: dict[str, type[FileLineForm]] = {
    "address": HomeAddressForm,
    "adult": HouseholdAdultForm,
    "tie": AdultRelationForm,
    "fact": AdultFactForm,
    "sibling": SiblingForm,
    "status": StatusForm,
    "professional": ProfessionalForm,
    "language": LanguageForm,
    "sex": SexForm,
    "ethnicity": EthnicityForm,
    "religion": ReligionForm,
    "disability": DisabilityForm,
    "upn": UpnForm,
    "nhs_number": NhsNumberForm,
    "sibling_elsewhere": SiblingElsewhereForm,
    "authority": HomeAuthorityForm,
    "numbers": AuthorityNumbersForm,
    "earlier": EarlierFileForm,
    "event": FileEventForm,
    "document": DocumentForm,
}
# The forms for ending a line that asks for more than the day and the reason.
ENDS = {
    "earlier": EarlierFileReadForm,
    "record": EarlierRecordReadForm,
    "document": DocumentReadForm,
}

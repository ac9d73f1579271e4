"""The forms about a child who leaves. `act_arguments` are the keyword arguments of the act."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms

from concerns.forms import past_moment
from concerns.forms.base_form import (
    WRONG,
    DraftableForm,
    PostedFields,
    ShortTextField,
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
from concerns.paper.child_package import OfferedFile, PackageChoice, PackagePreview
from concerns.rules.leaving import (
    PLACE_HINT,
    PLACE_QUESTION,
    FileSentHow,
    HomeEducationConsent,
    LeavingReason,
    SendingStage,
    find_leaver_fault,
)
from concerns.rules.wording import format_date_or_time

STILL_HERE = "Leave it empty if they are still here. Their file can go ahead of them."


class DepartureForm(DraftableForm):
    reason = choice_field("Why do they leave?", LeavingReason, needed="Choose why they leave")
    place = WordsField(PLACE_QUESTION, line=True, help_text=PLACE_HINT)
    address = WordsField("Its address, and who to reach there", line=True)
    left_on = DayField(
        label="Last day at this school",
        required=False,
        help_text=STILL_HERE,
    )
    helper = lay_out_form(
        "reason", "place", "address", "left_on", ButtonRow(SubmitButton("Record this"))
    )

    def __init__(
        self, typed: PostedFields | None = None, *, today: date, left: date | None, **more: Any
    ):
        super().__init__(typed, **more)
        self.today = today
        if left:
            day = format_date_or_time(left)
            self.fields["left_on"].help_text = f"Leave it empty if it is still {day}."

    def clean(self):
        given = super().clean()
        last = given.get("left_on")
        if last and last > self.today:
            self.add_error("left_on", "This day is in the future. Leave it empty until then")
        fault = find_leaver_fault(given.get("reason", ""), given.get("place", ""), None, self.today)
        if fault and "place" not in self.errors:
            self.add_error("place", fault.rstrip("."))
        return given

    @property
    def act_arguments(self) -> dict:
        given = self.cleaned_data
        return {**given, "reason": LeavingReason(given["reason"])}


NAME_POST_AND_NUMBER = "Name, post and telephone number"


class FileStepForm(DraftableForm):
    """Base of the two forms about a child's file: when it happened, who there, and a note."""

    happened_on = past_moment.day_field("On what day?")
    happened_at = past_moment.time_field()
    words = WordsField("Anything else to record")
    moment: datetime | None = None

    def __init__(self, typed: PostedFields | None = None, *, now: datetime, **more: Any):
        super().__init__(typed, initial=past_moment.fields_set_to_moment("happened", now), **more)
        self.now = now

    def clean(self):
        given = super().clean()
        self.moment = past_moment.read_moment(self, "happened", self.now)
        return given

    def require_answer(self, name: str, words: str) -> None:
        """Add an error to `name` if nothing is typed in it."""
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, words)

    @property
    def act_arguments(self) -> dict:
        given = self.cleaned_data
        said = {name: given[name] for name in ("person_there", "words")}
        happened_at = past_moment.require_moment(self.moment)
        return {**said, "stage": SendingStage(given["stage"]), "happened_at": happened_at}


def _stage_field(label: str, *stages: tuple[SendingStage, str]):
    field = choice_field(label, SendingStage, needed="Choose one of the answers")
    field.choices = [(stage.value, words) for stage, words in stages]
    return field


def _lay_out_file_step(*first: str):
    """The questions `first`, then those that both forms ask."""
    return lay_out_form(
        *first,
        "person_there",
        "happened_on",
        Question("happened_at", width=5),
        Question("words", rows=3),
        ButtonRow(SubmitButton("Record this")),
    )


class SendFileForm(FileStepForm):
    stage = _stage_field(
        "Has the file been sent?",
        (SendingStage.SENT, "Yes, it has been sent"),
        (SendingStage.NOT_NEEDED, "No, and it will not be: I say why below"),
    )
    how = choice_field("How was it sent?", FileSentHow)
    person_there = WordsField(f"Who received it there? {NAME_POST_AND_NUMBER}", line=True)
    helper = _lay_out_file_step("stage", "how")

    def __init__(self, typed: PostedFields | None = None, **more: Any):
        super().__init__(typed, **more)
        self.fields[
            "words"
        ].help_text = "The number of the parcel, what was sent ahead, or why it is not sent."

    def clean(self):
        given = super().clean()
        if given.get("stage") == SendingStage.SENT:
            self.require_answer("how", "Choose how it was sent")
            self.require_answer("person_there", "Write who received it there")
        elif given.get("stage") == SendingStage.NOT_NEEDED:
            self.require_answer("words", "Write why it is not sent")
        return given

    @property
    def act_arguments(self) -> dict:
        sent = self.cleaned_data["stage"] == SendingStage.SENT
        return {**super().act_arguments, "how": self.cleaned_data["how"] if sent else ""}


class ReceiptForm(FileStepForm):
    stage = _stage_field(
        "Does the new school have the file?",
        (SendingStage.RECEIVED, "Yes, they have confirmed it"),
        (SendingStage.CHASED, "I have asked, and they have not confirmed it yet"),
    )
    person_there = WordsField(
        f"Whom did you speak to there? {NAME_POST_AND_NUMBER}",
        line=True,
        needed="Write whom you spoke to there",
    )
    helper = _lay_out_file_step("stage")


class HomeEducationForm(DraftableForm):
    consent = choice_field(
        "What does the local authority say?",
        HomeEducationConsent,
        needed="Choose what the authority says",
    )
    consent_words = WordsField(
        "Who said so, when, and how?", needed="Write who at the authority said so, and when"
    )
    social_worker_words = WordsField(
        "How does the social worker know of it, and what do they say?",
        needed="Write how the social worker was told, and what they said",
    )
    address_words = WordsField(
        "How was it checked where the child lives now?",
        needed="Write how the address was checked, and by whom",
    )
    helper = lay_out_form(
        TextBlock(
            "Every answer is needed. Save what you have, and come back when you know the rest.",
            kind="hint",
        ),
        "consent",
        Question("consent_words", rows=2),
        Question("social_worker_words", rows=3),
        Question("address_words", rows=3),
        ButtonRow(SubmitButton("Record this")),
    )

    @property
    def act_arguments(self) -> dict:
        given = self.cleaned_data
        return {**given, "consent": HomeEducationConsent(given["consent"])}


# Of a child of whom no concern has an added file.
WITHOUT_FILES = lay_out_form("recipient", Question("reason", rows=2), Question("also", rows=3))


class PackageForm(DraftableForm):
    """Whom a package of one child's file is for, and why, and what of it is left out."""

    recipient = ShortTextField(
        "Whom is it for?",
        150,
        needed="Write whom it is for",
        help_text="The school and its town, and the name of its safeguarding lead.",
    )
    reason = WordsField("Why do they get it?", needed="Write why they get it")
    attached = forms.MultipleChoiceField(
        label="Added files that go with it",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": WRONG, "invalid_list": WRONG},
        help_text=(
            "Open each file of a concern that is about other children too before you tick it: "
            "nobody can cover a name in a picture or a letter."
        ),
    )
    also = WordsField(
        "Other words to cover, one on each line",
        help_text="A nickname, a misspelt name, the name of another child's parent.",
    )
    helper = lay_out_form(
        "recipient",
        Question("reason", rows=2),
        Question("attached", small=True),
        Question("also", rows=3),
    )

    def __init__(
        self, typed: PostedFields | None = None, *, preview: PackagePreview, place: str, **more: Any
    ):
        usual = [str(uid) for uid in preview.usual_files]
        super().__init__(typed, initial={"recipient": place, "attached": usual}, **more)
        if not preview.files:
            self.helper = WITHOUT_FILES
        choices = [(str(file.row.uid), _describe_file(file)) for file in preview.files]
        set_choices(self.fields["attached"], choices)
        # The names of other children that the maker wants left readable: see the page.
        self.shown = typed.data.getlist("show") if typed else []

    @property
    def package_choice(self) -> PackageChoice:
        """What goes into the package. Only of a valid form."""
        given = self.cleaned_data
        return PackageChoice(
            recipient=given["recipient"],
            reason=given["reason"],
            also=given["also"],
            shown=self.shown,
            files=[UUID(uid) for uid in given["attached"]],
        )


def _describe_file(file: OfferedFile) -> str:
    of = file.document or "from an earlier school"
    if file.reference:
        of = f"of concern {file.reference}"
    about_others = ", which is about other children too" if file.with_others else ""
    return f"{file.row.name} ({file.row.size_words}), {of}{about_others}"

"""The forms about staff: people, posts, families, leaving, cover, the staff file and passwords."""

from collections.abc import Iterable, Mapping
from datetime import date

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from concerns.forms.base_form import (
    WRONG,
    DraftableForm,
    EmailAddressField,
    PostedFields,
    ShortTextField,
    choice_field,
    set_choices,
)
from concerns.forms.conditional_questions import ConditionalForm, offer_choices
from concerns.forms.govuk_layout import (
    ButtonRow,
    DayField,
    Question,
    SubmitButton,
    TextBlock,
    lay_out_form,
)
from concerns.models import Person
from concerns.paper.csv_columns import STAFF
from concerns.paper.staff_rows import count_staff_headings, missing_columns, parse_staff_table
from concerns.paper.table_forms import TAKEN, TableColumnsForm, TableReading, TableUploadForm
from concerns.rules.cover_kinds import AWAY, WEEKDAYS, CoverKind
from concerns.rules.passwords import normalise_password
from concerns.rules.roles import PART_READERS, READERS, May, Role, roles_with_power
from concerns.rules.staff_approval import GIVEN_BY_THE_HEAD
from concerns.rules.words import Choice

_WHY_THE_HEAD = {
    **dict.fromkeys(roles_with_power(May.PEOPLE), "Lets them keep the list of staff, so the "),
    **dict.fromkeys(READERS, "Lets them read the record, so the "),
    **dict.fromkeys(roles_with_power(May.FIGURES), "Lets them see figures, so the "),
}
# What is said beside each post that the head must approve.
TO_THE_HEAD = {
    role: f"{_WHY_THE_HEAD.get(role, 'The ')}headteacher must approve it."
    for role in GIVEN_BY_THE_HEAD
}


class PersonForm(DraftableForm):
    SAID = ("name", "room", "telephone")

    name = ShortTextField(
        "Name", 150, needed="Enter their name", help_text="The name everybody here uses."
    )
    email = EmailAddressField("E-mail address", needed="Enter their e-mail address")
    room = ShortTextField("Where to find them", 60, help_text="A room, or a class.")
    telephone = ShortTextField("Telephone or extension", 40)
    LAID = ("name", "email", Question("room", width=20), Question("telephone", width=20))
    helper = lay_out_form(*LAID, ButtonRow(SubmitButton("Save")))

    def __init__(self, *given, name_is_theirs: bool = False, **more):
        super().__init__(*given, **more)
        if name_is_theirs:
            del self.fields["name"]
            self.helper = lay_out_form(*self.LAID[1:], ButtonRow(SubmitButton("Save")))

    def person_details(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.SAID if name in self.fields}


class PostQuestions(DraftableForm):
    """The questions about a post."""

    # What is laid out above them, and the words of the button.
    BEFORE: tuple[str | Question, ...] = ()
    PRESS: str

    role = forms.ChoiceField(
        label="What is their post?",
        # Who reads a part of the record is said on a page of its own, with the part.
        choices=[(role.value, role.title_words) for role in Role if role not in PART_READERS],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose their post", "invalid_choice": WRONG},
    )
    title = ShortTextField(
        "Job title", 100, help_text="For example “Teacher, Year 4”. You can leave this empty."
    )
    since = DayField(label="First day", required=False)
    until = DayField(
        label="Last day",
        required=False,
        help_text="Only if you know it, for example for supply staff.",
    )

    def __init__(self, typed: PostedFields | None = None, *, viewer, **more):
        super().__init__(typed, initial={"since": viewer.todays_date, "role": Role.STAFF}, **more)
        self.viewer = viewer
        hints = {} if viewer.has_power(May.POSTS) else TO_THE_HEAD
        asked = (Question("role", size="m", hints=hints), "title", "since", "until")
        self.helper = lay_out_form(*self.BEFORE, *asked, ButtonRow(SubmitButton(self.PRESS)))

    def clean(self):
        given = super().clean()
        since = given.get("since")
        until = given.get("until")
        if since is None and "since" not in self.errors:
            self.add_error("since", "Enter the first day")
        elif since and since > date(self.viewer.todays_date.year + 2, 1, 1):
            self.add_error("since", "Choose a first day nearer to today")
        if since and until and until < since:
            self.add_error("until", "The last day is before the first")
        return given

    def post_details(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("role", "title", "since", "until")}


class GivePostForm(PostQuestions):
    PRESS = "Give this post"


class AddPersonForm(PostQuestions, PersonForm):
    BEFORE = PersonForm.LAID
    PRESS = "Add them"


class EndPostForm(DraftableForm):
    until = DayField(label="Last day in this post", required=False)
    helper = lay_out_form("until", ButtonRow(SubmitButton("End this post")))

    def clean(self):
        if super().clean().get("until") is None and "until" not in self.errors:
            self.add_error("until", "Enter the last day in this post")
        return self.cleaned_data


class ApprovalAnswer(Choice):
    YES = "yes", "Approve it. The change is made at once"
    NO = "no", "Refuse it. Nothing changes"


class ApprovalForm(DraftableForm):
    answer = choice_field("Do you approve this?", ApprovalAnswer, needed="Approve it, or refuse it")
    why = ShortTextField(
        "Why not?",
        300,
        help_text="The person who asked will read this. You must fill it in if you refuse.",
    )
    helper = lay_out_form(Question("answer", size="m"), "why", ButtonRow(SubmitButton("Answer")))

    def clean(self):
        given = super().clean()
        if given.get("answer") == ApprovalAnswer.NO and not given.get("why"):
            self.add_error("why", "Say why not. The person who asked will read it")
        return given


class PostConfirmationAnswer(Choice):
    YES = "yes", "Yes, I work there too"
    NO = "no", "No, I do not work there"


class PostConfirmationForm(DraftableForm):
    answer = choice_field(
        "Do you work there?", PostConfirmationAnswer, needed="Say whether you work there"
    )
    helper = lay_out_form(Question("answer", size="m"), ButtonRow(SubmitButton("Answer")))


class FamilyForm(DraftableForm):
    """Finds a pupil by part of a name, and asks what a member of staff is to them."""

    find = ShortTextField(
        "Which pupil?", 100, help_text="Type part of a first name or surname, then press Find."
    )
    child = forms.ChoiceField(
        label="Who is it?",
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": "Find the pupil again"},
    )
    how = ShortTextField(
        "What relation are they to the pupil?",
        60,
        help_text="For example mother, step-father, aunt or foster carer.",
    )

    def __init__(
        self,
        typed: PostedFields | None = None,
        *,
        checked=True,
        found: Iterable[dict[str, str]],
        **more,
    ):
        looks = typed is not None and typed.data.get("do") == "find"
        super().__init__(typed, checked=checked and not looks, **more)
        self.found = [(child["uid"], f"{child['label']} ({child['detail']})") for child in found]
        set_choices(self.fields["child"], self.found)
        asked: list[str | ButtonRow | TextBlock] = []
        if self.found:
            asked = ["child", "how", ButtonRow(SubmitButton("Register"))]
        elif looks:
            asked = [TextBlock("No pupil matches. Try a shorter part of the name.")]
        find = SubmitButton("Find", value="find", kind="secondary")
        self.helper = lay_out_form("find", ButtonRow(find), *asked)

    def clean(self):
        given = super().clean()
        if "child" in self.errors:
            return given
        if not given.get("child"):
            self.add_error("child" if self.found else "find", "Find the pupil")
        elif not given.get("how"):
            self.add_error("how", "Say what relation they are to the pupil")
        return given


class ConfirmationForm(DraftableForm):
    sure = forms.BooleanField(error_messages={"required": "Tick the box to confirm"})

    def __init__(self, typed: PostedFields | None = None, *, label: str, press: str, **more):
        super().__init__(typed, **more)
        self.fields["sure"].label = label
        self.helper = lay_out_form("sure", ButtonRow(SubmitButton(press)))


class InviteManyForm(DraftableForm):
    """Whom to invite. Ticked is who has no link that works (`NotSignedInRow.is_due`)."""

    people = forms.MultipleChoiceField(
        label="Whom do you want to invite?",
        widget=forms.CheckboxSelectMultiple,
        help_text="Each gets an e-mail with a link to choose a password. It works once, for 48 "
        "hours. Whoever was never invited, whose link could not be sent or no longer works, is "
        "ticked.",
        error_messages={"required": "Tick whom you want to invite", "invalid_choice": WRONG},
    )
    helper = lay_out_form(
        Question("people", size="m", small=True), ButtonRow(SubmitButton("Invite them"))
    )

    def __init__(self, typed: PostedFields | None = None, *, rows: list, **more):
        able = [row for row in rows if row.may_be_invited]
        ticked = [str(row.person.uid) for row in able if row.is_due]
        super().__init__(typed, initial={"people": ticked}, **more)
        labels = [(str(row.person.uid), _invited_in_words(row)) for row in able]
        set_choices(self.fields["people"], labels)


def _invited_in_words(row) -> str:
    when = f" (last link sent {row.invited_at:%-d %B %Y})" if row.invited_at else ""
    return f"{row.person.name}, {row.person.email}: {row.status}{when}"


class LeaveForm(DraftableForm):
    last = DayField(label="Last day here", required=False, help_text="Today, or a day in the past.")
    to = forms.ChoiceField(label="Who takes over their concerns and next steps?", required=False)
    helper = lay_out_form("last", "to", ButtonRow(SubmitButton("They have left", kind="warning")))

    def __init__(
        self,
        typed=None,
        *,
        today: date,
        able: Mapping[str, Person],
        asks: bool,
        needed: bool,
        **more,
    ):
        """`asks`: whether to ask who takes over. `needed`: somebody must be named."""
        super().__init__(typed, initial={"last": today}, **more)
        if asks:
            empty = "Choose" if needed else "Whoever is in post"
            offer_choices(self.fields["to"], able, "Choose who takes over", empty=empty)
            self.fields["to"].required = needed
        else:
            del self.fields["to"]
            self.helper = lay_out_form(
                "last", ButtonRow(SubmitButton("They have left", kind="warning"))
            )

    def clean(self):
        if super().clean().get("last") is None and "last" not in self.errors:
            self.add_error("last", "Enter their last day here")
        return self.cleaned_data


class StaffCoverForm(ConditionalForm):
    kind = choice_field(
        "What do you want to record?", CoverKind, needed="Choose what you want to record"
    )
    person = forms.ChoiceField(label="Who?")
    stands_in = forms.ChoiceField(
        label="Who stands in?",
        required=False,
        help_text="Only while they are away. If you name nobody, staff are told to find the next "
        "person in post.",
    )
    weekdays = forms.MultipleChoiceField(
        label="Which weekdays are they never here?",
        choices=list(enumerate(WEEKDAYS)),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": WRONG},
    )
    since = DayField(label="First day", required=False)
    until = DayField(
        label="Last day", required=False, help_text="Leave it empty if you do not know it yet."
    )
    helper = lay_out_form(
        Question("kind", size="m"),
        "person",
        "stands_in",
        Question("weekdays", small=True),
        "since",
        "until",
        ButtonRow(SubmitButton("Save")),
    )

    def __init__(self, typed=None, *, today: date, whose: Mapping, able: Mapping, **more):
        super().__init__(typed, initial={"since": today}, **more)
        offer_choices(
            self.fields["person"], whose, "Choose who you are recording this for", empty="Choose"
        )
        offer_choices(self.fields["stands_in"], able, WRONG, empty="Nobody named")

    def clean(self):
        given = super().clean()
        kind = given.get("kind")
        self.require_answer("since", "Enter the first day")
        if kind == CoverKind.LEAVE:
            self.require_answer("until", "Enter the last day they are away")
        if kind == CoverKind.WEEKDAYS:
            self.require_answer("weekdays", "Tick the weekdays on which they are never here")
        elif given.get("weekdays"):
            self.add_error("weekdays", "Tick weekdays only if they are never here on some weekdays")
        if given.get("stands_in") and kind not in AWAY:
            self.add_error(
                "stands_in",
                "Leave “Who stands in?” empty: nobody can stand in for the person to contact",
            )
        elif given.get("stands_in") and given["stands_in"] == given.get("person"):
            self.add_error("stands_in", "Choose somebody else to stand in")
        since = given.get("since")
        until = given.get("until")
        if since and until and until < since:
            self.add_error("until", "The last day is before the first")
        return given


class StaffUploadForm(TableUploadForm):
    help_text = (
        "A workbook (.xlsx, .xls or .ods) or a CSV file, with a line of headings: name (or first "
        "name and last name), email and roles. Without roles everybody new is a member of staff. "
        "You can add title, room, telephone, since and until."
    )
    button = "See what it would change"
    fewest_columns = 2
    needed = "a name and an e-mail address"
    fewer = "fewer columns"
    reading = TableReading(count_staff_headings, parse_staff_table)


class StaffColumnsForm(TableColumnsForm):
    always_sent = "email"

    def __init__(
        self, headings: tuple[str, ...], guess: Mapping[str, int], data: Mapping[str, str]
    ):
        super().__init__(headings, guess, data)
        for column in STAFF:
            self.add_column(column.key, column.words)
        self.helper = lay_out_form(*self.fields)

    def clean(self):
        super().clean()
        given = self.cleaned_data
        taken = set()
        for key, at in list(given.items()):
            if at and at in taken:
                self.add_error(key, TAKEN)
            taken.add(at)
        for column in missing_columns({key: int(at) for key, at in given.items() if at}):
            if column.key not in self.errors:
                self.add_error(column.key, _WHICH_COLUMN[column.key])
        return given


_WHICH_COLUMN = {
    "name": "Choose the column that has the name, or those that have forename and surname",
    "email": "Choose the column that has the e-mail address",
}


class PasswordForm(forms.Form):
    password = forms.CharField(
        label="Choose a password",
        strip=False,
        help_text="Twelve characters or more. Three words that you can remember are a good choice.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Choose a password"},
    )
    again = forms.CharField(
        label="Type the same password again",
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    helper = lay_out_form("password", "again", ButtonRow(SubmitButton("Set this password")))

    def __init__(self, data=None, *, person: Person):
        super().__init__(data)
        self.person = person

    def clean_password(self) -> str:
        return normalise_password(self.cleaned_data["password"])

    def clean_again(self) -> str:
        return normalise_password(self.cleaned_data["again"])

    def clean(self):
        super().clean()
        given = self.cleaned_data
        password = given.get("password")
        if password and password != given.get("again"):
            self.add_error("again", "The two passwords are not the same. Type both again.")
        elif password:
            try:
                validate_password(password, self.person)
            except ValidationError as wrong:
                self.add_error("password", wrong)
        return given

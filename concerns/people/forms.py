"""The forms about staff: people, posts, families, leaving, cover, the staff file and passwords."""

from collections.abc import Iterable, Mapping
from datetime import date

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email

from concerns.asking.asked import WRONG, Asked, Typed, Words, choose
from concerns.asking.govuk import Buttons, DayField, Press, Question, Say, inside
from concerns.asking.unfolding import Unfolding, offer
from concerns.models import Child, Person
from concerns.paper.rows import NotATable, decoded
from concerns.people import queries
from concerns.rules.cover import AWAY, WEEKDAYS, CoverKind
from concerns.rules.roles import READERS, May, Role
from concerns.rules.words import Choice

TO_THE_HEAD = "Opens the record: waits for the headteacher's approval."


class Line(Words):
    """A one-line text of at most `most` characters."""

    def __init__(self, label: str, most: int, **more):
        super().__init__(label, line=True, **more)
        self.validators.append(MaxLengthValidator(most, f"Say it in {most} characters or fewer"))


class Address(Line):
    def __init__(self):
        super().__init__("E-mail address", 254, needed="Enter their e-mail address")
        self.widget.input_type = "email"

    def clean(self, value):
        address = super().clean(value).strip().lower()
        try:
            validate_email(address)
        except ValidationError:
            raise ValidationError("Enter an e-mail address, like name@example.org") from None
        return address


class PersonForm(Asked):
    SAID = ("name", "room", "telephone")

    name = Line("Name", 150, needed="Enter their name", help_text="As everybody here knows them.")
    email = Address()
    room = Line("Where they are found", 60, help_text="A room, or a class.")
    telephone = Line("Telephone or extension", 40)
    LAID = ("name", "email", Question("room", width=20), Question("telephone", width=20))
    helper = inside(*LAID, Buttons(Press("Keep this")))

    def said(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.SAID}


class AskPost(Asked):
    """The questions about a post. Subclasses set BEFORE (the fields above) and PRESS (button)."""

    role = forms.ChoiceField(
        label="What are they here?",
        choices=[(role.value, role.title) for role in Role],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what they are here", "invalid_choice": WRONG},
    )
    title = Line("What it is called here", 100, help_text="Like “Teacher, Year 4”. If you wish.")
    since = DayField(label="First day", required=False)
    until = DayField(
        label="Last day", required=False, help_text="Only where it is known, as for supply."
    )

    def __init__(self, typed: Typed | None = None, *, viewer, **more):
        super().__init__(typed, initial={"since": viewer.today, "role": Role.STAFF}, **more)
        self.viewer = viewer
        hints = {} if viewer.may(May.POSTS) else dict.fromkeys(READERS, TO_THE_HEAD)
        asked = (Question("role", size="m", hints=hints), "title", "since", "until")
        self.helper = inside(*self.BEFORE, *asked, Buttons(Press(self.PRESS)))

    def clean(self):
        given = super().clean()
        since, until = given.get("since"), given.get("until")
        if since is None and "since" not in self.errors:
            self.add_error("since", "Enter the first day")
        elif since and since > date(self.viewer.today.year + 2, 1, 1):
            self.add_error("since", "Choose a first day nearer to today")
        if since and until and until < since:
            self.add_error("until", "The last day is before the first")
        return given

    def post(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("role", "title", "since", "until")}


class PostForm(AskPost):
    BEFORE, PRESS = (), "Give this post"


class AddForm(AskPost, PersonForm):
    BEFORE, PRESS = PersonForm.LAID, "Add them"


class EndForm(Asked):
    until = DayField(label="Last day in this post", required=False)
    helper = inside("until", Buttons(Press("End this post")))

    def clean(self):
        if super().clean().get("until") is None and "until" not in self.errors:
            self.add_error("until", "Enter the last day in this post")
        return self.cleaned_data


class Said(Choice):
    YES = "yes", "Approve it: it is done at once"
    NO = "no", "Refuse it: nothing changes"


class AnswerForm(Asked):
    answer = choose("What do you say?", Said, needed="Approve it, or refuse it")
    why = Line("Why not?", 300, help_text="Who asked reads this. Needed where you refuse.")
    helper = inside(Question("answer", size="m"), "why", Buttons(Press("Answer")))

    def clean(self):
        given = super().clean()
        if given.get("answer") == Said.NO and not given.get("why"):
            self.add_error("why", "Say why not: who asked reads it")
        return given


class FamilyForm(Asked):
    """Finds a pupil by part of a name, and asks what a member of staff is to them."""

    find = Line("Which pupil?", 100, help_text="Part of a first name or surname, then Find.")
    child = forms.ChoiceField(label="Who is it?", widget=forms.RadioSelect, required=False)
    how = Line(
        "What are they to the pupil?", 60, help_text="Mother, step-father, aunt, foster carer."
    )

    def __init__(self, typed: Typed | None = None, *, checked=True, found: Iterable[Child], **more):
        looks = typed is not None and typed.data.get("do") == "find"
        super().__init__(typed, checked=checked and not looks, **more)
        self.fields["child"].choices = [
            (str(child.uid), f"{child.name} ({child.detail})" if child.detail else child.name)
            for child in found
        ]
        asked = ("child", "how", Buttons(Press("Register"))) if self.fields["child"].choices else ()
        if looks and not asked:
            asked = (Say("Nobody on the roll is found by that. Try less of the name."),)
        find = Press("Find", value="find", kind="secondary")
        self.helper = inside("find", Buttons(find), *asked)

    def clean(self):
        given = super().clean()
        if not given.get("child"):
            self.add_error("child" if self.fields["child"].choices else "find", "Find the pupil")
        elif not given.get("how"):
            self.add_error("how", "Say what they are to the pupil")
        return given


class SureForm(Asked):
    sure = forms.BooleanField(error_messages={"required": "Tick the box if that is so"})

    def __init__(self, typed: Typed | None = None, *, label: str, press: str, **more):
        super().__init__(typed, **more)
        self.fields["sure"].label = label
        self.helper = inside("sure", Buttons(Press(press)))


class LeaveForm(Asked):
    last = DayField(label="Last day here", required=False, help_text="Today, or a day gone by.")
    to = forms.ChoiceField(label="Who takes over what they hold?", required=False)
    helper = inside("last", "to", Buttons(Press("They have left", kind="warning")))

    def __init__(self, typed=None, *, today: date, able: Mapping[str, Person], holds: bool, **more):
        super().__init__(typed, initial={"last": today}, **more)
        if holds:
            offer(self.fields["to"], able, "Choose who takes over", empty="Choose")
            self.fields["to"].required = True
        else:
            del self.fields["to"]
            self.helper = inside("last", Buttons(Press("They have left", kind="warning")))

    def clean(self):
        if super().clean().get("last") is None and "last" not in self.errors:
            self.add_error("last", "Enter their last day here")
        return self.cleaned_data


class CoverForm(Unfolding):
    kind = choose("What is it?", CoverKind, needed="Choose what it is")
    person = forms.ChoiceField(label="Who?")
    stands_in = forms.ChoiceField(
        label="Who stands in?",
        required=False,
        help_text="Only while they are away. Nobody named: the next in post is found.",
    )
    weekdays = forms.MultipleChoiceField(
        label="On which weekdays are they never here?",
        choices=list(enumerate(WEEKDAYS)),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": WRONG},
    )
    since = DayField(label="First day", required=False)
    until = DayField(label="Last day", required=False, help_text="Empty: until it is ended.")
    helper = inside(
        Question("kind", size="m"),
        "person",
        "stands_in",
        Question("weekdays", small=True),
        "since",
        "until",
        Buttons(Press("Keep this")),
    )

    def __init__(self, typed=None, *, today: date, whose: Mapping, able: Mapping, **more):
        super().__init__(typed, initial={"since": today}, **more)
        offer(self.fields["person"], whose, "Choose who it is about", empty="Choose")
        offer(self.fields["stands_in"], able, WRONG, empty="Nobody named")

    def clean(self):
        given = super().clean()
        kind = given.get("kind")
        self.need("since", "Enter the first day")
        if kind == CoverKind.LEAVE:
            self.need("until", "Enter the last day they are away")
        if kind == CoverKind.WEEKDAYS:
            self.need("weekdays", "Tick the weekdays on which they are never here")
        elif given.get("weekdays"):
            self.add_error("weekdays", "Weekdays are only for who is never here on them")
        if given.get("stands_in") and kind not in AWAY:
            self.add_error("stands_in", "Nobody stands in for the one to reach: leave this empty")
        elif given.get("stands_in") and given["stands_in"] == given.get("person"):
            self.add_error("stands_in", "Choose somebody else to stand in")
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", "The last day is before the first")
        return given


class FileForm(forms.Form):
    """Uploads a staff file. Once valid, `lines` holds its staff lines."""

    file = forms.FileField(
        label="The file",
        help_text="CSV with a line of headings: name, email and roles; title, room, telephone, "
        "since and until if you have them.",
        allow_empty_file=True,
        error_messages=dict.fromkeys(("required", "missing", "invalid"), "Choose a CSV file"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )
    helper = inside("file", Buttons(Press("Look at what it would change")))

    def __init__(self, *given, today: date):
        super().__init__(*given)
        self.today = today

    def clean_file(self) -> str:
        try:
            text = decoded(self.cleaned_data["file"].read())
            self.lines = queries.read(text, self.today)
        except NotATable as wrong:
            raise ValidationError(str(wrong)) from wrong
        return text


class PasswordForm(forms.Form):
    password = forms.CharField(
        label="Choose a password",
        strip=False,
        help_text="Twelve characters or more. Three words you can remember do well.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Choose a password"},
    )
    again = forms.CharField(
        label="The same again",
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    helper = inside("password", "again", Buttons(Press("Set this password")))

    def __init__(self, data=None, *, person: Person):
        super().__init__(data)
        self.person = person

    def clean(self):
        given = super().clean()
        password = given.get("password")
        if password and password != given.get("again"):
            self.add_error("again", "These two are not the same. Type both again.")
        elif password:
            try:
                validate_password(password, self.person)
            except ValidationError as wrong:
                self.add_error("password", wrong)
        return given

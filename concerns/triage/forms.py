"""The forms a lead fills in: the queue's filters, and what to do with a concern. For closing, see
`asking/ending.py`; for the lightest decision, `asking/keeping.py`; for which questions of a
decision are judged, `asking/unfolding.py`."""

from functools import lru_cache

from crispy_forms.layout import Div
from crispy_forms.utils import render_crispy_form
from django import forms
from django.utils.timezone import localdate

from concerns.asking import moments
from concerns.asking.asked import Asked, Words, choose
from concerns.asking.choosing import OneChild, OneOfStaff
from concerns.asking.ending import WORD_BACK
from concerns.asking.govuk import Buttons, DayField, Details, Part, Press, Question, Say, inside
from concerns.asking.questions import AskAgain, AskParents, AskSent
from concerns.asking.unfolding import offer
from concerns.models import Decided
from concerns.models.fit import NOT_YET, REFER_NOW
from concerns.rules.words import About, ChildSeen, Choice, Route, Siblings

NOT_THEIRS = (
    "What you found out, whom you asked for advice and what they said. The person who wrote the "
    "concern does not see it."
)


class Filters(forms.Form):
    """The filters of the queue. They go into the query string: no name of a person is a value."""

    state = forms.ChoiceField(label="State", required=False)
    holder = forms.ChoiceField(label="Who has it", required=False)
    category = forms.ChoiceField(label="Category", required=False)
    year = forms.ChoiceField(label="Year", required=False)

    def __init__(self, *args, offered, **kwargs):
        super().__init__(*args, **kwargs)
        for name, choices in offered:
            self.fields[name].choices = choices
        self.helper = inside(*(Question(name) for name in self.fields))


@lru_cache(maxsize=64)
def filters(offered: tuple, chosen: tuple) -> str:
    """The HTML of the filters, cached by what is offered and what is chosen."""
    return render_crispy_form(Filters(dict(chosen), offered=offered))


class NoteForm(Asked):
    about = choose("Who is this about?", About, needed="Say whom it is about")
    words = Words("Your note", needed="Write the note", help_text=NOT_THEIRS)
    helper = inside(
        Question("about", size="m", small=True, inline=True),
        Question("words", rows=6),
        Buttons(Press("Add the note")),
    )


class ReopenForm(Asked):
    why = Words("Why is it opened again?", needed="Say why it is opened again")
    helper = inside(Question("why", rows=4), Buttons(Press("Open it again")))


class HandForm(Asked):
    """Hands the concern over to one of `people`, with a note."""

    to = forms.ChoiceField(label="Who takes it from here?", widget=forms.RadioSelect)
    note = Words(
        "A note for them",
        needed="Write them a note: what you know, and what you have done already",
        help_text="What you know, what you have done, and what presses.",
    )
    helper = inside(Question("to"), Question("note", rows=4), Buttons(Press("Hand it on")))

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(person.uid): person for person in people}
        offer(self.fields["to"], self.people, "Choose who takes it from here")

    @property
    def person(self):
        return self.people[self.cleaned_data["to"]]


class ExcludeForm(OneOfStaff):
    person = forms.ChoiceField(label="Who must not see it?")
    why = Words("Why?", needed="Say why they must not see it")
    helper = inside("person", Question("why", rows=3), Buttons(Press("Keep it from them")))


class RefileForm(OneChild):
    """Moves the concern from one of `rows` (not asked if only one) to a child of the roll."""

    row = forms.ChoiceField(label="Which of them is it not about?", widget=forms.RadioSelect)
    why = Words(
        "How do you know?",
        needed="Say how you know that it is about another child",
        help_text="Whom you asked, and what they said.",
    )
    laid = (
        Part("triage/right_child.html", "child"),
        Question("why", rows=3),
        Buttons(Press("File it under this child")),
    )

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = {str(row.uid): row for row in rows}
        offer(self.fields["row"], self.rows, "Choose whom it is not about")
        if len(self.rows) == 1:
            del self.fields["row"]
        self.helper = inside(*(["row"] if "row" in self.fields else []), *self.laid)

    @property
    def given(self) -> dict:
        """The arguments of `acts.refile`. The form must be valid."""
        row = self.rows[self.cleaned_data.get("row") or next(iter(self.rows))]
        return {"row": row, "to": self.chosen[0], "why": self.cleaned_data["why"]}


class Weight(Choice):
    LIGHT = "light", "Only to add to the picture"
    FULL = "full", "A full decision"


WEIGHTS = {
    "light": "One reason and a day. For what needs nothing done now.",
    "full": "For speaking to parents, telling anybody outside, watching, or no further action.",
}
PRESSING = (
    "This needs a full decision before the child goes home: there is a mark, something the child "
    "said, danger, or worry about their going home."
)
MORE = "A light decision keeps one reason and a day. You wrote more: choose “A full decision”."
ADVICE = "Get advice first: a parent or carer may be the cause, or telling them may bring danger"
ADVISED = "For what this is about, advice from social care or police comes before parents are told."
ALREADY_SENT = "Sent already? Write how it went. Otherwise leave these empty: sending is then owed."
# The questions under each route, judged only if it is ticked.
UNDER_ROUTES = {
    Route.PARENTS: ("advice_first",),
    Route.SOCIAL_CARE: AskSent.SENT,
    Route.WATCH: ("watch_until", "watched_by"),
    Route.KEEP: ("keep_until",),
}
NEEDED = {
    "routes": "Tick what happens next",
    "considered": "Say what else you considered, and why you did not choose it",
    "parents_told": "Say whether parents or carers have been told",
    "siblings": "Say whether brothers and sisters were considered",
    "child_seen": "Say whether the child has been seen",
}
ONLY_FULL = (
    *NEEDED, *AskSent.SENT, *AskParents.SAID, *AskAgain.AGAIN, "advice_first", "parents_why_not",
    "siblings_words",
)  # fmt: skip


class DecideForm(AskSent, AskParents, AskAgain):
    """A light or a full decision, for those children of the concern who are ticked."""

    children = forms.MultipleChoiceField(
        label="For which child?",
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick several to decide the same for each. Every child needs a decision.",
    )
    weight = choose("What kind of decision is it?", Weight, needed="Choose what kind it is")
    reason = Words("Why?", needed="Say why. A sentence is enough.")
    light_until = DayField(label="Look at the picture again on", required=False)
    routes = choose("What happens next?", Route, many=True, help_text="Tick all that apply.")
    advice_first = forms.BooleanField(label=ADVICE, required=False)
    considered = Words("What else did you consider?", help_text="And why you did not choose it.")
    siblings = choose("Brothers and sisters", Siblings)
    siblings_words = Words("Anything to say about them", line=True)
    child_seen = choose("Has the child been seen?", ChildSeen)
    words_back = Words("What shall they read?", help_text=WORD_BACK)

    def __init__(
        self,
        *args,
        now,
        rows,
        last,
        staff,
        pressing,
        advice,
        spoken,
        again,
        refer_now,
        drafted="",
        **kwargs,
    ):
        first = {"light_until": again}
        if drafted:
            first |= {"reason": drafted, "weight": Weight.FULL, "routes": [Route.SOCIAL_CARE]}
        first |= moments.at_first("sent", now) | moments.at_first("spoke", now)
        super().__init__(*args, initial=first, **kwargs)
        self.now, self.spoken_before = now, spoken
        self.rows = {str(row.uid): row for row in rows}
        self.staff = {str(person.uid): person for person in staff}
        offer(self.fields["children"], self.rows, "Tick the child you are deciding for")
        offer(self.fields["watched_by"], self.staff, "Choose who watches", empty="Choose")
        if len(self.rows) == 1:
            del self.fields["children"]
        if pressing:
            del self.fields["weight"]
        if refer_now:
            put_off = self.fields["routes"].choices
            self.fields["routes"].choices = [row for row in put_off if row[0] not in NOT_YET]
        hints = {uid: last.get(row.pk, "Not decided yet") for uid, row in self.rows.items()}
        self.helper = inside(*_laid_out(self.fields, hints, advice, REFER_NOW if refer_now else ""))

    @property
    def light(self) -> bool:
        return self.cleaned_data.get("weight") == Weight.LIGHT

    def clean(self):
        given, today = super().clean(), localdate(self.now)
        if "weight" in self.errors:
            return given
        if self.light:
            if self.stands(ONLY_FULL):
                self.add_error("weight", MORE)
            self.aside((*ONLY_FULL, *self.SENT_WHEN, *self.SAID_WHEN))
            self.need("light_until", "Enter the day to look at the picture again")
            self.coming("light_until", today)
            return given
        self.aside(["light_until"])
        for name, words in NEEDED.items():
            self.need(name, words)
        self.under("routes", UNDER_ROUTES)
        routes = given.get("routes", [])
        if Route.NO_FURTHER in routes and len(routes) > 1:
            self.add_error("routes", "No further action stands alone: tick it, or the others")
        self.read_again(routes, today)
        self._sent(routes)
        self.read_parents(self.now, owed=Route.PARENTS in routes, before=self.spoken_before)
        return given

    def _sent(self, routes: list[str]) -> None:
        self.was_sent = Route.SOCIAL_CARE in routes and self.stands(self.SENT)
        if self.was_sent:
            self.read_sent(self.now)
        else:
            self.aside(self.SENT_WHEN)

    @property
    def decided(self) -> Decided:
        """What was decided, for `acts.decide`. The form must be valid."""
        given = self.cleaned_data
        children = tuple(self.rows[uid] for uid in given.get("children", self.rows))
        said = {"reason": given["reason"], "words_back": given["words_back"]}
        if self.light:
            until = given["light_until"]
            return Decided(children, (Route.KEEP,), **said, light=True, keep_until=until)
        full = {name: given[name] for name in Decided.__dataclass_fields__ if name in given}
        return Decided(
            **full
            | {
                "children": children,
                "routes": tuple(given["routes"]),
                "watched_by": self.staff.get(given["watched_by"]),
                "sent": {Route.SOCIAL_CARE: self.sent()} if self.was_sent else {},
                "spoken": self.to_parents(),
            }
        )


def _laid_out(fields, hints: dict[str, str], advice: bool, first: str):
    """The layout; what only a light or only a full decision asks is in a block of its own."""
    if first:
        yield Say(first, "warning")
    if "children" in fields:
        yield Question("children", size="m", hints=hints)
    if "weight" in fields:
        yield Question("weight", size="m", hints=WEIGHTS)
    else:
        yield Say(PRESSING, "inset")
    yield Question("reason", size="m", rows=3)
    yield Div("light_until", css_class="only-light")
    reveals = {
        "parents": [Say(ADVISED)] if advice else ["advice_first"],
        "social_care": [Say(ALREADY_SENT), *AskSent.SENT_LAID],
        "watch": ["watch_until", "watched_by"],
        "keep": ["keep_until"],
    }
    yield Div(
        Question("routes", size="m", small=True, reveals=reveals),
        Question("considered", size="m", rows=3),
        *AskParents.PARENTS_LAID,
        Question("siblings", size="m"),
        "siblings_words",
        Question("child_seen", size="m"),
        "review_on",
        css_class="only-full",
    )
    yield Details("A word to the person who wrote it", Question("words_back", rows=3))
    yield Buttons(Press("Decide"))

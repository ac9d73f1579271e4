"""The forms a lead fills in: the queue's filters, and what to do with a concern. For closing, see
`forms/closing_and_watch.py`; for the lightest decision, `forms/light_decision.py`; for which
questions of a decision are judged, `forms/conditional_questions.py`."""

from functools import lru_cache

from crispy_forms.layout import Div
from django import forms
from django.template.loader import render_to_string
from django.utils.timezone import localdate

from concerns.forms import past_moment
from concerns.forms.base_form import (
    DraftableForm,
    ShortTextField,
    WordsField,
    choice_field,
    set_choices,
)
from concerns.forms.choose_person import ChooseChildForm, ChooseColleagueForm
from concerns.forms.closing_and_watch import WORD_BACK
from concerns.forms.conditional_questions import offer_choices
from concerns.forms.govuk_layout import (
    ButtonRow,
    DayField,
    Details,
    Question,
    SubmitButton,
    TemplatePart,
    TextBlock,
    TickList,
    lay_out_form,
)
from concerns.forms.shared_questions import (
    ChildSeenQuestions,
    ParentsToldQuestions,
    ReferralSentQuestions,
    ReviewDayQuestions,
)
from concerns.models import DecisionAnswers
from concerns.models.concern.category_sorting import CHOOSE, sorting_fault
from concerns.rules.words import (
    SORTED_INTO,
    Category,
    Choice,
    ConcernSubject,
    ParentsTold,
    Route,
    SiblingsConsidered,
)
from concerns.workflow.decision_checks import NOT_YET, REFER_NOW

NOT_THEIRS = (
    "What you found out, who you asked for advice, and what they said. The person who wrote the "
    "concern does not see this."
)


@lru_cache(maxsize=64)
def render_queue_filters(selects: tuple) -> str:
    """The HTML of the filters of the queue, cached by what is offered and chosen.

    `selects` are (name, label, choices, chosen value). The choices are (value, words), and go into
    the query string: no name of a person is a value.
    """
    return render_to_string("triage/queue_filters.html", {"selects": selects})


class LeadNoteForm(DraftableForm):
    about = choice_field("Who is this about?", ConcernSubject, needed="Say who it is about")
    words = WordsField("Your note", needed="Write the note", help_text=NOT_THEIRS)
    helper = lay_out_form(
        Question("about", size="m", small=True, inline=True),
        Question("words", rows=6),
        ButtonRow(SubmitButton("Add the note")),
    )


class SortCategoriesForm(DraftableForm):
    """Asks which categories a concern fits. `concern`: what was chosen before is ticked."""

    categories = forms.MultipleChoiceField(
        label="Which of these does it fit?",
        choices=list(SORTED_INTO.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick all that fit. What the writer chose stays as they wrote it.",
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )
    why = WordsField("Why?", needed="Say why these categories fit")
    helper = lay_out_form(
        TickList("categories"), Question("why", rows=3), ButtonRow(SubmitButton("Sort it"))
    )

    def __init__(self, *args, concern, **kwargs):
        chosen = (concern.sorting.categories if concern.sorting else concern.category_rows).all()
        before = [row.category for row in chosen]
        ticked = before if concern.sorting else [c for c in before if c != Category.UNSORTED]
        super().__init__(*args, initial={"categories": ticked}, **kwargs)

    def clean(self):
        given = super().clean()
        chosen = given.get("categories")
        if chosen and (wrong := sorting_fault(chosen, given.get("why") or "why")):
            self.add_error("categories", wrong)
        return given

    @property
    def act_arguments(self) -> dict:
        return {
            "categories": tuple(self.cleaned_data["categories"]),
            "why": self.cleaned_data["why"],
        }


class ReopenConcernForm(DraftableForm):
    why = WordsField("Why are you reopening it?", needed="Say why you are reopening it")
    helper = lay_out_form(Question("why", rows=4), ButtonRow(SubmitButton("Reopen it")))


class HandoverForm(DraftableForm):
    """Hands the concern over to one of `people`, with a note."""

    to = forms.ChoiceField(label="Who are you handing it to?", widget=forms.RadioSelect)
    note = WordsField(
        "A note for them",
        needed="Write them a note about what you know and what you have done",
        help_text="What you know, what you have done, and what is urgent.",
    )
    helper = lay_out_form(
        Question("to"), Question("note", rows=4), ButtonRow(SubmitButton("Hand it on"))
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(person.uid): person for person in people}
        offer_choices(self.fields["to"], self.people, "Choose who you are handing it to")

    @property
    def chosen_colleague(self):
        return self.people[self.cleaned_data["to"]]


class HandSeveralForm(HandoverForm):
    """Hands several concerns over to one of `people`, with the same note on each."""

    note = WordsField(
        "A note for them",
        needed="Write them a note: why you hand these on, and what is urgent",
        help_text="It goes with each of them.",
        line=True,
    )
    helper = lay_out_form(Question("to"), Question("note"), ButtonRow(SubmitButton("Hand them on")))


class SaveViewForm(DraftableForm):
    """Names a view of the queue."""

    name = ShortTextField("Name of this view", 60, needed="Give the view a name")
    helper = lay_out_form(Question("name"), ButtonRow(SubmitButton("Save this view")))


class LeadExcludeForm(ChooseColleagueForm):
    person = forms.ChoiceField(label="Who must not see it?")
    why = WordsField("Why?", needed="Say why they must not see it")
    helper = lay_out_form(
        "person", Question("why", rows=3), ButtonRow(SubmitButton("Stop them seeing it"))
    )


class RefileForm(ChooseChildForm):
    """Moves the concern from one of `rows` (not asked if only one) to a child of the roll."""

    row = forms.ChoiceField(label="Which child is it not about?", widget=forms.RadioSelect)
    why = WordsField(
        "How do you know?",
        needed="Say how you know that it is about another child",
        help_text="Who you asked, and what they said.",
    )
    laid = (
        TemplatePart("triage/right_child.html", "child"),
        Question("why", rows=3),
        ButtonRow(SubmitButton("File it under this child")),
    )

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = {str(row.uid): row for row in rows}
        offer_choices(self.fields["row"], self.rows, "Choose which child it is not about")
        if len(self.rows) == 1:
            del self.fields["row"]
        self.helper = lay_out_form(*(["row"] if "row" in self.fields else []), *self.laid)

    @property
    def act_arguments(self) -> dict:
        """The arguments of `acts.refile`. The form must be valid."""
        row = self.rows[self.cleaned_data.get("row") or next(iter(self.rows))]
        return {"row": row, "to": self.chosen[0], "why": self.cleaned_data["why"]}


class Weight(Choice):
    LIGHT = "light", "It only adds to the picture"
    FULL = "full", "A full decision"


WEIGHTS = {
    "light": "For when nothing needs doing now. You give one reason and a day to look again.",
    "full": "For speaking to parents, telling another agency, watching, or no further action.",
}
MORE = (
    "If it only adds to the picture, only a reason and a day are kept. You wrote more, so choose "
    "“A full decision”."
)
ADVICE = (
    "Get advice first: a parent or carer may be the cause, or telling them may put the child at "
    "risk"
)
ADVISED = "For what this is about, advice from social care or police comes before parents are told."
ALREADY_SENT = (
    "Have you sent it already? Fill these in. Otherwise leave them empty, and sending it becomes "
    "a next step."
)
# The questions under each route, judged only if it is ticked.
UNDER_ROUTES = {
    Route.PARENTS: ("advice_first",),
    Route.SOCIAL_CARE: ReferralSentQuestions.SENT,
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
    *NEEDED, *ReferralSentQuestions.SENT, *ParentsToldQuestions.SAID, *ReviewDayQuestions.AGAIN,
    "advice_first", "parents_why_not", "seen_by",
    "siblings_words",
)  # fmt: skip


class DecisionForm(
    ReferralSentQuestions, ParentsToldQuestions, ChildSeenQuestions, ReviewDayQuestions
):
    """A light or a full decision, for those children of the concern who are ticked."""

    children = forms.MultipleChoiceField(
        label="For which child?",
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick several children to make the same decision for each. Every child needs a "
        "decision.",
    )
    weight = choice_field("What kind of decision is it?", Weight, needed="Choose what kind it is")
    reason = WordsField("Why?", needed="Say why. A sentence is enough.")
    light_until = DayField(label="Look at the picture again on", required=False)
    routes = choice_field("What happens next?", Route, many=True, help_text="Tick all that apply.")
    advice_first = forms.BooleanField(label=ADVICE, required=False)
    considered = WordsField(
        "What else did you consider?", help_text="And why you did not choose it."
    )
    siblings = choice_field("Brothers and sisters", SiblingsConsidered)
    siblings_words = WordsField("Anything to say about them", line=True)
    words_back = WordsField("What should they be told?", help_text=WORD_BACK)

    def __init__(
        self,
        *args,
        now,
        rows,
        last,
        staff,
        full,
        advice,
        spoken,
        again,
        refer_now,
        drafted="",
        known=None,
        **kwargs,
    ):
        first = {"light_until": again, "weight": Weight.FULL}
        if drafted:
            first |= {"reason": drafted, "routes": [Route.SOCIAL_CARE]}
        for name in ("sent", "spoke", "seen"):
            first |= past_moment.fields_set_to_moment(name, now)
        self.known = known or {}
        first |= self.known
        super().__init__(*args, initial=first, **kwargs)
        self.now = now
        self.spoken_before = spoken
        self.rows = {str(row.uid): row for row in rows}
        self.staff = {str(person.uid): person for person in staff}
        offer_choices(self.fields["children"], self.rows, "Tick the child you are deciding for")
        offer_choices(
            self.fields["watched_by"], self.staff, "Choose who will watch", empty="Choose"
        )
        offer_choices(
            self.fields["seen_by"], self.staff, "Choose who saw the child", empty="Choose"
        )
        if len(self.rows) == 1:
            del self.fields["children"]
        if full:
            del self.fields["weight"]
        if refer_now:
            offered = [row for row in Route.choices() if row[0] not in NOT_YET]
            set_choices(self.fields["routes"], offered)
        hints = {uid: last.get(row.pk, "Not decided yet") for uid, row in self.rows.items()}
        self.helper = lay_out_form(
            *_lay_out_form(self.fields, hints, advice, REFER_NOW if refer_now else "", full)
        )

    @property
    def is_light(self) -> bool:
        return self.cleaned_data.get("weight") == Weight.LIGHT

    def clean(self):
        given = super().clean()
        today = localdate(self.now)
        if "weight" in self.errors:
            return given
        if self.is_light:
            if self.has_any_typed(name for name in ONLY_FULL if self._is_own_answer(name)):
                self.add_error("weight", MORE)
            self.drop_errors_of((*ONLY_FULL, *self.SENT_WHEN, *self.SAID_WHEN, *self.SEEN_WHEN))
            self.require_answer("light_until", "Enter the day to look at the picture again")
            self.check_future_day("light_until", today)
            return given
        self.drop_errors_of(["light_until"])
        routes = given.get("routes", [])
        if Route.PARENTS in routes and not given.get("parents_told"):
            # Whoever decides to speak to them says by it that they will be told.
            given["parents_told"] = ParentsTold.WILL_BE
        for name, words in NEEDED.items():
            self.require_answer(name, words)
        self.check_answers_under("routes", UNDER_ROUTES)
        if Route.NO_FURTHER in routes and len(routes) > 1:
            self.add_error("routes", "Choose no further action or other routes, not both")
        self.check_review_days(routes, today)
        self._read_referral_sent(routes)
        self.check_child_seen(self.now)
        self.check_parents_told(self.now, owed=Route.PARENTS in routes, before=self.spoken_before)
        return given

    def _is_own_answer(self, name: str) -> bool:
        """Whether the answer in `name` is not what the page had filled in by itself."""
        return self.cleaned_data.get(name) != self.known.get(name)

    def _read_referral_sent(self, routes: list[str]) -> None:
        self.was_sent = Route.SOCIAL_CARE in routes and self.has_any_typed(self.SENT)
        if self.was_sent:
            self.check_referral_sent(self.now)
        else:
            self.drop_errors_of(self.SENT_WHEN)

    @property
    def decision_answers(self) -> DecisionAnswers:
        """What was decided, for `acts.decide`. The form must be valid."""
        given = self.cleaned_data
        children = tuple(self.rows[uid] for uid in given.get("children", self.rows))
        said = {"reason": given["reason"], "words_back": given["words_back"]}
        if self.is_light:
            until = given["light_until"]
            return DecisionAnswers(children, (Route.KEEP,), **said, light=True, keep_until=until)
        full = {name: given[name] for name in DecisionAnswers.__dataclass_fields__ if name in given}
        return DecisionAnswers(
            **full
            | {
                "children": children,
                "routes": tuple(given["routes"]),
                "watched_by": self.staff.get(given["watched_by"]),
                "sent": {Route.SOCIAL_CARE: self.referral_sent_answers()} if self.was_sent else {},
                "spoken": self.parents_conversation(),
            }
            | self.sighting_answers()
        )


def _lay_out_form(fields, hints: dict[str, str], advice: bool, first: str, full: str):
    """The layout; what only a light or only a full decision asks is in a block of its own."""
    if first:
        yield TextBlock(first, "warning")
    if "children" in fields:
        yield Question("children", size="m", hints=hints)
    if "weight" in fields:
        yield Question("weight", size="m", hints=WEIGHTS)
    else:
        yield TextBlock(full, "inset")
    yield Question("reason", size="m", rows=3)
    yield Div("light_until", css_class="only-light")
    reveals = {
        "parents": [TextBlock(ADVISED)] if advice else ["advice_first"],
        "social_care": [TextBlock(ALREADY_SENT), *ReferralSentQuestions.SENT_LAID],
        "watch": ["watch_until", "watched_by"],
        "keep": ["keep_until"],
    }
    yield Div(
        Question("routes", size="m", small=True, reveals=reveals),
        Question("considered", size="m", rows=3),
        *ParentsToldQuestions.PARENTS_LAID,
        Question("siblings", size="m"),
        "siblings_words",
        *ChildSeenQuestions.SEEN_LAID,
        "review_on",
        css_class="only-full",
    )
    yield Details("A reply to the person who wrote it", Question("words_back", rows=3))
    yield ButtonRow(SubmitButton("Decide"))

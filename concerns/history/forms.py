"""The forms by which earlier records are brought in: the upload, the columns, and confirming."""

from collections.abc import Mapping

from django import forms

from concerns.forms.govuk_layout import ButtonRow, Question, SubmitButton, lay_out_form
from concerns.history import queries
from concerns.paper.history_matching import HistoryPlan, KnownChild, WhoseLines
from concerns.paper.history_rows import HISTORY, WHOSE, count_history_headings
from concerns.paper.table_forms import TAKEN, TableColumnsForm, TableReading, TableUploadForm
from concerns.rules.wording import format_date_or_time, number_with_noun

NOT_WHOSE = "Choose at least one column that says which child a line is about"
ANSWER = "whose-"


class HistoryUploadForm(TableUploadForm):
    help_text = (
        "A workbook (.xlsx, .xls or .ods) or a CSV file with a dated line in each row. Up to "
        "20,000 lines and 10 MB: export a few years at a time if there are more."
    )
    button = "See what it would bring in"
    fewest_columns = 3
    needed = "columns that say which child, when and what"
    fewer = "fewer years at a time"
    reading = TableReading(count_history_headings, queries.parse_history_table)


class HistoryColumnsForm(TableColumnsForm):
    always_sent = "words"
    helper = lay_out_form(*(column.key for column in HISTORY))

    def __init__(self, headings: tuple[str, ...], guess: Mapping[str, int], data=None):
        super().__init__(headings, guess, data)
        for column in HISTORY:
            self.add_column(column.key, column.words, needed=column.needed)

    def clean(self):
        taken: set[str] = set()
        for column in HISTORY:
            at = self.cleaned_data.get(column.key)
            # A moment, "17/05/2021 14:30", may be both the date and the time.
            if at and at in taken and column.key != "at":
                self.add_error(column.key, TAKEN)
            elif at:
                taken.add(at)
        if not any(self.cleaned_data.get(key) for key in WHOSE):
            self.add_error("name", NOT_WHOSE)
        return self.cleaned_data


class ConfirmHistoryForm(forms.Form):
    """Confirms that a file is brought in: the digest of the plan shown, the system it comes from,
    and whose the lines are that match no one child."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    source = forms.CharField(
        label="Which system does this file come from?",
        help_text="Its name, as people here know it. It will stand with every line.",
        max_length=60,
        error_messages={
            "required": "Say which system this file comes from",
            "max_length": "Say it in 60 characters or fewer",
        },
    )

    def __init__(self, data=None, *, plan: HistoryPlan):
        super().__init__(data, initial={"seen": plan.plan_digest})
        names = []
        for place, asked in enumerate(plan.asked):
            name = f"{ANSWER}{place}"
            names.append(name)
            self.fields[name] = forms.ChoiceField(
                label=_ask_whose(asked),
                required=False,
                choices=[
                    ("", "Leave these lines out"),
                    *((str(child.uid), _name_with_note(asked, child)) for child in asked.offered),
                ],
                error_messages={"invalid_choice": "Choose one of these children, or leave it out"},
            )
        button = SubmitButton("Bring these lines in", value="bring")
        self.helper = lay_out_form("seen", *names, Question("source", width=20), ButtonRow(button))

    @property
    def answers(self) -> dict[int, str]:
        """{place among those asked: uid of the child}. Only of a valid form."""
        return {
            int(name.removeprefix(ANSWER)): said
            for name, said in self.cleaned_data.items()
            if name.startswith(ANSWER) and said
        }

    def with_error(self, words: str) -> "ConfirmHistoryForm":
        self.add_error("source", words)
        return self


def _name_with_note(asked: WhoseLines, child: KnownChild) -> str:
    here = child.pk in asked.here
    return f"{child.name_told_apart} (has these lines already)" if here else child.name_told_apart


def _ask_whose(asked: WhoseLines) -> str:
    """ "Whose are the 3 lines about Ana Cole, born 3 May 2015?" """
    first = asked.first
    born = f"born {format_date_or_time(first.born)}" if first.born else ""
    upn = f"UPN {first.upn}" if first.upn else ""
    who = ", ".join(filter(None, [first.name_in_file or "somebody", born, upn]))
    lines = number_with_noun(len(asked.lines), "line")
    return f"Whose {'are' if len(asked.lines) > 1 else 'is'} the {lines} about {who}?"

"""The forms by which earlier records are brought in: the upload, the columns, and confirming."""

from collections.abc import Mapping, Sequence
from typing import Any, Self
from uuid import UUID

from django import forms
from django.http import HttpRequest

from concerns.forms.govuk_layout import ButtonRow, Question, SubmitButton, lay_out_form
from concerns.history import queries
from concerns.history.queries import WaitingDocument
from concerns.models import Child
from concerns.paper.file_upload import PackageUploadHandler, find_uploaded_package
from concerns.paper.history_matching import HistoryPlan, KnownChild, WhoseLines
from concerns.paper.history_rows import HISTORY, WHOSE, count_history_headings
from concerns.paper.package_matching import PackagePlan
from concerns.paper.package_reading import TOO_LARGE
from concerns.paper.table_forms import TAKEN, TableColumnsForm, TableReading, TableUploadForm
from concerns.rules.child_package import tidy_passphrase
from concerns.rules.wording import format_date_or_time, number_with_noun

NOT_WHOSE = "Choose at least one column that says which child a line is about"
OWNER_FIELD_PREFIX = "whose-"
NAME_SHOWN = "named-"


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
            name = f"{OWNER_FIELD_PREFIX}{place}"
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
            int(name.removeprefix(OWNER_FIELD_PREFIX)): said
            for name, said in self.cleaned_data.items()
            if name.startswith(OWNER_FIELD_PREFIX) and said
        }

    def with_error(self, words: str) -> "ConfirmHistoryForm":
        self.add_error("source", words)
        return self


class BringDocumentsForm(forms.Form):
    """Confirms whose each waiting document is. Nothing chosen: it goes on waiting. Of a UPN that is
    typed the page first says whose it is: one wrong figure is another child's.

    `named`: the children whom the errors of the form name for that, once it is validated.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        rows: Sequence[WaitingDocument],
        by_upn: Mapping[str, Child],
    ):
        super().__init__(dict(data.items()) if data is not None else None)
        self.rows = rows
        self.by_upn = by_upn
        self.named: list[Child] = []
        for row in rows:
            self.fields[f"{OWNER_FIELD_PREFIX}{row.file.uid}"] = _build_owner_field(row)
            if row.is_of_unknown_child:
                shown = forms.CharField(required=False, widget=forms.HiddenInput)
                self.fields[f"{NAME_SHOWN}{row.file.uid}"] = shown
        button = SubmitButton("Bring these documents in", value="bring")
        self.helper = lay_out_form(*self.fields, ButtonRow(button))

    def clean(self) -> dict[str, Any]:
        self.owners: dict[UUID, UUID] = {}
        for row in self.rows:
            name = f"{OWNER_FIELD_PREFIX}{row.file.uid}"
            said = self.cleaned_data.get(name, "")
            if said and row.is_of_unknown_child:
                known = self.by_upn.get(said.replace(" ", "").upper())
                if known is None:
                    self.add_error(name, "No child here has this UPN. Correct it or leave it empty")
                    continue
                if not self._is_name_shown(row, known):
                    whose = f"This is the UPN of {known.name_told_apart}."
                    self.add_error(
                        name, f"{whose} If the document is theirs, press the button again"
                    )
                    continue
                said = str(known.uid)
            if said:
                self.owners[row.file.uid] = UUID(said)
        if not (self.owners or self.errors):
            self.add_error(None, "Say of at least one document whose it is")
        return self.cleaned_data

    def _is_name_shown(self, row: WaitingDocument, child: Child) -> bool:
        """Whether the page has said that the UPN typed for `row` is that of `child`. If not, the
        form says so from now on."""
        name = f"{NAME_SHOWN}{row.file.uid}"
        if self.cleaned_data.get(name) == str(child.uid):
            return True
        self.data = {**self.data, name: str(child.uid)}
        self.named.append(child)
        return False


def _build_owner_field(row: WaitingDocument) -> forms.Field:
    label = f"Whose is {row.file.name}?"
    if row.is_of_unknown_child:
        return forms.CharField(
            label=label,
            required=False,
            max_length=20,
            help_text="Its name fits no child here. Write the child’s UPN, or leave it empty: then "
            "it goes on waiting.",
        )
    children = [row.child] if row.child else row.offered
    return forms.ChoiceField(
        label=label,
        required=False,
        initial=str(row.child.uid) if row.child else "",
        choices=[
            ("", "Leave it waiting"),
            *((str(child.uid), child.name_told_apart) for child in children),
        ],
        error_messages={"invalid_choice": "Choose one of these children, or leave it waiting"},
    )


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


NO_PACKAGE_FILE = "Choose the package: a file that ends in .zip"
NO_ROOM = "The package could not be kept: the disk takes no more. Tell your technician."


class PackageUploadForm(forms.Form):
    """Uploads a package. The archive itself is in `uploaded`, where the request put it."""

    archive = forms.FileField(
        label="The package",
        help_text="The .zip file as the other school sent it, not opened.",
        allow_empty_file=True,
        required=False,
        widget=forms.FileInput(attrs={"accept": ".zip"}),
    )
    passphrase = forms.CharField(
        label="Its passphrase",
        help_text="As they read it out to you. With or without the hyphens.",
        max_length=200,
        error_messages={
            "required": "Type the passphrase",
            "max_length": "Type the passphrase in 200 characters or fewer",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    helper = lay_out_form(
        "archive", "passphrase", ButtonRow(SubmitButton("See what is in the package"))
    )
    uploaded: PackageUploadHandler | None = None

    @classmethod
    def from_request(cls, request: HttpRequest) -> Self:
        """The form as it was sent; empty, and not valid, if the page is only opened."""
        if request.method != "POST":
            return cls()
        form = cls(request.POST, request.FILES)
        form.uploaded = find_uploaded_package(request)
        return form

    def clean_passphrase(self) -> str:
        return tidy_passphrase(self.cleaned_data["passphrase"])

    def clean(self) -> dict:
        if self.uploaded is None or self.uploaded.archive is None:
            self.add_error("archive", self._say_what_is_missing())
        return self.cleaned_data

    def _say_what_is_missing(self) -> str:
        if self.uploaded and self.uploaded.is_too_large:
            return TOO_LARGE
        return NO_ROOM if self.uploaded and self.uploaded.has_no_room else NO_PACKAGE_FILE


class ConfirmPackageForm(forms.Form):
    """Confirms that a package is brought in; where it may be about another child, that it is about
    this one."""

    same_child = forms.BooleanField(label="It is this child: I have made sure", required=False)

    def __init__(self, data=None, *, plan: PackagePlan):
        super().__init__(data)
        if not plan.doubts:
            del self.fields["same_child"]
        button = SubmitButton("Bring this in", value="bring")
        self.helper = lay_out_form(*self.fields, ButtonRow(button))

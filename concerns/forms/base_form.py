"""The base class of our forms, and fields for text, a time and choices.

Everything typed can be shown again, whatever is wrong with it. A character that no database can
store is replaced by U+FFFD and reported once: it is never dropped, and never stops the form from
being sent a second time.
"""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms.utils import ErrorDict
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict

from concerns.models.concern.draft import Draft
from concerns.rules import typed_times
from concerns.rules.email_addresses import NOT_AN_ADDRESS, is_email_address
from concerns.rules.words import Choice

MOST = 50_000
# Characters: the longest name, title or telephone number that fits in one line.
A_LINE = 150
WRONG = "Choose one of the answers"
TOO_LONG = f"This is longer than {MOST:,} characters. Shorten it, or send it in two parts."

# Control characters, lone surrogates and noncharacters.
_UNKEEPABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c]")
UNKEEPABLE = (
    "There is a character here that cannot be saved. It now shows as \ufffd. Delete it or type it "
    "again, and send."
)


# Fields a form carries that are not anybody's answers.
CARRIED = frozenset(
    {
        "csrfmiddlewaretoken",
        "do",
        "draft",
        "draft_order",
        "draft_seen",
        "draft_version",
        "draft_window",
        "keep",
        "once",
        "version",
    }
)


@dataclass(frozen=True)
class PostedFields:
    """The posted fields of a form, cleaned so that they can be stored and shown again.

    `unclean` are the names of fields that held a character which cannot be stored.
    """

    data: MultiValueDict[str, str]
    unclean: frozenset[str] = frozenset()

    @classmethod
    def from_post(cls, request: HttpRequest) -> "PostedFields":
        return cls.from_fields(dict(request.POST.lists()))

    @classmethod
    def from_fields(cls, fields: Mapping[str, list[str]]) -> "PostedFields":
        """Make it from the fields of a draft."""
        fields = dict(fields)
        unclean = {name for name in fields if any(map(_UNKEEPABLE.search, fields[name]))}
        data = {
            name: [replace_unkeepable(value) for value in values] for name, values in fields.items()
        }
        return cls(MultiValueDict(data), frozenset(unclean))

    @property
    def answer_fields(self) -> dict[str, list[str]]:
        return {name: values for name, values in self.data.lists() if name not in CARRIED}

    def unique_uids(self, name: str) -> list[uuid.UUID]:
        """The valid UUIDs in field `name`, each once."""
        return list(dict.fromkeys(filter(None, map(parse_uuid, self.data.getlist(name)))))


def parse_uuid(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None


def replace_unkeepable(value: str) -> str:
    """`value` with U+FFFD for each character that no database can store, and plain line ends."""
    return _UNKEEPABLE.sub("\ufffd", _BREAKS.sub("\n", value))


class WordsField(forms.CharField):
    """A text field, long or (`line`) of one line, with the browser's autocomplete off.

    `needed` is the error shown when it is left empty; without it the field is optional.
    """

    # Characters that it takes.
    most = MOST

    def __init__(self, label: str, *, help_text: str = "", line: bool = False, needed: str = ""):
        box = forms.TextInput if line else forms.Textarea
        super().__init__(
            label=label,
            help_text=help_text,
            required=bool(needed),
            max_length=MOST,
            # The stylesheet sets the width, so `cols` is left out.
            widget=box(attrs={"autocomplete": "off"} | ({} if line else {"cols": False})),
            error_messages={"required": needed, "max_length": TOO_LONG},
        )

    @property
    def takes_sentences(self) -> bool:
        """Whether more than a line may be written in it, however high its box is."""
        return self.most > A_LINE

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # No maxlength attribute: it would silently cut off what is pasted past the end.
        return {}


class ShortTextField(WordsField):
    """A one-line text of at most `most` characters."""

    def __init__(self, label: str, most: int, **more):
        super().__init__(label, line=True, **more)
        self.most = most
        # Django takes the sentence from the field, whichever of its validators objects.
        self.error_messages["max_length"] = f"Write this in {most} characters or fewer"
        self.validators.append(MaxLengthValidator(most))


class EmailAddressField(ShortTextField):
    """One e-mail address, kept in small letters."""

    takes_sentences = False

    def __init__(self, label: str, **more):
        super().__init__(label, 254, **more)
        self.widget.input_type = "email"

    def clean(self, value):
        address = super().clean(value).strip().lower()
        if address and not is_email_address(address):
            raise ValidationError(NOT_AN_ADDRESS)
        return address


class TimeOfDayBox(forms.BoundField):
    """A box that holds the time as it was read, once its form has asked whether that is right."""

    def value(self) -> Any:
        typed = super().value()
        read = typed_times.read_time_of_day(typed) if isinstance(typed, str) else None
        return f"{read.at:%H:%M}" if read and read.is_assumed and self.errors else typed


class TimeOfDayField(forms.Field):
    """A time as people type it: 14:30, 2.30pm, 215. See `rules/typed_times.py`.

    If it may be the night or the day, the form asks before it is saved, and sending it again says
    yes. With `asks=False` the day is taken, and the page must say so.
    """

    default_error_messages = {
        "required": "Enter a time, like 14:30 or 2.30pm",
        "invalid": "Enter a time, like 14:30, 2.30pm or 9am",
    }

    def __init__(self, label: str, *, asks: bool = True, required: bool = False, **more: Any):
        given = {"help_text": "Like 14:30 or 2.30pm"} | more
        self.asks = asks
        super().__init__(
            label=label,
            required=required,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            **given,
        )

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        kind = TimeOfDayBox if self.asks else forms.BoundField
        return kind(form, self, field_name)

    def to_python(self, value: Any) -> time | None:
        typed = str(value or "").strip()
        if not typed:
            return None
        read = typed_times.read_time_of_day(typed)
        if read is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if read.is_assumed and self.asks:
            raise ValidationError(ask_if_afternoon(typed, read.at), code="assumed")
        return read.at


def ask_if_afternoon(typed: str, at: time) -> str:
    return (
        f"You wrote “{typed[:20]}”, which was read as {at:%H:%M}. If that is right, press "
        f"the button again. For the night, write {at.hour - 12:02}:{at:%M}."
    )


def choice_field(
    label: str,
    words: Iterable[Choice],
    *,
    needed: str = "",
    help_text: str = "",
    many: bool = False,
    folded: bool = False,
) -> forms.ChoiceField:
    """A field for one (or `many`) of `words`: a vocabulary of `rules/words.py`, or some of it.
    `folded`: a drop-down."""
    choices = [(word.value, word.label) for word in words]
    kind = forms.MultipleChoiceField if many else forms.ChoiceField
    widget = forms.CheckboxSelectMultiple if many else forms.RadioSelect
    return kind(
        label=label,
        help_text=help_text,
        choices=[("", "Choose"), *choices] if folded else choices,
        required=bool(needed),
        widget=forms.Select if folded else widget,
        error_messages={"invalid_choice": WRONG, "invalid_list": WRONG, "required": needed},
    )


def set_choices(field: forms.Field, choices: Iterable[tuple[str, str]]) -> None:
    """Set the choices of `field`, one of a form's `fields`, which must be a field with choices."""
    cast(forms.ChoiceField, field).choices = list(choices)


class SharedFields(dict[str, forms.Field]):
    """The fields of a form class that its forms use without copying them: see `share_fields`."""

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, forms.Field]:
        return dict(self)


FormClass = TypeVar("FormClass", bound=type[forms.Form])


def share_fields(form_class: FormClass) -> FormClass:
    """Class decorator: all forms of this class use the same fields.

    Django copies every field for every form, so that a form may change its own. For thirty
    questions that was a sixth of the work of sending a concern. Forms of such a class never change
    a field, which would then be changed for everybody: they put a changed copy into `self.fields`.
    """
    form_class.base_fields = SharedFields(form_class.base_fields)
    return form_class


class DraftableForm(forms.Form):
    """A form that can be shown as typed without being validated (`checked=False`).

    Used after a search on the same page, or for a draft. `kept` is the draft whose words it was
    filled with, if they were kept from the page it stands on.
    """

    kept: Draft | None = None
    data: MultiValueDict[str, str]

    def __init__(self, typed: PostedFields | None = None, *, checked: bool = True, **more: Any):
        super().__init__(typed.data if typed else None, **more)
        self.unclean = typed.unclean if typed else frozenset()
        self.checked = checked

    def full_clean(self) -> None:
        if self.checked:
            super().full_clean()
        else:
            self._errors = ErrorDict()
            self.cleaned_data = {}

    def clean(self) -> dict[str, Any]:
        for name in self.unclean_fields:
            self.add_error(name, UNKEEPABLE)
        return self.cleaned_data

    @property
    def unclean_fields(self) -> list[str]:
        """The fields that held a character which cannot be stored, in the form's order."""
        # A date has three inputs: <name>_day, <name>_month and <name>_year.
        unclean = {re.sub("_(day|month|year)$", "", box) for box in self.unclean}
        return [name for name in self.fields if self.add_prefix(name) in unclean]

    @property
    def act_arguments(self) -> dict[str, Any]:
        """The keyword arguments of the act the form is sent to. The form must be valid."""
        return dict(self.cleaned_data)

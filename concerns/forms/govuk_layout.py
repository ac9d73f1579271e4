"""Layout objects in the GOV.UK style for crispy-forms, and a date field. See `templates/govuk/`.

A form declares its fields in `forms.py` and places them on the page with these:

    Layout(
        Question("account", size="m", rows=8),
        Question("going_home", inline=True, hints={"yes": "..."}, reveals={"yes": ["why"]}),
        Details("More, if you know it", "where", "when"),
        ButtonRow(
            SubmitButton("Send", value="send"),
            SubmitButton("Save", value="save", kind="secondary"),
        ),
    )

We have our own template pack because crispy-forms' packs lose radio dots and error icons under our
strict Content-Security-Policy and have no hint for a single choice. Each object renders with a
context of its own, not crispy's shared one, so that nothing meant for one question reaches another.
"""

import datetime as dt

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from crispy_forms.utils import TEMPLATE_PACK, render_field
from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import get_template
from django.utils.safestring import SafeString

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Question(LayoutObject):
    """One field with its label, hint and error.

    size: of the label or legend ("s", "m", "l" or "xl"); inline: radios beside each other;
    small: smaller radios or ticks; width: of an input in characters (2, 3, 4, 5, 10 or 20);
    rows: of a textarea; hints: {choice: words under it}; reveals: {choice: fields shown when it is
    chosen}; count: warn past this many characters; heading: the label is the page's heading.
    """

    def __init__(
        self,
        name,
        *,
        size="s",
        inline=False,
        small=False,
        width=None,
        rows=None,
        hints=None,
        reveals=None,
        count=None,
        heading=False,
    ):
        self.name = name
        self.size = size
        self.inline = inline
        self.small = small
        self.width = width
        self.rows = rows
        self.count = count
        self.heading = heading
        self.hints = {str(value): words for value, words in (hints or {}).items()}
        self.reveals = {str(value): list(fields) for value, fields in (reveals or {}).items()}
        # crispy reads the names of the fields from here.
        self.fields = [name, *(field for fields in self.reveals.values() for field in fields)]

    def render(self, form, context, template_pack=TEMPLATE_PACK, **kwargs):
        form.rendered_fields.add(self.name)
        revealed = {
            value: SafeString(
                "".join(
                    render_field(field, form, context, template_pack=template_pack)
                    for field in fields
                )
            )
            for value, fields in self.reveals.items()
        }
        return _render_template(
            "govuk/field.html", field=form[self.name], question=self, revealed=revealed
        )


class TickList(LayoutObject):
    """A long list of checkboxes with short markup.

    The standard component's markup has four times as many bytes: thirty would be a third of a page.
    """

    def __init__(self, name):
        self.name = name
        self.fields = [name]

    def render(self, form, context, template_pack=TEMPLATE_PACK, **kwargs):
        form.rendered_fields.add(self.name)
        return _render_template("govuk/ticks.html", field=form[self.name])


class SingleTick(LayoutObject):
    """One checkbox with the same short markup, to stand among others."""

    def __init__(self, name):
        self.name = name
        self.fields = [name]

    def render(self, form, context, template_pack=TEMPLATE_PACK, **kwargs):
        form.rendered_fields.add(self.name)
        return _render_template("govuk/tick.html", field=form[self.name])


class Details(LayoutObject):
    """Questions folded away; shown open if one of them has an answer or an error."""

    def __init__(self, summary, *fields, open=False):
        self.summary = summary
        self.fields = list(fields)
        self.open = open

    def render(self, form, context, template_pack=TEMPLATE_PACK, **kwargs):
        inside = [form[pointer.name] for pointer in self.get_field_names()]
        return _render_template(
            "govuk/layout/details.html",
            summary=self.summary,
            open=self.open or any(field.errors or _has_answer(field.value()) for field in inside),
            fields=self.get_rendered_fields(form, context, template_pack, **kwargs),
        )


class TemplatePart(LayoutObject):
    """A template between the questions, rendered with the page's context.

    `fields` names the fields it contains, so that their errors are listed in the right order.
    """

    def __init__(self, template, *fields):
        self.template = template
        self.fields = list(fields)

    def render(self, form, context, template_pack=TEMPLATE_PACK, **kwargs):
        return get_template(self.template).render({**context.flatten(), "form": form})


class TextBlock:
    """A sentence between the questions. kind: "body", "hint", "inset", "warning" or "heading"."""

    def __init__(self, words, kind="body"):
        self.words = words
        self.kind = kind

    def render(self, form, context, template_pack=TEMPLATE_PACK, **kwargs):
        return _render_template("govuk/layout/say.html", words=self.words, kind=self.kind)


class SubmitButton:
    """A button that submits the form. kind: "primary", "secondary" or "warning"."""

    def __init__(self, label, *, name="do", value="", kind="primary"):
        self.label = label
        self.name = name
        self.value = value
        self.kind = kind

    def render(self, form, context, template_pack=TEMPLATE_PACK, **kwargs):
        return _render_template("govuk/layout/press.html", press=self)


class ButtonRow(LayoutObject):
    """Buttons in a row that stack on a narrow screen."""

    def __init__(self, *presses):
        self.fields = list(presses)

    def render(self, form, context, template_pack=TEMPLATE_PACK, **kwargs):
        fields = self.get_rendered_fields(form, context, template_pack, **kwargs)
        return _render_template("govuk/layout/buttonholder.html", fields_output=fields)


def lay_out_form(*pieces):
    """A FormHelper for fields inside the page's own `<form>`, which has the token and action."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*pieces)
    return helper


class DayWidget(forms.MultiWidget):
    """Day, month and year in three inputs: quicker than a calendar for a date one knows."""

    labels = ("Day", "Month", "Year")
    use_fieldset = True

    def __init__(self, attrs=None):
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {
            part: forms.TextInput({"inputmode": "numeric", "autocomplete": "off", **(attrs or {})})
            for part in ("day", "month", "year")
        }
        super().__init__(boxes)

    def decompress(self, value):
        return [value.day, value.month, value.year] if value else [None, None, None]


class DayField(forms.Field):
    """A date typed as day, month and year. A month may be its number or its name."""

    widget = DayWidget
    default_error_messages = {
        "required": "Enter a day, month and year",
        "incomplete": "Enter a day, a month and a year",
        "invalid": "Enter a real date, like 27 3 2026",
    }

    def to_python(self, value):
        if value is None or isinstance(value, dt.date):
            return value
        day, month, year = (str(part or "").strip() for part in value)
        if not (day or month or year):
            return None
        if not (day and month and year):
            raise ValidationError(self.error_messages["incomplete"], code="incomplete")
        if month[:3].lower() in MONTHS:
            month = str(MONTHS.index(month[:3].lower()) + 1)
        try:
            return _require_four_digit_year(dt.date(int(year), int(month), int(day)))
        except (ValueError, OverflowError):
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


def _require_four_digit_year(day):
    # Otherwise "26" would be taken as the year 26.
    if day.year < 1900:
        raise ValueError
    return day


def _has_answer(value):
    if isinstance(value, (list, tuple)):
        return any(_has_answer(part) for part in value)
    return value not in (None, "", False)


def _render_template(template, **context):
    return get_template(template).render(context)

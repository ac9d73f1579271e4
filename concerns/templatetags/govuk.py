"""Template tags that draw a Django form field as a GOV.UK component, with its ids, hint and error.

The HTML of the components is in `templates/govuk/`. Only that of choices and of text boxes is here:
a form has fifty and a dozen, and templates take some two hundred and a thousand calls for each.
"""

from django import forms, template
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.formsets import BaseFormSet
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString

register = template.Library()

# The first match wins. In Django a list of checkboxes is a subclass of radios, and both of select.
KINDS = (
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Select, "select"),
    (forms.MultiWidget, "day"),
    (forms.Textarea, "textarea"),
    (forms.FileInput, "file"),
)


@register.filter
def component_kind(field):
    """The name of the component that draws this field, and of its template."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    return next((name for wanted, name in KINDS if isinstance(widget, wanted)), "input")


@register.filter
def component_template(name):
    """The path of the template of the component called `name`."""
    return f"govuk/{name}.html"


# All but label, hint and what is revealed have been escaped by then.
_CHOICE = (
    '<div class="govuk-{kind}__item">'
    '<input class="govuk-{kind}__input" type="{type}"'
    ' name="{name}" value="{value}" id="{id}"{more}>'
    '<label class="govuk-label govuk-{kind}__label" for="{id}">{label}</label>{hint}</div>{reveals}'
)
_HINT = '<div class="govuk-hint govuk-{kind}__hint" id="{id}_hint">{hint}</div>'
_REVEALS = '<div class="govuk-{kind}__conditional{hidden}" id="{id}_more">{reveals}</div>'
_TICK = '<li><label><input type="checkbox" name="{name}" value="{value}"{more}> {label}</label>'
# An option ends where the next begins: HTML lets its end be left out.
_OPTION = '<option value="{value}"{more}>{label}'
_GROUP = '<optgroup label="{}">{}</optgroup>'
_DAY_BOX = (
    '<div class="govuk-date-input__item">'
    '<label class="govuk-label govuk-date-input__label" for="{id}">{label}</label>'
    '<input class="govuk-input govuk-date-input__input govuk-input--width-{width}{wrong}"'
    ' id="{id}" name="{name}" type="text"{value}'
    ' inputmode="numeric" autocomplete="off"{more}></div>'
)
_INPUT = '<input type="{type}" name="{name}"{value}{more}>'
# A browser leaves out the line end that follows the tag, and would leave out one that was typed.
_TEXTAREA = '<textarea name="{name}"{more}>\n{value}</textarea>'
_INPUT_TYPES = {"radios": "radio", "checkboxes": "checkbox"}


@register.simple_tag
def form_control(field, css, question=None):
    """The HTML of the field's widget, with the component's classes and the ids that describe it."""
    attrs = _control_attributes(field, css)
    if question and question.width:
        attrs["class"] += f" govuk-input--width-{question.width}"
    if question and question.rows:
        attrs["rows"] = question.rows
    if question and question.count:
        described = (field.aria_describedby, f"{field.auto_id}-info")
        attrs["aria-describedby"] = " ".join(part for part in described if part)
    if isinstance(field.field.widget, forms.TextInput | forms.Textarea):
        return _draw_text_box(field, attrs)
    return field.as_widget(attrs=attrs)


def _draw_text_box(field, attrs):
    """What Django's own templates make of a text box of one line or of several."""
    widget = field.field.widget
    ours = {**field.build_widget_attrs(attrs, widget), "id": field.auto_id}
    box = widget.get_context(field.html_name, field.value(), ours)["widget"]
    value = box["value"]
    more = _list_attributes(box["attrs"])
    if isinstance(widget, forms.Textarea):
        return format_html(_TEXTAREA, name=box["name"], more=more, value=value or "")
    given = "" if value is None else format_html(' value="{}"', value)
    return format_html(_INPUT, type=box["type"], name=box["name"], value=given, more=more)


def _list_attributes(attrs):
    """As Django's `flatatt`, but in their own order, as its templates list them."""
    drawn = [
        f" {name}" if value is True else format_html(' {}="{}"', name, value)
        for name, value in attrs.items()
        if value is not False
    ]
    return SafeString("".join(drawn))


@register.simple_tag
def control_attrs(field, css):
    """The HTML attributes of a widget whose choices our own template draws.

    Django would draw each choice from a template of its own.
    """
    widget = field.field.widget
    ours = field.build_widget_attrs(
        {"id": field.auto_id, **_control_attributes(field, css)}, widget
    )
    return flatatt(widget.build_attrs(widget.attrs, ours))


@register.simple_tag
def draw_choices(field, kind, question, revealed=None):
    """The choices of a list of radios or checkboxes (`kind`), each with its hint, and with what is
    shown when it is chosen."""
    return SafeString(
        "".join(
            _draw_choice(kind, option, question, revealed or {})
            for option in _choice_options(field)
        )
    )


def _draw_choice(kind, option, question, revealed):
    value = str(option["value"])
    key = escape(option["attrs"].get("id", ""))
    hint = question.hints.get(value, "") if question else ""
    reveals = revealed.get(value, "")
    hidden = "" if option["selected"] else f" govuk-{kind}__conditional--hidden"
    more = [
        " checked" if option["selected"] else "",
        f' aria-describedby="{key}_hint"' if hint else "",
        f' data-aria-controls="{key}_more"' if reveals else "",
    ]
    return _CHOICE.format(
        kind=kind,
        type=_INPUT_TYPES[kind],
        name=escape(option["name"]),
        value=escape(value),
        id=key,
        more="".join(more),
        label=conditional_escape(option["label"]),
        hint=_HINT.format(kind=kind, id=key, hint=conditional_escape(hint)) if hint else "",
        reveals=_REVEALS.format(kind=kind, hidden=hidden, id=key, reveals=reveals)
        if reveals
        else "",
    )


@register.simple_tag
def draw_ticks(field):
    """The choices of a long list of checkboxes. An item ends where the next begins: HTML lets its
    end be left out."""
    drawn = (
        _TICK.format(
            name=escape(option["name"]),
            value=escape(str(option["value"])),
            more=" checked" if option["selected"] else "",
            label=conditional_escape(option["label"]),
        )
        for option in _choice_options(field)
    )
    return SafeString("".join(drawn))


def _choice_options(field):
    """The options of a list of radios or checkboxes, as Django's dictionaries."""
    widget = field.field.widget
    values = widget.format_value(field.value())
    groups = widget.optgroups(field.html_name, values, {"id": field.auto_id})
    return [option for _, group, _ in groups for option in group]


@register.simple_tag
def draw_options(field):
    """The choices of a select, those of a group together under its heading."""
    widget = field.field.widget
    groups = widget.optgroups(field.html_name, widget.format_value(field.value()), {})
    drawn = []
    for heading, options, _ in groups:
        told = "".join(
            _OPTION.format(
                value=escape(str(option["value"])),
                more=" selected" if option["selected"] else "",
                label=conditional_escape(option["label"]),
            )
            for option in options
        )
        drawn.append(_GROUP.format(escape(heading), told) if heading else told)
    return SafeString("".join(drawn))


@register.simple_tag
def draw_day_boxes(field):
    """The three text boxes of a date, each with its label."""
    widget = field.field.widget
    context = widget.get_context(field.html_name, field.value(), {"id": field.auto_id})
    boxes = zip(widget.labels, (2, 4, 4), context["widget"]["subwidgets"], strict=True)
    wrong = bool(field.errors)
    drawn = (
        _DAY_BOX.format(
            id=escape(box["attrs"]["id"]),
            name=escape(box["name"]),
            label=label,
            width=width,
            wrong=" govuk-input--error" if wrong else "",
            value=f' value="{escape(box["value"])}"' if box["value"] else "",
            more=' aria-invalid="true"' if wrong else "",
        )
        for label, width, box in boxes
    )
    return SafeString("".join(drawn))


@register.simple_tag
def has_form_errors(*asked):
    """Whether any of the forms and formsets has an error."""
    return any(True for form in _flatten_forms(asked) for _ in _form_errors(form))


@register.inclusion_tag("govuk/errors.html")
def error_summary(*asked):
    """Every error of the forms and formsets, each with a link to the first box it is about."""
    return {"errors": [error for form in _flatten_forms(asked) for error in _form_errors(form)]}


def _control_attributes(field, css):
    # Our own error messages say that an answer is required. With the HTML attribute, some screen
    # readers call an empty box invalid before anybody has answered.
    field.form.use_required_attribute = False
    own = field.field.widget.attrs.get("class", "")
    wrong = f"{css.split()[0]}--error" if field.errors else ""
    return {"class": " ".join(part for part in (css, wrong, own) if part)}


def _flatten_forms(asked):
    for thing in asked:
        if isinstance(thing, forms.BaseForm):
            yield thing
        elif isinstance(thing, BaseFormSet):
            yield from thing.forms
            yield thing
        elif isinstance(thing, (list, tuple)):
            yield from _flatten_forms(thing)


def _form_errors(form):
    if isinstance(form, BaseFormSet):
        yield from ({"text": problem, "href": ""} for problem in form.non_form_errors())
        return
    for name, problems in sorted(form.errors.items(), key=_error_sort_key(form)):
        href = "" if name == NON_FIELD_ERRORS else _error_link(form[name])
        for problem in problems:
            yield {"text": problem, "href": href}


def _error_sort_key(form):
    """The sort key that puts errors in the order of the questions on the page.

    Errors about no question come first. If the form's layout does not have every question with an
    error, the order is left as it is.
    """
    layout = getattr(getattr(form, "helper", None), "layout", None)
    names = [pointer.name for pointer in layout.get_field_names()] if layout else []
    laid = {name: place for place, name in enumerate(names)} | {NON_FIELD_ERRORS: -1}
    return lambda error: laid.get(error[0], 0) if laid.keys() >= form.errors.keys() else 0


def _error_link(field):
    """The link from the error summary to a field.

    A hidden field names, in `data-target`, the element that is visible in its place.
    """
    what = component_kind(field)
    if what == "hidden":
        return field.field.widget.attrs.get("data-target", "")
    first = f"{field.auto_id}_0" if what in {"radios", "checkboxes", "day"} else field.auto_id
    return f"#{first}"

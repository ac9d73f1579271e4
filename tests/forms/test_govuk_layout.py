"""Tests for our forms as HTML: ids, which text describes which field, escaping."""

import datetime as dt
from html.parser import HTMLParser

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from crispy_forms.utils import render_crispy_form
from django import forms
from django.template import Context, Template

from concerns.forms.govuk_layout import (
    ButtonRow,
    DayField,
    Details,
    Question,
    SubmitButton,
    TextBlock,
)

NASTY = '<script>alert("x")</script>'


class Row(forms.Form):
    size = forms.IntegerField(label="Size in cm")


class EveryKind(forms.Form):
    child = forms.CharField(widget=forms.HiddenInput({"data-target": "#find"}))
    account = forms.CharField(
        label="What worried you?",
        help_text="A few words are enough",
        widget=forms.Textarea({"autocomplete": "off"}),
    )
    going_home = forms.ChoiceField(
        label="Going home?", choices=[("no", "No"), ("yes", "Yes")], widget=forms.RadioSelect
    )
    why = forms.CharField(required=False)
    known = forms.MultipleChoiceField(
        choices=[("saw", "I saw it"), ("feeling", "A feeling")],
        widget=forms.CheckboxSelectMultiple,
    )
    happened = DayField(label="When?", help_text="For example, 27 3 2026")
    place = forms.ChoiceField(choices=[("", "Choose"), ("School", [("class", "Classroom")])])
    told = forms.BooleanField(label="I told the lead", help_text="In person", required=False)
    paper = forms.FileField(required=False)
    many = forms.IntegerField(help_text="In all")
    word = forms.CharField(widget=forms.Textarea, required=False)

    helper = FormHelper()
    helper.attrs = {"data-send": ""}
    helper.layout = Layout(
        "child",
        Question("account", size="m", rows=6),
        Question(
            "going_home", inline=True, hints={"yes": "They will be met"}, reveals={"yes": ["why"]}
        ),
        "known",
        Details("More", "happened", "place"),
        "told",
        "paper",
        Question("many", width=3),
        Question("word", count=200),
        TextBlock("Thank you <b>"),
        ButtonRow(
            SubmitButton("Send", value="send"), SubmitButton("Save", value="save", kind="secondary")
        ),
    )


class Page(HTMLParser):
    """The elements of a page with their attributes, and the text under each id."""

    def __init__(self, html):
        super().__init__()
        self.html = html
        self.elements = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append({"tag": tag, **dict(attrs)})

    def all(self, **wanted):
        wanted = {name.replace("_", "-"): value for name, value in wanted.items()}
        return [e for e in self.elements if wanted.items() <= e.items()]

    def one(self, **wanted):
        found = self.all(**wanted)
        assert len(found) == 1, wanted
        return found[0]


def drawn(form):
    return Page(render_crispy_form(form))


def summary(*asked):
    return Page(
        Template("{% load govuk %}{% error_summary asked %}").render(Context({"asked": asked}))
    )


@pytest.fixture
def blank():
    return drawn(EveryKind())


@pytest.fixture
def refused():
    return drawn(EveryKind({}))


def test_every_question_has_a_label_of_its_own(blank):
    named = {label["for"] for label in blank.all(tag="label")}
    asked = [
        e
        for e in blank.elements
        if e["tag"] in {"input", "select", "textarea"} and e.get("type") != "hidden"
    ]
    assert asked
    assert [e["name"] for e in asked if e["id"] not in named] == []


def test_no_id_is_given_twice(refused):
    ids = [e["id"] for e in refused.elements if "id" in e]
    assert len(ids) == len(set(ids))


def test_whatever_describes_a_control_is_on_the_page(refused):
    ids = {e["id"] for e in refused.elements if "id" in e}
    told = {i for e in refused.elements for i in e.get("aria-describedby", "").split()}
    assert told
    assert told - ids == set()


def test_the_form_tells_the_browser_not_to_check_it(blank):
    assert "novalidate" in blank.one(tag="form")
    assert blank.all(required=None) == []


def test_the_attributes_of_a_widget_reach_the_page(blank):
    assert blank.one(id="id_account")["autocomplete"] == "off"
    assert blank.one(id="id_account")["rows"] == "6"
    assert "govuk-input--width-3" in blank.one(id="id_many")["class"]


def test_a_hint_describes_its_control(blank):
    assert blank.one(id="id_account")["aria-describedby"] == "id_account_helptext"
    assert blank.one(id="id_told")["aria-describedby"] == "id_told_helptext"


def test_an_error_describes_its_control_after_the_hint(refused):
    account = refused.one(id="id_account")
    assert account["aria-describedby"] == "id_account_helptext id_account_error"
    assert account["aria-invalid"] == "true"
    assert "govuk-textarea--error" in account["class"]


def test_an_error_says_in_words_that_it_is_one(refused):
    assert "Error:</span> Enter a day, month and year" in refused.html


def test_a_list_of_choices_is_described_as_a_whole(refused):
    groups = [e.get("aria-describedby") for e in refused.all(tag="fieldset")]
    happened = "id_happened_helptext id_happened_error"
    assert groups == ["id_going_home_error", "id_known_error", happened]


def test_a_choice_may_have_a_hint_of_its_own(blank):
    assert blank.one(id="id_going_home_1")["aria-describedby"] == "id_going_home_1_hint"
    assert "They will be met" in blank.html


def test_a_choice_reveals_the_question_that_goes_with_it(blank):
    assert blank.one(id="id_going_home_1")["data-aria-controls"] == "id_going_home_1_more"
    assert "conditional--hidden" in blank.one(id="id_going_home_1_more")["class"]
    assert blank.one(data_module="govuk-radios")
    assert blank.one(id="id_why")


def test_what_a_chosen_answer_reveals_stands_open():
    chosen = drawn(EveryKind(initial={"going_home": "yes"}))
    assert "checked" in chosen.one(id="id_going_home_1")
    assert "conditional--hidden" not in chosen.one(id="id_going_home_1_more")["class"]


def test_folded_questions_open_by_themselves_when_one_is_answered_or_wrong(blank, refused):
    assert "open" not in blank.one(tag="details")
    assert "open" in refused.one(tag="details")
    assert "open" in drawn(EveryKind(initial={"happened": dt.date(2026, 3, 27)})).one(tag="details")


def test_a_day_is_three_boxes_filled_from_a_date():
    page = drawn(EveryKind(initial={"happened": dt.date(2026, 3, 7)}))
    boxes = [page.one(name=f"happened_{part}")["value"] for part in ("day", "month", "year")]
    assert boxes == ["7", "3", "2026"]


def test_a_select_keeps_its_groups_and_what_was_chosen():
    page = drawn(EveryKind(initial={"place": "class"}))
    assert page.one(tag="optgroup")["label"] == "School"
    assert [e["value"] for e in page.all(tag="option") if "selected" in e] == ["class"]


def test_a_count_of_characters_describes_its_box(blank):
    assert blank.one(id="id_word")["aria-describedby"] == "id_word-info"
    assert blank.one(data_module="govuk-character-count")["data-maxlength"] == "200"


def test_each_button_says_what_it_was(blank):
    pressed = [(e["name"], e["value"]) for e in blank.all(tag="button")]
    assert pressed == [("do", "send"), ("do", "save")]


def test_a_form_with_a_file_is_sent_as_one_can_be(blank):
    assert blank.one(tag="form")["enctype"] == "multipart/form-data"


def test_nothing_typed_labelled_or_said_becomes_markup():
    class Nasty(forms.Form):
        text = forms.CharField(label=NASTY, help_text=NASTY, error_messages={"invalid": NASTY})
        words = forms.CharField(widget=forms.Textarea)
        one = forms.ChoiceField(choices=[(NASTY, NASTY)], widget=forms.RadioSelect)
        pick = forms.ChoiceField(choices=[(NASTY, [(NASTY, NASTY)])])
        day = DayField(label=NASTY)
        helper = FormHelper()
        helper.layout = Layout(
            "text",
            "words",
            Question("one", hints={NASTY: NASTY}),
            "pick",
            Details(NASTY, "day"),
            TextBlock(NASTY),
            ButtonRow(SubmitButton(NASTY, value=NASTY)),
        )

        def clean(self):
            self.add_error("text", NASTY)
            self.add_error(None, NASTY)

    typed = {"words": NASTY, "one": NASTY, "pick": NASTY, "day_day": NASTY, "text": NASTY}
    form = Nasty(typed)
    page = drawn(form)
    assert page.all(tag="script") == []
    assert page.html.count("&lt;script&gt;") > 10
    assert summary(form).all(tag="script") == []


def test_the_summary_links_each_error_to_the_first_box_it_is_about():
    links = [e["href"] for e in summary(EveryKind({})).all(tag="a")]
    assert links == [
        "#find",
        "#id_account",
        "#id_going_home_0",
        "#id_known_0",
        "#id_happened_0",
        "#id_place",
        "#id_many",
    ]


def test_every_link_of_the_summary_reaches_a_box(refused):
    ids = {e["id"] for e in refused.elements if "id" in e}
    links = {e["href"][1:] for e in summary(EveryKind({})).all(tag="a")}
    assert links - ids == {"find"}


def test_the_summary_can_take_the_focus_without_script():
    box = summary(EveryKind({})).one(data_module="govuk-error-summary")
    assert box["tabindex"] == "-1"
    assert "autofocus" in box


def test_the_summary_tells_of_rows_too():
    typed = {"m-TOTAL_FORMS": "2", "m-INITIAL_FORMS": "0", "m-1-size": "x"}
    rows = forms.formset_factory(Row)(typed, prefix="m")
    assert [e["href"] for e in summary(None, "", [rows]).all(tag="a")] == ["#id_m-1-size"]


def test_there_is_no_summary_where_nothing_is_wrong():
    assert summary(EveryKind(), None, "").elements == []


def test_rows_are_drawn_with_a_number_each():
    rows = forms.formset_factory(Row, extra=3)(prefix="mark")
    rows.row_name = "Mark"
    html = Template("{% load crispy_forms_tags %}{{ rows|crispy }}").render(Context({"rows": rows}))
    page = Page(html)
    assert len(page.all(tag="fieldset")) == 3
    assert "Mark 3" in html
    assert page.one(name="mark-TOTAL_FORMS")["value"] == "3"


@pytest.mark.parametrize("month", ["3", "03", "Mar", "march"])
def test_a_month_may_be_a_number_or_a_name(month):
    assert DayField().clean(["27", month, "2026"]) == dt.date(2026, 3, 27)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["", "", ""], "Enter a day, month and year"),
        (["27", "", "2026"], "Enter a day, a month and a year"),
        (["31", "2", "2026"], "Enter a real date, like 27 3 2026"),
        (["27", "3", "26"], "Enter a real date, like 27 3 2026"),
        (["27", "Pancake", "2026"], "Enter a real date, like 27 3 2026"),
        (["1" * 5000, "3", "2026"], "Enter a real date, like 27 3 2026"),
    ],
)
def test_a_day_that_is_not_one_says_what_to_do(typed, told):
    with pytest.raises(forms.ValidationError, match=told):
        DayField().clean(typed)


def test_a_day_that_need_not_be_given_may_be_left_out():
    assert DayField(required=False).clean(["", "", ""]) is None

"""Tests the office's list of pupils, and one pupil who is added, corrected or cleared by hand."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from concerns.doors.act import ActRefused
from concerns.models import Child, LedgerLine
from concerns.paper import roll_by_hand
from concerns.paper.pupil_rows import PupilLine
from concerns.reading import pickers
from concerns.roll import acts
from concerns.rules.kinds import Kind
from concerns.rules.roles import Role
from concerns.rules.words import RollAnswer, SamePupil
from tests import factories
from tests.counting import list_statements
from tests.desk import page_text as text_of_page
from tests.factories import NOW
from tests.roll import exports
from tests.roll.exports import moved

LATER = NOW + timedelta(days=7)
IVY = PupilLine(
    line=0,
    surname="Nolan",
    forename="Aoife",
    born=date(2017, 2, 1),
    upn="H801200001001",
    year="Year 4",
    class_name="4B",
)
# The same child as a roll file has her.
IN_FILE = exports.Made("Nolan", "Aoife", "", IVY.born, IVY.upn, "", "Year 4", "4B")
TYPED = {
    "forename": "Aoife", "surname": "Nolan",
    "born_day": "1", "born_month": "2", "born_year": "2017",
    "upn": IVY.upn, "year": "4", "class_name": "4B",
}  # fmt: skip


def page_text(answer) -> str:
    """The text of a page, with single spaces between its words."""
    return " ".join(text_of_page(answer).split())


def add(office, pupil=IVY, who="", now=NOW) -> Child:
    return acts.add_pupil(by=office.viewer, pupil=pupil, who=who, now=now)


def correct(office, child, clears=False, now=LATER, by=None, **said):
    now_says = Child.objects.get(pk=child.pk)
    given = roll_by_hand.fields_of_pupil(now_says) | said
    seen = roll_by_hand.pupil_digest(now_says)
    return acts.correct_pupil(
        by=by or office.viewer, child=child, said=given, seen=seen, clears=clears, now=now
    )


def leave(office, child):
    """The office answers that the child has left, after a file without her."""
    office.bring(exports.roll(1))
    question = child.roll_questions.get()
    office.answer(question, RollAnswer.LEFT, place="Leeds High", left_on=NOW.date())


def found(office, part) -> list[str]:
    return [child.label for child in pickers.find_children_to_pick(office.viewer, part)[0]]


def form_of(page, child) -> dict[str, str]:
    """The fields of the pupil's form as the page has them."""
    text = page.content.decode()
    form = text[text.index(f'action="/roll/pupil/{child.uid}/"') :]
    boxes = re.findall(r'<input\b[^>]*name="([\w-]+)"[^>]*value="([^"]*)"', form)
    return dict(boxes)


# ---- adding ----


def test_a_pupil_added_by_hand_is_on_the_roll_and_is_found(office):
    child = add(office)
    assert found(office, "nolan") == ["Aoife Nolan"]
    assert child.enrolments.get().since == NOW.date()
    assert child.placements.get().class_name == "4B"


def test_the_first_day_of_a_pupil_added_by_hand_may_be_earlier(office):
    child = add(office, PupilLine(**{**_fields(IVY), "entry": date(2026, 9, 1)}))
    assert child.enrolments.get().since == date(2026, 9, 1)


def _fields(pupil: PupilLine) -> dict:
    return {name: getattr(pupil, name) for name in pupil.__slots__}


def test_the_next_file_knows_a_pupil_who_was_added_by_hand(office):
    child = add(office)
    file = office.upload(exports.written([IN_FILE]))
    plan = office.plan(file)
    assert (plan.added, plan.same, plan.present) == ([], 1, {child.pk})


def test_a_pupil_who_is_on_the_roll_is_not_added_twice(office):
    add(office)
    with pytest.raises(ActRefused, match="on the roll already"):
        add(office, PupilLine(**{**_fields(IVY), "upn": ""}))
    assert Child.objects.count() == 1


def test_another_child_of_the_same_name_and_birthday_is_added_once_that_is_said(office):
    add(office)
    other = PupilLine(**{**_fields(IVY), "upn": "H801200001002"})
    add(office, other, SamePupil.ANOTHER)
    assert Child.objects.on_roll(office.viewer).count() == 2


def test_a_pupil_with_the_number_of_another_is_never_another_child(office):
    add(office)
    with pytest.raises(ActRefused, match="on the roll already"):
        add(office, who=SamePupil.ANOTHER)


def test_a_number_of_somebody_of_another_name_and_birthday_is_refused(office):
    add(office)
    stranger = {"surname": "Evans", "forename": "Theo", "born": date(2016, 5, 5)}
    with pytest.raises(ActRefused, match="another name and another date of birth"):
        add(office, PupilLine(**{**_fields(IVY), **stranger}))


def test_a_pupil_who_was_here_before_is_put_back_once_that_is_said(office):
    child = add(office)
    leave(office, child)
    with pytest.raises(ActRefused, match="was here before"):
        add(office)
    back = add(office, PupilLine(**{**_fields(IVY), "class_name": "5A"}), SamePupil.SAME)
    assert back == child
    assert back.left is None
    assert back.class_name == "5A"
    # On the day on which she left: she is on the roll once.
    assert [row.until for row in child.enrolments.order_by("pk")] == [NOW.date(), None]


# ---- correcting ----


def test_a_corrected_class_is_a_dated_row_as_from_a_file(office):
    child = add(office)
    correct(office, child, class_name="4C")
    old, new = child.placements.order_by("pk")
    assert (old.class_name, old.until) == ("4B", LATER.date())
    assert (new.class_name, new.since, new.until) == ("4C", LATER.date(), None)


def test_whoever_reads_a_class_reads_of_a_child_moved_into_it_by_hand(office):
    child = add(office)
    reader = factories.part_reader(office.school, classes=("4C",))
    assert not Child.objects.visible_to(reader).filter(pk=child.pk).exists()
    correct(office, child, class_name="4C")
    assert Child.objects.visible_to(reader).filter(pk=child.pk).exists()


def test_a_corrected_surname_is_found_beside_the_former_one(office):
    child = add(office)
    correct(office, child, surname="Ferreira")
    assert found(office, "ferreira") == ["Aoife Ferreira"]
    assert found(office, "nolan") == ["Aoife Ferreira (was Aoife Nolan)"]


def test_a_value_is_cleared_only_once_that_is_said(office):
    child = add(office)
    correct(office, child, known_as="Fi")
    with pytest.raises(ActRefused, match="emptied"):
        correct(office, child, known_as="")
    correct(office, child, clears=True, known_as="")
    assert Child.objects.get().known_as == ""


def test_a_file_that_says_nothing_leaves_what_was_cleared_by_hand_empty(office):
    office.bring([moved(IN_FILE, known_as="Fi")])
    child = Child.objects.get()
    correct(office, child, clears=True, known_as="")
    office.bring([IN_FILE], LATER)
    assert Child.objects.get().known_as == ""


@pytest.mark.parametrize("number", ["upn", "admission_number"])
def test_a_number_of_another_pupil_is_not_given_twice(office, number):
    office.bring([moved(IN_FILE, admission_number="000077")])
    other = add(office, PupilLine(line=0, surname="Khan", forename="Noah", born=date(2017, 3, 3)))
    with pytest.raises(ActRefused, match="Another pupil has this"):
        correct(office, other, **{number: getattr(Child.objects.first(), number)})


def test_a_correction_that_changes_nothing_is_refused(office):
    with pytest.raises(ActRefused, match="Nothing is different"):
        correct(office, add(office))


def test_a_pupil_who_has_left_meanwhile_is_not_corrected(office):
    child = add(office)
    leave(office, child)
    with pytest.raises(ActRefused, match="no longer on the roll"):
        correct(office, child, class_name="4C")


def test_who_changed_what_by_hand_is_in_the_ledger_and_on_the_pupils_page(office):
    child = add(office)
    correct(office, child, class_name="4C")
    line = LedgerLine.objects.get(kind=Kind.ROLL_CORRECTED)
    assert (line.about, line.actor) == (str(child.uid), office.viewer.person)
    assert '"fields":["class_name"]' in line.body
    assert "4C" not in line.body
    newest, added = roll_by_hand.list_corrections(office.viewer, child)
    assert newest.changes == [("Class", "4B", "4C")]
    assert ("Date of birth", "", "1 February 2017") in added.changes
    assert added.row.added


# ---- a page gone stale ----


def test_a_correction_made_on_an_old_page_is_refused_and_says_who_was_first(office):
    child = add(office)
    seen = roll_by_hand.pupil_digest(child)
    colleague = factories.viewer(office.school, Role.OFFICE)
    correct(office, child, by=colleague, class_name="4C")
    said = roll_by_hand.fields_of_pupil(child) | {"year": "Year 5"}
    with pytest.raises(acts.RollChanged, match=f"{colleague.person.name} has corrected"):
        acts.correct_pupil(
            by=office.viewer, child=child, said=said, seen=seen, clears=True, now=LATER
        )
    assert Child.objects.get().year == "Year 4"


def test_a_correction_made_before_a_file_came_is_refused_and_says_so(office):
    child = add(office)
    seen = roll_by_hand.pupil_digest(child)
    office.bring([moved(IN_FILE, class_name="4D")], LATER)
    said = roll_by_hand.fields_of_pupil(child) | {"year": "Year 5"}
    with pytest.raises(acts.RollChanged, match="has imported a roll file"):
        acts.correct_pupil(
            by=office.viewer, child=child, said=said, seen=seen, clears=True, now=LATER
        )


def test_what_nobody_here_changed_is_said_to_be_changed_by_somebody(office):
    child = factories.child(office.school)
    said = roll_by_hand.fields_of_pupil(child) | {"year": "Year 5"}
    with pytest.raises(acts.RollChanged, match="somebody has changed this pupil"):
        acts.correct_pupil(by=office.viewer, child=child, said=said, seen="", clears=True, now=NOW)


# ---- the pages ----


def test_a_pupil_is_added_on_the_page(office, desk):
    answer = desk.client.post(reverse("roll_add"), TYPED)
    child = Child.objects.get()
    assert answer.url == reverse("roll_pupil", kwargs={"uid": child.uid})
    assert (child.name, child.year) == ("Aoife Nolan", "Year 4")
    assert "Put on the roll by" in page_text(desk.client.get(answer.url))


def test_the_page_asks_who_it_is_only_once_that_is_not_clear(office, desk):
    add(office)
    assert 'name="who"' not in desk.client.get(reverse("roll_add")).content.decode()
    other = TYPED | {"upn": "H801200001002"}
    asked = desk.client.post(reverse("roll_add"), other)
    assert asked.status_code == 422
    assert 'name="who"' in asked.content.decode()
    assert desk.client.post(reverse("roll_add"), other | {"who": "another"}).status_code == 302
    assert Child.objects.count() == 2


FAULTS = {
    "no surname": ({"surname": ""}, "Enter the surname"),
    "a birthday to come": ({"born_year": "2090"}, "this date is in the future"),
    "a birthday long ago": ({"born_year": "1917"}, "more than 30 years ago"),
    "no UPN": ({"upn": "see file"}, "not a valid UPN"),
    "no NHS number": ({"identifier": "943 476 5910"}, "not an NHS number"),
    "letters of another encoding": ({"surname": "SiobhÃ¡n"}, "a letter here that we cannot read"),
    "a first day to come": (
        {"entry_day": "1", "entry_month": "2", "entry_year": "2090"},
        "This day is in the future",
    ),
}


@pytest.mark.parametrize(("more", "says"), FAULTS.values(), ids=FAULTS)
def test_what_cannot_be_of_a_pupil_is_said_beside_its_question(office, desk, more, says):
    answer = desk.client.post(reverse("roll_add"), TYPED | more)
    assert answer.status_code == 422
    assert says in page_text(answer)
    assert not Child.objects.exists()


def test_a_surname_used_that_is_the_legal_one_is_not_kept(office, desk):
    desk.client.post(reverse("roll_add"), TYPED | {"known_surname": "Nolan"})
    assert Child.objects.get().known_surname == ""


def test_emptying_a_known_name_on_the_page_asks_and_then_clears_it(office, desk):
    child = add(office)
    correct(office, child, known_as="Fi")
    address = reverse("roll_pupil", kwargs={"uid": child.uid})
    page = desk.client.get(address)
    assert 'name="clears"' not in page.content.decode()
    emptied = form_of(page, child) | {"known_as": ""}
    asked = desk.client.post(address, emptied)
    assert asked.status_code == 422
    assert "Tick the box if this is to be cleared: Forename used" in page_text(asked)
    assert desk.client.post(address, emptied | {"clears": "on"}).status_code == 302
    assert Child.objects.get().known_as == ""
    assert "Forename used: Fi was cleared" in page_text(desk.client.get(address))


def test_a_stale_page_keeps_what_was_typed_says_what_holds_and_may_be_sent_again(office, desk):
    child = add(office)
    address = reverse("roll_pupil", kwargs={"uid": child.uid})
    typed = form_of(desk.client.get(address), child) | {"year": "5"}
    correct(office, child, class_name="4C")
    stale = desk.client.post(address, typed)
    assert stale.status_code == 409
    shown = page_text(stale)
    assert "The form and the roll differ" in shown
    assert "Class: 4C" in shown
    again = form_of(stale, child)
    assert (again["year"], again["class_name"]) == ("5", "4B")
    assert Child.objects.get().class_name == "4C"
    assert desk.client.post(address, again).status_code == 302
    assert (Child.objects.get().year, Child.objects.get().class_name) == ("Year 5", "4B")


def test_the_list_goes_on_page_by_page_and_names_everybody_once(office, desk):
    office.bring(exports.roll(90))
    # Of one name are more than a page has.
    for day in range(1, 29):
        for month in (1, 2):
            factories.child(office.school, "Ivy", "Smith", born=date(2016, month, day))
    address = reverse("roll_pupils")
    seen: list[str] = []
    for _ in range(3):
        page = desk.client.get(address).content.decode()
        seen += re.findall(r'href="/roll/pupil/([\w-]+)/"', page)
        more = re.search(r'href="(\?after=[\w-]+)"', page)
        address = reverse("roll_pupils") + (more[1] if more else "")
    assert not more
    in_order = Child.objects.on_roll(office.viewer).in_surname_order()
    assert seen == [str(child.uid) for child in in_order]


def test_a_page_after_nobody_is_not_there(office, desk):
    address = reverse("roll_pupils")
    assert (
        desk.client.get(f"{address}?after=00000000-0000-4000-8000-000000000000").status_code == 404
    )


@pytest.mark.parametrize("typed", ["nolan aoife", "h801200001001", "4711"])
def test_a_pupil_is_found_by_name_or_number_and_the_address_does_not_say_so(office, desk, typed):
    add(office, PupilLine(**{**_fields(IVY), "admission_number": "4711"}))
    add(office, PupilLine(line=0, surname="Khan", forename="Noah", born=date(2017, 3, 3)))
    answer = desk.client.post(reverse("roll_pupils"), {"find": typed})
    shown = page_text(answer)
    assert "1 pupil found" in shown
    assert "Nolan, Aoife" in shown
    assert "Khan" not in shown


def test_what_no_name_holds_is_looked_for_and_not_found(desk):
    for typed in ("\0", "4\x007", "x" * 10_000):
        answer = desk.client.post(reverse("roll_pupils"), {"find": typed})
        assert "0 pupils found" in page_text(answer)


def test_who_has_left_is_in_no_list_of_the_office(office, desk):
    child = add(office)
    leave(office, child)
    assert "Nolan" not in page_text(desk.client.get(reverse("roll_pupils")))
    assert "0 pupils found" in page_text(
        desk.client.post(reverse("roll_pupils"), {"find": "nolan"})
    )
    assert desk.client.get(reverse("roll_pupil", kwargs={"uid": child.uid})).status_code == 404


def test_more_pupils_cost_no_statement_more(office, desk):
    office.bring(exports.roll(3))
    # The first page of a session writes the session too.
    desk.client.get(reverse("roll_pupils"))
    few = list_statements(lambda: desk.client.get(reverse("roll_pupils")))
    office.bring(exports.roll(60), LATER)
    many = list_statements(lambda: desk.client.get(reverse("roll_pupils")))
    assert len(many) == len(few)


def test_more_corrections_cost_no_statement_more(office, desk):
    child = add(office)
    address = reverse("roll_pupil", kwargs={"uid": child.uid})
    desk.client.get(address)
    few = list_statements(lambda: desk.client.get(address))
    for name in ("4C", "4D", "4E"):
        correct(office, child, class_name=name)
    assert len(list_statements(lambda: desk.client.get(address))) == len(few)


def test_the_pages_of_a_pupil_with_a_concern_are_those_of_a_pupil_without(office, desk):
    child = add(office)
    address = reverse("roll_pupil", kwargs={"uid": child.uid})

    def pages() -> list[str]:
        shown = (desk.client.get(address), desk.client.get(reverse("roll_pupils")))
        return [re.sub(r'value="[^"]{60,}"', "", page_text(one)) for one in shown]

    before = pages()
    factories.send_concern(factories.viewer(office.school), child)
    assert pages() == before

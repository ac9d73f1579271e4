"""Tests for looking for a child or for words: only among what the lead may see, and on record."""

import json
import re
from datetime import date

import pytest
from django.db import connection

from concerns.doors import ledger, search
from concerns.models import ChildName, Concern, Exclusion, LedgerLine, NameKey
from concerns.models.concern import word_index
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from concerns.rules.roles import Role
from tests import adults, factories
from tests.conftest import SecureClient
from tests.counting import list_statements
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ADDRESS = "/child/search/"
NAMES = ("María José", "de la Cruz-Ferreira Al-Mansūr Żółkiewska")


@pytest.fixture
def client(lead):
    return factories.sign_in(SecureClient(), lead.person)


def concern(where, account, *children, **more):
    by = factories.viewer(where)
    children = children or (factories.child(where),)
    return factories.send_concern(by, *children, account=account, **more).concern


def hidden_from(viewer, *concerns):
    for one in concerns:
        Exclusion.objects.create(
            school=one.school, concern=one, person=viewer.person, by=viewer.person, at=NOW
        )


def references(found) -> list[str]:
    return [hit.reference for hit in found.concerns]


def without_token(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)


def posted(client, words, **more):
    return client.post(ADDRESS, {"words": words, **more})


@pytest.mark.parametrize(
    "typed",
    [
        "maria", "Jose", "majo", "de la cruz", "delacruz", "DE LA CRUZ FERREIRA", "cruz-ferreira",
        "cruzferreira", "ferreira", "al-mansur", "al mansur", "almansur maria", "Mansūr",
        "zolkiewska", "Żółkiewska", "ŻÓŁKIEWSKA maría", "Zolkiewska, Maria", "delacruzferreira",
        "majo zolk", "mariajose", "cruz maria jose",
    ],
)  # fmt: skip
def test_the_child_with_four_surnames_is_found(where, lead, typed):
    child = factories.child(where, *NAMES, known_as="Majo")
    factories.child(where, "Ted", "Ferris")
    assert [found.pk for found in search.search_concerns(lead, typed).children] == [child.pk]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Omar Alrashid", "al-rashid"), ("Omar Al-Rashid", "alrashid omar"),
        ("İrem Işık", "irem isik"), ("Irem Isik", "İREM IŞIK"), ("Łucja Dąbrowska", "lucja dab"),
        ("Sean O’Brien", "obrien"), ("Sean OBrien", "o'brien sean"), ("أحمد", "احمد"),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_written(where, lead, name, typed):
    forename, _, surname = name.partition(" ")
    child = factories.child(where, forename, surname or "Khan")
    assert [found.pk for found in search.search_concerns(lead, typed).children] == [child.pk]


def test_a_child_who_has_left_is_found_and_it_is_said(where, lead, client):
    factories.child(where, "Heron", left=NOW.date())
    assert "left 3 November 2026" in posted(client, "heron").content.decode()


def test_a_concern_is_found_by_what_anybody_wrote_of_it(where, lead):
    one = concern(where, "He hid under the table", child_words="I saw the belt")
    concern(where, "He hid the belt buckle? No: the bag")
    found = search.search_concerns(lead, "Belts tables")
    assert references(found) == [one.reference]
    assert ("table", True) in found.concerns[0].excerpt or ("belt", True) in found.concerns[
        0
    ].excerpt


def test_newest_first_and_the_next_page_begins_behind_the_last(where, lead, monkeypatch):
    monkeypatch.setattr(search, "PAGE", 2)
    written = [concern(where, "belt").reference for _ in range(5)]
    seen = []
    after = ""
    for _ in range(3):
        found = search.search_concerns(lead, "belt", after)
        seen = seen + references(found)
        after = found.more
    assert seen == written[::-1]
    assert (found.more, found.children) == ("", [])


def test_where_nothing_was_found_so_far_the_search_goes_further_back(where, lead, monkeypatch):
    monkeypatch.setattr(word_index, "LOOKED_AT", 2)
    both = concern(where, "belt bruise").reference
    for word in ("belt", "bruise") * 2:
        concern(where, word)
    found = search.search_concerns(lead, "belt bruise")
    assert references(found) == []
    assert references(search.search_concerns(lead, "belt bruise", found.more)) == [both]


def test_two_words_that_share_a_token_give_no_false_hit(where, lead, monkeypatch):
    monkeypatch.setattr(word_index, "_hash_word", lambda key, word: 7)
    one = concern(where, "belt")
    concern(where, "buckle")
    assert references(search.search_concerns(lead, "belt")) == [one.reference]


def test_who_may_not_see_a_concern_finds_what_they_would_had_it_not_been_written(where, lead):
    child = factories.child(where, "Amelia", "Quillfeather")
    factories.relate_to_child(lead.person, child)
    concern(where, "Amelia and the belt", child)
    hidden_from(lead, concern(where, "the belt again"))
    seen = concern(where, "a bag")
    for typed in ("amelia", "belt", "quillfeather"):
        found = search.search_concerns(lead, typed)
        assert (found.children, found.concerns, found.more) == ([], [], "")
    other = factories.viewer(where, Role.HEAD)
    assert len(search.search_concerns(other, "belt").concerns) == 2
    assert references(search.search_concerns(lead, "bag")) == [seen.reference]


def test_what_may_not_be_seen_moves_no_page(where, lead, monkeypatch):
    monkeypatch.setattr(word_index, "LOOKED_AT", 2)
    monkeypatch.setattr(search, "PAGE", 2)
    written = [concern(where, "belt").reference for _ in range(2)]
    hidden_from(lead, *[concern(where, "belt") for _ in range(4)])
    found = search.search_concerns(lead, "belt")
    assert references(found) == written[::-1]


def test_nothing_of_another_school_is_found(lead):
    there = factories.school()
    concern(there, "belt", factories.child(there, "Amelia"))
    found = search.search_concerns(lead, "belt")
    assert (found.concerns, search.search_concerns(lead, "amelia").children) == ([], [])


def test_a_search_is_a_reading_that_names_what_was_shown_and_not_what_was_looked_for(
    where, lead, client
):
    child = factories.child(where, "Amelia", "Quillfeather")
    one = concern(where, "Amelia hid", child)
    posted(client, "amelia")
    line = LedgerLine.objects.filter(kind=Kind.SEARCHED).get()
    body = json.loads(line.body)
    assert (body["shown"], body["children"]) == ([str(one.uid)], [str(child.uid)])
    assert "amelia" not in line.body.lower()
    assert not hasattr(line, "side")
    assert [told.kind for told in ledger.lists_showing_concern(one)] == [Kind.SEARCHED]


def test_a_search_that_finds_nothing_is_on_record_too(client):
    posted(client, "otter")
    assert LedgerLine.objects.filter(kind=Kind.SEARCHED).count() == 1


def test_what_is_looked_for_stands_in_no_address(where, client):
    for _ in range(30):
        concern(where, "otter")
    page = posted(client, "otter").content.decode()
    assert "Look further back" in page
    assert 'method="get"' not in page
    assert "?" not in "".join(part.split('"')[0] for part in page.split('href="')[1:])
    assert client.get(ADDRESS, {"words": "otter"}).content.count(b"otter") == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type a name, or words to look for"), ("   ", "Type a name, or words to look for"),
        ("%", "letters or numbers"), ('"*?_', "letters or numbers"), ("🙂", "letters or numbers"),
        ("x" * 10_000, "longer than 200 characters"), ("nul\0", "cannot be saved"),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_for_is_said_and_shown_again(client, typed, said):
    answer = posted(client, typed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not LedgerLine.objects.filter(kind=Kind.SEARCHED).exists()


@pytest.mark.parametrize(
    "typed", ["b%lt", "belt*", '"belt"', "belt 🙂", "' OR 1=1 --", "عربى", "中文"]
)
def test_whatever_is_typed_has_a_clear_answer(client, typed):
    answer = posted(client, typed)
    assert answer.status_code == 200
    assert "No concern that you can see" in answer.content.decode()


def test_words_that_are_in_everything_look_for_names_alone(where, client):
    factories.child(where, "An", "Was")
    page = posted(client, "an was").content.decode()
    assert "only names were searched" in page
    assert "An Was" in page


def test_it_is_said_when_something_cannot_be_found_yet(where, lead, client):
    one = concern(where, "otter")
    assert "manage.py findable" not in posted(client, "x1").content.decode()
    Concern.objects.filter(pk=one.pk).update(findable=False)
    assert "manage.py findable" in posted(client, "x1").content.decode()
    hidden_from(lead, one)
    assert "manage.py findable" not in posted(client, "x1").content.decode()


def test_a_place_that_is_none_begins_at_the_beginning(where, lead):
    one = concern(where, "otter")
    assert references(search.search_concerns(lead, "otter", "nowhere")) == [one.reference]


def test_more_children_than_are_shown_are_said_to_be_there(where, client):
    for _ in range(13):
        factories.child(where, "Same")
    assert "There are more children with this name" in posted(client, "same").content.decode()


def test_a_page_costs_the_same_statements_whatever_is_found(where, lead):
    concern(where, "otter belt")
    # One for each kind of words: also for sortings, promises, meetings to come and their changes.
    few = list_statements(lambda: search.search_concerns(lead, "otter belt"))
    for _ in range(24):
        concern(where, "otter belt", factories.child(where), factories.child(where))
    assert (
        len(list_statements(lambda: search.search_concerns(lead, "otter belt"))) == len(few) <= 28
    )
    longer = "one two three four five six seven eight nine ten"
    assert len(list_statements(lambda: search.search_concerns(lead, longer))) <= 24


def test_the_index_is_what_is_read(where, lead):
    if connection.vendor == "sqlite":
        concern(where, "otter")
        said = next(
            s
            for s in list_statements(lambda: search.search_concerns(lead, "otter"))
            if "token" in s
        )
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {said}")
            plan = "\n".join(row[-1] for row in cursor.fetchall())
        assert "sqlite_autoindex_concerns_wordkey_1 (school_id=? AND token=?)" in plan
        assert "TEMP B-TREE FOR ORDER BY" not in plan


def test_a_closed_concern_is_found_too(where, lead):
    one = factories.concern_at(State.CLOSED, where=where, account="otter")
    assert references(search.search_concerns(lead, "otter")) == [one.reference]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Robyn Hart", "Robin"), ("Robyn Hart", "robin hart"), ("Robyn Hart", "Robbyn Heart"),
        ("Mohammed Khan", "Mohamed"), ("Muhammad Khan", "mohammed kahn"),
        ("Katherine Vale", "Catherine"), ("Kathryn Vale", "catherine vale"),
        ("Sean Doyle", "Shaun"), ("Shaun Doyle", "Shawn"), ("Seán Doyle", "shaun"),
        ("Siobhán Reid", "Shivaun Reed"), ("Mary-Ann Stephens", "Marianne Stevens"),
        ("Nicholas Clark", "Nikolas Clarke"), ("Aoife Quinn", "eefa"),
        ("Tara O'Neill", "oneil"), ("Tara ONeil", "O'Neill"), ("Jon Price", "john"),
        ("Siân Price", "sian"), ("Omar Price", "Umar"), ("Thomas Vale", "tom vale"),
    ],
)  # fmt: skip
def test_a_name_is_found_as_people_misremember_it(where, lead, name, typed):
    forename, _, surname = name.partition(" ")
    child = factories.child(where, forename, surname)
    factories.child(where, "Gwendolyn", "Zimmer")
    found = search.search_concerns(lead, typed)
    assert [one.pk for one in found.children] == [child.pk]


@pytest.mark.parametrize(
    "typed",
    ["Robyn 1B", "robin 1b", "1B Robyn", "Robyn Hart 1 B", "Robyn, year 1", "Robyn y1 hart",
     "Robin in class 1B"],
)  # fmt: skip
def test_a_first_name_and_the_class_find_a_child(where, lead, typed):
    child = factories.child(where, "Robyn", "Hart", year="Year 1", class_name="1B")
    factories.child(where, "Robyn", "Hurst", year="Year 2", class_name="2B")
    factories.child(where, "Ali", "Khan", year="Year 1", class_name="1B")
    assert [one.pk for one in search.search_concerns(lead, typed).children] == [child.pk]


def test_who_is_found_by_the_words_as_they_were_typed_comes_first(where, lead):
    sounding = factories.child(where, "Robyn", "Abbot")
    typed = factories.child(where, "Robin", "Zane")
    left = factories.child(where, "Robin", "Adams", left=NOW.date())
    found = search.search_concerns(lead, "robin")
    assert [one.pk for one in found.children] == [typed.pk, left.pk, sounding.pk]


def test_a_child_is_found_by_how_a_former_name_sounds_and_that_is_said(where, lead):
    child = factories.child(where, "Robyn", "Phillips")
    ChildName.objects.filter(child=child).update(until=date(2026, 9, 1))
    child.surname = "Hart"
    child.save()
    ChildName.from_child(child, date(2026, 9, 1)).save()
    NameKey.objects.add_names([child], again=True)
    found = search.search_concerns(lead, "Robin Philips").children
    assert [(one.pk, one.former_name) for one in found] == [(child.pk, "Robyn Phillips")]


def test_who_sounds_alike_and_is_hidden_stays_hidden(where, lead):
    child = factories.child(where, "Robyn", "Hart", upn="A123456789012")
    factories.relate_to_child(lead.person, child)
    factories.child(factories.school(), "Robyn", "Hart", upn="A123456789012")
    for typed in ("Robin", "Robyn 4B", "A123456789012", child.upn.lower()):
        assert search.search_concerns(lead, typed).children == [], typed


@pytest.mark.parametrize("shape", ["{}", " {} ", "Reference {}, please", "[{}]", "{}."])
@pytest.mark.parametrize("change", ["", "lower", "no dash", "space", "long dash"])
def test_a_concern_is_found_by_its_reference_as_it_stands_in_a_mail(where, lead, shape, change):
    one = concern(where, "about a bag")
    concern(where, "about another")
    written = one.reference.lower() if change == "lower" else one.reference
    marks = {"no dash": "", "space": " ", "long dash": "–"}
    found = search.search_concerns(lead, shape.format(written.replace("-", marks.get(change, "-"))))
    assert [hit.reference for hit in found.referenced] == [one.reference]
    assert LedgerLine.objects.get(kind=Kind.SEARCHED)


def test_a_reference_of_what_may_not_be_seen_finds_nothing(where, lead, client):
    hidden = concern(where, "about a bag")
    hidden_from(lead, hidden)
    elsewhere = concern(factories.school(), "about a bag")
    none = posted(client, "H7K-2MQ").content.decode()
    for one in (hidden, elsewhere):
        page = posted(client, one.reference).content.decode()
        assert without_token(page).replace(one.reference, "H7K-2MQ") == without_token(none)


def test_the_head_finds_a_concern_about_an_adult_by_its_reference_and_its_subject_does_not(where):
    head = factories.viewer(where, Role.HEAD)
    subject = factories.viewer(where, Role.DSL)
    one = adults.send_adult_concern(factories.viewer(where), subject.person)
    assert search.search_concerns(head, one.reference).adult_concerns == [one]
    before = LedgerLine.objects.filter(kind=Kind.SEARCHED).count()
    assert search.search_concerns(subject, one.reference).adult_concerns == []
    assert LedgerLine.objects.filter(kind=Kind.SEARCHED).count() == before + 1


@pytest.mark.parametrize("typed", ["A123456789012", " a123456789012 ", "A1234 5678 9012"])
def test_a_child_is_found_by_their_upn(where, lead, typed):
    child = factories.child(where, upn="A123456789012")
    factories.child(where, upn="A123456789013")
    assert [one.pk for one in search.search_concerns(lead, typed).children] == [child.pk]


@pytest.mark.parametrize("typed", ["9434765919", "943 476 5919"])
def test_a_child_is_found_by_their_nhs_number(where, lead, typed):
    child = factories.child(where, identifier="9434765919", identifier_kind="nhs")
    factories.child(where, identifier="9000000009", identifier_kind="nhs")
    assert [one.pk for one in search.search_concerns(lead, typed).children] == [child.pk]


def test_namesakes_are_told_apart_by_class_and_birthday(where, client):
    factories.child(where, "Robyn", "Hart", born=date(2017, 5, 17))
    factories.child(where, "Robyn", "Hart", born=date(2016, 2, 9), left=NOW.date())
    page = " ".join(posted(client, "robyn").content.decode().split())
    assert "Year 4, 4B, born 17 May 2017" in page
    assert "born 9 February 2016, left 3 November 2026" in page


def test_of_those_who_sound_alike_the_one_spelt_more_like_it_comes_first(where, lead):
    for forename in ("Reuben", "Robyn", "Reuben"):
        factories.child(where, forename, "Abbot")
    found = search.search_concerns(lead, "Robin").children
    assert [child.forename for child in found] == ["Robyn", "Reuben", "Reuben"]

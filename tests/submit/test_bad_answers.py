"""Tests for wrong answers: what is wrong is said clearly, and no word is lost."""

import html
import re
import uuid

import pytest

from concerns.models import Concern

KEPT = "Her shoes had holes & she was <cold>."


def problems(answer):
    said = html.unescape(answer.content.decode())
    box = said[said.index("There is a problem") :]
    return re.findall("<li>(?:<a [^>]*>)?(.*?)(?:</a>)?</li>", box[: box.index("</ul>")], re.S)


def refused(staff, answers):
    """Sends the form and checks that it is refused with its words still there.

    Returns what was wrong.
    """
    answer = staff.send(answers)
    assert answer.status_code == 422
    assert not Concern.objects.exists()
    assert html.escape(KEPT) in answer.content.decode()
    return problems(answer)


BAD = {
    "no child": ({"child": []}, "Find the child, or describe them if they are not on the roll"),
    "an unknown child": ({"child": str(uuid.uuid4())}, "not on this school's roll"),
    "a child that is none": ({"child": "Robert'); --"}, "not on this school's roll"),
    "no answer on going home": ({"going_home": ""}, "worried about them going home"),
    "a made-up answer on going home": ({"going_home": "maybe"}, "Choose one of the answers"),
    "an answer on going home that is not theirs": (
        {"going_home": "not_asked"},
        "Choose one of the answers",
    ),
    "words past all length": ({"may_mean": "x" * 50_001}, "This is longer than 50,000 characters"),
    "a line past all length": ({"place": "x" * 50_001}, "This is longer than 50,000 characters"),
    "a NUL": ({"place": "By the\0gate"}, "There is a character here that cannot be saved"),
    "a control character": ({"who_else": "A \x1b lady"}, "There is a character here"),
    "what is no character": ({"asked": "Why\uffff?"}, "There is a character here"),
    "a NUL in a day": (
        {"happened_on_day": "1\0", "happened_on_month": "1", "happened_on_year": "2026"},
        "Enter a real date",
    ),
    "a NUL on a mark": (
        {"mark-0-place": "ear", "mark-0-described": "red\0"},
        "There is a character here",
    ),
}


@pytest.mark.parametrize("wrong", BAD)
def test_what_is_wrong_is_said_and_nothing_is_lost(staff, child, wrong):
    given, words = BAD[wrong]
    answers = staff.answers(child, account=KEPT, **{"may_mean": "Kept too", **given})
    said = refused(staff, answers)
    assert [problem for problem in said if words in problem], said


@pytest.mark.parametrize("account", ["", "   \n  "])
def test_without_a_word_it_is_not_sent(staff, child, account):
    answer = staff.send(staff.answers(child, account=account, place="By the gate"))
    assert answer.status_code == 422
    assert "A few words are enough" in problems(answer)[0]
    assert 'value="By the gate"' in answer.content.decode()


def test_everything_wrong_is_said_at_once(staff):
    answers = {"account": KEPT, "place": "x\0", "mark-0-described": "y\0"}
    said = refused(staff, answers)
    assert len(said) >= 4, said


def test_each_problem_leads_to_its_box(staff):
    page = staff.send({"place": "x\0", "mark-0-size": "y\0"}).content.decode()
    box = page[page.index("There is a problem") :]
    targets = re.findall('href="#([^"]+)"', box[: box.index("</ul>")])
    assert targets
    for target in targets:
        assert f'id="{target}"' in page, target


def test_what_cannot_be_kept_is_marked_and_does_not_stand_in_the_way_twice(staff, child):
    answers = staff.answers(child, account="She said\x00 no")
    page = staff.send(answers).content.decode()
    assert "She said\ufffd no" in page
    assert staff.send(answers | {"account": "She said\ufffd no"}).status_code == 302
    assert Concern.objects.get().account == "She said\ufffd no"


def test_line_breaks_of_every_kind_are_kept_as_line_breaks(staff, child):
    staff.send(staff.answers(child, account="one\r\ntwo\rthree\x0bfour\nfive"))
    assert Concern.objects.get().account == "one\ntwo\nthree\nfour\nfive"


def test_every_language_is_kept_as_it_was_written(staff, child):
    words = "Mi ddwedodd o ‘na’. Здраво. مرحبا 😭 é"
    staff.send(staff.answers(child, account=words))
    assert Concern.objects.get().account == words


def test_fifty_thousand_characters_are_kept(staff, child):
    words = "\u00e9" * 50_000
    assert staff.send(staff.answers(child, account=words)).status_code == 302
    assert Concern.objects.get().account == words


def test_bytes_that_are_no_text_lose_nothing_else(staff, child):
    carried = staff.carried()
    body = (
        f"draft={carried['draft']}&keep={carried['keep']}&child={child.uid}&going_home=no"
        "&account=caf%E9+then+%ED%A0%80"
    )
    answer = staff.client.post(
        "/submit/write/", body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 302
    assert Concern.objects.get().account.startswith("caf\ufffd then ")


def test_halves_of_characters_are_marked(staff, child):
    parts = {**staff.carried(), "child": child.uid, "going_home": "no", "account": "sad +2D0-"}
    body = "".join(
        f'--line\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
    )
    answer = staff.client.post(
        "/submit/write/",
        body + "--line--",
        content_type="multipart/form-data; boundary=line; charset=utf-7",
    )
    assert answer.status_code in {302, 422}


def test_what_is_no_form_is_asked_again(staff):
    answer = staff.client.post("/submit/write/", '{"account": 1}', content_type="application/json")
    assert answer.status_code == 422


def test_a_hundred_rows_of_marks_are_no_fault(staff, child):
    rows = {f"mark-{n}-place": "ear" for n in range(100)}
    staff.send(staff.answers(child, **rows))
    assert Concern.objects.get().marks.count() == 30


def test_a_day_before_this_century_may_be_long_ago(staff, child):
    day = {"happened_on_day": "1", "happened_on_month": "feb", "happened_on_year": "1998"}
    assert staff.send(staff.answers(child, **day)).status_code == 302


def test_what_is_wrong_is_said_in_the_order_of_the_questions(staff):
    wrong = {"going_home": "", "happened_at": "x\0", "place": "y\0", "may_mean": "z" * 50_001}
    answer = staff.send(staff.answers(account="", **wrong))
    assert [said.split()[0:2] for said in problems(answer)] == [
        ["Find", "the"],
        ["Write", "what"],
        ["Say", "whether"],
        ["Enter", "a"],
        ["There", "is"],
        ["There", "is"],
        ["This", "is"],
    ]

"""Tests for which pupil a row is about: by UPN, number, or name and birth; never by a guess."""

from dataclasses import replace
from datetime import date

from concerns.paper.pupil_rows import PupilLine
from concerns.paper.roll_matching import KnownPupil, compare_with_roll

IVY = KnownPupil(1, "O'Brien", "Ivy", "", date(2017, 2, 1), "A12345678901B", "100", "Year 4", "4B")
NOAH = KnownPupil(2, "Khan", "Noah", "", date(2016, 5, 3), "C12345678901D", "200", "Year 5", "5A")
ROLL = (IVY, NOAH)


def row(known: KnownPupil, line: int = 2, **more) -> PupilLine:
    same = (
        "surname", "forename", "known_as", "born", "upn", "admission_number", "year",
        "class_name",
    )  # fmt: skip
    return PupilLine(line, **({name: getattr(known, name) for name in same} | more))


def both(*rows: PupilLine, roll=ROLL):
    return compare_with_roll([*rows, row(NOAH, 99)], roll)


def only_bad(plan) -> bool:
    """Whether there is one bad row, nothing is done, and nobody is missing because of it."""
    return len(plan.bad) == 1 and not (plan.added or plan.changed or plan.missing)


def test_the_same_row_changes_nothing():
    plan = both(row(IVY))
    assert plan.has_no_changes
    assert plan.same == 2


def test_the_upn_says_who_it_is_whatever_else_changed():
    plan = both(row(IVY, surname="Smith", admission_number="101"))
    assert plan.changed[0].fields == {
        "surname": ("O'Brien", "Smith"),
        "admission_number": ("100", "101"),
    }


def test_the_admission_number_says_who_it_is_where_there_is_no_upn():
    assert both(row(IVY, upn="", surname="Smith")).changed[0].known is IVY


def test_name_and_date_of_birth_say_who_it_is_where_there_is_neither():
    plan = both(row(IVY, upn="", admission_number="", surname="OBRIEN"))
    assert plan.changed[0].known is IVY


def test_a_name_without_the_date_of_birth_is_another_pupil():
    plan = both(row(IVY, upn="", admission_number="", born=date(2018, 1, 1)))
    assert len(plan.added) == 1
    assert plan.missing == [IVY]


def test_a_upn_and_a_number_of_two_pupils_are_a_bad_row():
    assert only_bad(both(row(IVY, admission_number=NOAH.admission_number)))


def test_a_number_with_another_upn_is_a_bad_row():
    assert only_bad(both(row(IVY, upn="E99999999999F", forename="Ada")))


def test_a_pupil_is_given_another_upn_where_all_else_agrees():
    plan = both(row(IVY, upn="E99999999999F"))
    assert plan.changed[0].fields == {"upn": (IVY.upn, "E99999999999F")}


def test_a_corrected_upn_is_a_change_of_the_pupil_of_that_name_and_birth():
    plan = both(row(IVY, upn="E99999999999F", admission_number=""))
    assert plan.changed[0].fields == {"upn": (IVY.upn, "E99999999999F")}


def test_a_name_and_birth_with_another_upn_is_a_bad_row_where_the_first_is_in_the_file_too():
    plan = both(row(IVY), row(IVY, line=3, upn="E99999999999F", admission_number=""))
    assert [bad.line for bad in plan.bad] == [3]
    assert "which is in the file too" in plan.bad[0].why
    assert plan.missing == []


def test_a_upn_of_somebody_wholly_different_is_a_bad_row():
    assert only_bad(both(row(IVY, surname="Ray", forename="Max", born=date(2019, 1, 1))))


def test_two_pupils_of_one_name_and_birth_without_numbers_are_a_bad_row():
    twin = replace(IVY, pk=3, upn="", admission_number="")
    plan = both(row(IVY, upn="", admission_number=""), roll=(IVY, NOAH, twin))
    assert only_bad(plan)


def test_a_second_row_of_one_pupil_in_another_class_counts_once_with_the_first():
    plan = both(row(IVY, class_name="4C"), row(IVY, line=3, class_name="4D"))
    assert plan.changed[0].fields == {"class_name": ("4B", "4C")}
    assert (plan.bad, plan.repeated) == ([], 1)


def test_a_second_row_for_one_new_pupil_is_bad():
    new = row(IVY, upn="", admission_number="", surname="New")
    plan = both(row(IVY), replace(new, line=3), replace(new, line=4))
    assert [pupil.line for pupil in plan.added] == [3]
    assert [bad.line for bad in plan.bad] == [4]


def test_two_new_pupils_of_one_name_and_birth_with_two_upns_are_both_added():
    one = row(IVY, upn="E11111111111F", admission_number="301", surname="New")
    two = row(IVY, upn="E22222222222F", admission_number="302", surname="New", line=3)
    assert len(both(row(IVY, 4), one, two).added) == 2


def test_one_upn_of_two_new_pupils_is_left_out_of_both_and_said():
    one = row(IVY, upn="E11111111111F", admission_number="301", surname="New")
    two = row(NOAH, upn="E11111111111F", admission_number="302", surname="Other", line=3)
    plan = both(row(IVY, 4), one, two)
    assert [(pupil.surname, pupil.upn) for pupil in plan.added] == [("New", ""), ("Other", "")]
    assert [pupil.line for pupil in plan.noted] == [2, 3]
    assert "E11111111111F is also that of another pupil, in line 3." in plan.noted[0].notes[0]
    assert plan.bad == []


def test_whom_the_school_knows_under_a_upn_keeps_it():
    other = row(NOAH, upn=IVY.upn, admission_number="302", surname="Other", line=3)
    plan = both(row(IVY), other)
    assert [(pupil.surname, pupil.upn) for pupil in plan.added] == [("Other", "")]
    assert [pupil.line for pupil in plan.noted] == [3]
    assert plan.same == 2


def test_two_names_of_one_upn_and_birthday_are_never_called_the_same_pupil():
    twin = row(IVY, line=3, forename="Ada", admission_number="")
    plan = both(row(IVY), twin)
    assert [bad.line for bad in plan.bad] == [3]
    assert "with another name or date of birth" in plan.bad[0].why


def test_a_row_with_something_wrong_keeps_whoever_it_is_about_from_being_missing():
    for found_by in ({}, {"upn": ""}, {"upn": "", "admission_number": ""}):
        assert only_bad(both(row(IVY, wrong="Something.", **found_by)))


def test_a_torn_row_is_known_by_a_upn_anywhere_in_it():
    torn = PupilLine(2, surname="x", wrong="Torn.", upns=(IVY.upn,))
    assert only_bad(both(torn))


def test_who_has_left_is_not_missing():
    assert compare_with_roll([row(NOAH)], (replace(IVY, here=False), NOAH)).missing == []


def test_who_has_left_comes_back_by_upn():
    plan = both(row(IVY, year="Year 5"), roll=(replace(IVY, here=False), NOAH))
    assert plan.back[0].fields == {"year": ("Year 4", "Year 5")}


def test_a_leavers_number_given_to_a_new_pupil_makes_a_new_pupil():
    new = row(IVY, upn="", surname="New", forename="Ada", born=date(2019, 1, 1))
    plan = both(new, roll=(replace(IVY, here=False), NOAH))
    assert len(plan.added) == 1


def pupils(count: int, first: int = 0, **more) -> list[KnownPupil]:
    """That many pupils of one class, numbered from `first`."""
    made = {
        n: {"upn": f"A{n:011d}B", "admission_number": str(n)} for n in range(first, first + count)
    }
    return [replace(IVY, pk=n, **same, **more) for n, same in made.items()]


def doubts(roll: list[KnownPupil], in_file: list[KnownPupil], **more) -> list[str]:
    return compare_with_roll([row(k, k.pk) for k in in_file], roll, **more).doubts


def test_more_than_a_fifth_missing_is_a_doubt():
    roll = pupils(10)
    assert doubts(roll, roll[2:]) == []
    assert doubts(roll, roll[3:]) == ["30% of the roll (3 of 10) is missing from this file."]


def test_more_than_three_tenths_new_is_a_doubt():
    roll, new = pupils(10), pupils(4, 100, surname="New")
    assert doubts(roll, [*roll, *new[1:]]) == []
    (said,) = doubts(roll, [*roll, *new])
    assert said.startswith("4 pupils of this file are new, and 10 are on roll.")


def test_the_first_file_of_a_school_is_no_doubt():
    assert doubts([], pupils(10)) == []


def test_a_whole_year_that_is_gone_is_a_doubt_and_its_classes_are_not_said_too():
    roll = pupils(40)
    year = pupils(5, 100, year="Year 6", class_name="6A")
    assert doubts([*roll, *year], roll) == ["Nobody of Year 6 is in this file."]
    assert doubts([*roll, *year], [*roll, year[0]]) == []


def test_a_whole_class_that_is_gone_is_a_doubt():
    roll = pupils(40)
    gone = pupils(5, 100, class_name="4C")
    assert doubts([*roll, *gone], roll) == ["Nobody of class 4C is in this file."]


def test_a_class_of_four_may_go_without_a_doubt():
    roll = pupils(40)
    assert doubts([*roll, *pupils(4, 100, class_name="4C")], roll) == []


def test_a_file_that_was_cut_short_is_a_doubt():
    roll = pupils(3)
    (said,) = doubts(roll, roll, cut_short=True)
    assert "ends in the middle of a row" in said


def test_classes_that_a_spreadsheet_made_into_days_are_a_doubt():
    for day in ("04-Mar", "Mar-04", "2026-03-04 00:00:00", "4 March"):
        new = row(IVY, surname="New", upn="", admission_number="", class_name=day)
        (said,) = compare_with_roll([new], []).doubts
        assert said.startswith("The classes look like dates")
        assert len(compare_with_roll([row(IVY, class_name=day), row(NOAH)], ROLL).doubts) == 1
    for name in ("4B", "Mars", "March Hares", "4-3", ""):
        new = row(IVY, surname="New", upn="", admission_number="", class_name=name)
        assert compare_with_roll([new], []).doubts == []


def test_a_year_or_class_that_no_new_pupil_would_have_is_said():
    new = row(IVY, upn="", admission_number="", surname="New")
    assert compare_with_roll([new], []).groups_lacking == []
    assert compare_with_roll([replace(new, year="")], []).groups_lacking == ["year"]
    assert compare_with_roll([replace(new, class_name="")], []).groups_lacking == ["class"]
    assert compare_with_roll([row(IVY, year="")], ROLL).groups_lacking == []


def test_a_new_surname_of_one_who_is_missing_is_a_doubt_and_shown_as_a_pair():
    new = row(IVY, surname="Ferreira", upn="", admission_number="")
    plan = both(new)
    assert [(pupil.surname, known) for pupil, known in plan.perhaps_same] == [("Ferreira", IVY)]
    assert any("under another surname" in said for said in plan.doubts)
    assert both(new, row(IVY, line=3)).perhaps_same == []
    assert both(replace(new, born=date(2018, 1, 1))).perhaps_same == []
    twin = replace(IVY, pk=3, surname="Other", upn="", admission_number="")
    assert both(new, roll=(IVY, NOAH, twin)).perhaps_same == []


def test_a_file_that_names_another_school_is_a_doubt():
    assert doubts(pupils(2), pupils(2), other_school="It is of Hill.") == ["It is of Hill."]


def test_another_plan_has_another_digest():
    assert both(row(IVY)).plan_digest == both(row(IVY)).plan_digest
    assert both(row(IVY)).plan_digest != both(row(IVY, class_name="4C")).plan_digest

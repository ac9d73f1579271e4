"""Tests that bank holidays come from the drawn table, and that the table is the package's."""

import subprocess
import sys
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from concerns.rules import bank_holidays
from concerns.rules.bank_holidays import FIRST_YEAR, LAST_YEAR, NATIONS, bank_holidays_of_year

LOADED = "import sys; from concerns.rules import bank_holidays as b; "


def days(nation, year):
    return {date.fromordinal(day) for day in bank_holidays_of_year(nation, year)}


@pytest.mark.parametrize("nation", [*NATIONS, "", "Nowhere"])
def test_the_table_holds_what_the_package_says_in_every_year(nation):
    for year in (*range(FIRST_YEAR, LAST_YEAR + 1), LAST_YEAR + 1):
        assert bank_holidays_of_year(nation, year) == bank_holidays._read_from_package(nation, year)


def test_a_holiday_of_one_nation_is_none_of_the_others():
    andrew = date(2026, 11, 30)
    assert [nation for nation in NATIONS if andrew in days(nation, 2026)] == ["Scotland"]


def test_nobody_knows_the_nation_and_has_the_holidays_of_all():
    assert days("Nowhere", 2026) < days("England", 2026)
    assert date(2026, 12, 25) in days("Nowhere", 2026)


def package_is_loaded(year: int) -> bool:
    asked = f"b.bank_holidays_of_year('Wales', {year}); print('holidays' in sys.modules)"
    command = [sys.executable, "-c", LOADED + asked]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip() == "True"


def test_the_package_is_loaded_for_a_year_that_is_not_in_the_table_alone():
    assert not package_is_loaded(2026)
    assert package_is_loaded(LAST_YEAR + 1)


def test_a_table_that_is_not_the_packages_is_found_and_drawn_again(tmp_path, monkeypatch):
    stale = tmp_path / "BANK_HOLIDAYS.txt"
    fresh = bank_holidays.FILE.read_text(encoding="ascii")
    stale.write_text(fresh.replace("1130S", ""), encoding="ascii")
    monkeypatch.setattr(bank_holidays, "FILE", stale)
    with pytest.raises(CommandError, match=r"BANK_HOLIDAYS.txt is out of date. Run: make map"):
        call_command("map", check=True)
    call_command("map", verbosity=0)
    assert stale.read_text(encoding="ascii") == fresh


def test_the_drawn_table_is_read_from_its_file():
    # Read anew: what another test has left in this process is not asked.
    years = bank_holidays._drawn_years.__wrapped__()
    assert sorted(years) == list(range(FIRST_YEAR, LAST_YEAR + 1))
    assert "1225" in years[FIRST_YEAR]

"""The bank holidays of the four nations, from a table drawn from the `holidays` package.

The package can only be loaded whole, with the holidays of 250 countries: 16 MiB in every worker,
and an eighth of the time until it first answers. So `make map` draws its days for the years of a
school's record into `BANK_HOLIDAYS.txt`, `make check` says when the two differ, and the package
itself is loaded only for a year that is not in the table.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("BANK_HOLIDAYS.txt")
FIRST_YEAR = 2000
LAST_YEAR = 2050
# The letter of each nation in the table, and its name in the package.
_LETTERS = {"England": "E", "Wales": "W", "Scotland": "S", "Northern Ireland": "N"}
_SUBDIVISIONS = {"England": "ENG", "Wales": "WLS", "Scotland": "SCT", "Northern Ireland": "NIR"}
NATIONS = tuple(_SUBDIVISIONS)
_HEAD = (
    "Drawn by `make map` from the holidays package. Each day as month and day, and behind it the\n"
    "letters of its nations if it is not one of all: England, Wales, Scotland, Northern Ireland.\n"
)


def bank_holidays_of_year(nation: str, year: int) -> frozenset[int]:
    """The ordinals (`date.toordinal`) of the bank holidays of `nation` in `year`.

    An unknown nation has those of the whole United Kingdom.
    """
    row = _drawn_years().get(year)
    if row is None:
        return _read_from_package(nation, year)
    letter = _LETTERS.get(nation)
    return frozenset(
        date(year, int(day[:2]), int(day[2:4])).toordinal()
        for day in row
        if not day[4:] or (letter and letter in day[4:])
    )


def draw_bank_holidays() -> str:
    """The text of `FILE`, as the package that is installed has it."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    return _HEAD + "".join(f"{' '.join(_draw_year(year))}\n" for year in years)


def _draw_year(year: int) -> Iterable[str]:
    yield str(year)
    everywhere = _read_from_package("", year)
    of_nation = {nation: _read_from_package(nation, year) for nation in NATIONS}
    for day in sorted(everywhere.union(*of_nation.values())):
        where = "".join(_LETTERS[nation] for nation in NATIONS if day in of_nation[nation])
        yield f"{date.fromordinal(day):%m%d}{'' if day in everywhere else where}"


@cache
def _drawn_years() -> dict[int, list[str]]:
    rows = [line.split() for line in FILE.read_text(encoding="ascii").splitlines()]
    return {int(year): days for year, *days in rows if year.isdigit()}


def _read_from_package(nation: str, year: int) -> frozenset[int]:
    from holidays.countries import UnitedKingdom

    found = UnitedKingdom(subdiv=_SUBDIVISIONS.get(nation), years=year, expand=False)
    return frozenset(day.toordinal() for day in found)

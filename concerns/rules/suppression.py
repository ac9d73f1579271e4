"""How a number is shown to somebody who may find nobody in it: small ones not at all.

A governor sees how many concerns there were, and never one of them. A number under five is "fewer
than 5", nought included, and every other is rounded to the nearest five. Source: the Government
Statistical Service's guidance on disclosure control for tables produced from administrative
sources, which names small counts, subtraction between tables, and rounding.

So that no small number comes out by subtraction, three things hold of every set of figures
(`rules/governor_figures.py`):

- No total stands beside all of its parts. Where figures are within one another, each is within one
  other (`FIGURE_WITHIN`), and what is left of it is not shown. The difference of two rounded
  figures then has three values or more that it may be.
- No figure is shown of a period that is part of another period shown, or overlaps it.
- A figure is of what was in the record at one moment, and is the same whenever it is looked at.

`tests/rules/test_suppression.py` tries to find hidden numbers by arithmetic, from all that is shown
together.
"""

# Fewer than this are not shown.
FEWEST_SHOWN = 5
# Every number shown is a multiple of this.
ROUNDED_TO = 5
FEWER = f"Fewer than {FEWEST_SHOWN}"


def suppress_count(count: int) -> int | None:
    """`count` as it may be shown: None under `FEWEST_SHOWN`, else the nearest multiple of
    `ROUNDED_TO`. No count stands halfway between two."""
    if count < FEWEST_SHOWN:
        return None
    return (count + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def suppressed_in_words(shown: int | None) -> str:
    """The result of `suppress_count` as a page says it."""
    return FEWER if shown is None else f"About {shown}"

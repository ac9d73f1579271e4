"""The NHS number, which ministers have named as the consistent identifier of a child.

Ten figures, of which the last checks the others: each of the first nine is multiplied by 10, 9, ...
2, and what the sum lacks to a multiple of 11 is the last (NHS Data Dictionary, NHS NUMBER).
"""

import re

_TEN_FIGURES = re.compile(r"\d{10}", re.ASCII)


def is_nhs_number(written: str) -> bool:
    """Whether `written`, without spaces, is ten figures of which the last is right."""
    if not _TEN_FIGURES.fullmatch(written):
        return False
    total = sum(int(figure) * (10 - place) for place, figure in enumerate(written[:9]))
    return (11 - total % 11) % 11 == int(written[9])


def group_nhs_number(number: str) -> str:
    """Its ten figures as they are read aloud: "943 476 5919"."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"

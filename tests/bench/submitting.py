"""How the bench's staff write a concern: the form as it is served, filled in, saved and sent."""

import uuid

from concerns.models import Child
from tests.bench.page import Asking
from tests.bench.visitor import Answer, Through, Visitor

ACCOUNT = (
    "At the end of lunch he stayed behind and asked whether he could help me tidy. He said nothing "
    "for a while. Then he said that he does not like Fridays, and that his tummy hurts on Fridays. "
    "I said I was glad he told me. He had not eaten. He went back to class when the bell rang."
)


def _some_child() -> uuid.UUID:
    rows = Child.objects.filter(school=1, left__isnull=True).order_by("-id")
    return rows.values_list("uid", flat=True)[3]


def fill_concern_form(page: Answer, child: object) -> dict[str, str]:
    """A form as it was served, filled in, with a draft of its own."""
    told = {"child": str(child), "account": ACCOUNT, "going_home": "not_sure"}
    more = {"how_known": "someone_told", "categories": "neglect", "place": "The hall"}
    return page.hidden | told | more


def autosave(staff: Visitor) -> Asking:
    form = fill_concern_form(staff.ask("/submit/write/"), _some_child())
    return lambda t: staff.ask("/submit/keep/", form, through=t, Accept="application/json")


def submit(staff: Visitor) -> Asking:
    """As a browser with script does it: the draft has been saved, then the form is sent."""
    form = fill_concern_form(staff.ask("/submit/write/"), _some_child())

    def ask(through: Through) -> Answer:
        form["draft"] = str(uuid.uuid4())
        staff.ask("/submit/keep/", form, Accept="application/json")
        return staff.ask("/submit/write/", form, through=through)

    return ask


def submit_concern(staff: Visitor, child: uuid.UUID) -> str:
    """Submits a concern about this child and returns its uid, from the address of the receipt."""
    form = fill_concern_form(staff.ask("/submit/write/"), child) | {"draft": str(uuid.uuid4())}
    sent = staff.ask("/submit/write/", form)
    if sent.status != 302:
        raise RuntimeError(f"submitting answered {sent.status}")
    return sent.header("location").strip("/").rpartition("/")[2]

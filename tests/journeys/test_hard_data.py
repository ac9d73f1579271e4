"""Tests of what is hard to show: long names and lines, six flags, four children, a child who left.

On a laptop, on the same at 200 % and on a phone no page is wider than its screen, no date in a
table takes two lines, and axe finds nothing.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from concerns.models import Child
from concerns.rules.roles import Role
from tests import factories, homes

SCREENS = {
    "laptop": {"width": 1280, "height": 900},
    "laptop at 200 %": {"width": 640, "height": 450},
    "phone": {"width": 360, "height": 740},
}
FLAGS = ("plan", "child_in_need", "looked_after", "ehcp", "private_fostering", "channel")
RIGHT_TO_LEFT = "قال الطفل إن بطنه يؤلمه ولم يأكل شيئا منذ أمس ولا قبل أمس كما قال لنا اليوم."
DATES_ON_TWO_LINES = r"""() => {
  const written = /\d{1,2} (January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}/g;
  const found = [];
  for (const cell of document.querySelectorAll("td, th")) {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      for (const date of texts.currentNode.data.matchAll(written)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, date.index);
        range.setEnd(texts.currentNode, date.index + date[0].length);
        const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
        if (lines.size > 1) found.push(date[0]);
      }
    }
  }
  return found;
}"""  # noqa: E501 - script is read across


@pytest.fixture
def lead(server):
    now = datetime.now(UTC) - timedelta(hours=1)
    return factories.viewer(factories.school(), Role.DSL, Role.HEAD, now=now)


@pytest.fixture
def addresses(lead) -> list[str]:
    """Pages of children and concerns that are hard to show."""
    where, now = lead.school, lead.now
    long = factories.child(
        where, "Bartholomewkonstantinosalexandros", "Featherstonehaugh-Cholmondeley",
        year="", class_name="",
    )  # fmt: skip
    for kind in FLAGS:
        homes.add_status(lead, long, kind, **({"category": "neglect"} if kind == "plan" else {}))
    homes.write_whole_file(lead, long)
    left = factories.child(where, "Noah", "Gone", year="Year 6", class_name="6A")
    Child.objects.filter(pk=left.pk).update(left=date(2026, 7, 21))
    four = [factories.child(where, "Annabella", "Abernathy-Smythe") for _ in range(4)]
    sent = [
        factories.send_concern(lead, *four, now=now, account="x" * 4000, going_home="yes"),
        factories.send_concern(lead, long, now=now, account="W" * 400, danger=True),
        factories.send_concern(lead, left, now=now, account=RIGHT_TO_LEFT),
    ]
    concerns = [receipt.concern.uid for receipt in sent]
    return [
        "/triage/", "/chase/?whose=all", "/child/tracker/?order=status", "/chase/calendar/",
        "/audit/", "/audit/print/", "/audit/rows/?year=all",
        *(f"/triage/{uid}/{page}" for uid in concerns for page in ("", "decide/", "print/")),
        *(f"/child/{one.uid}/" for one in (long, left)),
        *(f"/child/{long.uid}/{page}" for page in ("file/", "chronology/", "knew/", "print/")),
    ]  # fmt: skip


def test_what_is_hard_to_show_is_as_wide_as_the_screen(lead, addresses, page, axe):
    page.goto("/sign-in/")
    page.get_by_label("e-mail").fill(lead.person.email)
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    wrong = []
    for screen, size in SCREENS.items():
        page.set_viewport_size(size)
        for address in addresses:
            page.goto(address)
            wide = page.evaluate("document.documentElement.scrollWidth")
            dates = page.evaluate(DATES_ON_TWO_LINES)
            if wide > size["width"] or dates:
                wrong.append((screen, address, wide, dates))
            if screen == "phone":
                axe(page)
    assert wrong == []

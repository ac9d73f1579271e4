"""Tests for the pack that leaves with a referral: of one child and of no other."""

import json
import re

import pytest
from django.utils import timezone

from concerns.models import Draft, LedgerLine, RollDetail
from concerns.paper import package_pdf
from concerns.refer import acts as refer
from concerns.rules.kinds import Kind
from concerns.rules.words import NO_CONSENT, Route
from tests import factories, homes
from tests.counting import list_statements
from tests.deciding import decide_concern
from tests.desk import Desk, day_fields, page_text, summary_errors
from tests.pdf_tags import tags_of

pytestmark = pytest.mark.django_db
COVER = "[another child]"


@pytest.fixture
def desk(client):
    return Desk(client, factories.school())


@pytest.fixture
def child(desk):
    made = factories.child(desk.where, "Aoife", "Byrne")
    homes.write_whole_file(desk.viewer, made)
    return made


def pack(desk, *children, **more):
    """The address of the pack for a referral of a new concern about `children`."""
    concern = desk.concern(children=children, **more)
    told = {"parents_told": "no", "parents_why_not": "A carer may be the cause."}
    decide_concern(desk.viewer, concern, Route.SOCIAL_CARE, now=desk.now, **told)
    return f"/refer/{concern.referrals.get().uid}/pack/"


def printed(desk, path, **form):
    return page_text(desk.client.post(path, form))


def test_all_that_an_agency_asks_for_is_in_the_pack(desk, child):
    before = desk.concern(children=(child,))
    decide_concern(desk.viewer, before, Route.POLICE, now=desk.now)
    sent = {"agency": "Beat team", "spoken_to": "PC Hay", "method": "telephone"}
    gone = {"happened_at": desk.now, "now": desk.now}
    refer.send(by=desk.viewer, referral=before.referrals.get(), **sent, **gone)
    path = pack(desk, child, account="No coat.", child_words="I am cold.")
    assert path in page_text(desk.open(path.replace("pack/", "")))
    shown = printed(desk, path)
    for said in (
        "Aoife Byrne",
        "4 Mill Lane, Easton",
        "07700 900123",
        "I am cold.",
        "No coat.",
        "The third time this term.",
        "A carer may be the cause.",
        "Ann Hart",
    ):
        assert said in shown, said
    # Each in its own part, and not only in the chronology that follows.
    parts = ("In the child's own words", "What was tried", "Referrals, answers", "Chronology")
    _, voice, tried, outside, _ = re.split("|".join(f">{part}" for part in parts), shown)
    assert "I am cold." in voice
    assert "Decided: Police" in tried
    assert "To Beat team" in outside


def test_no_other_child_is_named_in_it_but_brothers_and_sisters(desk, child):
    other = factories.child(desk.where, "Bilal", "Khan")
    brother = factories.child(desk.where, "Bran", "Byrne")
    homes.add_sibling(desk.viewer, child, brother)
    said = {"account": "Bilal Khan saw it.", "child_words": "Bilal hit me."}
    path = pack(desk, child, other, **said)
    assert "<mark>Bilal Khan</mark>" in page_text(desk.open(path))
    shown = printed(desk, path).split("<main", 1)[1]
    assert f"{COVER} hit me." in shown
    assert f"{COVER} saw it." in shown
    assert "Bilal" not in shown
    # A brother is named where the forms ask for him, and only there; or not at all.
    asked, told = shown.split("Why it is referred")
    assert "Bran Byrne" in asked
    assert "Bran" not in told
    without = printed(desk, path, leave_out=[brother.uid]).split("<main", 1)[1]
    assert "Bran" not in without
    assert "1 of them is left out of this pack" in without
    own = printed(desk, f"{path}?child={other.uid}").split("<main", 1)[1]
    assert "Aoife" not in own


def test_words_to_cover_typed_on_another_page_are_shown_before_the_pack_is_made(desk, child):
    path = pack(desk, child, account="No coat, said Nicky.")
    older = desk.carried(path)
    desk.client.post("/submit/words/", older | {"also": "Nicky"})
    answer = desk.client.post(path, older | {"also": ""})
    assert answer.status_code == 409
    assert "Nicky" in re.findall('class="words">([^<]*)<', page_text(answer))
    assert Draft.objects.count() == 1
    made = desk.client.post(path, desk.carried(path) | {"also": "Nicky"})
    assert made.status_code == 200
    assert "Nicky" not in page_text(made)
    assert not Draft.objects.exists()


def test_it_is_recorded_as_taken_out_and_looking_it_over_is_not(desk, child):
    path = pack(desk, child)
    desk.open(path)
    assert not LedgerLine.objects.filter(kind=Kind.EXPORTED).exists()
    printed(desk, path)
    body = json.loads(LedgerLine.objects.get(kind=Kind.EXPORTED).body)
    assert (body["about"], body["reason"]) == (str(child.uid), "printed a pack for an agency")


def test_of_whom_it_is_not_for_and_of_nobody_on_the_roll_there_is_no_pack(desk, child):
    stranger = factories.child(desk.where)
    assert desk.open(f"{pack(desk, child)}?child={stranger.uid}").status_code == 404
    concern = factories.send_concern(
        desk.viewer, described="a boy in a red coat", now=desk.now
    ).concern
    decide_concern(desk.viewer, concern, Route.SOCIAL_CARE, now=desk.now)
    assert desk.open(f"/refer/{concern.referrals.get().uid}/pack/").status_code == 404


def test_it_costs_the_same_however_much_was_written(desk, child):
    path = pack(desk, child)
    printed(desk, path)
    few = len(list_statements(lambda: printed(desk, path)))
    for _ in range(3):
        pack(desk, child, child_words="I am cold.")
    assert len(list_statements(lambda: printed(desk, path))) == few


def row_of(shown: str, label: str) -> str:
    """The row of the pack under `label`, without its tags."""
    row = re.search(rf"<tr[^>]*>\s*<th[^>]*>{re.escape(label)}</th>(.*?)</tr>", shown, re.DOTALL)
    assert row, label
    return " ".join(re.sub("<[^>]*>", " ", row[1]).split())


def test_what_agencies_forms_ask_is_answered_and_who_says_so(desk, child):
    homes.add_detail(desk.viewer, child, "disability", "Hearing aid in the left ear")
    said = {"sex": "F", "religion": "Sikh", "gp": "Dr Green", "sen": "K"}
    for kind, words in said.items():
        RollDetail.objects.record_fact(desk.viewer, desk.now, child=child, kind=kind, words=words)
    shown = printed(desk, pack(desk, child))
    wanted = {
        "Legal name": "Aoife Byrne",
        "Date of birth": "17 May 2017",
        "Sex": "F (in the school's own system)",
        "Religion": "Catholic Sikh (in the school's own system)",
        "Disability": "Hearing aid in the left ear",
        "Ethnicity": "Not known",
        "First language, and languages at home": "Polish, Mother",
        "Interpreter needed": "Polish: An interpreter is needed",
        "NHS number": "Not known",
        "GP": "Dr Green (in the school's own system)",
        "Also in the school's own system": "Special educational needs: K",
        "Address": "4 Mill Lane, Easton, since 7 September 2026",
        "Dana Cole": "Mother Parental responsibility: yes Lives at 4 Mill Lane, Easton Telephone "
        "07700 900123 Works nights New partner Date of birth: not known",
        "Robin": "Born: 2023 Easton Nursery",
        "Statuses": "Child in need (section 17), since 7 September 2026",
        "Other professionals": "None is recorded",
        "Consent to the referral": "Parents or carers are not told, because: A carer may be the "
        "cause.",
    }
    assert {label: row_of(shown, label) for label in wanted} == wanted


def test_each_thing_that_is_not_known_is_recorded_from_the_pack_and_leads_back_to_it(desk):
    child = factories.child(desk.where)
    homes.add_adult(desk.viewer, child, responsibility="not_known")
    homes.add_sibling(desk.viewer, child, name="Robin")
    path = f"{pack(desk, child)}?child={child.uid}"
    links = re.findall('href="([^"]*[?&]pack=[^"]*)"', page_text(desk.open(path)))
    forms = [re.search("what=([^&]*)", link)[1] for link in links if link.startswith("/child/")]
    assert forms == [
        "upn", "nhs_number", "sex", "ethnicity", "religion", "disability", "language", "language",
        "professional", "address", "fact", "tie", "sibling_elsewhere", "sibling_elsewhere",
        "status", "professional", "professional",
    ]  # fmt: skip
    answers = {
        "nhs_number": {"words": "943 476 5919"},
        "religion": {"words": "Jain"},
        "fact": {"kind": "born", "words": "About 40"},
        "sibling_elsewhere": {"name": "Robin", "where": "Easton Nursery", "born": "2023"},
    }
    for what, form in answers.items():
        there = next(link for link in links if f"what={what}&" in link)
        assert desk.press(there, form).url == path
    shown = printed(desk, path)
    assert row_of(shown, "NHS number") == "943 476 5919"
    assert row_of(shown, "Religion") == "Jain"
    assert "Born: About 40" in row_of(shown, "Dana Cole")
    assert row_of(shown, "Robin") == "Born: 2023 Easton Nursery"


def test_what_parents_say_to_the_referral_is_recorded_from_it(desk, child):
    concern = desk.concern(children=(child,))
    decide_concern(desk.viewer, concern, Route.SOCIAL_CARE, Route.PARENTS, now=desk.now)
    path = f"/refer/{concern.referrals.get().uid}/pack/?child={child.uid}"
    shown = page_text(desk.open(path))
    assert "Not known" in row_of(shown, "Consent to the referral")
    there = re.search('href="(/refer/[^"]*/speak/[^"]*)"', shown)[1]
    talk = {"spoken_to": "other", "who": "Her mother", "said": "She will ring.", **moment(desk)}
    refused = desk.press(there, talk | {"consent": "given"})
    assert NO_CONSENT in summary_errors(refused)
    assert desk.press(there, talk | {"spoken_to": "parent", "consent": "refused"}).url == path
    said = row_of(printed(desk, path), "Consent to the referral")
    assert said.startswith("No, they do not agree. Parent or carer, Her mother, ")
    assert said.endswith("She will ring.")


def moment(desk) -> dict[str, str]:
    at = timezone.localtime(desk.now)
    return {**day_fields("spoke_on", at), "spoke_at": f"{at:%H:%M}"}


def test_the_pdf_is_tagged_and_names_nobody_outside_its_pages(desk, child):
    answer = desk.client.post(pack(desk, child), {"do": "pdf"})
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "no-store"
    assert re.fullmatch(
        r'attachment; filename="pack-[0-9a-f]{8}.pdf"', answer["Content-Disposition"]
    )
    tags, text = tags_of(answer.content)
    assert {"Document", "H1", "H2", "P", "Table", "TR", "TH", "TD"} <= tags
    assert 'pdfuaid:part="1"' in text
    assert "/Lang (en-GB)" in text
    assert "(A pack for an agency)" in text
    assert "Byrne" not in text
    body = json.loads(LedgerLine.objects.get(kind=Kind.EXPORTED).body)
    assert body["reason"] == "printed a pack for an agency, as a PDF"


def test_where_no_pdf_can_be_drawn_the_print_is_shown_and_says_so(desk, child, monkeypatch):
    monkeypatch.setattr(package_pdf, "draw_pdf", lambda html: None)
    shown = printed(desk, pack(desk, child), do="pdf")
    assert "The PDF could not be made." in shown
    assert row_of(shown, "Legal name") == "Aoife Byrne"

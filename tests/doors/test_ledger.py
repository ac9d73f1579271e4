"""Tests for the ledger: what a line commits to, what it never holds, that it never changes."""

import hashlib
import json

import pytest

from concerns.doors import ledger
from concerns.models import LedgerLine, LedgerLineWords
from concerns.rules.kinds import Kind
from concerns.rules.lifecycle import State
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def write(where, **more):
    by = factories.person(where)
    return ledger.write_ledger_line(Kind.ADDED, school=where, by=by, role="staff", now=NOW, **more)


def test_the_digest_is_of_the_exact_text_kept(where):
    line = write(where)
    assert line.digest == hashlib.sha256(line.body.encode()).hexdigest()


def test_canonical_text_is_sorted_and_bare():
    assert ledger.canonical_json({"b": [1, None], "a": "é"}) == '{"a":"é","b":[1,null]}'


def test_words_are_committed_to_and_not_held(where):
    line = write(where, words={"account": "quiet all morning"})
    side = LedgerLineWords.objects.get(line=line)
    text = side.salt + ledger.canonical_json({"account": "quiet all morning"})
    assert json.loads(line.body)["words"] == hashlib.sha256(text.encode()).hexdigest()
    assert "quiet" not in line.body + side.words


def test_words_may_be_kept_beside_the_line(where):
    line = write(where, words={"search": "bruise"}, keep_words=True)
    assert "bruise" in LedgerLineWords.objects.get(line=line).words


def test_a_line_without_words_has_nothing_beside_it(where):
    write(where)
    assert not LedgerLineWords.objects.exists()


def test_a_receipt_is_sixteen_characters_of_the_line_s_own_hash(where):
    code = ledger.format_receipt(write(where))
    assert len(code.replace(" ", "")) == 16


def test_two_lines_alike_have_two_receipts(where):
    assert ledger.format_receipt(write(where)) != ledger.format_receipt(write(where))


def test_nobody_may_act_without_a_name_but_the_machine(where):
    line = ledger.write_ledger_line(Kind.REFUSED, school=where, by=None, role="", now=NOW)
    assert json.loads(line.body)["actor"] == ""


def test_no_name_and_no_narrative_is_in_any_line_of_a_whole_case(where):
    child = factories.child(where, "Zebedee", "Quillfeather")
    factories.concern_at(
        State.CLOSED, where=where, children=(child,), account="xylophone", child_words="trombone"
    )
    told = "".join(LedgerLine.objects.values_list("body", flat=True))
    assert not [word for word in ("Zebedee", "Quill", "xylophone", "trombone") if word in told]

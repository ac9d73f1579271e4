"""Tests the rules of single sign-on: whose directory it is, and what counts as a second factor."""

from datetime import UTC, datetime, timedelta

import pytest

from concerns.rules.second_factor import ASKED_AGAIN_AFTER
from concerns.rules.sign_on import (
    ANYBODYS,
    CLOCKS_DIFFER,
    FACTOR_CLAIMS,
    SignOnKind,
    factor_given_at,
    is_of_directory,
    issuer_of,
    why_no_directory,
    why_not_trusted_for_factor,
)

TENANT = "1b2c3d4e-0000-4000-8000-00000000aaaa"
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
ENTRA = SignOnKind.ENTRA
GOOGLE = SignOnKind.GOOGLE


def given(minutes_ago: float = 1, **claims) -> dict:
    return {"auth_time": int((NOW - timedelta(minutes=minutes_ago)).timestamp()), **claims}


@pytest.mark.parametrize("name", sorted(ANYBODYS))
def test_a_directory_of_anybodys_is_none(name):
    assert "anybody" in why_no_directory(ENTRA, name)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(ENTRA, "school.example"), (ENTRA, ""), (GOOGLE, "school"), (GOOGLE, f"{TENANT}/x")],
)
def test_what_names_no_one_organisation_says_what_to_write(kind, name):
    assert why_no_directory(kind, name).startswith("Name the school's")


def test_a_tenant_and_a_domain_are_directories():
    assert why_no_directory(ENTRA, TENANT) == ""
    assert why_no_directory(GOOGLE, "staff.school.example") == ""


def test_the_issuer_of_entra_names_the_tenant():
    assert issuer_of(ENTRA, TENANT, "https://e.example") == f"https://e.example/{TENANT}/v2.0"
    assert issuer_of(GOOGLE, "school.example", "https://g.example") == "https://g.example"


def test_an_account_is_of_the_directory_that_its_own_claim_names():
    assert is_of_directory(ENTRA, TENANT, {"tid": TENANT})
    assert not is_of_directory(ENTRA, TENANT, {"hd": TENANT})
    assert is_of_directory(GOOGLE, "school.example", {"hd": "school.example"})
    assert not is_of_directory(GOOGLE, "school.example", {"email": "a@school.example"})


@pytest.mark.parametrize(
    "claims", [{"amr": ["pwd", "mfa"]}, {"amr": "mfa"}, {"acrs": ["c1", "c2"]}, {"acrs": "c1"}]
)
def test_each_claim_of_the_table_counts_from_when_it_was_given(claims):
    assert factor_given_at(ENTRA, given(**claims), "c1", NOW) == NOW - timedelta(minutes=1)


@pytest.mark.parametrize(
    "claims",
    [{}, {"amr": ["pwd"]}, {"amr": None}, {"acrs": ["c2"]}, {"acr": "mfa"}, {"amr": "pwd mfa"}],
)
def test_nothing_else_counts(claims):
    assert factor_given_at(ENTRA, given(**claims), "c1", NOW) is None


def test_no_context_counts_where_none_is_named():
    assert factor_given_at(ENTRA, given(acrs=["", "c1"]), "", NOW) is None


def test_nothing_that_google_says_counts():
    assert FACTOR_CLAIMS[GOOGLE] == ()
    assert factor_given_at(GOOGLE, given(amr=["mfa"]), "c1", NOW) is None
    assert "does not say" in why_not_trusted_for_factor(GOOGLE, "")


@pytest.mark.parametrize("when", [None, "now", True, 10**30, -(10**30), 1.5])
def test_without_a_time_it_does_not_count(when):
    assert factor_given_at(ENTRA, {"amr": ["mfa"], "auth_time": when}, "", NOW) is None


def test_it_counts_for_as_long_as_a_factor_that_is_given_here():
    longest = ASKED_AGAIN_AFTER.total_seconds() / 60
    for minutes, counts in ((longest, True), (longest + 0.1, False)):
        found = factor_given_at(ENTRA, given(minutes, amr=["mfa"]), "", NOW)
        assert (found is not None) is counts


def test_a_clock_that_is_a_little_ahead_counts_from_now_and_a_far_one_not_at_all():
    ahead = CLOCKS_DIFFER.total_seconds() / 60
    assert factor_given_at(ENTRA, given(-ahead, amr=["mfa"]), "", NOW) == NOW
    assert factor_given_at(ENTRA, given(-ahead - 0.1, amr=["mfa"]), "", NOW) is None


@pytest.mark.parametrize("context", ["", "c1", "c99"])
def test_entra_may_be_trusted_with_a_context_or_without(context):
    assert why_not_trusted_for_factor(ENTRA, context) == ""


@pytest.mark.parametrize("context", ["c0", "c100", "mfa", "1"])
def test_what_is_no_context_is_refused(context):
    assert "c1, c2" in why_not_trusted_for_factor(ENTRA, context)

"""Tests for what the act of sending refuses by itself, whatever form it was called from."""

import pytest

from concerns.doors.act import ActRefused
from concerns.models import Concern
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_concern_about_nobody_is_refused():
    where = factories.school()
    with pytest.raises(ActRefused, match="which child"):
        factories.send_concern(factories.viewer(where), involved=(factories.child(where),))
    assert not Concern.objects.exists()


def test_a_child_who_is_only_described_is_somebody():
    where = factories.school()
    factories.send_concern(factories.viewer(where), described="a boy in a red coat at the gate")
    assert Concern.objects.count() == 1

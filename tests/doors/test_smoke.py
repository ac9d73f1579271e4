import pytest

from concerns.rules.lifecycle import State
from tests import factories


@pytest.mark.django_db
@pytest.mark.parametrize("state", list(State))
def test_a_concern_comes_to_every_state_by_real_acts(state):
    assert factories.concern_at(state, where=factories.school()).state == state


@pytest.mark.django_db
def test_sign_in(client):
    where = factories.school()
    who = factories.person(where)
    factories.sign_in(client, who)
    print(client.get("/"))

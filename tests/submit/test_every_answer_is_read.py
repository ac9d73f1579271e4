"""Every answer in words that a writer can give about a child is shown again: to whoever reads the
concern, to the head on its trail, and to its writer."""

import pytest

from concerns.models.concern.account import SEALED
from concerns.rules.roles import Role
from tests import factories
from tests.desk import page_text

pytestmark = pytest.mark.django_db
ADDRESSES = {
    Role.STAFF: "/submit/mine/{}/",
    Role.DSL: "/triage/{}/",
    Role.HEAD: "/audit/concern/{}/",
}


@pytest.mark.parametrize("role", ADDRESSES)
def test_every_answer_in_words_is_shown_again(client, where, role):
    said = {name: f"Answer to {name.replace('_', ' ')}." for name in SEALED}
    writer = factories.viewer(where)
    concern = factories.send_concern(writer, factories.child(where), **said).concern
    reader = writer if role is Role.STAFF else factories.viewer(where, role)
    factories.sign_in(client, reader.person)
    shown = page_text(client.get(ADDRESSES[role].format(concern.uid)))
    assert [name for name, words in said.items() if words not in shown] == []

"""A small school filled by the bench, for its own tests."""

import pytest

from concerns.models import School
from tests.bench.filling import SIZE, bench


@pytest.fixture
def filled(fresh_database):
    done = bench(fresh_database, "fill", str(SIZE))
    assert done.returncode == 0, done.stderr
    return School.objects.get(pk=1)

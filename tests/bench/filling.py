"""Runs the steps of the bench for its own tests."""

import os
import subprocess
import sys

from tests.databases import ROOT, Database

SIZE = 400


def bench(database: Database, *arguments: str, **environment: str):
    """Runs a step of the bench as `make bench` does: as the owner of the tables."""
    settings = {"DATABASE_URL": database.owner_url or database.url, **environment}
    command = [sys.executable, "-W", "error", "-m", "tests.bench", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=False
    )

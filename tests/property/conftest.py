"""How many examples: few in CI, so that all of this folder takes well under a minute; ``PYKUBE_EXAMPLES=2000`` for long.

Nothing is said about time: a busy machine must not fail a law. What hangs is caught by `laws.Server`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.property.server import Server

_EXAMPLES = int(os.environ.get("PYKUBE_EXAMPLES", "12"))
"""Examples of each law; those that go through the server are run once per kind."""

settings.register_profile(
    "laws",
    deadline=None,
    max_examples=_EXAMPLES,
    derandomize="PYKUBE_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
settings.load_profile("laws")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One API server for all laws."""
    found = Server()
    try:
        yield found
    finally:
        found.close()

"""How many examples each law is tried on: few in CI, so that this folder takes well under a minute.

``PYKUBE_EXAMPLES=500`` looks longer, and elsewhere each time. Nothing is said about time: a busy machine must not fail
a law. What hangs is caught by `server.Server`.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("PYKUBE_EXAMPLES", "2"))
"""Of a law that is tried on every kind, through the server."""

settings.register_profile(
    "laws",
    deadline=None,
    max_examples=EXAMPLES,
    derandomize="PYKUBE_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
settings.load_profile("laws")

thorough = settings(max_examples=10 * EXAMPLES)
"""For a law that needs no server, or that is about one kind."""

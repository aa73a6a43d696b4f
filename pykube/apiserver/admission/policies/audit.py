"""What validating policies leave in the audit log.

Source: k8s.io/apiserver, pkg/admission/plugin/policy/validating/dispatcher.go.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from ...write import Write

FAILURE = "validation.policy.admission.k8s.io/validation_failure"
_MAX_BYTES = 10 * 1024


class Notes:
    """The annotations of one policy, collected over its bindings: different values of a key stand side by side."""

    def __init__(self) -> None:
        self._values: dict[str, list[str]] = {}

    def add(self, key: str, value: str) -> None:
        """Note a value; the same one is noted once."""
        values = self._values.setdefault(key, [])
        shown = value.encode()[:_MAX_BYTES].decode(errors="ignore")
        if shown not in values:
            values.append(shown)

    def publish(self, policy: str, write: Write) -> None:
        """Put what was noted into the audit annotations of the request."""
        for key, values in self._values.items():
            write.audit.setdefault(f"{policy}/{key}", ", ".join(values))


def publish_failure(
    write: Write, *, policy: str, binding: str, index: int, message: str, actions: Sequence[str]
) -> None:
    """Note a violation; a request has room for one, the first."""
    failure = {
        "message": message,
        "policy": policy,
        "binding": binding,
        "expressionIndex": index,
        "validationActions": list(actions),
    }
    write.audit.setdefault(FAILURE, json.dumps([failure], separators=(",", ":"), ensure_ascii=False))

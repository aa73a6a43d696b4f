"""Defaults of priority and fairness."""

from __future__ import annotations

from .. import flowcontrol_v1 as v1

_PRECEDENCE = 1000
_SHARES = 30
_QUEUES = 64
_HAND = 8
_QUEUE_LENGTH = 50


def _flow_schema(found: v1.FlowSchema) -> None:
    found.spec.matching_precedence = found.spec.matching_precedence or _PRECEDENCE


def _priority_level(found: v1.PriorityLevelConfiguration) -> None:
    limited, exempt = found.spec.limited, found.spec.exempt
    if limited is not None:
        if limited.nominal_concurrency_shares is None:
            limited.nominal_concurrency_shares = _SHARES
        if limited.lendable_percent is None:
            limited.lendable_percent = 0
        queuing = limited.limit_response.queuing
        if queuing is not None:
            queuing.queues = queuing.queues or _QUEUES
            queuing.hand_size = queuing.hand_size or _HAND
            queuing.queue_length_limit = queuing.queue_length_limit or _QUEUE_LENGTH
    if exempt is not None:
        if exempt.nominal_concurrency_shares is None:
            exempt.nominal_concurrency_shares = 0
        if exempt.lendable_percent is None:
            exempt.lendable_percent = 0


TABLE = {v1.FlowSchema: _flow_schema, v1.PriorityLevelConfiguration: _priority_level}

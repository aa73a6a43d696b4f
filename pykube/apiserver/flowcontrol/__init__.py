"""API Priority and Fairness: no user's flood keeps the others from being served.

FlowSchemas sort requests into flows and send them to priority levels; each level has seats, and queues in which the
flows of a level wait in turn. The order of reading: queues.py (one level), shares.py (seats among levels),
matching.py and configuration.py (which request goes where), stage.py (the event loop).
Source: KEP-1040; flowcontrol.apiserver.k8s.io/v1.
"""

from __future__ import annotations

from .dumps import Dumps
from .metrics import FlowControlMetrics
from .stage import Fairness, Seat
from .upkeep import Upkeep, ensure

__all__ = ["Dumps", "Fairness", "FlowControlMetrics", "Seat", "Upkeep", "ensure"]

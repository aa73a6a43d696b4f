"""Who did what, when, and what came of it: events of audit.k8s.io/v1 by a policy, to a file and to a webhook.

A request that is recorded costs a few microseconds in the event loop and an event in a queue; all else is done by a
thread. Without a receiver there is no auditor, and a request costs one look whether there is one.
"""

from .auditor import Auditor, note_decision
from .settings import auditor_of

__all__ = ["Auditor", "auditor_of", "note_decision"]

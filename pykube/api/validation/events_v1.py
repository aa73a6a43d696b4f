"""Rules of events.k8s.io/v1."""

from __future__ import annotations

from .. import events_v1
from . import events

CATALOG = {events_v1.Event: events.EVENTS}

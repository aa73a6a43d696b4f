"""Upstream's default roles and bindings as of v1.36: data, and the way they are put in place."""

from .aggregation import Aggregation
from .reconcile import reconcile

__all__ = ["Aggregation", "reconcile"]

"""Upstream's default roles and bindings as of v1.36: data, and the way they are put in place."""

from .reconcile import aggregate, reconcile

__all__ = ["aggregate", "reconcile"]

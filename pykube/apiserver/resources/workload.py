"""Kinds whose generation counts the changes of their spec, and small departures from the default."""

from __future__ import annotations

from typing import Any

from ..write import Write
from .strategy import Strategy


class Counted(Strategy):
    """A kind with a generation that rises with its spec."""

    generation = True


class CountedWhole(Strategy):
    """A kind with a generation and no spec: everything beside metadata and status is what is wished for."""

    generation = True

    def wished(self, obj: Any) -> Any:
        return [getattr(obj, name) for name in obj.__struct_fields__ if name not in ("metadata", "status")]


class CountedSlice(CountedWhole):
    """EndpointSlices count changes of labels too."""

    def wished(self, obj: Any) -> Any:
        return [obj.metadata.labels, super().wished(obj)]


class Orphaning(Counted):
    """Jobs and ReplicationControllers leave their pods alive when a deletion names no policy, for old clients."""

    orphans_by_default = True


class CountedConditionally(Counted):
    """A kind that must be updated on the state that was read."""

    unconditional_update = False


class Exact(Strategy):
    """No generation; an update must name the resourceVersion it is based on."""

    unconditional_update = False


class ExactOrNew(Exact):
    """As `Exact`; a PUT may create (leases)."""

    create_on_update = True


class Upsert(Strategy):
    """A PUT may create."""

    create_on_update = True


class Returned(Strategy):
    """A deletion answers the object."""

    returns_deleted = True


class ConstantGeneration(Strategy):
    """The generation is 1 and stays so: nothing that counts can change."""

    def prepare_create(self, write: Write) -> None:
        super().prepare_create(write)
        write.object.metadata.generation = 1

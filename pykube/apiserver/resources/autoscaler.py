"""HorizontalPodAutoscalers: those of autoscaling/v1 are made and judged as what they are in autoscaling/v2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pykube.api import autoscaling_v2, codec, defaults, validation
from pykube.api.field_errors import FieldError

from .. import autoscaler_versions
from ..write import Write
from .strategy import Strategy


class AutoscalerStrategy(Strategy):
    """What v1 says in annotations is taken as what it means, and written there again in one form."""

    def prepare_create(self, write: Write) -> None:
        super().prepare_create(write)
        self._settle(write.object)

    def prepare_update(self, write: Write) -> None:
        super().prepare_update(write)
        self._settle(write.object)

    def prepare_status(self, write: Write) -> None:
        super().prepare_status(write)
        self._settle(write.object)

    def validate_create(self, write: Write) -> Sequence[FieldError]:
        return validation.validate_create(_newer(write.object))

    def validate_update(self, write: Write) -> Sequence[FieldError]:
        return validation.validate_update(_newer(write.object), _newer(write.old))

    def validate_status(self, write: Write) -> Sequence[FieldError]:
        return validation.validate_status_update(_newer(write.object), _newer(write.old))

    def _settle(self, obj: Any) -> None:
        """Make of an autoscaler of v1 what it will be when it is read again."""
        if self.resource.version != "v1":
            return
        read = codec.from_dict(type(obj), autoscaler_versions.to_v1(codec.to_dict(_newer(obj))))
        obj.spec, obj.status, obj.metadata.annotations = read.spec, read.status, read.metadata.annotations


def _newer(obj: Any) -> autoscaling_v2.HorizontalPodAutoscaler:
    if isinstance(obj, autoscaling_v2.HorizontalPodAutoscaler):
        return obj
    found = codec.from_dict(autoscaling_v2.HorizontalPodAutoscaler, autoscaler_versions.to_v2(codec.to_dict(obj)))
    defaults.apply(found)
    return found

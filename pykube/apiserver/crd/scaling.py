"""``scale`` of custom objects: at the paths that their definition names."""

from __future__ import annotations

from typing import Any

from pykube.api import autoscaling_v1
from pykube.api.apiextensions_v1 import CustomResourceSubresourceScale
from pykube.api.field_errors import ErrorType, FieldError
from pykube.errors import BadRequest

from ..resources.scaling import Scaling, scale_of_meta
from . import paths

_MOST = 2**31 - 1


class CustomScaling(Scaling):
    """The scale of one version of a custom kind."""

    def __init__(self, where: CustomResourceSubresourceScale) -> None:
        self._where = where
        self._replicas = paths.split(where.spec_replicas_path)
        self._present = paths.split(where.status_replicas_path)
        self._selector = paths.split(where.label_selector_path) if where.label_selector_path else None

    def scale(self, obj: Any) -> autoscaling_v1.Scale:
        """The scale of an object; absent numbers are 0.

        Raises:
            BadRequest: what was written in another version, or before there was a scale, is no number.
        """
        errors = self.validate(obj.content)
        if errors:
            raise BadRequest(str(errors[0]))
        scale = scale_of_meta(obj)
        scale.spec.replicas = paths.look(obj.content, self._replicas) or 0
        scale.status.replicas = paths.look(obj.content, self._present) or 0
        if self._selector is not None:
            scale.status.selector = paths.look(obj.content, self._selector) or ""
        return scale

    def set_replicas(self, obj: Any, replicas: int) -> None:
        paths.put(obj.content, self._replicas, replicas)

    def validate(self, content: dict[str, Any]) -> list[FieldError]:
        """Numbers of replicas must be such, and the selector text."""
        found = [
            error
            for path, keys in (
                (self._where.spec_replicas_path, self._replicas),
                (self._where.status_replicas_path, self._present),
            )
            for error in _number(path, paths.look(content, keys))
        ]
        if self._selector is not None:
            text = paths.look(content, self._selector)
            if text is not None and not isinstance(text, str):
                path = self._where.label_selector_path or ""
                found.append(FieldError(path, ErrorType.INVALID, text, "accessor error: it is not a string"))
        return found


def _number(path: str, value: Any) -> list[FieldError]:
    if value is None:
        return []
    if not isinstance(value, int) or isinstance(value, bool):
        return [FieldError(path, ErrorType.INVALID, value, "accessor error: it is not an integer")]
    if value < 0:
        return [FieldError(path, ErrorType.INVALID, value, "should be a non-negative integer")]
    if value > _MOST:
        return [FieldError(path, ErrorType.INVALID, value, f"should be less than or equal to {_MOST}")]
    return []

"""``downwardAPI``: fields of the pod as files."""

from __future__ import annotations

from collections.abc import Sequence

from agent.pods.fields import FieldError, field_value, resource_value
from pykube.api import core_v1

from .atomic_writer import File
from .context import VolumeContext, VolumeError
from .keys import DEFAULT_MODE


async def files(context: VolumeContext, source: core_v1.DownwardAPIVolumeSource) -> dict[str, File]:
    """The files of the volume.

    Raises:
        VolumeError: a field or resource does not exist.
    """
    mode = DEFAULT_MODE if source.default_mode is None else source.default_mode
    return project(context, source.items, mode)


def project(
    context: VolumeContext, items: Sequence[core_v1.DownwardAPIVolumeFile], default_mode: int
) -> dict[str, File]:
    """One file per item; also used by projected volumes."""
    found = {}
    for item in items:
        mode = default_mode if item.mode is None else item.mode
        try:
            if item.field_ref is not None:
                text = field_value(item.field_ref.field_path, context.pod, context.facts)
            elif item.resource_field_ref is not None:
                text = resource_value(item.resource_field_ref, context.pod, None, context.facts)
            else:
                continue
        except FieldError as error:
            raise VolumeError(str(error)) from error
        found[item.path] = File(text.encode(), mode)
    return found

"""``secret``: the keys of a Secret as files, which never touch a disk."""

from __future__ import annotations

from collections.abc import Sequence

from pykube import errors
from pykube.api import core_v1

from .atomic_writer import File
from .context import VolumeContext
from .keys import DEFAULT_MODE, select


async def files(context: VolumeContext, source: core_v1.SecretVolumeSource) -> dict[str, File]:
    """The files of the volume.

    Raises:
        VolumeError, errors.ApiError: the object or a key is not there and not optional.
    """
    mode = DEFAULT_MODE if source.default_mode is None else source.default_mode
    return await project(context, source.secret_name, source.items, mode, optional=bool(source.optional))


async def project(
    context: VolumeContext, name: str, items: Sequence[core_v1.KeyToPath], mode: int, *, optional: bool
) -> dict[str, File]:
    """The files of one Secret; also used by projected volumes."""
    try:
        found = await context.objects.secret(context.pod.metadata.namespace, name)
    except errors.NotFound:
        if optional:
            return {}
        raise
    return select(found.data, items, mode, optional=optional, what="secret")

"""AlwaysPullImages: nobody runs a private image because it happens to be on the node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pykube.api import core_v1
from pykube.api.field_errors import FieldError, Path, not_supported

from ... import statuses
from ...write import Operation, Write

POLICY = "Always"
_SPEC = Path("spec")


async def always_pull_images(write: Write) -> None:
    """Have every image pulled at every start."""
    if not _concerns(write):
        return
    spec: core_v1.PodSpec = write.object.spec
    for _, container in _containers(spec):
        container.image_pull_policy = POLICY
    for volume in spec.volumes:
        if volume.image is not None:
            volume.image.pull_policy = POLICY


async def always_pull_images_check(write: Write) -> None:
    """See that no later plugin has changed it back.

    Raises:
        Forbidden: one has.
    """
    if not _concerns(write):
        return
    wrong = list(_wrong(write.object.spec))
    if wrong:
        raise statuses.forbidden(write.resource, write.name, ", ".join(map(str, wrong)))


def _wrong(spec: core_v1.PodSpec) -> Iterator[FieldError]:
    for path, container in _containers(spec):
        if container.image_pull_policy != POLICY:
            yield not_supported(path.child("imagePullPolicy"), container.image_pull_policy, [POLICY])
    for number, volume in enumerate(spec.volumes):
        if volume.image is not None and volume.image.pull_policy != POLICY:
            path = _SPEC.child("volumes").index(number).child("image").child("pullPolicy")
            yield not_supported(path, volume.image.pull_policy, [POLICY])


def _concerns(write: Write) -> bool:
    """Whether images come into a pod; one that has them keeps its policies."""
    if not write.is_for("pods") or write.operation not in (Operation.CREATE, Operation.UPDATE):
        return False
    if write.operation is Operation.CREATE:
        return True
    return not _images(write.object.spec) <= _images(write.old.spec)


def _images(spec: core_v1.PodSpec) -> set[str]:
    return {container.image for _, container in _containers(spec)}


def _containers(spec: core_v1.PodSpec) -> Iterator[tuple[Path, core_v1.Container | core_v1.EphemeralContainer]]:
    kinds: dict[str, Sequence[core_v1.Container | core_v1.EphemeralContainer]] = {
        "initContainers": spec.init_containers,
        "containers": spec.containers,
        "ephemeralContainers": spec.ephemeral_containers,
    }
    for name, found in kinds.items():
        for number, container in enumerate(found):
            yield _SPEC.child(name).index(number), container

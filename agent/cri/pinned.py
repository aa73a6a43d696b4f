"""Which images must be kept, of a containerd that does not say so in CRI (before 1.7)."""

from __future__ import annotations

from collections.abc import Iterable

from agent.cri import api_pb2 as pb
from agent.cri import containerd_images_pb2 as containerd_pb
from agent.cri.host_facts import parse_containerd_version
from agent.cri.transport import Transport

LIST_IMAGES = "/containerd.services.images.v1.Images/List"
FILTER = 'labels."io.cri-containerd.pinned"==pinned'
FIRST_WITH_PINNED = (1, 7)
TIMEOUT = 10.0


def hides_pinned(version: pb.VersionResponse) -> bool:
    """Whether this runtime knows pinned images and does not show them."""
    try:
        return version.runtime_name == "containerd" and (
            parse_containerd_version(version.runtime_version) < FIRST_WITH_PINNED
        )
    except ValueError:
        return False


async def mark_pinned(transport: Transport, images: Iterable[pb.Image]) -> None:
    """Set `pinned` on those of `images` that containerd's own list has the label for.

    Raises:
        CriError: containerd does not answer; better no list than one by which a kept image may be deleted.
    """
    answer: containerd_pb.ListImagesResponse = await transport.call(
        LIST_IMAGES,
        containerd_pb.ListImagesRequest(filters=[FILTER]),
        containerd_pb.ListImagesResponse,
        timeout=TIMEOUT,
        metadata=(("containerd-namespace", "k8s.io"),),
    )
    names = {image.name for image in answer.images}
    for image in images:
        if names.intersection(image.repo_tags) or names.intersection(image.repo_digests) or image.id in names:
            image.pinned = True

"""ImageLocality: prefers nodes that have the pod's images, weighted by size and by how many nodes have them."""

from __future__ import annotations

from ..cluster import Cluster
from ..nodeinfo import NodeInfo, image_name
from ..plugin import MAX_SCORE, Plugin, Score
from ..podinfo import PodInfo

_MIN = 23 * 1024 * 1024
"""Bytes of images below which pulling is no matter."""
_MAX_EACH = 1000 * 1024 * 1024
"""Bytes per container above which more makes no difference."""


class ImageLocality(Plugin):
    """Reads ``status.images`` of the nodes; an image's weight grows with the share of nodes that hold it."""

    name = "ImageLocality"

    def score(self, pod: PodInfo, cluster: Cluster) -> Score | None:
        spec = pod.pod.spec
        containers = len(spec.containers) + len(spec.init_containers)
        names = [image_name(each.image) for each in (*spec.init_containers, *spec.containers)]
        names += [image_name(volume.image.reference) for volume in spec.volumes if volume.image is not None]
        names = [name for name in names if cluster.image_nodes.get(name)]
        if not names:
            return None
        total = len(cluster.order())
        top = _MAX_EACH * containers
        shares = [(name, cluster.image_nodes[name] / total) for name in names]

        def score(node: NodeInfo) -> int:
            found = sum(int(node.images[name] * share) for name, share in shares if name in node.images)
            return MAX_SCORE * (min(max(found, _MIN), top) - _MIN) // (top - _MIN)

        return score

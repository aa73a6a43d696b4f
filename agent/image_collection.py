"""Removing images when the disk they lie on fills up."""

from __future__ import annotations

import logging
from pathlib import Path

from agent.cri.errors import CriError

from .images import Images
from .node_facts import disk_used

log = logging.getLogger(__name__)

INTERVAL = 300.0
"""Seconds between looks at the disk."""


class ImageCollection:
    """Looks at the disk and the images from time to time."""

    def __init__(self, images: Images, state_dir: Path) -> None:
        self._images = images
        self._state_dir = state_dir

    async def run(self) -> None:
        """Collect until cancelled."""
        while True:
            try:
                await self.collect()
            except CriError as error:
                log.warning("cannot collect images: %s", error)
            await self._images.clock.sleep(INTERVAL)

    async def collect(self) -> int:
        """Remove what has to go; returns the bytes freed.

        Raises:
            CriError: the runtime refused.
        """
        in_use = set()
        for container in await self._images.cri.list_containers():
            in_use |= {container.image_ref, container.image.image}
        used, size = disk_used(self._state_dir)
        return await self._images.collect(in_use, used, size)

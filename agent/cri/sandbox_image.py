"""The image of a pod's sandbox: one static binary that waits and reaps, taken from the host's catatonit package."""

from __future__ import annotations

import shutil
from pathlib import Path

from agent.cri.image_build import BuildError, BuiltImage, ImageConfig, ImageContents, build


def build_sandbox_image(name: str, archive: Path) -> BuiltImage:
    """Write the sandbox image to `archive`.

    Raises:
        BuildError: catatonit is missing or not static.
    """
    binary = shutil.which("catatonit", path="/usr/bin:/usr/libexec/podman:/usr/libexec/catatonit:/usr/local/bin")
    if binary is None:
        raise BuildError("catatonit is not installed; on Debian and Ubuntu: apt-get install catatonit")
    contents = ImageContents(files={"/catatonit": Path(binary)}, base=False)
    return build(name, contents, ImageConfig(entrypoint=("/catatonit", "-P"), user="65535:65535"), archive)

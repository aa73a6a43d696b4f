"""What an image archive calls its images, read from the archive itself."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

NAME_ANNOTATION = "io.containerd.image.name"


def archive_names(archive: Path) -> list[str]:
    """Full names in an OCI layout or Docker archive; none where it has none, or is no archive."""
    names: set[str] = set()
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                if member.name in ("index.json", "manifest.json"):
                    stream = tar.extractfile(member)
                    names |= _names(json.load(stream)) if stream else set()
    except (tarfile.TarError, OSError, ValueError):
        return []
    return sorted(names)


def _names(document: Any) -> set[str]:
    if isinstance(document, list):
        return {tag for image in document for tag in image.get("RepoTags") or ()}
    manifests = document.get("manifests") or ()
    return {name for one in manifests if (name := (one.get("annotations") or {}).get(NAME_ANNOTATION))}

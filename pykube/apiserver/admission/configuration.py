"""The file in which plugins are configured: an AdmissionConfiguration of apiserver.config.k8s.io."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


def read(path: Path) -> Mapping[str, Any]:
    """What the file says to each plugin, by the plugin's name; nothing without a file.

    Raises:
        ValueError: it is no YAML.
        OSError: it cannot be read.
    """
    try:
        doc = yaml.safe_load(path.read_text())
    except FileNotFoundError:
        return {}
    except yaml.YAMLError as error:
        raise ValueError(f"the admission configuration is no YAML: {error}") from error
    if not isinstance(doc, dict) or doc.get("kind") != "AdmissionConfiguration":
        return {}
    return {plugin.get("name", ""): plugin.get("configuration") or {} for plugin in doc.get("plugins") or ()}

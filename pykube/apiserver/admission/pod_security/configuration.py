"""Reads upstream's configuration file: an AdmissionConfiguration, or the PodSecurityConfiguration within it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .policy import MODES, PREFIX, Policy, policy_of
from .settings import PodSecuritySettings

_GROUP = "pod-security.admission.config.k8s.io"
_EXEMPTIONS = {
    "usernames": "exempt_users",
    "namespaces": "exempt_namespaces",
    "runtimeClasses": "exempt_runtime_classes",
}


def read(path: Path) -> PodSecuritySettings:
    """The settings in a file; without a file the defaults.

    Raises:
        ValueError: see `parse`.
        OSError: the file cannot be read.
    """
    try:
        return parse(path.read_text())
    except FileNotFoundError:
        return PodSecuritySettings()


def parse(text: str) -> PodSecuritySettings:
    """The settings in a file's text; those of a file that says nothing of PodSecurity are the defaults.

    Raises:
        ValueError: it is no such file, or a level or version in it makes no sense.
    """
    try:
        doc = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"the admission configuration is no YAML: {error}") from error
    if not isinstance(doc, dict):
        raise ValueError("the admission configuration is no object")
    if doc.get("kind") == "AdmissionConfiguration":
        found = [plugin for plugin in doc.get("plugins") or () if plugin.get("name") == "PodSecurity"]
        if not found:
            return PodSecuritySettings()
        doc = found[0].get("configuration") or {}
    if doc.get("kind") != "PodSecurityConfiguration" or not str(doc.get("apiVersion", "")).startswith(f"{_GROUP}/"):
        raise ValueError(f"the configuration of PodSecurity must be a PodSecurityConfiguration of {_GROUP}")
    exemptions = doc.get("exemptions") or {}
    lists = {field: frozenset(exemptions.get(name) or ()) for name, field in _EXEMPTIONS.items()}
    return PodSecuritySettings(defaults=_defaults(doc.get("defaults") or {}), **lists)


def _defaults(given: Mapping[str, Any]) -> Policy:
    """Written as labels are; but nothing follows from what is not said."""
    labels = {f"{PREFIX}{mode}": "privileged" for mode in MODES}
    labels.update({f"{PREFIX}{name}": str(value) for name, value in given.items()})
    policy, wrong = policy_of(labels)
    if wrong:
        raise ValueError("; ".join(str(each) for each in wrong))
    return policy

"""Admission: one file per plugin, named as upstream names it, and the order in which they run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field

from ..field_warnings import field_warnings
from ..write import Stage
from .catalog import PLUGINS, Plugin
from .pod_security.plugin import PodSecurity
from .quota.plugin import ResourceQuota

_LATER = {
    "PodSecurity": True,
    "ResourceQuota": True,
    "EventRateLimit": False,
    "ImagePolicyWebhook": False,
    "CertificateApproval": True,
    "CertificateSigning": True,
    "OwnerReferencesPermissionEnforcement": False,
    "MutatingAdmissionPolicy": True,
    "MutatingAdmissionWebhook": True,
    "ValidatingAdmissionPolicy": True,
    "ValidatingAdmissionWebhook": True,
}
"""Plugins that are made for each server, and whether they are on by default."""


@dataclass(slots=True)
class Chain:
    """The plugins in the order in which they run; parts of the server that check writes may add themselves.

    Policies come before webhooks, in both lists, and both after what is built in.
    """

    mutating: list[Stage] = field(default_factory=list)
    validating: list[Stage] = field(default_factory=list)
    pod_security: PodSecurity = field(default_factory=PodSecurity)
    """One of those in `validating`; it has settings."""
    final: list[Stage] = field(default_factory=list)
    """Asked when all others have agreed: what counts objects must not count those that are refused."""
    on: frozenset[str] = frozenset()
    """The plugins that are turned on."""
    on_close: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    """Called when the server ends."""

    def add(self, name: str, *, mutating: Stage | None = None, validating: Stage | None = None) -> None:
        """Have a plugin run after those that are there, if it is on."""
        if name in self.on:
            self._append(Plugin(name, mutating, validating))

    def choose(self, enabled: Collection[str] = (), disabled: Collection[str] = ()) -> None:
        """Begin anew, with the plugins that are on by default, those `enabled`, and without those `disabled`.

        Raises:
            ValueError: a name is unknown, or stands in both.
        """
        known = {**{plugin.name: plugin.on for plugin in PLUGINS}, **_LATER}
        for option, names in (("enable", enabled), ("disable", disabled)):
            for name in sorted(set(names) - known.keys()):
                raise ValueError(f'{option}-admission-plugins plugin "{name}" is unknown')
        if both := sorted(set(enabled) & set(disabled)):
            raise ValueError(f"{both} in enable-admission-plugins and disable-admission-plugins overlapped")
        default = {name for name, on in known.items() if on}
        self.on = frozenset(default.union(enabled) - set(disabled))
        self.mutating.clear()
        self.validating[:] = [field_warnings]
        self.final.clear()
        for plugin in PLUGINS:
            if plugin.name == PodSecurity.name:
                plugin = Plugin(PodSecurity.name, validating=self.pod_security)
            if plugin.name in self.on:
                self._append(plugin)
        if ResourceQuota.name in self.on:
            self.final.insert(0, ResourceQuota())

    async def close(self) -> None:
        """End what plugins keep open."""
        for callback in self.on_close:
            await callback()

    def _append(self, plugin: Plugin) -> None:
        for stage, stages in (
            (plugin.mutating, self.mutating),
            (plugin.validating, self.validating),
            (plugin.final, self.final),
        ):
            if stage is not None:
                stages.append(stage)


def default_chain() -> Chain:
    """The plugins that are on by default, in upstream's order."""
    chain = Chain()
    chain.choose()
    return chain

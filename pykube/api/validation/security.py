"""Security contexts of pods and containers."""

from __future__ import annotations

import re

from ..core_v1 import (
    AppArmorProfile,
    PodSecurityContext,
    PodSpec,
    SeccompProfile,
    SecurityContext,
    Sysctl,
    WindowsSecurityContextOptions,
)
from ..field_errors import Errors, Path, duplicate, forbidden, invalid_value, not_supported, required, too_long
from ..schema import camel
from . import checks

_PROFILE_TYPES = ("Localhost", "RuntimeDefault", "Unconfined")
_PROC_MOUNTS = ("Default", "Unmasked")
_FS_GROUP_POLICIES = ("Always", "OnRootMismatch")
_GROUP_POLICIES = ("Merge", "Strict")
_SELINUX_POLICIES = ("MountOption", "Recursive")
_PROFILE_MAX = 4095
_SYSCTL_MAX = 253
_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SYSCTL = rf"^({_SEGMENT}[\./])*{_SEGMENT}$"
_sysctl = re.compile(_SYSCTL).match
_IPC_SYSCTLS = ("kernel.shm", "kernel.msg", "fs.mqueue.")
_NO_WINDOWS = "cannot be set for a windows pod"
_GMSA_MAX_BYTES = 64 * 1024


def container(found: SecurityContext, path: Path, *, host_users: bool) -> Errors:
    """`host_users`: the pod shares the host's user namespace."""
    yield from checks.user_or_group(path.child("runAsUser"), found.run_as_user)
    yield from checks.user_or_group(path.child("runAsGroup"), found.run_as_group)
    if found.proc_mount is not None:
        place = path.child("procMount")
        if found.proc_mount not in _PROC_MOUNTS:
            yield not_supported(place, found.proc_mount, _PROC_MOUNTS)
        elif host_users and found.proc_mount == "Unmasked":
            yield invalid_value(place, found.proc_mount, "`hostUsers` must be false to use `Unmasked`")
    yield from _seccomp(found.seccomp_profile, path.child("seccompProfile"))
    if found.allow_privilege_escalation is False:
        if found.privileged:
            message = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
            yield invalid_value(path, found, message)
        if found.capabilities is not None and "CAP_SYS_ADMIN" in found.capabilities.add:
            message = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
            yield invalid_value(path, found, message)
    yield from _windows(found.windows_options, path.child("windowsOptions"))
    yield from _app_armor(found.app_armor_profile, path.child("appArmorProfile"))


def pod(found: PodSecurityContext, spec: PodSpec, path: Path) -> Errors:
    yield from checks.user_or_group(path.child("fsGroup"), found.fs_group)
    yield from checks.user_or_group(path.child("runAsUser"), found.run_as_user)
    yield from checks.user_or_group(path.child("runAsGroup"), found.run_as_group)
    for index, group in enumerate(found.supplemental_groups):
        yield from checks.user_or_group(path.child("supplementalGroups").index(index), group)
    if spec.share_process_namespace and spec.host_pid:
        message = "ShareProcessNamespace and HostPID cannot both be enabled"
        yield invalid_value(path.child("shareProcessNamespace"), True, message)
    if found.sysctls:
        yield from _sysctls(found.sysctls, spec, path.child("sysctls"))
    if found.fs_group_change_policy is not None:
        place = path.child("fsGroupChangePolicy")
        yield from checks.supported(place, found.fs_group_change_policy, _FS_GROUP_POLICIES)
    yield from _seccomp(found.seccomp_profile, path.child("seccompProfile"))
    yield from _windows(found.windows_options, path.child("windowsOptions"))
    yield from _app_armor(found.app_armor_profile, path.child("appArmorProfile"))
    if found.supplemental_groups_policy is not None:
        place = path.child("supplementalGroupsPolicy")
        yield from checks.supported(place, found.supplemental_groups_policy, _GROUP_POLICIES)
    if found.se_linux_change_policy is not None:
        yield from checks.supported(path.child("seLinuxChangePolicy"), found.se_linux_change_policy, _SELINUX_POLICIES)


def _sysctls(found: list[Sysctl], spec: PodSpec, path: Path) -> Errors:
    seen: set[str] = set()
    for index, sysctl in enumerate(found):
        place = path.index(index).child("name")
        name = sysctl.name
        if not name:
            yield required(place)
        elif len(name) > _SYSCTL_MAX or not _sysctl(name):
            yield invalid_value(place, name, f"must have at most {_SYSCTL_MAX} characters and match regex {_SYSCTL}")
        elif name in seen:
            yield duplicate(place, name)
        seen.add(name)
        plain = name.replace("/", ".")
        if spec.host_network and plain.startswith("net."):
            yield invalid_value(place, name, "may not be specified when 'hostNetwork' is true")
        elif spec.host_ipc and (plain == "kernel.sem" or plain.startswith(_IPC_SYSCTLS)):
            yield invalid_value(place, name, "may not be specified when 'hostIPC' is true")


def _seccomp(found: SeccompProfile | None, path: Path) -> Errors:
    if found is None:
        return
    kind, profile = path.child("type"), path.child("localhostProfile")
    if not found.type:
        yield required(kind, "type is required when seccompProfile is set")
    elif found.type not in _PROFILE_TYPES:
        yield not_supported(kind, found.type, _PROFILE_TYPES)
    if found.type == "Localhost":
        if found.localhost_profile is None:
            yield required(profile, "must be set when seccomp type is Localhost")
        else:
            yield from checks.relative_path(profile, found.localhost_profile)
    elif found.localhost_profile is not None:
        yield invalid_value(profile, found, "can only be set when seccomp type is Localhost")


def _app_armor(found: AppArmorProfile | None, path: Path) -> Errors:
    if found is None:
        return
    place, profile = path.child("localhostProfile"), found.localhost_profile
    if found.type == "Localhost":
        if not (profile or "").strip():
            yield required(place, "must be set when AppArmor type is Localhost")
        elif profile is not None and profile != profile.strip():
            yield invalid_value(place, profile, "must not be padded with whitespace")
        if profile is not None and len(profile) > _PROFILE_MAX:
            yield too_long(place, _PROFILE_MAX)
    elif found.type in _PROFILE_TYPES:
        if profile is not None:
            yield invalid_value(place, profile, "can only be set when AppArmor type is Localhost")
    elif not found.type:
        yield required(path.child("type"), "type is required when appArmorProfile is set")
    else:
        yield not_supported(path.child("type"), found.type, _PROFILE_TYPES)


def _windows(found: WindowsSecurityContextOptions | None, path: Path) -> Errors:
    if found is None:
        return
    if found.gmsa_credential_spec is not None:
        place = path.child("gmsaCredentialSpec")
        if not found.gmsa_credential_spec:
            yield invalid_value(place, "", "gmsaCredentialSpec cannot be an empty string")
        elif len(found.gmsa_credential_spec) > _GMSA_MAX_BYTES:
            message = "gmsaCredentialSpec size must be under 64 KiB"
            yield invalid_value(place, found.gmsa_credential_spec, message)
    if found.run_as_user_name == "":
        yield invalid_value(path.child("runAsUserName"), "", "runAsUserName cannot be an empty string")


_POD_LINUX_ONLY = (
    "app_armor_profile",
    "se_linux_options",
    "seccomp_profile",
    "fs_group",
    "fs_group_change_policy",
    "sysctls",
    "run_as_user",
    "run_as_group",
    "supplemental_groups",
    "supplemental_groups_policy",
    "se_linux_change_policy",
)
_CONTAINER_LINUX_ONLY = (
    "app_armor_profile",
    "se_linux_options",
    "seccomp_profile",
    "capabilities",
    "read_only_root_filesystem",
    "privileged",
    "allow_privilege_escalation",
    "proc_mount",
    "run_as_user",
    "run_as_group",
)


def operating_system(spec: PodSpec, path: Path) -> Errors:
    """Fields that the named system has no notion of."""
    name = spec.os.name if spec.os is not None else ""
    if not name:
        yield required(path.child("os").child("name"))
    elif name not in ("linux", "windows"):
        yield not_supported(path.child("os"), name, ("linux", "windows"))
    elif name == "linux":
        yield from _linux(spec, path)
    else:
        yield from _windows_pod(spec, path)


def _linux(spec: PodSpec, path: Path) -> Errors:
    message = "windows options cannot be set for a linux pod"
    if spec.security_context is not None and spec.security_context.windows_options is not None:
        yield forbidden(path.child("securityContext").child("windowsOptions"), message)
    for context, place in _contexts(spec, path):
        if context.windows_options is not None:
            yield forbidden(place.child("windowsOptions"), message)


def _windows_pod(spec: PodSpec, path: Path) -> Errors:
    context = spec.security_context
    if context is not None:
        for attribute in _POD_LINUX_ONLY:
            if getattr(context, attribute) not in (None, []):
                yield forbidden(path.child("securityContext").child(camel(attribute)), _NO_WINDOWS)
    if spec.host_users is not None:
        yield forbidden(path.child("hostUsers"), _NO_WINDOWS)
    if spec.host_pid:
        yield forbidden(path.child("hostPID"), _NO_WINDOWS)
    if spec.host_ipc:
        yield forbidden(path.child("hostIPC"), _NO_WINDOWS)
    if spec.share_process_namespace is not None:
        yield forbidden(path.child("shareProcessNamespace"), _NO_WINDOWS)
    if spec.resources is not None:
        yield forbidden(path.child("resources"), "may not be set for a windows pod")
    for own, place in _contexts(spec, path):
        for attribute in _CONTAINER_LINUX_ONLY:
            if getattr(own, attribute) is not None:
                yield forbidden(place.child(camel(attribute)), _NO_WINDOWS)


def _contexts(spec: PodSpec, path: Path) -> list[tuple[SecurityContext, Path]]:
    """The security contexts of all containers, with their paths."""
    found = []
    for name, containers in (("initContainers", spec.init_containers), ("containers", spec.containers)):
        for index, one in enumerate(containers):
            if one.security_context is not None:
                found.append((one.security_context, path.child(name).index(index).child("securityContext")))
    return found

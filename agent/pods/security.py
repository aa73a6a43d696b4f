"""Security contexts: what pod and container ask for, joined, in the runtime's words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agent.cri import api_pb2 as pb
from pykube.api import core_v1

from .env import ConfigError

SECCOMP_DIR = Path("/var/lib/kubelet/seccomp")
"""Where profiles of type Localhost lie; the kubelet's place, so that they need not be moved."""
MASKED = (
    "/proc/asound",
    "/proc/acpi",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
    "/sys/devices/virtual/powercap",
)
READ_ONLY = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")


def namespaces(pod: core_v1.Pod, target: str = "") -> pb.NamespaceOption:
    """Which namespaces are the node's, the pod's or the container's own; `target` is a container to look into."""
    spec = pod.spec
    pid = pb.NamespaceMode.CONTAINER
    if spec.host_pid:
        pid = pb.NamespaceMode.NODE
    elif spec.share_process_namespace:
        pid = pb.NamespaceMode.POD
    elif target:
        pid = pb.NamespaceMode.TARGET
    return pb.NamespaceOption(
        network=pb.NamespaceMode.NODE if spec.host_network else pb.NamespaceMode.POD,
        ipc=pb.NamespaceMode.NODE if spec.host_ipc else pb.NamespaceMode.POD,
        pid=pid,
        target_id=target if pid == pb.NamespaceMode.TARGET else "",
    )


def groups(pod: core_v1.Pod, more: Sequence[int] = ()) -> list[int]:
    """Supplemental groups of every container: the pod's own, its fsGroup, and those that volumes bring."""
    context = pod.spec.security_context
    if context is None:
        return list(more)
    found = list(context.supplemental_groups)
    if context.fs_group is not None:
        found.append(context.fs_group)
    return list(dict.fromkeys([*found, *more]))


def sandbox_security(pod: core_v1.Pod) -> pb.LinuxSandboxSecurityContext:
    """The sandbox's context; it is privileged if a container is."""
    containers = [*pod.spec.init_containers, *pod.spec.containers]
    context = pb.LinuxSandboxSecurityContext(
        namespace_options=namespaces(pod),
        privileged=any(c.security_context is not None and bool(c.security_context.privileged) for c in containers),
        supplemental_groups=groups(pod),
        seccomp=pb.SecurityProfile(profile_type=pb.SecurityProfile.RuntimeDefault),
    )
    own = pod.spec.security_context
    if own is not None:
        if own.run_as_user is not None:
            context.run_as_user.value = own.run_as_user
        if own.run_as_group is not None and own.run_as_user is not None:
            context.run_as_group.value = own.run_as_group
    return context


def container_security(
    pod: core_v1.Pod, container: core_v1.Container, image: pb.Image, target: str = ""
) -> pb.LinuxContainerSecurityContext:
    """The container's context; what the container says wins over what the pod says.

    Raises:
        ConfigError: it would run as root against its policy.
    """
    own = container.security_context or core_v1.SecurityContext()
    whole = pod.spec.security_context or core_v1.PodSecurityContext()
    user = own.run_as_user if own.run_as_user is not None else whole.run_as_user
    group = own.run_as_group if own.run_as_group is not None else whole.run_as_group
    non_root = own.run_as_non_root if own.run_as_non_root is not None else whole.run_as_non_root
    if non_root:
        _check_non_root(pod, container, image, user)
    context = pb.LinuxContainerSecurityContext(
        namespace_options=namespaces(pod, target),
        privileged=bool(own.privileged),
        readonly_rootfs=bool(own.read_only_root_filesystem),
        supplemental_groups=groups(pod),
        no_new_privs=own.allow_privilege_escalation is False,
        seccomp=_seccomp(own, whole),
    )
    if whole.supplemental_groups_policy == "Strict":
        context.supplemental_groups_policy = pb.SupplementalGroupsPolicy.Strict
    if own.proc_mount != "Unmasked":
        context.masked_paths.extend(MASKED)
        context.readonly_paths.extend(READ_ONLY)
    if own.capabilities is not None:
        context.capabilities.add_capabilities.extend(own.capabilities.add)
        context.capabilities.drop_capabilities.extend(own.capabilities.drop)
    _set_user(context, image, user, group)
    _set_apparmor(context, own.app_armor_profile or whole.app_armor_profile)
    return context


def _set_user(context: pb.LinuxContainerSecurityContext, image: pb.Image, user: int | None, group: int | None) -> None:
    """The user asked for, else the image's; a group needs a user beside it."""
    if user is not None:
        context.run_as_user.value = user
    elif image.HasField("uid"):
        context.run_as_user.value = image.uid.value
    elif image.username:
        context.run_as_username = image.username
    else:
        context.run_as_user.value = 0
    if group is not None:
        context.run_as_group.value = group


def _check_non_root(pod: core_v1.Pod, container: core_v1.Container, image: pb.Image, user: int | None) -> None:
    meta = pod.metadata
    where = f'(pod: "{meta.name}_{meta.namespace}({meta.uid})", container: {container.name})'
    if user is not None:
        if user == 0:
            raise ConfigError(f"container's runAsUser breaks non-root policy {where}")
        return
    if image.HasField("uid") and image.uid.value != 0:
        return
    if image.username:
        raise ConfigError(
            f"container has runAsNonRoot and image has non-numeric user ({image.username}), "
            f"cannot verify user is non-root {where}"
        )
    raise ConfigError(f"container has runAsNonRoot and image will run as root {where}")


def _seccomp(own: core_v1.SecurityContext, whole: core_v1.PodSecurityContext) -> pb.SecurityProfile:
    profile = own.seccomp_profile or whole.seccomp_profile
    if own.privileged or profile is None or profile.type == "Unconfined":
        return pb.SecurityProfile(profile_type=pb.SecurityProfile.Unconfined)
    if profile.type == "Localhost":
        reference = str(SECCOMP_DIR / (profile.localhost_profile or ""))
        return pb.SecurityProfile(profile_type=pb.SecurityProfile.Localhost, localhost_ref=reference)
    return pb.SecurityProfile(profile_type=pb.SecurityProfile.RuntimeDefault)


def _set_apparmor(context: pb.LinuxContainerSecurityContext, profile: core_v1.AppArmorProfile | None) -> None:
    if profile is None:
        return
    kinds = {
        "RuntimeDefault": pb.SecurityProfile.RuntimeDefault,
        "Unconfined": pb.SecurityProfile.Unconfined,
        "Localhost": pb.SecurityProfile.Localhost,
    }
    context.apparmor.profile_type = kinds.get(profile.type, pb.SecurityProfile.RuntimeDefault)
    context.apparmor.localhost_ref = profile.localhost_profile or ""

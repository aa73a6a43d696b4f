"""ServiceAccount: every pod runs as one, and finds its token, the cluster's CA and its namespace mounted."""

from __future__ import annotations

from collections.abc import Iterator

from pykube.api import core_v1, names

from .. import statuses
from ..write import Operation, Write
from . import mountable_secrets

DEFAULT = "default"
MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
TOKEN_SECONDS = 3607
"""Asked for instead of an hour, so that the server knows a pod's own token from one that somebody asked for."""
ROOT_CA = "kube-root-ca.crt"
MIRROR = "kubernetes.io/config.mirror"

_ATTEMPTS = 10
_WAIT = 0.1
"""The default account of a new namespace is made by a controller and may come a moment after the first pod."""


async def service_account(write: Write) -> None:
    """Set the pod's account, its pull secrets and the volume with its token.

    Raises:
        Forbidden: there is no such account, or a mirror pod names one.
    """
    if write.is_for("pods", subresource="ephemeralcontainers") and write.operation is Operation.UPDATE:
        await _check_ephemeral(write)
    if not write.is_for("pods") or write.operation is not Operation.CREATE:
        return
    pod: core_v1.Pod = write.object
    if MIRROR in pod.metadata.annotations:
        _check_mirror(write, pod)
        return
    if not pod.spec.service_account_name:
        pod.spec.service_account_name = pod.spec.service_account or DEFAULT
    pod.spec.service_account = pod.spec.service_account_name
    account = await _find(write, pod.spec.service_account_name)
    if not pod.spec.image_pull_secrets:
        pod.spec.image_pull_secrets = list(account.image_pull_secrets)
    if mountable_secrets.is_enforced(account):
        _refuse_first(write, mountable_secrets.findings(account, pod))
    if _mounts(pod, account):
        _mount(pod)


def _check_mirror(write: Write, pod: core_v1.Pod) -> None:
    if pod.spec.service_account_name:
        raise statuses.forbidden(write.resource, write.name, "a mirror pod may not reference service accounts")
    for volume in pod.spec.volumes:
        if volume.secret is not None:
            raise statuses.forbidden(write.resource, write.name, "a mirror pod may not reference secrets")
        if volume.projected is not None and any(
            source.service_account_token is not None for source in volume.projected.sources
        ):
            why = "a mirror pod may not use ServiceAccountToken volume projections"
            raise statuses.forbidden(write.resource, write.name, why)


async def _check_ephemeral(write: Write) -> None:
    """Containers that come later keep to the same rules."""
    pod: core_v1.Pod = write.object
    if pod.spec.service_account_name and MIRROR not in pod.metadata.annotations:
        account = await _find(write, pod.spec.service_account_name)
        if mountable_secrets.is_enforced(account):
            _refuse_first(write, mountable_secrets.ephemeral_findings(account, pod))


def _refuse_first(write: Write, found: Iterator[str]) -> None:
    for why in found:
        raise statuses.forbidden(write.resource, write.name, why)


async def _find(write: Write, name: str) -> core_v1.ServiceAccount:
    for attempt in range(_ATTEMPTS if name == DEFAULT else 1):
        if attempt:
            await write.registry.clock.sleep(_WAIT)
        account = write.registry.find(core_v1.ServiceAccount, name, write.namespace)
        if account is not None:
            return account
    why = f'error looking up service account {write.namespace}/{name}: serviceaccount "{name}" not found'
    raise statuses.forbidden(write.resource, write.name, why)


def _mounts(pod: core_v1.Pod, account: core_v1.ServiceAccount) -> bool:
    """Whether the token is wanted; the pod's word counts more than the account's."""
    if pod.spec.automount_service_account_token is not None:
        return pod.spec.automount_service_account_token
    if account.automount_service_account_token is not None:
        return account.automount_service_account_token
    return True


def _mount(pod: core_v1.Pod) -> None:
    """Mount the token where no container mounts something of its own there."""
    name = ""
    for volume in pod.spec.volumes:
        if volume.name.startswith("kube-api-access-"):
            name = volume.name
    needed = False
    volume_name = name or f"kube-api-access-{names.random_suffix()}"
    for container in (*pod.spec.init_containers, *pod.spec.containers):
        if all(mount.mount_path != MOUNT_PATH for mount in container.volume_mounts):
            container.volume_mounts = [
                *container.volume_mounts,
                core_v1.VolumeMount(name=volume_name, read_only=True, mount_path=MOUNT_PATH),
            ]
            needed = True
    if needed and not name:
        pod.spec.volumes = [*pod.spec.volumes, token_volume(volume_name)]


def token_volume(name: str) -> core_v1.Volume:
    """The projected volume: token, CA certificate and namespace."""
    token = core_v1.VolumeProjection(
        service_account_token=core_v1.ServiceAccountTokenProjection(path="token", expiration_seconds=TOKEN_SECONDS)
    )
    authority = core_v1.VolumeProjection(
        config_map=core_v1.ConfigMapProjection(name=ROOT_CA, items=[core_v1.KeyToPath(key="ca.crt", path="ca.crt")])
    )
    namespace = core_v1.VolumeProjection(
        downward_api=core_v1.DownwardAPIProjection(
            items=[
                core_v1.DownwardAPIVolumeFile(
                    path="namespace",
                    field_ref=core_v1.ObjectFieldSelector(api_version="v1", field_path="metadata.namespace"),
                )
            ]
        )
    )
    source = core_v1.ProjectedVolumeSource(sources=[token, authority, namespace], default_mode=0o644)
    return core_v1.Volume(name=name, projected=source)

"""Service accounts that say which secrets their pods may use (``kubernetes.io/enforce-mountable-secrets``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pykube.api import core_v1

ANNOTATION = "kubernetes.io/enforce-mountable-secrets"
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})

_Container = core_v1.Container | core_v1.EphemeralContainer


def is_enforced(account: core_v1.ServiceAccount) -> bool:
    """Whether the account's list is to be kept to."""
    return account.metadata.annotations.get(ANNOTATION) in _TRUE


def findings(account: core_v1.ServiceAccount, pod: core_v1.Pod) -> Iterator[str]:
    """What a new pod uses that the account does not list."""
    allowed = {each.name for each in account.secrets}
    name = account.metadata.name
    for volume in pod.spec.volumes:
        if volume.secret is not None and volume.secret.secret_name not in allowed:
            yield _refusal(f'volume with secret.secretName="{volume.secret.secret_name}"', name)
    yield from _of_containers("init container", pod.spec.init_containers, allowed, name)
    yield from _of_containers("container", pod.spec.containers, allowed, name)
    pulling = {each.name for each in account.image_pull_secrets}
    for index, secret in enumerate(pod.spec.image_pull_secrets):
        if secret.name not in pulling:
            yield (
                f'imagePullSecrets[{index}].name="{secret.name}" is not allowed because service account {name} does '
                "not reference that imagePullSecret"
            )


def ephemeral_findings(account: core_v1.ServiceAccount, pod: core_v1.Pod) -> Iterator[str]:
    """The same about containers that are put into a pod later."""
    allowed = {each.name for each in account.secrets}
    yield from _of_containers("ephemeral container", pod.spec.ephemeral_containers, allowed, account.metadata.name)


def _of_containers(kind: str, containers: Sequence[_Container], allowed: set[str], account: str) -> Iterator[str]:
    for container in containers:
        for variable in container.env:
            source = variable.value_from.secret_key_ref if variable.value_from is not None else None
            if source is not None and source.name not in allowed:
                where = f"{kind} {container.name} with envVar {variable.name}"
                yield _refusal(f'{where} referencing secret.secretName="{source.name}"', account)
        for origin in container.env_from:
            if origin.secret_ref is not None and origin.secret_ref.name not in allowed:
                where = f"{kind} {container.name} with envFrom"
                yield _refusal(f'{where} referencing secret.secretName="{origin.secret_ref.name}"', account)


def _refusal(what: str, account: str) -> str:
    return f"{what} is not allowed because service account {account} does not reference that secret"

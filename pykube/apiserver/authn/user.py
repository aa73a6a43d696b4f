"""Who makes a request, and the group names that Kubernetes itself gives out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ANONYMOUS = "system:anonymous"
MASTERS = "system:masters"
AUTHENTICATED = "system:authenticated"
UNAUTHENTICATED = "system:unauthenticated"
NODES = "system:nodes"
SERVICE_ACCOUNTS = "system:serviceaccounts"
SERVICE_ACCOUNT_PREFIX = "system:serviceaccount:"
NODE_PREFIX = "system:node:"

CREDENTIAL_ID = "authentication.kubernetes.io/credential-id"
POD_NAME = "authentication.kubernetes.io/pod-name"
POD_UID = "authentication.kubernetes.io/pod-uid"
NODE_NAME = "authentication.kubernetes.io/node-name"
NODE_UID = "authentication.kubernetes.io/node-uid"


@dataclass(frozen=True, slots=True)
class User:
    """One authenticated caller; `extra` holds further facts by key, as ``UserInfo.extra`` does."""

    name: str
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    def with_group(self, group: str) -> User:
        """This user, in `group` as well."""
        if group in self.groups:
            return self
        return User(self.name, self.uid, (*self.groups, group), self.extra)


def service_account_name(namespace: str, name: str) -> str:
    """The user name of a service account."""
    return f"{SERVICE_ACCOUNT_PREFIX}{namespace}:{name}"


def service_account_groups(namespace: str) -> tuple[str, ...]:
    """The groups each service account of `namespace` is in."""
    return (SERVICE_ACCOUNTS, f"{SERVICE_ACCOUNTS}:{namespace}")


def split_service_account(name: str) -> tuple[str, str] | None:
    """Namespace and name of the service account behind a user name; None when it is none."""
    if not name.startswith(SERVICE_ACCOUNT_PREFIX):
        return None
    namespace, _, account = name[len(SERVICE_ACCOUNT_PREFIX) :].partition(":")
    if not namespace or not account or ":" in account:
        return None
    return namespace, account


def node_name(user: User) -> str:
    """The node a kubelet's user stands for; empty when the user is no node."""
    if NODES not in user.groups or not user.name.startswith(NODE_PREFIX):
        return ""
    return user.name[len(NODE_PREFIX) :]

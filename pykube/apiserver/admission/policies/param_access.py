"""Nobody reads, by way of a policy, what they may not read themselves.

Who writes a policy with a paramKind must be allowed to get all objects of that kind; who writes a binding with a
paramRef must be allowed to get, or list, the objects referred to.
Source: pkg/registry/admissionregistration (authz.go of the four kinds).
"""

from __future__ import annotations

from typing import Any

from pykube.api import field_errors
from pykube.api.admissionregistration_v1 import (
    MutatingAdmissionPolicy,
    MutatingAdmissionPolicyBinding,
    ParamKind,
    ParamRef,
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
)
from pykube.api.field_errors import SPEC

from ...authn.user import MASTERS, User
from ...authz.authorizer import Attributes, Authorizer
from ...write import Operation, Write
from . import params

_POLICIES = (ValidatingAdmissionPolicy, MutatingAdmissionPolicy)
_BINDINGS = (ValidatingAdmissionPolicyBinding, MutatingAdmissionPolicyBinding)


class ParamAccess:
    """The admission plugin."""

    def __init__(self, authorizer: Authorizer) -> None:
        self._authorizer = authorizer

    async def __call__(self, write: Write) -> None:
        """Check who writes a policy or a binding.

        Raises:
            Invalid: the user may not read the parameters; the field says so in a Forbidden.
        """
        if write.operation not in (Operation.CREATE, Operation.UPDATE) or write.subresource:
            return
        if MASTERS in write.user.groups:
            return
        if isinstance(write.object, _POLICIES):
            await self._check_policy(write)
        elif isinstance(write.object, _BINDINGS):
            await self._check_binding(write)

    async def _check_policy(self, write: Write) -> None:
        kind: ParamKind | None = write.object.spec.param_kind
        if kind is None or (write.old is not None and write.old.spec.param_kind == kind):
            return
        attributes = self._attributes(write, kind, verb="get", namespace="*", name="*")
        if not (await self._authorizer.authorize(attributes)).allowed:
            raise _refused(
                write,
                "paramKind",
                f'user {_shown(write.user)} must have "get" permission on all objects of the referenced paramKind '
                f"(kind={kind.kind}, apiVersion={kind.api_version})",
            )

    async def _check_binding(self, write: Write) -> None:
        spec = write.object.spec
        ref: ParamRef | None = spec.param_ref
        if ref is None:
            return
        old = write.old.spec if write.old is not None else None
        if old is not None and old.param_ref == ref and old.policy_name == spec.policy_name:
            return
        policy_type = _POLICIES[_BINDINGS.index(type(write.object))]
        policy: Any = write.registry.find(policy_type, spec.policy_name)
        kind = policy.spec.param_kind if policy is not None else None
        verb = "get" if ref.name else "list"
        attributes = self._attributes(write, kind, verb=verb, namespace=ref.namespace, name=ref.name)
        if (await self._authorizer.authorize(attributes)).allowed:
            return
        user = _shown(write.user)
        message = f'user {user} does not have "{verb}" permission on the object referenced by paramRef'
        everything = f'does not have "{verb}" permission for all groups, versions and resources'
        if policy is None:
            what = f"unable to get policy {spec.policy_name} to determine minimum required permissions"
            message = f"{what} and user {user} {everything}"
        elif kind is not None and attributes.resource == "*":
            what = f"unable to resolve paramKind {kind.api_version}, Kind={kind.kind} to determine minimum required"
            message = f"{what} permissions and user {user} {everything}"
        raise _refused(write, "paramRef", message)

    @staticmethod
    def _attributes(write: Write, kind: ParamKind | None, *, verb: str, namespace: str, name: str) -> Attributes:
        """What has to be allowed: everything, as far as the kind is not known."""
        group, version, plural = "*", "*", "*"
        if kind is not None:
            group, _, version = kind.api_version.rpartition("/")
            resource = params.resource_of(write.registry, kind)
            plural = resource.plural if resource is not None else "*"
        return Attributes(
            user=write.user,
            verb=verb,
            group=group,
            version=version,
            resource=plural,
            namespace=namespace,
            name=name,
        )


def _refused(write: Write, field: str, message: str) -> Exception:
    found = field_errors.forbidden(SPEC.child(field), message)
    return field_errors.invalid(write.resource, write.object.metadata.name, [found])


def _shown(user: User) -> str:
    """A user as Go prints its struct."""
    groups = " ".join(user.groups)
    extra = " ".join(f"{key}:[{' '.join(values)}]" for key, values in sorted(user.extra.items()))
    return f"&{{{user.name} {user.uid} [{groups}] map[{extra}]}}"

"""``serviceaccounts/token``: a token that ends with its time or with the object that it is bound to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from aiohttp import web

from pykube.api import authentication_v1, core_v1, scheme
from pykube.api.scheme import Resource
from pykube.errors import BadRequest, Cause, Conflict, Details, Forbidden, Invalid
from pykube.pki.tokens import Identity, Reference, Tokens

from .. import answers, decoding, statuses, writing
from ..authz.node_restriction import check_token_request
from ..request import Context

_DEFAULT_SECONDS = 3600
_MIN_SECONDS = 600
_MAX_SECONDS = 1 << 32
_EXTENDED_SECONDS = 365 * 24 * 3600
"""Tokens for pods live this long although the kubelet renews them hourly, for clients that never read them again."""
_POD_SECONDS = 3607
"""The lifetime that the ServiceAccount admission plugin asks for: it marks a pod's own token."""

_BOUND: Mapping[tuple[str, str], type[core_v1.Pod] | type[core_v1.Secret] | type[core_v1.Node]] = {
    ("v1", "Pod"): core_v1.Pod,
    ("v1", "Secret"): core_v1.Secret,
    ("v1", "Node"): core_v1.Node,
}


class TokenRequests:
    """Answers TokenRequests with the cluster's own signing key."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def handle(self, ctx: Context, resource: Resource) -> web.StreamResponse:
        """Issue a token for the service account in the path."""
        request = await decoding.read_object(ctx, authentication_v1.TokenRequest)
        account = ctx.registry.find(core_v1.ServiceAccount, ctx.info.name, ctx.info.namespace)
        if account is None:
            raise statuses.not_found(resource, ctx.info.name)
        check_token_request(ctx.registry, ctx.user, ctx.info.namespace, request)
        request = await writing.admitted(ctx, resource, request, name=ctx.info.name)
        spec = request.spec
        seconds = _DEFAULT_SECONDS if spec.expiration_seconds is None else spec.expiration_seconds
        _check_seconds(seconds)
        now = ctx.registry.clock.now()
        identity, seconds, shown = _identity(ctx, account, request, seconds, now)
        audiences = spec.audiences or [self._tokens.issuer]
        if not writing.dry_run(ctx):
            token, _ = self._tokens.issue(identity, audiences, now, seconds=seconds)
            request.status.token = token
        request.spec.audiences = audiences
        request.spec.expiration_seconds = shown
        request.status.expiration_timestamp = datetime.fromtimestamp(int(now.timestamp()) + shown, UTC)
        request.metadata.name, request.metadata.namespace = account.metadata.name, account.metadata.namespace
        request.metadata.creation_timestamp = now.replace(microsecond=0)
        return answers.plain_data(ctx, request, status=201)


def _check_seconds(seconds: int) -> None:
    path = "spec.expirationSeconds"
    if seconds < _MIN_SECONDS:
        message = f"Invalid value: {seconds}: may not specify a duration less than 10 minutes"
    elif seconds > _MAX_SECONDS:
        message = f"Invalid value: {seconds}: may not specify a duration larger than 2^32 seconds"
    else:
        return
    raise Invalid(
        f'TokenRequest.authentication.k8s.io "" is invalid: {path}: {message}',
        Details(
            group="authentication.k8s.io",
            kind="TokenRequest",
            causes=(Cause("FieldValueInvalid", message, path),),
        ),
    )


def _identity(
    ctx: Context,
    account: core_v1.ServiceAccount,
    request: authentication_v1.TokenRequest,
    seconds: int,
    now: datetime,
) -> tuple[Identity, int, int]:
    """What the token says, how long it really lives, and how long it is said to live."""
    meta = account.metadata
    own = Reference(meta.name, meta.uid)
    wanted = request.spec.bound_object_ref
    if wanted is None:
        return Identity(namespace=meta.namespace, service_account=own), seconds, seconds
    cls = _BOUND.get((wanted.api_version, wanted.kind))
    if cls is None:
        raise BadRequest(f"cannot bind token for type {wanted.api_version}, Kind={wanted.kind}")
    bound = ctx.registry.find(cls, wanted.name, "" if cls is core_v1.Node else meta.namespace)
    if bound is None:
        raise statuses.not_found(scheme.resource_of(cls), wanted.name)
    if wanted.uid and wanted.uid != bound.metadata.uid:
        raise Conflict(
            f'Operation cannot be fulfilled on {wanted.kind.lower()}s "{wanted.name}": the UID in the bound object '
            f"reference ({wanted.uid}) does not match the UID in record. The object might have been deleted and then "
            "recreated"
        )
    reference = Reference(bound.metadata.name, bound.metadata.uid)
    if isinstance(bound, core_v1.Secret):
        return Identity(namespace=meta.namespace, service_account=own, secret=reference), seconds, seconds
    if isinstance(bound, core_v1.Node):
        return Identity(namespace=meta.namespace, service_account=own, node=reference), seconds, seconds
    if bound.spec.service_account_name != meta.name:
        raise Forbidden(
            f"cannot bind token for serviceaccount {meta.name!r} to pod running with different serviceaccount name."
        )
    warn_after, really = 0, seconds
    if seconds == _POD_SECONDS and not request.spec.audiences:
        warn_after, really = int(now.timestamp()) + seconds, _EXTENDED_SECONDS
    identity = Identity(
        namespace=meta.namespace,
        service_account=own,
        pod=reference,
        node=_node_of(ctx, bound),
        warn_after=warn_after,
    )
    return identity, really, seconds


def _node_of(ctx: Context, pod: core_v1.Pod) -> Reference | None:
    """The pod's node, whose end also ends the token."""
    if not pod.spec.node_name:
        return None
    node = ctx.registry.find(core_v1.Node, pod.spec.node_name)
    return Reference(pod.spec.node_name, node.metadata.uid if node is not None else "")

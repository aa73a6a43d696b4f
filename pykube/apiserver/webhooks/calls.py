"""Asking one webhook about one write, and what its failure means.

Source: k8s.io/apiserver, pkg/admission/plugin/webhook/{mutating,validating}/dispatcher.go.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass

import msgspec

from pykube import errors
from pykube.aio.clock import Clock
from pykube.api.scheme import Resource

from .. import statuses
from ..admission.policies.conditions import ConditionError, Conditions, compile_conditions
from ..admission.policies.expressions import Compiler
from ..admission.policies.inputs import Inputs, asking
from ..admission.request import request
from ..authz.authorizer import Authorizer
from ..cel.authorizer import Authorizer as CelAuthorizer
from ..write import Write
from . import metrics, review
from .client import CallError, WebhookClient
from .hooks import Hook
from .metrics import WebhookMetrics
from .review import AnswerError, Verdict
from .views import Views

log = logging.getLogger(__name__)

REQUEST_SECONDS = 34.0
"""How long all webhooks together may keep a request; upstream bounds the whole request by it."""
_OK = 200
_REMEMBERED = 1024
"""Webhooks whose conditions are kept compiled; when there are more, some are of webhooks that are gone."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A webhook that is to be asked, and the version in which it wants to see the object."""

    hook: Hook
    resource: Resource


class Caller:
    """Asks webhooks of one type: ``admit`` those that may change objects, ``validating`` the others."""

    def __init__(
        self, client: WebhookClient, authorizer: Authorizer, clock: Clock, counted: WebhookMetrics, *, type_: str
    ) -> None:
        self._client = client
        self._authorizer = authorizer
        self._clock = clock
        self._metrics = counted
        self._type = type_
        self._mutating = type_ == "admit"
        self._conditions: dict[tuple[str, str, int], tuple[Hook, Conditions]] = {}

    async def wants(self, asked: Asked, write: Write, views: Views) -> bool:
        """Whether the match conditions of the webhook hold.

        Raises:
            Forbidden: nobody can tell, and the webhook's failure is not to be ignored.
        """
        hook = asked.hook
        if not hook.conditions:
            return True
        obj, old = await views.object(asked.resource), await views.old(asked.resource)
        inputs = Inputs(
            write,
            asked.resource,
            obj=lambda: _plain(obj),
            old=lambda: _plain(old),
            namespace=lambda: None,
            authorizer=CelAuthorizer(write.user, asking(self._authorizer)),
        )
        try:
            return self._compiled(hook).match(inputs.without_namespace(None), {})
        except ConditionError as error:
            raise statuses.forbidden(write.resource, write.name, str(error)) from error

    def _compiled(self, hook: Hook) -> Conditions:
        """The conditions, compiled when they are first asked for, and kept while the webhook stays as it is."""
        known = self._conditions.get(hook.key)
        if known is not None and (known[0] is hook or known[0] == hook):
            return known[1]
        if len(self._conditions) >= _REMEMBERED:
            self._conditions.clear()
        compiler = Compiler.of_policy(params=False)
        conditions = compile_conditions(compiler, hook.conditions, "Ignore" if hook.ignore_failures else "Fail")
        self._conditions[hook.key] = (hook, conditions)
        return conditions

    async def ask(self, asked: Asked, write: Write, views: Views, *, until: float) -> Verdict | None:
        """The webhook's verdict; None when it has failed and that does not matter.

        `until` is the monotonic time at which the whole request has to be over.

        Raises:
            BadRequest: the write is tried only, which the webhook cannot do.
            InternalError: it has failed.
            Timeout: there is no time left.
        """
        hook = asked.hook
        if write.dry_run and not hook.dry_runs:
            self._count_refusal(write, hook, metrics.OWN_ERROR, 0)
            raise errors.BadRequest(f'admission webhook "{hook.name}" does not support dry run')
        began = self._clock.monotonic()
        if until <= began:
            raise errors.Timeout("Timeout: request did not complete within requested timeout")
        try:
            found = await self._call(asked, write, views, seconds=min(hook.seconds, until - began))
        except (CallError, AnswerError) as error:
            self._failed(write, hook, str(error), began)
            return None
        self._count(write, hook, _OK if found.allowed else review.refusal(hook.name, found.status).code, began, found)
        return found

    async def _call(self, asked: Asked, write: Write, views: Views, *, seconds: float) -> Verdict:
        hook = asked.hook
        version = review.version_of(hook.versions)
        if hook.target is None:
            raise CallError(f"could not get REST client: {hook.problem}")
        uid = str(uuid.uuid4())
        obj, old = await views.object(asked.resource), await views.old(asked.resource)
        body = review.encode(version, uid, request(write, asked.resource), obj, old)
        try:
            answer = await self._client.post(hook.target, body, seconds=seconds)
        except CallError as error:
            raise CallError(f"failed to call webhook: {error}") from error
        found = review.verdict(review.decode(answer), version, uid, mutating=self._mutating)
        write.audit.update((f"{hook.name}/{key}", value) for key, value in found.audit.items())
        write.warnings.extend(found.warnings)
        return found

    def _count(self, write: Write, hook: Hook, code: int, began: float, found: Verdict) -> None:
        operation = write.operation.value
        seconds = self._clock.monotonic() - began
        refused = not found.allowed
        self._metrics.called(hook.name, self._type, operation, code=code, rejected=refused, seconds=seconds)
        if refused:
            self._count_refusal(write, hook, metrics.NO_ERROR, code)

    def _count_refusal(self, write: Write, hook: Hook, error: str, code: int) -> None:
        self._metrics.rejected(hook.name, self._type, write.operation.value, error=error, code=code)

    def _failed(self, write: Write, hook: Hook, reason: str, began: float) -> None:
        """Go on, or refuse the request, as the webhook's failurePolicy has it."""
        seconds = self._clock.monotonic() - began
        code = errors.ServiceUnavailable.code
        ignored = hook.ignore_failures
        self._metrics.called(
            hook.name, self._type, write.operation.value, code=code, rejected=not ignored, seconds=seconds
        )
        told = f'failed calling webhook "{hook.name}": {reason}'
        if ignored:
            log.warning("going on without webhook: %s", told)
            self._metrics.failed_open(hook.name, self._type)
            kind = "mutation" if self._mutating else "validating"
            turn = int(write.reinvocation) if self._mutating else 0
            place = f"round_{turn}_index_{hook.position}"
            write.audit[f"failed-open.{kind}.webhook.admission.k8s.io/{place}"] = hook.name
            return
        self._count_refusal(write, hook, metrics.CALL_ERROR, code)
        raise statuses.internal(told)


def _plain(data: bytes | None) -> object:
    return msgspec.json.decode(data) if data is not None else None

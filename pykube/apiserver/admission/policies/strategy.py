"""What is special about policies, and about webhooks, as objects: their expressions have to compile.

Source: pkg/registry/admissionregistration, pkg/apis/admissionregistration/validation. An expression that an update
does not touch was compiled when it came, and is not reported again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pykube.api.admissionregistration_v1 import (
    MatchCondition,
    MutatingAdmissionPolicy,
    MutatingWebhookConfiguration,
    ValidatingAdmissionPolicy,
    ValidatingWebhookConfiguration,
)
from pykube.api.field_errors import SPEC, Errors, FieldError, Path, invalid_value

from ...cel.errors import CompileError
from ...cel.types import BOOL, STRING, Type
from ...resources.workload import CountedConditionally, CountedWhole
from ...write import Write
from .expressions import Compiler
from .mutations import form_of
from .verdicts import ANNOTATION_TYPES

Policy = ValidatingAdmissionPolicy | MutatingAdmissionPolicy
Webhooks = ValidatingWebhookConfiguration | MutatingWebhookConfiguration


class PolicyStrategy(CountedConditionally):
    """Both kinds of policies."""

    def validate_create(self, write: Write) -> Sequence[FieldError]:
        return [*super().validate_create(write), *expressions(write.object)]

    def validate_update(self, write: Write) -> Sequence[FieldError]:
        found = list(super().validate_update(write))
        if write.object.spec != write.old.spec:
            conditions = _conditions_changed(write.object, write.old)
            found.extend(expressions(write.object, conditions=conditions))
        return found


class WebhookStrategy(CountedWhole):
    """Both kinds of webhooks."""

    unconditional_update = False

    def validate_create(self, write: Write) -> Sequence[FieldError]:
        return [*super().validate_create(write), *hook_conditions(write.object)]

    def validate_update(self, write: Write) -> Sequence[FieldError]:
        found = list(super().validate_update(write))
        if _all_conditions(write.object) != _all_conditions(write.old):
            found.extend(hook_conditions(write.object))
        return found


def expressions(policy: Policy, *, conditions: bool = True) -> Errors:
    """The expressions of a policy that do not compile; those of its match conditions only if `conditions`."""
    spec = policy.spec
    params = spec.param_kind is not None
    if conditions:
        yield from _conditions(spec.match_conditions, SPEC.child("matchConditions"), params=params)
    compiler = Compiler.of_policy(params=params)
    for index, variable in enumerate(spec.variables):
        if variable.expression.strip() and (error := compiler.add(variable)) is not None:
            place = SPEC.child("variables").index(index).child("expression")
            yield invalid_value(place, variable.expression, str(error))
    if isinstance(policy, ValidatingAdmissionPolicy):
        yield from _validating(policy, compiler)
    else:
        yield from _mutating(policy, compiler)


def _validating(policy: ValidatingAdmissionPolicy, compiler: Compiler) -> Errors:
    for index, validation in enumerate(policy.spec.validations):
        path = SPEC.child("validations").index(index)
        yield from _compiled(compiler, validation.expression, BOOL, path.child("expression"))
        text = validation.message_expression
        yield from _compiled(compiler, text, STRING, path.child("messageExpression"), authorizer=False)
    for index, annotation in enumerate(policy.spec.audit_annotations):
        path = SPEC.child("auditAnnotations").index(index).child("valueExpression")
        yield from _compiled(compiler, annotation.value_expression, ANNOTATION_TYPES, path)


def _mutating(policy: MutatingAdmissionPolicy, compiler: Compiler) -> Errors:
    names = {"ApplyConfiguration": "applyConfiguration", "JSONPatch": "jsonPatch"}
    for index, mutation in enumerate(policy.spec.mutations):
        name = names.get(mutation.patch_type)
        if name is not None:
            text, returns = form_of(mutation)
            path = SPEC.child("mutations").index(index).child(name).child("expression")
            yield from _compiled(compiler, text.strip(), returns, path, patches=True)


def _conditions(found: Iterable[MatchCondition], path: Path, *, params: bool) -> Errors:
    """Match conditions see no variables of the policy here, although they do when they are evaluated."""
    compiler = Compiler.of_policy(params=params)
    for index, condition in enumerate(found):
        yield from _compiled(compiler, condition.expression.strip(), BOOL, path.index(index).child("expression"))


def _compiled(
    compiler: Compiler,
    text: str,
    returns: Type | Sequence[Type],
    path: Path,
    *,
    authorizer: bool = True,
    patches: bool = False,
) -> Iterator[FieldError]:
    """What is wrong with one expression; whether it is there at all is checked elsewhere."""
    if not text.strip():
        return
    found = compiler.compile(text, returns, authorizer=authorizer, patches=patches)
    if isinstance(found.program, CompileError):
        yield invalid_value(path, text, str(found.program))


def hook_conditions(configuration: Webhooks) -> Errors:
    """The match conditions of webhooks that do not compile."""
    for index, conditions in enumerate(_all_conditions(configuration)):
        path = Path("webhooks").index(index).child("matchConditions")
        yield from _conditions(conditions, path, params=False)


def _conditions_changed(new: Policy, old: Policy) -> bool:
    """Whether match conditions could have been broken: a parameter that goes away does that too."""
    return new.spec.match_conditions != old.spec.match_conditions or new.spec.param_kind != old.spec.param_kind


def _all_conditions(configuration: Webhooks) -> list[list[MatchCondition]]:
    return [hook.match_conditions for hook in configuration.webhooks]

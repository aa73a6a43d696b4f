"""What is doubtful about the types in a policy's expressions.

Policies see objects of any type. Here each expression is compiled once more for each kind that the policy names, with
the fields that the kind really has.
Source: k8s.io/apiserver, pkg/admission/plugin/policy/validating/typechecking.go.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pykube.api.admissionregistration_v1 import (
    ExpressionWarning,
    NamedRuleWithOperations,
    ParamKind,
    ValidatingAdmissionPolicy,
)
from pykube.api.field_errors import SPEC
from pykube.api.scheme import CustomResource, Resource

from ...cel.environment import Environment
from ...cel.errors import CompileError
from ...cel.types import DYN, Type
from ...crd.publishing import published_version
from . import environment as environments
from . import kinds, params
from .expressions import Compiler

if TYPE_CHECKING:
    from ...registry import Registry

_KINDS_MAX = 10
"""Kinds that a policy is checked against."""
_PREFIX = "compilation failed: "


def check(registry: Registry, policy: ValidatingAdmissionPolicy) -> list[ExpressionWarning]:
    """One warning for each expression that does not fit a kind."""
    kind = policy.spec.param_kind
    params_type = _params_type(registry, kind) if kind is not None else DYN
    compilers = [
        (resource, _compiler(policy, found, params_type))
        for resource in resources_of(registry, policy)
        if (found := type_of(registry, resource)) is not None
    ]
    warnings = []
    for index, validation in enumerate(policy.spec.validations):
        path = SPEC.child("validations").index(index)
        for name, text in (("expression", validation.expression), ("messageExpression", validation.message_expression)):
            if text and (complaints := _complaints(compilers, text)):
                warnings.append(ExpressionWarning(field_ref=str(path.child(name)), warning="\n".join(complaints)))
    return warnings


def _complaints(compilers: Sequence[tuple[Resource, Compiler]], text: str) -> list[str]:
    found = []
    for resource, compiler in compilers:
        program = compiler.compile(text).program
        if isinstance(program, CompileError):
            complaint = str(program).removeprefix(_PREFIX)
            found.append(f"{resource.group}/{resource.version}, Kind={resource.kind}: {complaint}\n")
    return found


def _compiler(policy: ValidatingAdmissionPolicy, obj: Type, params_type: Type) -> Compiler:
    """Compiles for one kind of objects; messages may ask the authorizer here."""
    base = Environment(
        environments.variables(
            params=policy.spec.param_kind is not None, authorizer=True, obj=obj, params_type=params_type
        )
    )
    compiler = Compiler(lambda _authorizer, _patches: base)
    compiler.add_all(policy.spec.variables)
    return compiler


def _params_type(registry: Registry, kind: ParamKind) -> Type:
    resource = params.resource_of(registry, kind)
    return (type_of(registry, resource) if resource is not None else None) or DYN


def type_of(registry: Registry, resource: Resource) -> Type | None:
    """The type of a resource's objects; None for custom ones that tell nothing of themselves."""
    if not isinstance(resource, CustomResource):
        return kinds.of_struct(resource.type, resource.kind)
    version = published_version(registry, resource)
    if version is None or version.schema is None or version.schema.open_apiv3_schema is None:
        return None
    return kinds.of_custom(version.schema.open_apiv3_schema, resource.kind)


def resources_of(registry: Registry, policy: ValidatingAdmissionPolicy) -> list[Resource]:
    """The resources that the rules of a policy name, ten of them at most, sorted by kind."""
    constraints = policy.spec.match_constraints
    found: dict[tuple[str, str, str], Resource] = {}
    for rule in constraints.resource_rules if constraints is not None else ():
        named = list(itertools.islice(_named(registry, rule), _KINDS_MAX))
        found.update((resource.gvk, resource) for resource in named)
        if len(named) == _KINDS_MAX:
            break
    return [found[key] for key in sorted(found)]


def _named(registry: Registry, rule: NamedRuleWithOperations) -> Iterator[Resource]:
    """What a rule names in full: rules with wildcards in groups or versions are not looked at."""
    if any("*" in word for word in (*rule.api_groups, *rule.api_versions)):
        return
    for group in sorted(rule.api_groups):
        for version in sorted(rule.api_versions):
            for plural in sorted(rule.resources):
                if (resource := registry.resource(group, version, plural)) is not None:
                    yield resource

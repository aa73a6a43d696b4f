"""The mutations of a policy: compiled, and performed on the object of a write.

Source: k8s.io/apiserver, pkg/admission/plugin/policy/mutating (compilation.go, dispatcher.go) and its patch package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pykube.api import admissionregistration_v1 as v1
from pykube.api.patch.apply import nodes
from pykube.api.patch.apply.nodes import Node
from pykube.api.schema import Struct
from pykube.api.scheme import CustomResource, Resource
from pykube.errors import BadRequest

from ... import statuses
from ...cel.cost import RUNTIME_LIMIT, Budget
from ...cel.errors import BudgetExceeded, CompileError
from ...cel.objects import JSON_PATCH, OBJECT
from ...cel.program import Program
from ...cel.types import Type, list_of
from ...write import Write
from . import patches, views
from .conditions import Conditions, compile_conditions
from .expressions import Compiler, Expression, Group

_OPERATIONS: Final = list_of(JSON_PATCH)


class MutationError(Exception):
    """A mutation has failed; what follows is said by the policy's failurePolicy."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One mutation; `applies` tells an ApplyConfiguration from a JSONPatch."""

    expression: Expression
    applies: bool

    async def perform(
        self,
        write: Write,
        resource: Resource,
        values: Mapping[str, Any],
        composed: Mapping[str, Program | CompileError],
    ) -> None:
        """Put a changed object, with its defaults, in the place of the write's.

        Raises:
            MutationError: the expression fails, or what it gives does not fit the object.
            InternalError: the patched object cannot be read any more.
        """
        given = self._evaluate(values, composed)
        doc = (await views.view(write, resource, write.object))()
        try:
            changed = patches.apply(_node(write, resource), doc, given) if self.applies else patches.json(doc, given)
        except patches.PatchError as error:
            raise MutationError(str(error)) from error
        if changed is not doc:
            write.object = await self._read(write, resource, changed)

    def _evaluate(self, values: Mapping[str, Any], composed: Mapping[str, Program | CompileError]) -> Any:
        if isinstance(self.expression.program, CompileError):
            raise MutationError(str(self.expression.program))
        try:
            outcome = Group(values, composed, Budget(RUNTIME_LIMIT)).evaluate(self.expression)
        except BudgetExceeded as error:
            raise MutationError(str(error)) from error
        if outcome.error:
            raise MutationError(outcome.error)
        return outcome.value

    async def _read(self, write: Write, resource: Resource, doc: Any) -> Any:
        try:
            if not self.applies:
                _check_fields(write, resource, doc)
            return await views.read(write, resource, doc)
        except BadRequest as error:
            if self.applies:
                message = f"error applying patch: failed to convert patch object to typed object: {error}"
                raise MutationError(message) from error
            raise statuses.internal(error) from error


def _check_fields(write: Write, resource: Resource, doc: Any) -> None:
    """Raise BadRequest for fields that a built-in kind does not have; custom kinds drop theirs."""
    if write.shown is None and not isinstance(resource, CustomResource):
        unknown = write.registry.storage(resource).model.unknown(doc)
        if unknown:
            raise BadRequest(f"strict decoding error: {', '.join(unknown)}")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A mutating policy, compiled."""

    composed: Mapping[str, Program | CompileError]
    conditions: Conditions
    mutations: Sequence[Mutation]


def compile_policy(policy: v1.MutatingAdmissionPolicy) -> Compiled:
    """Compile all expressions; what is wrong with one is said when it is evaluated."""
    spec = policy.spec
    compiler = Compiler.of_policy(params=spec.param_kind is not None)
    compiler.add_all(spec.variables)
    return Compiled(
        compiler.variables,
        compile_conditions(compiler, spec.match_conditions, spec.failure_policy),
        [_mutation(compiler, mutation) for mutation in spec.mutations],
    )


def _mutation(compiler: Compiler, found: v1.Mutation) -> Mutation:
    text, returns = form_of(found)
    return Mutation(compiler.compile(text, returns, patches=True), returns is OBJECT)


def form_of(found: v1.Mutation) -> tuple[str, Type]:
    """The expression of a mutation and the type it has to be of."""
    if found.patch_type == "JSONPatch":
        return found.json_patch.expression if found.json_patch is not None else "", _OPERATIONS
    return found.apply_configuration.expression if found.apply_configuration is not None else "", OBJECT


def _node(write: Write, resource: Resource) -> Node:
    """The structure of the object that the mutation sees."""
    if write.shown is not None:
        cls: type[Struct] | type[dict[str, Any]] = type(write.object)
        return nodes.of_struct(cls) if issubclass(cls, Struct) else nodes.ANY
    return write.registry.storage(resource).tracker.node

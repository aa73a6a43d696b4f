"""Which requests a webhook authorizer is asked about: CEL expressions over the review that would be sent.

Source: k8s.io/apiserver, pkg/authorization/cel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..cel.environment import Environment
from ..cel.errors import EvaluationError
from ..cel.program import Program
from ..cel.types import BOOL, STRING, Type, list_of, map_of, object_of
from .union import joined

_TEXTS: Final = list_of(STRING)
_REQUIREMENTS: Final = list_of(
    object_of("kubernetes.SelectorRequirement", {"key": STRING, "operator": STRING, "values": _TEXTS})
)


def _selector(name: str) -> Type:
    return object_of(f"kubernetes.{name}", {"rawSelector": STRING, "requirements": _REQUIREMENTS})


_RESOURCE: Final = object_of(
    "kubernetes.ResourceAttributes",
    {
        **dict.fromkeys(("namespace", "verb", "group", "version", "resource", "subresource", "name"), STRING),
        "fieldSelector": _selector("FieldSelectorAttributes"),
        "labelSelector": _selector("LabelSelectorAttributes"),
    },
)
_REQUEST: Final = object_of(
    "kubernetes.SubjectAccessReviewSpec",
    {
        "resourceAttributes": _RESOURCE,
        "nonResourceAttributes": object_of("kubernetes.NonResourceAttributes", {"path": STRING, "verb": STRING}),
        "user": STRING,
        "groups": _TEXTS,
        "extra": map_of(STRING, _TEXTS),
        "uid": STRING,
    },
)
_EMPTY: Final = {"user": "", "uid": "", "groups": [], "extra": {}}
_EMPTY_RESOURCE: Final = dict.fromkeys(("namespace", "verb", "group", "version", "resource", "subresource", "name"), "")


class ConditionError(Exception):
    """Nobody can tell whether the request is to be sent."""


def compile_condition(text: str) -> Program:
    """The program of one condition.

    Raises:
        CompileError: it is no expression that is true or false.
    """
    return Environment({"request": _REQUEST}).compile(text, returns=BOOL)


def matches(conditions: Sequence[Program], spec: Mapping[str, Any]) -> bool:
    """Whether all conditions hold for the spec of a review; one that does not decides, whatever becomes of others.

    Raises:
        ConditionError: none is false and some have failed.
    """
    if not conditions:
        return True
    request = {**_EMPTY, **spec}
    if "resourceAttributes" in spec:
        request["resourceAttributes"] = {**_EMPTY_RESOURCE, **spec["resourceAttributes"]}
    errors: list[str] = []
    for condition in conditions:
        try:
            if condition.evaluate({"request": request}) is not True:
                return False
        except EvaluationError as error:
            errors.append(f"cel evaluation error: expression '{condition.text}' resulted in error: {error}")
    if errors:
        raise ConditionError(joined(errors))
    return True

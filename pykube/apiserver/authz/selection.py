"""Selectors of a request, as far as permission depends on them: read without ever failing. Pure.

A selector narrows a request: leaving out a part that makes no sense asks for more than was wanted, never for less, so
that nothing is allowed by it which would not be otherwise. Source: pkg/registry/authorization/util.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pykube.api import authorization_v1, meta_v1, names, selectors
from pykube.api.field_errors import FieldError, Path, forbidden, invalid_value, required
from pykube.api.selectors import FieldOperator, Operator, Requirement, SelectorError

from .authorizer import Attributes

_LABEL_OPERATORS = {
    "In": Operator.IN,
    "NotIn": Operator.NOT_IN,
    "Exists": Operator.EXISTS,
    "DoesNotExist": Operator.DOES_NOT_EXIST,
}
_FIELD_OPERATORS = {"In": FieldOperator.EQUALS, "NotIn": FieldOperator.NOT_EQUALS}
_LABEL_NAMES = {
    Operator.EQUALS: "In",
    Operator.DOUBLE_EQUALS: "In",
    Operator.IN: "In",
    Operator.NOT_EQUALS: "NotIn",
    Operator.NOT_IN: "NotIn",
    Operator.EXISTS: "Exists",
    Operator.DOES_NOT_EXIST: "DoesNotExist",
}
_FIELD_NAMES = {FieldOperator.EQUALS: "In", FieldOperator.NOT_EQUALS: "NotIn"}

FieldAttributes = authorization_v1.FieldSelectorAttributes
LabelAttributes = authorization_v1.LabelSelectorAttributes


def exact_field(attributes: Attributes, field: str) -> str | None:
    """The one value that the request demands of `field`; None when it demands none."""
    if not attributes.field_selector:
        return None
    try:
        return selectors.parse_field_selector(attributes.field_selector).exact(field)
    except SelectorError:
        return None


def field_requirements(attributes: Attributes) -> list[meta_v1.FieldSelectorRequirement]:
    """The parts of the request's field selector, as the API writes them down."""
    if not attributes.field_selector:
        return []
    try:
        found = selectors.parse_field_selector(attributes.field_selector)
    except SelectorError:
        return []
    return [
        meta_v1.FieldSelectorRequirement(key=field, operator=_FIELD_NAMES[operator], values=[value])
        for field, operator, value in found.requirements
    ]


def label_requirements(attributes: Attributes) -> list[meta_v1.LabelSelectorRequirement]:
    """The parts of the request's label selector; those that compare numbers have no form in the API."""
    if not attributes.label_selector:
        return []
    try:
        found = selectors.parse_label_selector(attributes.label_selector)
    except SelectorError:
        return []
    return [
        meta_v1.LabelSelectorRequirement(key=part.key, operator=_LABEL_NAMES[part.operator], values=sorted(part.values))
        for part in found.requirements
        if part.operator in _LABEL_NAMES
    ]


def asked_fields(asked: FieldAttributes | None) -> tuple[str, str]:
    """The field selector of an access review, and what to say about the parts of it that are left out."""
    if asked is None:
        return "", ""
    if not asked.requirements:
        return _readable("fieldSelector", asked.raw_selector, selectors.parse_field_selector)
    good = [part for part in asked.requirements if part.operator in _FIELD_OPERATORS and len(part.values) == 1]
    requirements = tuple((part.key, _FIELD_OPERATORS[part.operator], part.values[0]) for part in good)
    text = str(selectors.FieldSelector(requirements))
    return text, _ignored("fieldSelector", len(good), len(asked.requirements))


def asked_labels(asked: LabelAttributes | None) -> tuple[str, str]:
    """The label selector of an access review, and what to say about the parts of it that are left out."""
    if asked is None:
        return "", ""
    if not asked.requirements:
        return _readable("labelSelector", asked.raw_selector, selectors.parse_label_selector)
    good = list(_label_parts(asked.requirements))
    return str(selectors.LabelSelector(tuple(good))), _ignored("labelSelector", len(good), len(asked.requirements))


def _label_parts(requirements: Iterable[meta_v1.LabelSelectorRequirement]) -> Iterator[Requirement]:
    for part in requirements:
        if (operator := _LABEL_OPERATORS.get(part.operator)) is None:
            continue
        try:
            yield selectors.checked(part.key, operator, part.values, Path(""))
        except SelectorError:
            continue


def _readable(field: str, text: str, parse: object) -> tuple[str, str]:
    assert callable(parse)
    try:
        parse(text)
    except SelectorError:
        return "", _ignored(field, 0, 1)
    return text, ""


def _ignored(field: str, good: int, given: int) -> str:
    if good == given:
        return ""
    return f"spec.resourceAttributes.{field} {'partially ' if good else ''}ignored due to parse error"


def selector_errors(asked: authorization_v1.ResourceAttributes | None) -> list[FieldError]:
    """What is wrong with the selectors of an access review; operators of the future are not."""
    if asked is None:
        return []
    path = Path("spec.resourceAttributes")
    errors: list[FieldError] = []
    if (fields := asked.field_selector) is not None:
        errors += _form_errors(path.child("fieldSelector"), fields)
        for position, one in enumerate(fields.requirements):
            errors += _field_errors(path.child("fieldSelector").child("requirements").index(position), one)
    if (labels := asked.label_selector) is not None:
        errors += _form_errors(path.child("labelSelector"), labels)
        for position, part in enumerate(labels.requirements):
            errors += _label_errors(path.child("labelSelector").child("requirements").index(position), part)
    return errors


def _form_errors(path: Path, given: FieldAttributes | LabelAttributes) -> Iterator[FieldError]:
    if given.raw_selector and given.requirements:
        yield invalid_value(
            path.child("rawSelector"), given.raw_selector, "may not specified at the same time as requirements"
        )
    if not given.raw_selector and not given.requirements:
        yield required(path.child("requirements"), f"when {path} is specified, requirements or rawSelector is required")


def _values_errors(path: Path, operator: str, values: Sequence[str]) -> Iterator[FieldError]:
    if operator in ("In", "NotIn") and not values:
        yield required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'")
    if operator in ("Exists", "DoesNotExist") and values:
        yield forbidden(path.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")


def _field_errors(path: Path, given: meta_v1.FieldSelectorRequirement) -> Iterator[FieldError]:
    if not given.key:
        yield required(path.child("key"), "must be specified")
    yield from _values_errors(path, given.operator, given.values)


def _label_errors(path: Path, given: meta_v1.LabelSelectorRequirement) -> Iterator[FieldError]:
    yield from _values_errors(path, given.operator, given.values)
    for message in names.qualified_name(given.key):
        yield invalid_value(path.child("key"), given.key, message)
    for position, value in enumerate(given.values):
        for message in names.label_value(value):
            yield invalid_value(path.child("values").index(position), value, message)

"""allOf, anyOf, oneOf and not in schemas of custom resources."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from pykube.api.apiextensions_v1 import JSONSchemaProps
from pykube.api.field_errors import ErrorType, FieldError

Check = Callable[[Any, Any, str, list[FieldError]], None]


def checks(schema: JSONSchemaProps, compiled: Callable[[JSONSchemaProps], Check]) -> list[Check]:
    """The checks of a schema that combine other schemas, which `compiled` turns into checks."""
    found: list[Check] = []
    if schema.any_of:
        found.append(_any([compiled(one) for one in schema.any_of]))
    if schema.one_of:
        found.append(_one([compiled(one) for one in schema.one_of]))
    if schema.all_of:
        found.append(_all([compiled(one) for one in schema.all_of]))
    if schema.not_ is not None:
        found.append(_not(compiled(schema.not_)))
    return found


def _failures(check: Check, value: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    # Always as if new: what is unchanged may still make another alternative fail.
    check(value, None, path, errors)
    return errors


def _broken(path: str, what: str) -> FieldError:
    """Upstream blames the root for these, and names the place in the text."""
    return FieldError("", ErrorType.INVALID, "", f"{json.dumps(path)} {what}")


def _any(alternatives: Sequence[Check]) -> Check:
    def check(value: Any, old: Any, path: str, errors: list[FieldError]) -> None:
        best: list[FieldError] | None = None
        for one in alternatives:
            found = _failures(one, value, path)
            if not found:
                return
            if best is None or len(found) < len(best):
                best = found
        errors.append(_broken(path, "must validate at least one schema (anyOf)"))
        errors.extend(best or ())

    return check


def _one(alternatives: Sequence[Check]) -> Check:
    def check(value: Any, old: Any, path: str, errors: list[FieldError]) -> None:
        found = [_failures(one, value, path) for one in alternatives]
        valid = sum(not failures for failures in found)
        if valid == 1:
            return
        more = f"Found {valid} valid alternatives" if valid else "Found none valid"
        errors.append(_broken(path, f"must validate one and only one schema (oneOf). {more}"))
        if not valid:
            best: list[FieldError] = min(found, key=len)
            errors.extend(best)

    return check


def _all(parts: Sequence[Check]) -> Check:
    def check(value: Any, old: Any, path: str, errors: list[FieldError]) -> None:
        found = [_failures(one, value, path) for one in parts]
        valid = sum(not failures for failures in found)
        for failures in found:
            errors.extend(failures)
        if valid != len(parts):
            more = "" if valid else ". None validated"
            errors.append(_broken(path, f"must validate all the schemas (allOf){more}"))

    return check


def _not(unwanted: Check) -> Check:
    def check(value: Any, old: Any, path: str, errors: list[FieldError]) -> None:
        if not _failures(unwanted, value, path):
            errors.append(_broken(path, "must not validate the schema (not)"))

    return check

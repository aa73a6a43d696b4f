"""What a request says about how it is to be carried out: dry run, field manager, propagation.

Source: k8s.io/apimachinery/pkg/apis/meta/v1/validation. The errors belong to no object; see `raise_if_any`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...errors import Cause, Details, Invalid
from ..field_errors import Errors, FieldError, Path, aggregate, forbidden, invalid_value, not_supported, required
from ..meta_v1 import DeleteOptions
from . import meta

_DRY_RUN = ("All",)
_FIELD_VALIDATION = ("", "Ignore", "Strict", "Warn")
_PROPAGATION = ("Foreground", "Background", "Orphan", "nil")


def dry_run(asked: Sequence[str]) -> Errors:
    """``dryRun``, which knows only ``All``."""
    if not set(asked) <= set(_DRY_RUN):
        yield not_supported(Path("dryRun"), list(asked), _DRY_RUN)


def field_validation(asked: str) -> Errors:
    """``fieldValidation``: what to do about unknown fields."""
    if asked not in _FIELD_VALIDATION:
        yield not_supported(Path("fieldValidation"), asked, _FIELD_VALIDATION)


def writing(*, field_manager: str, asked_dry_run: Sequence[str], asked_validation: str) -> Errors:
    """The options of a create or update."""
    yield from meta.field_manager(field_manager, Path("fieldManager"))
    yield from dry_run(asked_dry_run)
    yield from field_validation(asked_validation)


def patching(*, field_manager: str, force: bool | None, is_apply: bool) -> Errors:
    """What a patch adds to the options of `writing`."""
    if is_apply:
        if not field_manager:
            yield required(Path("fieldManager"), "is required for apply patch")
    elif force is not None:
        yield forbidden(Path("force"), "may not be specified for non-apply patch")


def deleting(options: DeleteOptions) -> Errors:
    policy = options.propagation_policy
    if options.orphan_dependents is not None and policy is not None:
        message = "orphanDependents and deletionPropagation cannot be both set"
        yield invalid_value(Path("propagationPolicy"), policy, message)
    if policy is not None and policy not in _PROPAGATION[:-1]:
        yield not_supported(Path("propagationPolicy"), policy, _PROPAGATION)
    yield from dry_run(options.dry_run)


def raise_if_any(errors: Iterable[FieldError], kind: str) -> None:
    """Answer bad options; `kind` is for instance ``DeleteOptions``.

    Raises:
        Invalid: there are errors.
    """
    found = list(errors)
    if found:
        causes = tuple(Cause(error.type.value, error.body, error.path) for error in found)
        details = Details(group="meta.k8s.io", kind=kind, causes=causes)
        raise Invalid(f'{kind}.meta.k8s.io "" is invalid: {aggregate(found)}', details)

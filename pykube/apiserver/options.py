"""The options of a write, judged before anything is read: those in the query, and those of a deletion.

Source: k8s.io/apimachinery, pkg/apis/meta/v1/validation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pykube.api import field_errors, meta_v1
from pykube.api.field_errors import Errors, FieldError, Path, forbidden, invalid_value, not_supported, required
from pykube.api.validation import meta

from .request import Context

_VALIDATIONS = ("", "Ignore", "Strict", "Warn")
_POLICIES = ("Foreground", "Background", "Orphan")
_IGNORE = Path("ignoreStoreReadErrorWithClusterBreakingPotential")


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a request, as failures name them."""

    kind: str
    group: str = "meta.k8s.io"


CREATE, UPDATE, PATCH, DELETE = (Options(f"{verb}Options") for verb in ("Create", "Update", "Patch", "Delete"))


def check(ctx: Context, kind: Options, *, applies: bool = False) -> None:
    """Raise Invalid for options in the query that mean nothing, or that do not go with the request."""
    if not ctx.info.query and not applies:
        return
    if found := list(_in_query(ctx, kind, applies=applies)):
        raise field_errors.invalid(kind, "", found)


def _in_query(ctx: Context, kind: Options, *, applies: bool) -> Errors:
    query = ctx.info.query
    manager = query.get("fieldManager", "")
    if applies and not manager:
        yield required(Path("fieldManager"), "is required for apply patch")
    elif kind is PATCH and not applies and "force" in query:
        yield forbidden(Path("force"), "may not be specified for non-apply patch")
    yield from meta.field_manager(manager, Path("fieldManager"))
    yield from _dry_run(query.getall("dryRun", []))
    validation = query.get("fieldValidation", "")
    if validation not in _VALIDATIONS:
        yield not_supported(Path("fieldValidation"), validation, _VALIDATIONS)


def _dry_run(values: list[str]) -> Errors:
    if any(value != "All" for value in values):
        yield not_supported(Path("dryRun"), values, ("All",))


def check_deletion(options: meta_v1.DeleteOptions) -> None:
    """Raise Invalid for options of a deletion that contradict each other or that nobody knows."""
    _raise(list(_of_deletion(options)))


def check_deletions(options: meta_v1.DeleteOptions) -> None:
    """The same for the deletion of a collection."""
    check_deletion(options)
    if options.ignore_store_read_error_with_cluster_breaking_potential:
        why = "is not allowed with DELETECOLLECTION, try again after removing the option"
        _raise([invalid_value(_IGNORE, True, why)])


def _raise(found: Sequence[FieldError]) -> None:
    if found:
        raise field_errors.invalid(DELETE, "", found)


def _of_deletion(options: meta_v1.DeleteOptions) -> Errors:
    policy = options.propagation_policy
    if policy is not None and options.orphan_dependents is not None:
        message = "orphanDependents and deletionPropagation cannot be both set"
        yield invalid_value(Path("propagationPolicy"), policy, message)
    if policy is not None and policy not in _POLICIES:
        yield not_supported(Path("propagationPolicy"), policy, (*_POLICIES, "nil"))
    yield from _dry_run(options.dry_run)
    if not options.ignore_store_read_error_with_cluster_breaking_potential:
        return
    for name, given in (
        ("dryRun", bool(options.dry_run)),
        ("propagationPolicy", policy is not None),
        ("orphanDependents", options.orphan_dependents is not None),
        ("gracePeriodSeconds", options.grace_period_seconds is not None),
        ("preconditions", options.preconditions is not None),
    ):
        if given:
            yield invalid_value(_IGNORE, True, f"cannot be set together with .{name}")

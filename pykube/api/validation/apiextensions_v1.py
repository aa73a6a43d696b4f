"""Rules of custom resource definitions.

CEL rules in schemas are compiled where they are run, which is not here.
"""

from __future__ import annotations

from .. import conditions, names
from ..apiextensions_v1 import (
    CustomResourceColumnDefinition,
    CustomResourceConversion,
    CustomResourceDefinition,
    CustomResourceDefinitionNames,
    CustomResourceDefinitionVersion,
    CustomResourceSubresources,
)
from ..field_errors import METADATA, SPEC, STATUS, Errors, Path, forbidden, invalid_value, not_supported, required
from . import checks, crd_schema, webhooks
from .rules import Rules

_SCOPES = ("Cluster", "Namespaced")
_STRATEGIES = ("None", "Webhook")
_COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")
_COLUMN_FORMATS = ("byte", "date", "date-time", "double", "float", "int32", "int64", "password")
_SELECTABLE_MAX = 8
_WARNING_MAX = 256
_VERSIONS = SPEC.child("versions")
_APPROVED = "api-approved.kubernetes.io"


def _create(found: CustomResourceDefinition) -> Errors:
    spec = found.spec
    if found.metadata.name != f"{spec.names.plural}.{spec.group}":
        message = 'must be spec.names.plural+"."+spec.group'
        yield invalid_value(METADATA.child("name"), found.metadata.name, message)
    yield from _group(spec.group)
    yield from checks.required_supported(SPEC.child("scope"), spec.scope, _SCOPES)
    if spec.preserve_unknown_fields:
        yield invalid_value(
            SPEC.child("preserveUnknownFields"),
            True,
            "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead",
        )
    for index, version in enumerate(spec.versions):
        yield from _version(version, _VERSIONS.index(index))
    versions = [version.name for version in spec.versions]
    if len(set(versions)) != len(versions):
        yield invalid_value(_VERSIONS, spec.versions, "must contain unique version names")
    if sum(version.storage for version in spec.versions) != 1:
        yield invalid_value(_VERSIONS, spec.versions, "must have exactly one version marked as storage version")
    yield from _names(spec.names, SPEC.child("names"))
    if spec.conversion is not None:
        yield from _conversion(spec.conversion, SPEC.child("conversion"))
    yield from _stored(found)
    if spec.group.endswith((".k8s.io", ".kubernetes.io")) and not found.metadata.annotations.get(_APPROVED):
        place = METADATA.child("annotations").key(_APPROVED)
        yield required(
            place,
            'protected groups must have approval annotation "api-approved.kubernetes.io",'
            " see https://github.com/kubernetes/enhancements/pull/1111",
        )


def _group(group: str) -> Errors:
    path = SPEC.child("group")
    if not group:
        yield required(path)
    elif messages := names.dns_subdomain(group):
        yield invalid_value(path, group, ",".join(messages))
    elif "." not in group:
        yield invalid_value(path, group, "should be a domain with at least one dot")


def _names(found: CustomResourceDefinitionNames, path: Path) -> Errors:
    for field, value in (
        ("plural", found.plural),
        ("singular", found.singular),
        ("kind", found.kind),
        ("listKind", found.list_kind),
    ):
        if not value:
            yield required(path.child(field))
        elif messages := names.dns_1035_label(value.lower()):
            mixed = "may have mixed case, but should otherwise match: " if field in ("kind", "listKind") else ""
            yield invalid_value(path.child(field), value, mixed + ",".join(messages))
    for field, values in (("shortNames", found.short_names), ("categories", found.categories)):
        for index, value in enumerate(values):
            if messages := names.dns_1035_label(value):
                yield invalid_value(path.child(field).index(index), value, ",".join(messages))
    if found.kind and found.kind == found.list_kind:
        yield invalid_value(path.child("listKind"), found.list_kind, "kind and listKind may not be the same")


def _version(version: CustomResourceDefinitionVersion, path: Path) -> Errors:
    if messages := names.dns_1035_label(version.name):
        yield invalid_value(path.child("name"), version.name, ",".join(messages))
    yield from _warning(version, path.child("deprecationWarning"))
    place = path.child("schema").child("openAPIV3Schema")
    schema = version.schema.open_apiv3_schema if version.schema is not None else None
    if schema is None:
        yield required(place)
    else:
        yield from crd_schema.structural(schema, place)
    if version.subresources is not None:
        yield from _subresources(version.subresources, path.child("subresources"))
    for index, column in enumerate(version.additional_printer_columns):
        yield from _column(column, path.child("additionalPrinterColumns").index(index))
    if len(version.selectable_fields) > _SELECTABLE_MAX:
        place = path.child("selectableFields")
        yield invalid_value(place, len(version.selectable_fields), f"must have at most {_SELECTABLE_MAX} items")


def _warning(version: CustomResourceDefinitionVersion, path: Path) -> Errors:
    text = version.deprecation_warning
    if text is None:
        return
    if not version.deprecated:
        yield invalid_value(path, text, "can only be set for deprecated versions")
        return
    if len(text) > _WARNING_MAX:
        yield invalid_value(path, text, f"must be <= {_WARNING_MAX} characters long")
    if not text:
        yield invalid_value(path, text, "must not be an empty string")
    for index, letter in enumerate(text):
        if not letter.isprintable():
            rule = "must only contain printable UTF-8 characters"
            yield invalid_value(path, text, f"{rule}; non-printable character found at index {index}")
            break


def _subresources(found: CustomResourceSubresources, path: Path) -> Errors:
    if found.scale is None:
        return
    place = path.child("scale")
    for field, value, prefix in (
        ("specReplicasPath", found.scale.spec_replicas_path, ".spec"),
        ("statusReplicasPath", found.scale.status_replicas_path, ".status"),
    ):
        if not value:
            yield required(place.child(field))
        elif not value.startswith(f"{prefix}."):
            yield invalid_value(place.child(field), value, f"should be a json path under {prefix}")
    labels = found.scale.label_selector_path
    if labels and not labels.startswith((".spec.", ".status.")):
        message = "should be a json path under either .spec or .status"
        yield invalid_value(place.child("labelSelectorPath"), labels, message)


def _column(column: CustomResourceColumnDefinition, path: Path) -> Errors:
    if not column.name:
        yield required(path.child("name"))
    if not column.type:
        place = path.child("type")
        yield required(place, f"must be one of {','.join(_COLUMN_TYPES)}")
    elif column.type not in _COLUMN_TYPES:
        yield invalid_value(path.child("type"), column.type, f"must be one of {','.join(_COLUMN_TYPES)}")
    if column.format and column.format not in _COLUMN_FORMATS:
        yield invalid_value(path.child("format"), column.format, f"must be one of {','.join(_COLUMN_FORMATS)}")
    if not column.json_path:
        yield required(path.child("jsonPath"))


def _conversion(found: CustomResourceConversion, path: Path) -> Errors:
    """Paths are those of upstream's internal type, which has no level for the webhook."""
    if not found.strategy:
        yield required(path.child("strategy"))
    elif found.strategy not in _STRATEGIES:
        yield not_supported(path.child("strategy"), found.strategy, _STRATEGIES)
    hook, place, versions = found.webhook, path.child("webhookClientConfig"), path.child("conversionReviewVersions")
    understood = hook.conversion_review_versions if hook is not None else []
    if found.strategy != "Webhook":
        message = "should not be set when strategy is not set to Webhook"
        if hook is not None and hook.client_config is not None:
            yield forbidden(place, message)
        if understood:
            yield forbidden(versions, message)
        return
    if hook is None or hook.client_config is None:
        yield required(place, "required when strategy is set to Webhook")
    else:
        yield from webhooks.client_config(hook.client_config, place)
    yield from webhooks.review_versions(understood, versions, "")


def _stored(found: CustomResourceDefinition) -> Errors:
    path, stored = STATUS.child("storedVersions"), found.status.stored_versions
    known = [version.name for version in found.spec.versions]
    current = [version.name for version in found.spec.versions if version.storage]
    if not stored:
        yield invalid_value(path, stored, "must have at least one stored version")
    for version in current:
        if stored and version not in stored:
            yield invalid_value(path, stored, f"must have the storage version {version}")
    for index, version in enumerate(stored):
        if version not in known:
            yield invalid_value(
                path.index(index),
                version,
                f"missing from spec.versions; {version} was previously a storage version, and must remain in "
                f"spec.versions until a storage migration ensures no data remains persisted in {version} and removes "
                f"{version} from status.storedVersions",
            )


def _update(new: CustomResourceDefinition, old: CustomResourceDefinition) -> Errors:
    yield from _create(new)
    if conditions.is_true(old.status.conditions, "Established"):
        yield from checks.immutable(SPEC.child("scope"), new.spec.scope, old.spec.scope)
        yield from checks.immutable(SPEC.child("names").child("kind"), new.spec.names.kind, old.spec.names.kind)
    yield from checks.immutable(SPEC.child("group"), new.spec.group, old.spec.group)
    yield from checks.immutable(SPEC.child("names").child("plural"), new.spec.names.plural, old.spec.names.plural)
    if _believed(old):
        yield from webhooks.ca_bundle(_bundle(new), SPEC.child("conversion").child("webhookClientConfig"))


def _believed(old: CustomResourceDefinition) -> bool:
    """Whether a definition is in use and has a bundle that holds certificates, or none."""
    if not conditions.is_true(old.status.conditions, "Established"):
        return False
    return not list(webhooks.ca_bundle(_bundle(old), SPEC))


def _bundle(found: CustomResourceDefinition) -> bytes:
    hook = found.spec.conversion.webhook if found.spec.conversion is not None else None
    return hook.client_config.ca_bundle if hook is not None and hook.client_config is not None else b""


def _status(new: CustomResourceDefinition, old: CustomResourceDefinition) -> Errors:
    yield from _stored(new)


CATALOG = {CustomResourceDefinition: Rules(create=_create, update=_update, status=_status)}

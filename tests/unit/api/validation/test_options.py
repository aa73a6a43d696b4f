"""Options of requests, and token requests."""

from __future__ import annotations

import pytest

from pykube.api import defaults, validation
from pykube.api.authentication_v1 import TokenRequest
from pykube.api.field_errors import Errors
from pykube.api.meta_v1 import DeleteOptions
from pykube.api.validation import options
from pykube.errors import Invalid


def texts(errors: Errors) -> list[str]:
    return [str(error) for error in errors]


def test_writing() -> None:
    assert texts(options.writing(field_manager="m", asked_dry_run=["All"], asked_validation="Warn")) == []
    assert texts(options.writing(field_manager="a\n", asked_dry_run=["Some"], asked_validation="Maybe")) == [
        'fieldManager: Invalid value: "a\\n": invalid character U+000A (at position 1)',
        'dryRun: Unsupported value: ["Some"]: supported values: "All"',
        'fieldValidation: Unsupported value: "Maybe": supported values: "", "Ignore", "Strict", "Warn"',
    ]


def test_patching() -> None:
    assert texts(options.patching(field_manager="", force=None, is_apply=True)) == [
        "fieldManager: Required value: is required for apply patch"
    ]
    assert texts(options.patching(field_manager="", force=True, is_apply=False)) == [
        "force: Forbidden: may not be specified for non-apply patch"
    ]


def test_deleting() -> None:
    assert texts(options.deleting(DeleteOptions(propagation_policy="Orphan"))) == []
    bad = DeleteOptions(propagation_policy="Later", orphan_dependents=True)
    with pytest.raises(Invalid) as caught:
        options.raise_if_any(options.deleting(bad), "DeleteOptions")
    assert caught.value.message == (
        'DeleteOptions.meta.k8s.io "" is invalid: [propagationPolicy: Invalid value: "Later":'
        " orphanDependents and deletionPropagation cannot be both set, propagationPolicy: Unsupported value:"
        ' "Later": supported values: "Foreground", "Background", "Orphan", "nil"]'
    )
    options.raise_if_any([], "DeleteOptions")


def test_tokens_live_ten_minutes_at_least() -> None:
    request = TokenRequest()
    defaults.apply(request)
    assert request.spec.expiration_seconds == 3600
    assert validation.validate_create(request) == []
    request.spec.expiration_seconds = 599
    assert [str(error) for error in validation.validate_create(request)] == [
        "spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes"
    ]

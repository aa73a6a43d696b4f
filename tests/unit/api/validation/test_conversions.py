"""Rules of ``spec.conversion`` of custom resource definitions."""

import pytest

from pykube.api import apiextensions_v1 as v1
from pykube.api import codec, defaults, validation
from pykube.api.validation import apiextensions_v1 as rules
from tests.fakes.custom_kinds import definition

SERVICE = {"service": {"name": "s", "namespace": "n", "port": 443}}


def found(conversion):
    """What is wrong with a definition that has this conversion."""
    body = definition()
    body["spec"]["conversion"] = conversion
    return [str(error) for error in validation.validate_create(completed(body))]


def completed(body):
    obj = codec.from_dict(v1.CustomResourceDefinition, body)
    defaults.apply(obj)
    return obj


def webhook(client_config=None, *versions):
    hook = {"conversionReviewVersions": list(versions)}
    return {"strategy": "Webhook", "webhook": {**hook, **({"clientConfig": client_config} if client_config else {})}}


@pytest.mark.parametrize(
    ("conversion", "said"),
    [
        ({"strategy": "None"}, []),
        (webhook(SERVICE, "v1"), []),
        (webhook(SERVICE, "v1beta1", "v7"), []),
        ({"strategy": "x"}, ['spec.conversion.strategy: Unsupported value: "x": supported values: "None", "Webhook"']),
        (
            webhook(None, "v1"),
            ["spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook"],
        ),
        (webhook(SERVICE), ["spec.conversion.conversionReviewVersions: Required value"]),
        (
            webhook(SERVICE, "v1", "v1"),
            ['spec.conversion.conversionReviewVersions[1]: Invalid value: "v1": duplicate version'],
        ),
        (
            webhook({**SERVICE, "url": "https://x"}, "v1"),
            ["spec.conversion.webhookClientConfig: Required value: exactly one of url or service is required"],
        ),
    ],
)
def test_conversions(conversion, said):
    assert found(conversion) == said


def test_a_conversion_without_webhook_has_none():
    conversion = {**webhook(SERVICE, "v1"), "strategy": "None"}
    message = "Forbidden: should not be set when strategy is not set to Webhook"
    assert found(conversion) == [
        f"spec.conversion.webhookClientConfig: {message}",
        f"spec.conversion.conversionReviewVersions: {message}",
    ]


def test_a_bundle_that_is_believed_is_not_replaced_by_nonsense():
    def build(bundle):
        body = definition()
        body["spec"]["conversion"] = webhook({**SERVICE, "caBundle": bundle}, "v1")
        established = {"type": "Established", "status": "True"}
        body["status"] = {"storedVersions": ["v1"], "conditions": [established]}
        return completed(body)

    def updated(new, old):
        return [str(error) for error in rules.CATALOG[v1.CustomResourceDefinition].update(new, old)]

    [message] = updated(build("bm8="), build(""))
    assert message == (
        'spec.conversion.webhookClientConfig.caBundle: Invalid value: "no": '
        "unable to load root certificates: unable to parse bytes as PEM block"
    )
    assert updated(build("bm8="), build("bm8=")) == []

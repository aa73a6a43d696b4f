"""Kinds that are served in two versions."""

import json

import pytest

from pykube.api import autoscaling_v1, events_v1, scheme
from pykube.apiserver.conversion import conversion


def there_and_back(cls, doc):
    found = conversion(scheme.resource_of(cls))
    return json.loads(found.load(found.store(json.dumps(doc).encode())))


def test_events():
    doc = {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": "e", "namespace": "a"},
        "regarding": {"kind": "Pod", "name": "p"},
        "note": "n",
        "reportingController": "c",
        "reportingInstance": "i",
        "deprecatedCount": 2,
    }
    found = there_and_back(events_v1.Event, doc)
    assert {key: found[key] for key in doc} == doc


@pytest.mark.parametrize(("given", "expected"), [({}, 80), ({"targetCPUUtilizationPercentage": 50}, 50)])
def test_autoscalers(given, expected):
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "d"}, "maxReplicas": 3}
    doc = {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}}
    found = there_and_back(autoscaling_v1.HorizontalPodAutoscaler, {**doc, "spec": {**spec, **given}})
    assert found["apiVersion"] == "autoscaling/v1"
    assert found["spec"]["targetCPUUtilizationPercentage"] == expected
    assert found["spec"]["maxReplicas"] == 3

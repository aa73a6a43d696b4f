"""Kinds that are served in two versions."""

import json

import pytest

from pykube.api import autoscaling_v1, events_v1, scheme
from pykube.apiserver.autoscaler_versions import to_v1, to_v2
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


def test_what_the_first_version_cannot_say_travels_in_annotations():
    memory = {"name": "memory", "target": {"type": "AverageValue", "averageValue": "1Gi"}}
    waiting = {
        "describedObject": {"kind": "Ingress", "name": "i"},
        "target": {"type": "Value", "value": "5"},
        "metric": {"name": "waiting", "selector": {"matchLabels": {"a": "b"}}},
    }
    doc = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "h", "annotations": {"mine": "kept"}},
        "spec": {
            "scaleTargetRef": {"kind": "Deployment", "name": "d"},
            "maxReplicas": 3,
            "metrics": [{"type": "Resource", "resource": memory}, {"type": "Object", "object": waiting}],
            "behavior": {
                "scaleDown": {"selectPolicy": "Min", "policies": [{"type": "Pods", "value": 1, "periodSeconds": 9}]}
            },
        },
        "status": {
            "conditions": [{"type": "AbleToScale", "status": "True"}],
            "currentMetrics": [],
            "desiredReplicas": 0,
        },
    }
    older = to_v1(doc)
    assert sorted(older["metadata"]["annotations"]) == [
        "autoscaling.alpha.kubernetes.io/behavior",
        "autoscaling.alpha.kubernetes.io/conditions",
        "autoscaling.alpha.kubernetes.io/metrics",
        "mine",
    ]
    assert json.loads(older["metadata"]["annotations"]["autoscaling.alpha.kubernetes.io/metrics"])[1] == {
        "type": "Object",
        "object": {
            "target": {"kind": "Ingress", "name": "i"},
            "metricName": "waiting",
            "selector": {"matchLabels": {"a": "b"}},
            "targetValue": "5",
        },
    }
    newer = to_v2(older)
    assert newer["metadata"] == doc["metadata"]
    assert newer["spec"] == doc["spec"]
    assert newer["status"]["conditions"] == doc["status"]["conditions"]


@pytest.mark.parametrize("text", ["", "x", "[1]", '[{"type":1}]', "{}", "[" * 5000])
def test_annotations_that_cannot_be_read_are_dropped(text):
    metadata = {"name": "h", "annotations": {"autoscaling.alpha.kubernetes.io/metrics": text}}
    doc = {"metadata": metadata, "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "d"}, "maxReplicas": 3}}
    found = to_v2(doc)
    assert "annotations" not in found["metadata"]
    assert found["spec"]["metrics"][0]["resource"]["name"] == "cpu"

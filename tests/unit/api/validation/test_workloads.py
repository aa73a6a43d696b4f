"""Deployments and the like, and jobs."""

from __future__ import annotations

from typing import Any

import pytest

from pykube.api.validation import cron

from .documents import CONTAINER, build, created, status_updated, updated


def spec(**change: Any) -> dict[str, Any]:
    return {"spec": change}


APPS, BATCH = "apps/v1", "batch/v1"
TEMPLATE = "spec.template.spec"


@pytest.mark.parametrize(
    ("api_version", "kind", "change", "expected"),
    [
        (APPS, "Deployment", spec(selector=None), "spec.selector: Required value"),
        (
            APPS,
            "Deployment",
            spec(selector={"matchLabels": {"app": None}}),
            "spec.selector: Invalid value: {}: empty selector is invalid for deployment",
        ),
        (
            APPS,
            "Deployment",
            spec(selector={"matchLabels": {"app": "y"}}),
            'spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`',
        ),
        (APPS, "Deployment", spec(replicas=-1), "spec.replicas: Invalid value: -1: must be greater than or equal to 0"),
        (
            APPS,
            "Deployment",
            spec(template={"spec": {"restartPolicy": "Never"}}),
            f'{TEMPLATE}.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        ),
        (
            APPS,
            "Deployment",
            spec(strategy={"type": "Recreate", "rollingUpdate": {}}),
            "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
        ),
        (
            APPS,
            "Deployment",
            spec(strategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}),
            "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0",
        ),
        (
            APPS,
            "Deployment",
            spec(strategy={"rollingUpdate": {"maxUnavailable": "101%"}}),
            'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
        ),
        (
            APPS,
            "Deployment",
            spec(progressDeadlineSeconds=5, minReadySeconds=5),
            "spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds",
        ),
        (
            APPS,
            "DaemonSet",
            spec(updateStrategy={"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1}}),
            "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable",
        ),
        (
            APPS,
            "StatefulSet",
            spec(podManagementPolicy="Any"),
            "spec.podManagementPolicy: Invalid value: \"Any\": must be 'OrderedReady' or 'Parallel'",
        ),
        (APPS, "ControllerRevision", {"data": [1]}, "data: Required value: data must be a valid JSON object"),
        (
            BATCH,
            "Job",
            spec(template={"spec": {"restartPolicy": "Always"}}),
            f'{TEMPLATE}.restartPolicy: Required value: valid values: "OnFailure", "Never"',
        ),
        (BATCH, "Job", spec(selector=None), "spec.selector: Required value"),
        (
            BATCH,
            "Job",
            spec(completionMode="Indexed"),
            None,
        ),
        (
            BATCH,
            "Job",
            spec(backoffLimitPerIndex=1),
            "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode",
        ),
        (
            BATCH,
            "Job",
            spec(podFailurePolicy={"rules": [{"action": "FailJob"}]}),
            "spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is",
        ),
        (
            BATCH,
            "Job",
            spec(
                podFailurePolicy={"rules": [{"action": "Count", "onExitCodes": {"operator": "In", "values": [2, 0]}}]}
            ),
            "spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator",
        ),
        (
            BATCH,
            "Job",
            spec(completionMode="Indexed", completions=2, successPolicy={"rules": [{"succeededIndexes": "0-2"}]}),
            'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "0-2": error parsing succeededIndexes:'
            ' too large index: "2"',
        ),
        (BATCH, "Job", spec(managedBy="me"), 'spec.managedBy: Invalid value: "me": must be a domain-prefixed path'),
        (
            BATCH,
            "CronJob",
            spec(schedule="* * * *"),
            'spec.schedule: Invalid value: "* * * *": expected exactly 5 fields, found 4: [* * * *]',
        ),
        (
            BATCH,
            "CronJob",
            spec(timeZone="Mars/Olympus"),
            'spec.timeZone: Invalid value: "Mars/Olympus": unknown time zone Mars/Olympus',
        ),
        (
            BATCH,
            "CronJob",
            spec(schedule="TZ=UTC * * * * *"),
            'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule',
        ),
        (
            BATCH,
            "CronJob",
            {"metadata": {"name": "a" * 53}},
            f'metadata.name: Invalid value: "{"a" * 53}": must be no more than 52 characters',
        ),
    ],
)
def test_broken_rules(api_version: str, kind: str, change: dict[str, Any], expected: str | None) -> None:
    found = created(build(kind, change, api_version=api_version))
    if expected is None:
        assert found == []
    else:
        assert any(message.startswith(expected) for message in found), found


@pytest.mark.parametrize("kind", ["Deployment", "ReplicaSet", "DaemonSet"])
def test_selectors_stay(kind: str) -> None:
    labels = {"app": "x", "b": "c"}
    change = spec(selector={"matchLabels": labels}, template={"metadata": {"labels": labels}})
    assert updated(build(kind, change, api_version=APPS), build(kind, api_version=APPS)) == [
        'spec.selector: Invalid value: {"matchLabels":{"app":"x","b":"c"}}: field is immutable'
    ]


def test_stateful_sets() -> None:
    mounted = {"containers": [{**CONTAINER, "volumeMounts": [{"name": "data", "mountPath": "/data"}]}]}
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    with_claim = build("StatefulSet", spec(template={"spec": mounted}, volumeClaimTemplates=[claim]), api_version=APPS)
    assert created(with_claim) == []
    old = build("StatefulSet", api_version=APPS)
    assert updated(build("StatefulSet", spec(replicas=3, minReadySeconds=1), api_version=APPS), old) == []
    (message,) = updated(build("StatefulSet", spec(serviceName="other"), api_version=APPS), old)
    assert message.startswith("spec: Forbidden: updates to statefulset spec for fields other than 'replicas',")


def test_counters_of_a_status() -> None:
    old = build("Deployment", {"status": {"collisionCount": 2}}, api_version=APPS)
    new = build("Deployment", {"status": {"replicas": 1, "readyReplicas": 2, "collisionCount": 1}}, api_version=APPS)
    assert status_updated(new, old) == [
        "status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas",
        "status.collisionCount: Invalid value: 1: cannot be decremented",
    ]


def test_a_job_keeps_its_template_unless_suspended() -> None:
    change = spec(template={"spec": {"nodeSelector": {"a": "b"}}})
    (message,) = updated(build("Job", change, api_version=BATCH), build("Job", api_version=BATCH))
    assert message.startswith("spec.template: Invalid value: ")
    assert message.endswith(": field is immutable")
    suspended = spec(suspend=True)
    assert updated(build("Job", suspended, change, api_version=BATCH), build("Job", suspended, api_version=BATCH)) == []


def test_a_finished_job() -> None:
    done = {
        "status": {
            "startTime": "2026-01-01T00:00:00Z",
            "completionTime": "2026-01-01T00:00:01Z",
            "succeeded": 1,
            "conditions": [
                {"type": "SuccessCriteriaMet", "status": "True"},
                {"type": "Complete", "status": "True"},
            ],
        }
    }
    new, old = build("Job", done, api_version=BATCH), build("Job", api_version=BATCH)
    assert status_updated(new, old) == []
    assert "status.conditions: Invalid value: cannot disable the terminal Complete=True condition" in status_updated(
        old, new
    )
    new.status.completion_time = None
    assert status_updated(new, old) == [
        "status.completionTime: Required value: completionTime is required for Complete jobs"
    ]


@pytest.mark.parametrize(
    "schedule", ["* * * * *", "*/5 0-6,12 ? JAN-mar mon", "0 0 1 1 *", "@daily", "@every 1h30m", "5/15 * * * *"]
)
def test_schedules(schedule: str) -> None:
    assert cron.problem(schedule) == ""


@pytest.mark.parametrize(
    "schedule",
    [
        "* * * *",
        "60 * * * *",
        "* * 0 * *",
        "5-1 * * * *",
        "x * * * *",
        "*/0 * * * *",
        "@now",
        "*/٣ * * * *",
        "9" * 5000 + " * * * *",
    ],
)
def test_no_schedules(schedule: str) -> None:
    assert cron.problem(schedule)

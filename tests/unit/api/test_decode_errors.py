"""Values of the wrong type get the message that Go's decoder gives."""

from __future__ import annotations

from typing import Any

import pytest

from pykube.api import (
    admissionregistration_v1,
    apiextensions_v1,
    apps_v1,
    autoscaling_v2,
    codec,
    coordination_v1,
    core_v1,
    rbac_v1,
)
from pykube.api.decode_errors import explain
from pykube.api.go_names import EMBEDDED, go_type
from pykube.api.go_times import RFC3339, RFC3339_MICRO, time_error
from pykube.api.schema import Struct, fields_of
from pykube.errors import BadRequest

QUANTITIES = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"


def container(**fields: Any) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": "a"}, fields]}}


@pytest.mark.parametrize(
    ("cls", "data", "message"),
    [
        (core_v1.ConfigMap, {"data": {"a": 1}}, "number into Go struct field ConfigMap.data of type string"),
        (core_v1.ConfigMap, {"data": []}, "array into Go struct field ConfigMap.data of type map[string]string"),
        (core_v1.ConfigMap, {"metadata": "a"}, "string into Go struct field ConfigMap.metadata of type v1.ObjectMeta"),
        (core_v1.ConfigMap, [], "array into Go value of type v1.ConfigMap"),
        (
            apps_v1.Deployment,
            {"spec": {"replicas": "3"}},
            "string into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            apps_v1.Deployment,
            {"spec": {"replicas": 2**31}},
            "number 2147483648 into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            apps_v1.Deployment,
            {"spec": {"template": {"spec": True}}},
            "bool into Go struct field PodTemplateSpec.spec.template.spec of type v1.PodSpec",
        ),
        (
            core_v1.Pod,
            {"spec": {"containers": {}}},
            "object into Go struct field PodSpec.spec.containers of type []v1.Container",
        ),
        (
            core_v1.Pod,
            {"spec": {"containers": ["a"]}},
            "string into Go struct field PodSpec.spec.containers of type v1.Container",
        ),
        (core_v1.Pod, container(args=[1]), "number into Go struct field Container.spec.containers.args of type string"),
        (
            core_v1.Pod,
            container(imagePullPolicy=1.5),
            "number into Go struct field Container.spec.containers.imagePullPolicy of type v1.PullPolicy",
        ),
        (
            core_v1.Pod,
            container(resources={"limits": "1"}),
            "string into Go struct field ResourceRequirements.spec.containers.resources.limits of type v1.ResourceList",
        ),
        (
            core_v1.Pod,
            container(livenessProbe={"httpGet": []}),
            "array into Go struct field Probe.spec.containers.livenessProbe.ProbeHandler.httpGet"
            " of type v1.HTTPGetAction",
        ),
        (
            core_v1.Pod,
            {"spec": {"volumes": [{"hostPath": "/"}]}},
            "string into Go struct field Volume.spec.volumes.VolumeSource.hostPath of type v1.HostPathVolumeSource",
        ),
        (
            core_v1.Pod,
            {"status": {"conditions": [{"type": 1}]}},
            "number into Go struct field PodCondition.status.conditions.type of type v1.PodConditionType",
        ),
        (core_v1.Secret, {"data": {"a": 1}}, "number into Go struct field Secret.data of type []uint8"),
        (
            autoscaling_v2.HorizontalPodAutoscaler,
            {"spec": {"metrics": {}}},
            "object into Go struct field HorizontalPodAutoscalerSpec.spec.metrics of type []v2.MetricSpec",
        ),
        (core_v1.Service, {"spec": {"ports": [{"targetPort": True}]}}, "bool into Go value of type int32"),
        (core_v1.Pod, {"metadata": {"creationTimestamp": 1}}, "number into Go value of type string"),
        (
            apiextensions_v1.CustomResourceDefinition,
            {"spec": {"versions": [{"schema": {"openAPIV3Schema": {"items": {"type": 1}}}}]}},
            "number into Go struct field JSONSchemaProps.type of type string",
        ),
    ],
)
def test_the_struct_the_path_and_the_type_are_named(cls: type[Struct], data: Any, message: str) -> None:
    assert explain(cls, data) == f"json: cannot unmarshal {message}"
    with pytest.raises(BadRequest):
        codec.from_dict(cls, data)


@pytest.mark.parametrize(
    ("cls", "data", "message"),
    [
        (core_v1.Pod, container(resources={"limits": {"cpu": "x"}}), QUANTITIES),
        (core_v1.Pod, container(resources={"limits": {"cpu": {}}}), QUANTITIES),
        (
            core_v1.Pod,
            {"metadata": {"creationTimestamp": "x"}},
            'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
        ),
        (
            coordination_v1.Lease,
            {"spec": {"renewTime": "soon"}},
            'parsing time "soon" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "soon" as "2006"',
        ),
        (
            apiextensions_v1.CustomResourceDefinition,
            {"spec": {"versions": [{"schema": {"openAPIV3Schema": {"additionalProperties": 1}}}]}},
            "boolean or JSON schema expected",
        ),
    ],
)
def test_types_that_read_themselves(cls: type[Struct], data: Any, message: str) -> None:
    assert explain(cls, data) == message


def test_the_first_wrong_value_is_told_unless_one_that_reads_itself_follows() -> None:
    wrong = {"metadata": {"name": 1}, "spec": {"nodeName": 2}}
    assert "ObjectMeta.metadata.name" in explain(core_v1.Pod, wrong)
    assert explain(core_v1.Pod, {**wrong, "spec": {"overhead": {"cpu": "x"}}}) == QUANTITIES


def test_types_that_are_no_structs_keep_the_decoders_own_message() -> None:
    assert explain(list[int], ["a"]) == ""
    with pytest.raises(BadRequest, match="Expected `int`"):
        codec.from_dict(int, "a")


def test_null_and_unknown_fields_are_no_errors() -> None:
    assert explain(core_v1.Pod, {"spec": {"containers": None}, "nonsense": {"a": 1}}) == ""


@pytest.mark.parametrize(
    ("text", "offset"),
    [("&&", 0), ("YQ=", 3), ("YQ=a", 2), ("YQ==YQ==", 4), ("YW\nJ", 1), ("YWJj&", 4), ("YWI=\nx", 5), ("Y===", 1)],
)
def test_base64(text: str, offset: int) -> None:
    assert explain(core_v1.Secret, {"data": {"a": text}}) == f"illegal base64 data at input byte {offset}"


@pytest.mark.parametrize("text", ["", "YQ==", "YWI=", "YWJj", "YW\nJj\n"])
def test_good_base64(text: str) -> None:
    assert explain(core_v1.Secret, {"data": {"a": text}}) == ""


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2020-01-01T00:00:00Z", ""),
        ("2020-01-01T00:00:00.5+01:00", ""),
        ("2020-01-01", ' as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'),
        ("2020/01/01", ' as "2006-01-02T15:04:05Z07:00": cannot parse "/01/01" as "-"'),
        ("2020-13-01T00:00:00Z", ": month out of range"),
        ("2020-01-01T25:00:00Z", ": hour out of range"),
        ("2020-01-01T00:00:60Z", ": second out of range"),
        ("2020-01-01T00:00:00Zx", ': extra text: "x"'),
    ],
)
def test_times(text: str, end: str) -> None:
    assert time_error(text, RFC3339) == (f'parsing time "{text}"{end}' if end else "")


def test_times_to_the_microsecond_need_their_digits() -> None:
    assert time_error("2020-01-01T00:00:00.000001Z", RFC3339_MICRO) == ""
    assert time_error("2020-01-01T00:00:00Z", RFC3339_MICRO).endswith('cannot parse "Z" as ".000000"')


def test_what_go_calls_types() -> None:
    def names(cls: type[Struct], *fields: str) -> list[str]:
        return [go_type(cls, fields_of(cls)[field]) for field in fields]

    assert names(core_v1.PodSpec, "tolerations", "nodeSelector", "affinity", "priority") == [
        "[]v1.Toleration",
        "map[string]string",
        "v1.Affinity",
        "int32",
    ]
    assert names(core_v1.ObjectReference, "uid", "name") == ["types.UID", "string"]
    assert names(core_v1.NodeCondition, "type", "status") == ["v1.NodeConditionType", "v1.ConditionStatus"]
    assert names(apps_v1.RollingUpdateDeployment, "maxSurge") == ["intstr.IntOrString"]
    assert names(rbac_v1.Role, "metadata", "rules") == ["v1.ObjectMeta", "[]v1.PolicyRule"]


def test_what_is_said_to_be_embedded_exists() -> None:
    known = {name for module in (core_v1, admissionregistration_v1) for name in vars(module)} | {"IngressRule"}
    assert set(EMBEDDED) <= known


def test_a_time_that_can_be_read_is_nothing_wrong() -> None:
    data = {"metadata": {"creationTimestamp": "2026-01-01T00:00:00Z"}, "data": {"a": 1}}
    assert explain(core_v1.ConfigMap, data).endswith("ConfigMap.data of type string")

"""OpenAPI documents, checked for what kubectl and client generators read from them."""

import msgspec
import pytest

from pykube.api import scheme
from pykube.apiserver.openapi import documents, protobuf
from pykube.apiserver.openapi.names import definition_name, group_title, tag
from pykube.apiserver.openapi.serving import v3_groups


@pytest.fixture(scope="module")
def v2():
    return msgspec.json.decode(b"".join(documents.v2(scheme.resources)))


@pytest.fixture(scope="module")
def apps():
    resources = v3_groups(scheme.resources)["/openapi/v3/apis/apps/v1"]
    return msgspec.json.decode(b"".join(documents.v3(resources)))


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"].rpartition("/")[2]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def test_every_reference_leads_somewhere(v2, apps):
    assert set(references(v2)) <= set(v2["definitions"])
    assert set(references(apps)) <= set(apps["components"]["schemas"])


def test_every_group_version_has_a_document_that_holds_together():
    for resources in v3_groups(scheme.resources).values():
        document = msgspec.json.decode(b"".join(documents.v3(resources)))
        assert set(references(document)) <= set(document["components"]["schemas"])


def test_names():
    assert definition_name(scheme.by_kind("v1", "Pod").type) == "io.k8s.api.core.v1.Pod"
    assert group_title("rbac.authorization.k8s.io") == "RbacAuthorization"
    assert tag("", "v1") == "core_v1"
    assert tag("flowcontrol.apiserver.k8s.io", "v1") == "flowcontrolApiserver_v1"


def test_a_kind_says_which_it_is(v2):
    pod = v2["definitions"]["io.k8s.api.core.v1.Pod"]
    assert pod["x-kubernetes-group-version-kind"] == [{"group": "", "kind": "Pod", "version": "v1"}]
    kinds = v2["definitions"]["io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions"]["x-kubernetes-group-version-kind"]
    assert {"group": "apps", "kind": "DeleteOptions", "version": "v1"} in kinds
    parts = ("io.k8s.api.core.v1.ObjectReference", "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference")
    assert not any("x-kubernetes-group-version-kind" in v2["definitions"][name] for name in parts)


def test_lists_say_how_they_are_merged(v2):
    containers = v2["definitions"]["io.k8s.api.core.v1.PodSpec"]["properties"]["containers"]
    assert containers.pop("description")
    assert containers == {
        "type": "array",
        "items": {"$ref": "#/definitions/io.k8s.api.core.v1.Container"},
        "x-kubernetes-list-map-keys": ["name"],
        "x-kubernetes-list-type": "map",
        "x-kubernetes-patch-merge-key": "name",
        "x-kubernetes-patch-strategy": "merge",
    }
    strategy = v2["definitions"]["io.k8s.api.apps.v1.DeploymentSpec"]["properties"]["strategy"]
    assert strategy["x-kubernetes-patch-strategy"] == "retainKeys"


def test_scalars_and_leaves(v2, apps):
    port = v2["definitions"]["io.k8s.api.core.v1.ContainerPort"]
    assert port["required"] == ["containerPort"]
    number = port["properties"]["containerPort"]
    assert (number["type"], number["format"]) == ("integer", "int32")
    leaf = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
    assert v2["definitions"][leaf] == {"type": "string", "format": "int-or-string"}
    schemas = apps["components"]["schemas"]
    assert schemas[leaf]["oneOf"] == [{"type": "integer"}, {"type": "string"}]
    assert schemas["io.k8s.api.core.v1.ContainerPort"]["properties"]["protocol"]["default"] == "TCP"
    assert schemas["io.k8s.api.apps.v1.Deployment"]["properties"]["spec"] == {
        "allOf": [{"$ref": "#/components/schemas/io.k8s.api.apps.v1.DeploymentSpec"}],
        "default": {},
        "description": "What is wanted.",
    }


def test_operations_of_a_kind(apps):
    item = apps["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]
    assert set(item) == {"get", "put", "patch", "delete", "parameters"}
    patch = item["patch"]
    assert patch["operationId"] == "patchAppsV1NamespacedDeployment"
    assert patch["x-kubernetes-action"] == "patch"
    assert patch["x-kubernetes-group-version-kind"] == {"group": "apps", "kind": "Deployment", "version": "v1"}
    assert "fieldValidation" in {parameter["name"] for parameter in patch["parameters"]}
    assert "application/apply-patch+yaml" in patch["requestBody"]["content"]
    listing = apps["paths"]["/apis/apps/v1/deployments"]["get"]
    assert listing["operationId"] == "listAppsV1DeploymentForAllNamespaces"
    scale = apps["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"]["get"]
    assert scale["x-kubernetes-group-version-kind"]["kind"] == "Scale"


def test_subresources_of_pods(v2):
    base = "/api/v1/namespaces/{namespace}/pods/{name}"
    assert v2["paths"][f"{base}/exec"]["post"]["operationId"] == "connectCoreV1PostNamespacedPodExec"
    assert v2["paths"][f"{base}/log"]["get"]["operationId"] == "readCoreV1NamespacedPodLog"
    assert v2["paths"][f"{base}/proxy/{{path}}"]["get"]["operationId"] == "connectCoreV1GetNamespacedPodProxyWithPath"
    token = v2["paths"]["/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"]["post"]
    assert token["parameters"][0]["schema"]["$ref"] == "#/definitions/io.k8s.api.authentication.v1.TokenRequest"


def test_operation_ids_are_unique(v2):
    ids = [
        operation["operationId"]
        for item in v2["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]
    assert len(ids) == len(set(ids))


def test_the_protobuf_form_knows_every_key(v2):
    assert len(protobuf.encode(v2)) > 100_000

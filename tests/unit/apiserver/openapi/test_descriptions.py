"""What ``kubectl explain`` has to say."""

from __future__ import annotations

import sys
from typing import Any

import msgspec
import pytest

from pykube.api import apps_v1, core_v1, meta_v1, rbac_v1, scheme
from pykube.api.schema import Struct, fields_of
from pykube.apiserver.openapi import documents, protobuf
from pykube.apiserver.openapi.descriptions import Descriptions
from pykube.apiserver.openapi.documents import roots
from pykube.apiserver.openapi.schemas import closure
from pykube.apiserver.openapi.serving import v3_groups


def described_types() -> list[type[Struct]]:
    return closure(roots(scheme.resources))[0]


@pytest.fixture(scope="module")
def descriptions() -> Descriptions:
    return Descriptions()


@pytest.fixture(scope="module")
def v2() -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(b"".join(documents.v2(scheme.resources)))
    return found


@pytest.fixture(scope="module")
def apps() -> dict[str, Any]:
    resources = v3_groups(scheme.resources)["/openapi/v3/apis/apps/v1"]
    found: dict[str, Any] = msgspec.json.decode(b"".join(documents.v3(resources)))["components"]["schemas"]
    return found


def test_every_type_and_field_is_described(descriptions: Descriptions) -> None:
    types = described_types()
    assert {core_v1.PodSpec, core_v1.Container, apps_v1.DeploymentSpec, meta_v1.ObjectMeta} <= set(types)
    mute = [
        f"{cls.__name__}.{name}"
        for cls in types
        for name in set(cls.__struct_fields__) - descriptions.of_fields(cls).keys()
    ]
    assert mute == []
    assert [cls.__name__ for cls in types if not descriptions.of_type(cls)] == []


def test_texts_are_whole_sentences_on_one_line(descriptions: Descriptions) -> None:
    for cls in described_types():
        for name, text in descriptions.of_fields(cls).items():
            assert text == " ".join(text.split()), f"{cls.__name__}.{name}"
            assert text.endswith("."), f"{cls.__name__}.{name}"


def test_types_that_repeat_another_say_the_same(descriptions: Descriptions) -> None:
    container = descriptions.of_fields(core_v1.Container)
    ephemeral = descriptions.of_fields(core_v1.EphemeralContainer)
    assert ephemeral["command"] == container["command"]
    assert ephemeral["ports"] != container["ports"]
    persistent = descriptions.of_fields(core_v1.RBDPersistentVolumeSource)
    assert persistent["pool"] == descriptions.of_fields(core_v1.RBDVolumeSource)["pool"]
    assert "ext4" in persistent["fs_type"]


def test_kinds_and_conditions_have_texts_in_common(descriptions: Descriptions) -> None:
    role = descriptions.of_fields(rbac_v1.Role)
    assert role["metadata"] == descriptions.of_fields(core_v1.Pod)["metadata"]
    assert descriptions.of_fields(core_v1.NodeCondition)["reason"] == "Why, as one word for programs."
    assert descriptions.of_type(core_v1.PodList) == "Pod objects, or one page of them."


def test_version_2_has_them_beside_references(v2: dict[str, Any]) -> None:
    probe = v2["definitions"]["io.k8s.api.core.v1.Container"]["properties"]["livenessProbe"]
    assert set(probe) == {"$ref", "description"}
    assert "restarted" in probe["description"]
    assert len(protobuf.encode(v2)) > 100_000


def test_version_3_has_them_around_references(apps: dict[str, Any]) -> None:
    container = apps["io.k8s.api.core.v1.Container"]["properties"]
    assert container["livenessProbe"]["allOf"] == [{"$ref": "#/components/schemas/io.k8s.api.core.v1.Probe"}]
    assert set(container["livenessProbe"]) == {"allOf", "description"}
    template = apps["io.k8s.api.apps.v1.DeploymentSpec"]["properties"]["template"]
    assert set(template) == {"allOf", "default", "description"}
    for cls in (core_v1.PodSpec, core_v1.Container):
        properties = apps[f"io.k8s.api.core.v1.{cls.__name__}"]["properties"]
        assert all(properties[name]["description"] for name in fields_of(cls))


def test_without_sources_there_are_no_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["pykube.api.core_v1"].__spec__, "loader", None)
    assert Descriptions().of_fields(core_v1.EnvVar) == {}

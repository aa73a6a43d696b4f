"""Server-side apply over HTTP, and who owns what after other writes."""

import asyncio
import json

import pytest

from tests.fakes.api_server import running

MAPS = "/api/v1/namespaces/default/configmaps"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
KUBECTL = "kubectl/v1.36.2 (linux/amd64) kubernetes/abc"


def config_map(*, annotations=None, **data):
    metadata = {"name": "c", **({"annotations": annotations} if annotations else {})}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def deployment(**spec):
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec}


FULL = deployment(
    replicas=1,
    selector={"matchLabels": {"app": "d"}},
    template={
        "metadata": {"labels": {"app": "d"}},
        "spec": {"containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 80}]}]},
    },
)


def story(run):
    async def inside():
        async with running() as api:
            await run(api)

    asyncio.run(inside())


async def apply(api, path, config, *, manager="me", query="", user_agent="test"):
    body = config if isinstance(config, bytes) else json.dumps(config).encode()
    headers = {"Content_Type": APPLY, "User_Agent": user_agent}
    return await api.call("PATCH", f"{path}?fieldManager={manager}{query}", body, **headers)


def entries(doc):
    return [
        (entry["manager"], entry["operation"], entry.get("subresource", ""))
        for entry in doc["metadata"].get("managedFields", [])
    ]


def fields_of(doc, manager):
    return next(entry["fieldsV1"] for entry in doc["metadata"]["managedFields"] if entry["manager"] == manager)


class TestApply:
    def test_creates_then_changes_then_does_nothing(self):
        async def run(api):
            created = await apply(api, f"{MAPS}/c", config_map(a="1"))
            assert (created.status, created.doc["data"]) == (201, {"a": "1"})
            (entry,) = created.doc["metadata"]["managedFields"]
            assert entry.pop("time")
            assert entry == {
                "manager": "me",
                "operation": "Apply",
                "apiVersion": "v1",
                "fieldsType": "FieldsV1",
                "fieldsV1": {"f:data": {"f:a": {}}},
            }
            changed = await apply(api, f"{MAPS}/c", config_map(b="2"))
            assert (changed.status, changed.doc["data"]) == (200, {"b": "2"})
            again = await apply(api, f"{MAPS}/c", config_map(b="2"))
            assert again.doc == changed.doc

        story(run)

    def test_reads_yaml(self):
        async def run(api):
            yaml = b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  a: '1'\n"
            assert (await apply(api, f"{MAPS}/c", yaml)).doc["data"] == {"a": "1"}

        story(run)

    def test_conflicts_are_told_and_forced(self):
        async def run(api):
            await api.post(DEPLOYMENTS, FULL, User_Agent=KUBECTL)
            refused = await apply(api, f"{DEPLOYMENTS}/d", deployment(replicas=3))
            assert (refused.status, refused.doc["reason"]) == (409, "Conflict")
            assert refused.message == (
                'Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas'
            )
            assert refused.doc["details"]["causes"] == [
                {
                    "reason": "FieldManagerConflict",
                    "message": 'conflict with "kubectl" using apps/v1',
                    "field": ".spec.replicas",
                }
            ]
            forced = await apply(api, f"{DEPLOYMENTS}/d", deployment(replicas=3), query="&force=true")
            assert (forced.status, forced.doc["spec"]["replicas"]) == (200, 3)
            assert forced.doc["metadata"]["generation"] == 2
            assert "f:replicas" not in fields_of(forced.doc, "kubectl")["f:spec"]

        story(run)

    def test_dry_run_writes_nothing(self):
        async def run(api):
            tried = await apply(api, f"{MAPS}/c", config_map(a="1"), query="&dryRun=All")
            assert (tried.status, tried.doc["data"]) == (201, {"a": "1"})
            assert (await api.get(f"{MAPS}/c")).status == 404

        story(run)

    def test_status_is_owned_through_its_subresource(self):
        async def run(api):
            await apply(api, f"{DEPLOYMENTS}/d", FULL)
            status = {**deployment(replicas=9), "status": {"readyReplicas": 1, "replicas": 1}}
            answer = await apply(api, f"{DEPLOYMENTS}/d/status", status, manager="controller")
            assert answer.status == 200
            assert answer.doc["spec"]["replicas"] == 1
            assert entries(answer.doc) == [("controller", "Apply", "status"), ("me", "Apply", "")]
            assert fields_of(answer.doc, "controller") == {"f:status": {"f:readyReplicas": {}, "f:replicas": {}}}
            gone = await apply(api, f"{DEPLOYMENTS}/d/status", deployment(), manager="controller")
            assert "readyReplicas" not in gone.doc["status"]
            del status["metadata"]
            assert (await apply(api, f"{DEPLOYMENTS}/x/status", status)).status == 404

        story(run)

    def test_scale_owns_the_number_of_replicas(self):
        async def run(api):
            await apply(api, f"{DEPLOYMENTS}/d", FULL)
            scale = {"apiVersion": "autoscaling/v1", "kind": "Scale", "spec": {"replicas": 5}}
            refused = await apply(api, f"{DEPLOYMENTS}/d/scale", scale, manager="scaler")
            assert refused.message == 'Apply failed with 1 conflict: conflict with "me": .spec.replicas'
            scaled = await apply(api, f"{DEPLOYMENTS}/d/scale", scale, manager="scaler", query="&force=1")
            assert scaled.doc["spec"] == {"replicas": 5}
            doc = (await api.get(f"{DEPLOYMENTS}/d")).doc
            assert ("scaler", "Apply", "scale") in entries(doc)
            assert fields_of(doc, "scaler") == {"f:spec": {"f:replicas": {}}}

        story(run)

    @pytest.mark.parametrize(
        ("config", "code", "message"),
        [
            (
                {**config_map(), "spec": {}},
                400,
                "failed to create typed patch object (default/c; /v1, Kind=ConfigMap): "
                ".spec: field not declared in schema",
            ),
            ({**config_map(), "apiVersion": "v2"}, 400, "invalid object type: /v2, Kind=ConfigMap"),
            (
                {**config_map(), "metadata": {"managedFields": []}},
                400,
                "metadata.managedFields must be nil",
            ),
            (
                {**config_map(), "metadata": {"name": "other"}},
                400,
                "the name of the object (other) does not match the name on the URL (c)",
            ),
            ([], 400, "error decoding YAML: the configuration must be an object"),
        ],
    )
    def test_broken_configurations_are_refused(self, config, code, message):
        async def run(api):
            answer = await apply(api, f"{MAPS}/c", config)
            assert (answer.status, answer.message) == (code, message)

        story(run)

    def test_the_manager_must_be_named(self):
        async def run(api):
            answer = await apply(api, f"{MAPS}/c", config_map(), manager="")
            assert (answer.status, answer.message) == (
                422,
                'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
            )
            long = await apply(api, f"{MAPS}/c", config_map(), manager="m" * 129)
            assert long.status == 422

        story(run)

    def test_kubectl_upgrades_from_client_side(self):
        async def run(api):
            last = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1"}})
            live = config_map(annotations={"kubectl.kubernetes.io/last-applied-configuration": last}, a="1")
            await api.post(f"{MAPS}?fieldManager=kubectl-client-side-apply", live)
            done = await apply(api, f"{MAPS}/c", config_map(a="2"), manager="kubectl")
            assert (done.status, done.doc["data"]) == (200, {"a": "2"})
            annotation = done.doc["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"]
            assert json.loads(annotation)["data"] == {"a": "2"}

        story(run)


class TestOtherWrites:
    def test_belong_to_the_program_or_the_name_it_gives(self):
        async def run(api):
            created = await api.post(MAPS, config_map(a="1"), User_Agent=KUBECTL)
            assert entries(created.doc) == [("kubectl", "Update", "")]
            assert fields_of(created.doc, "kubectl") == {"f:data": {".": {}, "f:a": {}}}
            changed = await api.call("PATCH", f"{MAPS}/c?fieldManager=other", {"data": {"b": "2"}}, Content_Type=MERGE)
            assert fields_of(changed.doc, "other") == {"f:data": {"f:b": {}}}
            replaced = await api.put(f"{MAPS}/c", config_map(a="3", b="2"), User_Agent="third/1")
            assert [name for name, *_ in entries(replaced.doc)] == ["other", "third"] or fields_of(
                replaced.doc, "third"
            ) == {"f:data": {"f:a": {}}}

        story(run)

    def test_status_is_nobodys_through_the_object(self):
        async def run(api):
            created = await api.post(DEPLOYMENTS, {**FULL, "status": {"replicas": 3}}, User_Agent=KUBECTL)
            assert "f:status" not in fields_of(created.doc, "kubectl")
            patch = {"status": {"replicas": 1}, "metadata": {"labels": {"x": "y"}}}
            patched = await api.call(
                "PATCH", f"{DEPLOYMENTS}/d/status", patch, Content_Type=MERGE, User_Agent="controller/1"
            )
            assert ("controller", "Update", "status") in entries(patched.doc)
            assert fields_of(patched.doc, "controller") == {"f:status": {"f:replicas": {}}}

        story(run)

    def test_what_changes_nothing_is_not_written(self):
        async def run(api):
            created = await api.post(MAPS, config_map(a="1"))
            patched = await api.call("PATCH", f"{MAPS}/c", {"data": {"a": "1"}}, Content_Type=MERGE)
            assert patched.doc == created.doc
            assert (await api.put(f"{MAPS}/c", config_map(a="1"))).doc == created.doc

        story(run)

    @pytest.mark.parametrize("empty", [[], [{}]])
    def test_entries_can_be_reset(self, empty):
        async def run(api):
            await apply(api, f"{MAPS}/c", config_map(a="1"))
            doc = config_map(a="1")
            doc["metadata"]["managedFields"] = empty
            replaced = await api.put(f"{MAPS}/c", doc)
            assert entries(replaced.doc) == []
            await apply(api, f"{MAPS}/c", config_map(a="1"))
            patch = {"metadata": {"managedFields": empty}}
            assert entries((await api.call("PATCH", f"{MAPS}/c", patch, Content_Type=MERGE)).doc) == []

        story(run)

    def test_entries_can_be_changed_but_not_broken(self):
        async def run(api):
            doc = (await apply(api, f"{MAPS}/c", config_map(a="1"))).doc
            (entry,) = doc["metadata"]["managedFields"]
            entry["manager"] = "renamed"
            renamed = (await api.put(f"{MAPS}/c", doc)).doc
            assert entries(renamed) == [("renamed", "Apply", "")]
            renamed["metadata"]["managedFields"][0]["fieldsV1"] = {"nonsense": {}}
            assert fields_of((await api.put(f"{MAPS}/c", renamed)).doc, "renamed") == {"f:data": {"f:a": {}}}

        story(run)

    def test_force_is_for_apply_only(self):
        async def run(api):
            await api.post(MAPS, config_map(a="1"))
            answer = await api.call("PATCH", f"{MAPS}/c?force=true", {}, Content_Type=MERGE)
            assert (answer.status, answer.message) == (
                422,
                'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
            )

        story(run)

"""Plugins that are off by default, and how they are chosen."""

import asyncio
from pathlib import Path

import pytest

from pykube.aio.clock import SystemClock
from pykube.apiserver.admission import configuration, default_chain
from pykube.apiserver.admission.namespace_lifecycle import namespace_lifecycle
from pykube.apiserver.admission.optional.always_pull_images import always_pull_images
from pykube.apiserver.admission.optional.event_rate_limit import EventRateLimit, Limit, limits_of
from pykube.apiserver.admission.optional.image_policy_webhook import ImagePolicyWebhook, Settings, settings_of
from pykube.apiserver.admission.optional.namespace_auto_provision import namespace_auto_provision
from pykube.apiserver.admission.optional.owner_references_permission_enforcement import (
    OwnerReferencesPermissionEnforcement,
)
from pykube.apiserver.authn.review_client import ReviewClient
from pykube.apiserver.authn.review_server import ReviewServer
from pykube.apiserver.authz import Decision
from tests.fakes.api_server import running
from tests.fakes.clock import FakeClock
from tests.fakes.review_server import review_server

CORE = "/api/v1/namespaces/default"
PODS = f"{CORE}/pods"
MAPS = f"{CORE}/configmaps"


def story(run, *enabled):
    async def inside():
        async with running() as api:
            api.registry.admission.choose(enabled)
            await run(api)

    asyncio.run(inside())


def pod(name="p", **spec):
    return {"metadata": {"name": name}, "spec": {"containers": [{"name": "c", "image": "i"}], **spec}}


async def annotate(api, **annotations):
    names = {
        "selector": "scheduler.alpha.kubernetes.io/node-selector",
        "tolerations": "scheduler.alpha.kubernetes.io/defaultTolerations",
        "allowed": "scheduler.alpha.kubernetes.io/tolerationsWhitelist",
    }
    await api.patch(CORE, {"metadata": {"annotations": {names[key]: value for key, value in annotations.items()}}})


def test_plugins_are_chosen_by_name_and_keep_their_order():
    chain = default_chain()
    assert always_pull_images not in chain.mutating
    chain.choose(["NamespaceAutoProvision", "AlwaysPullImages"], ["ResourceQuota"])
    assert chain.mutating[:2] == [namespace_auto_provision, namespace_lifecycle]
    assert always_pull_images in chain.mutating
    assert chain.final == []
    chain.choose(disabled=["PodSecurity"])
    assert chain.pod_security not in chain.validating


@pytest.mark.parametrize(
    ("enabled", "disabled", "problem"),
    [
        (["Nonsense"], [], 'enable-admission-plugins plugin "Nonsense" is unknown'),
        ([], ["Nonsense"], 'disable-admission-plugins plugin "Nonsense" is unknown'),
        (["Priority"], ["Priority"], "in enable-admission-plugins and disable-admission-plugins overlapped"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(enabled, disabled, problem):
    with pytest.raises(ValueError, match=problem):
        default_chain().choose(enabled, disabled)


def test_images_are_always_pulled():
    async def run(api):
        container = {"name": "c", "image": "i:1", "imagePullPolicy": "Never"}
        made = await api.post(PODS, pod(containers=[container]))
        assert made.doc["spec"]["containers"][0]["imagePullPolicy"] == "Always"

    story(run, "AlwaysPullImages")


def test_services_get_no_further_addresses():
    async def run(api):
        service = {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}], "externalIPs": ["1.2.3.4"]}}
        refused = await api.post(f"{CORE}/services", service)
        text = 'services "s" is forbidden: Use of external IPs is denied by admission control'
        assert (refused.status, refused.message) == (403, text)

    story(run, "DenyServiceExternalIPs")


def test_pods_with_devices_tolerate_their_taint():
    async def run(api):
        resources = {"requests": {"example.com/gpu": "1", "cpu": "1"}, "limits": {"example.com/gpu": "1"}}
        made = await api.post(PODS, pod(containers=[{"name": "c", "image": "i", "resources": resources}]))
        assert {"key": "example.com/gpu", "operator": "Exists", "effect": "NoSchedule"} in made.doc["spec"][
            "tolerations"
        ]

    story(run, "ExtendedResourceToleration")


def test_pods_keep_others_off_nodes_only():
    async def run(api):
        def apart(key):
            term = {"topologyKey": key, "labelSelector": {"matchLabels": {"a": "b"}}}
            return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}

        refused = await api.post(PODS, pod(affinity=apart("topology.kubernetes.io/zone")))
        assert refused.status == 403
        assert "only key kubernetes.io/hostname is allowed" in refused.message
        assert (await api.post(PODS, pod(affinity=apart("kubernetes.io/hostname")))).status == 201

    story(run, "LimitPodHardAntiAffinityTopology")


def test_namespaces_are_made_when_they_are_needed():
    async def run(api):
        made = await api.post("/api/v1/namespaces/new/configmaps", {"metadata": {"name": "x"}})
        assert made.status == 201
        assert (await api.get("/api/v1/namespaces/new")).status == 200
        trial = await api.post("/api/v1/namespaces/other/configmaps?dryRun=All", {"metadata": {"name": "x"}})
        assert trial.status == 404

    story(run, "NamespaceAutoProvision", "NamespaceExists")


def test_a_namespace_says_where_its_pods_run():
    async def run(api):
        await annotate(api, selector="zone=a, disk=fast")
        made = await api.post(PODS, pod(nodeSelector={"arch": "arm"}))
        assert made.doc["spec"]["nodeSelector"] == {"zone": "a", "disk": "fast", "arch": "arm"}
        refused = await api.post(PODS, pod("q", nodeSelector={"zone": "b"}))
        assert (refused.status, "conflicts with its namespace" in refused.message) == (403, True)

    story(run, "PodNodeSelector")


def test_a_namespace_says_what_its_pods_tolerate():
    async def run(api):
        await annotate(
            api,
            tolerations='[{"key": "own", "operator": "Exists"}]',
            allowed='[{"key": "own", "operator": "Exists"}, {"effect": "NoExecute", "operator": "Exists"}]',
        )
        made = await api.post(PODS, pod())
        assert {"key": "own", "operator": "Exists"} in made.doc["spec"]["tolerations"]
        refused = await api.post(PODS, pod("q", tolerations=[{"key": "other", "operator": "Exists"}]))
        assert (refused.status, "conflict with its namespace whitelist" in refused.message) == (500, True)

    story(run, "PodTolerationRestriction")


def test_nothing_may_be_changed():
    async def run(api):
        refused = await api.post(MAPS, {"metadata": {"name": "x"}})
        assert (refused.status, "denying all modifications" in refused.message) == (403, True)

    story(run, "AlwaysDeny")


def event(name, about="pod"):
    involved = {"namespace": "default", "name": about, "kind": "Pod", "apiVersion": "v1"}
    return {"metadata": {"name": name}, "involvedObject": involved, "reason": "Because", "type": "Normal"}


def test_who_reports_too_much_is_held_back():
    async def inside():
        clock = FakeClock()
        async with running(clock) as api:
            limits = [Limit("SourceAndObject", qps=1, burst=2), Limit("User", qps=100, burst=100, cache_size=1)]
            api.registry.admission.validating.append(EventRateLimit(limits, clock))
            for number in range(2):
                assert (await api.post(f"{CORE}/events", event(f"e{number}"))).status == 201
            assert (await api.post(f"{CORE}/events?dryRun=All", event("trial"))).status == 201
            refused = await api.post(f"{CORE}/events", event("e2"))
            text = "Too many requests: limit reached on type SourceAndObject for key Poddefaultpodv1"
            assert (refused.status, refused.message) == (429, text)
            assert (await api.post(f"{CORE}/events", event("e3", "other"))).status == 201
            await clock.advance(1)
            assert (await api.post(f"{CORE}/events", event("e2"))).status == 201

    asyncio.run(inside())


def test_limits_are_read_from_the_admission_configuration(tmp_path):
    path = tmp_path / "admission.yaml"
    assert configuration.read(path) == {}
    path.write_text(
        """
kind: AdmissionConfiguration
apiVersion: apiserver.config.k8s.io/v1
plugins:
- name: EventRateLimit
  configuration:
    kind: Configuration
    apiVersion: eventratelimit.admission.k8s.io/v1alpha1
    limits: [{type: Namespace, qps: 5, burst: 10}]
"""
    )
    assert limits_of(configuration.read(path)["EventRateLimit"]) == [Limit("Namespace", 5, 10)]


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        ([], "must not be empty"),
        ([{"type": "World", "qps": 1, "burst": 1}], r'limits\[0\].type: Unsupported value: "World"'),
        ([{"type": "User", "qps": 0, "burst": 1}], r"limits\[0\].qps: Invalid value: 0: must be positive"),
    ],
)
def test_limits_that_make_no_sense_are_refused(limits, problem):
    with pytest.raises(ValueError, match=problem):
        limits_of({"apiVersion": "eventratelimit.admission.k8s.io/v1alpha1", "limits": limits})


def test_another_server_says_which_images_may_run(tmp_path):
    async def inside():
        clock = FakeClock()
        async with running(clock) as api, review_server(tmp_path) as reviews:
            client = ReviewClient(ReviewServer.read(reviews.kubeconfig), SystemClock(), seconds=5)
            plugin = ImagePolicyWebhook(client, Settings(reviews.kubeconfig), clock)
            api.registry.admission.validating.append(plugin)
            reviews.answer = lambda review: {"allowed": False, "reason": "too new"}
            annotations = {"x.image-policy.k8s.io/ticket": "7", "other": "8"}
            body = pod()
            body["metadata"]["annotations"] = annotations
            for _ in range(2):
                refused = await api.post(PODS, body)
                assert refused.status == 403
                assert refused.message.endswith("image policy webhook backend denied one or more images: too new")
            assert [asked["spec"] for asked in reviews.asked] == [
                {
                    "containers": [{"image": "i"}],
                    "namespace": "default",
                    "annotations": {"x.image-policy.k8s.io/ticket": "7"},
                }
            ]
            await clock.advance(31)
            reviews.answer = lambda review: {"allowed": True}
            assert (await api.post(PODS, body)).status == 201
            reviews.answer = lambda review: "nonsense"
            assert (await api.post(PODS, pod("q"))).status == 403
            api.registry.admission.validating[-1] = ImagePolicyWebhook(
                client, Settings(reviews.kubeconfig, default_allow=True), clock
            )
            assert (await api.post(PODS, pod("q"))).status == 201
            await client.close()

    asyncio.run(inside())


def test_how_images_are_asked_about():
    found = settings_of({"imagePolicy": {"kubeConfigFile": "/k", "allowTTL": -1, "defaultAllow": True}})
    assert found == Settings(Path("/k"), 0.0, 30.0, default_allow=True)
    for wrong in ({}, {"imagePolicy": {}}, {"imagePolicy": {"kubeConfigFile": "/k", "denyTTL": 5000}}):
        with pytest.raises(ValueError, match="ImagePolicyWebhook"):
            settings_of(wrong)


class Permissions:
    """Allows what it is told to; remembers what it was asked."""

    def __init__(self, *allowed):
        self._allowed = set(allowed)

    async def authorize(self, asked):
        return Decision(f"{asked.verb} {asked.full_resource}" in self._allowed, "not told so")


def test_who_sets_an_owner_may_delete_the_object_and_hold_up_the_owner():
    async def run(api):
        permissions = Permissions("delete configmaps")
        api.registry.admission.validating.append(OwnerReferencesPermissionEnforcement(permissions))
        owner = (await api.post(f"{CORE}/secrets", {"metadata": {"name": "owner"}})).doc
        plain = {"apiVersion": "v1", "kind": "Secret", "name": "owner", "uid": owner["metadata"]["uid"]}
        blocking = {**plain, "blockOwnerDeletion": True}
        refused = await api.post(MAPS, {"metadata": {"name": "x", "ownerReferences": [blocking]}})
        assert (refused.status, "you can't set finalizers on: not told so" in refused.message) == (403, True)
        assert (await api.post(MAPS, {"metadata": {"name": "x", "ownerReferences": [plain]}})).status == 201
        assert (await api.post(f"{CORE}/endpoints", {"metadata": {"name": "e"}})).status == 201
        change = {"metadata": {"ownerReferences": [plain]}}
        refused = await api.patch(f"{CORE}/endpoints/e", change)
        assert (refused.status, "you can't delete: not told so" in refused.message) == (403, True)

    story(run)

"""Pods, workloads and namespaces over HTTP."""

import asyncio

from pykube.apiserver.admission.pod_security.existing_pods import judged
from pykube.apiserver.admission.pod_security.policy import Level, Policy, Standard
from pykube.apiserver.admission.pod_security.settings import PodSecuritySettings
from tests.fakes import workloads
from tests.fakes.api_server import running

NAMESPACES = "/api/v1/namespaces"
BAD = {"containers": [{"name": "a", "image": "i", "securityContext": {"privileged": True}}]}
PLAIN = {"containers": [{"name": "a", "image": "i"}]}
TEXT = 'privileged (container "a" must not set securityContext.privileged=true)'


def story(run):
    async def inside():
        async with running() as api:
            await run(api)

    asyncio.run(inside())


def told(answer):
    """The warnings of an answer, unquoted."""
    return "\n".join(answer.headers.getall("Warning", [])).replace('\\"', '"')


def pod(name, spec):
    return {"metadata": {"name": name}, "spec": {"serviceAccountName": "default", **spec}}


async def namespace(api, name="n", **modes):
    labels = {f"pod-security.kubernetes.io/{mode.replace('_', '-')}": value for mode, value in modes.items()}
    made = await api.post(NAMESPACES, {"metadata": {"name": name, "labels": labels}})
    if made.status == 201:
        await api.post(f"{NAMESPACES}/{name}/serviceaccounts", {"metadata": {"name": "default"}})
    return made


def test_pods():
    async def run(api):
        await namespace(api, enforce="baseline", enforce_version="v1.30", warn="restricted")
        pods = f"{NAMESPACES}/n/pods"
        refused = await api.post(pods, pod("p", BAD))
        assert (refused.status, refused.message) == (
            403,
            f'pods "p" is forbidden: violates PodSecurity "baseline:v1.30": {TEXT}',
        )
        accepted = await api.post(pods, pod("p", PLAIN))
        assert accepted.status == 201, accepted.body
        assert 'would violate PodSecurity "restricted:latest": allowPrivilegeEscalation' in told(accepted)
        debug = {
            "spec": {"ephemeralContainers": [{"name": "d", "image": "i", "securityContext": {"privileged": True}}]}
        }
        refused = await api.patch(f"{pods}/p/ephemeralcontainers", debug)
        assert refused.status == 403, refused.body
        assert 'container "d" must not set securityContext.privileged=true' in refused.message
        labelled = await api.patch(f"{pods}/p", {"metadata": {"labels": {"a": "b"}}})
        assert told(labelled) == ""

    story(run)


def test_workloads_are_let_in_with_a_warning():
    async def run(api):
        await namespace(api, enforce="baseline")
        template = {"metadata": {"labels": {"a": "b"}}, "spec": BAD}
        spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
        made = await api.post("/apis/apps/v1/namespaces/n/deployments", {"metadata": {"name": "d"}, "spec": spec})
        assert made.status == 201
        assert f'would violate PodSecurity "baseline:latest": {TEXT}' in told(made)
        job = {"metadata": {"name": "j"}, "spec": {"template": {"spec": {**PLAIN, "restartPolicy": "Never"}}}}
        made = await api.post("/apis/batch/v1/namespaces/n/jobs", job)
        assert made.status == 201
        assert told(made) == ""

    story(run)


def test_a_namespace_that_becomes_stricter():
    async def run(api):
        await namespace(api)
        for name in ("x", "y"):
            assert (await api.post(f"{NAMESPACES}/n/pods", pod(name, BAD))).status == 201
        label = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "baseline"}}}
        changed = await api.patch(f"{NAMESPACES}/n", label)
        assert changed.status == 200
        text = 'existing pods in namespace "n" violate the new PodSecurity enforce level "baseline:latest"'
        assert text in told(changed)
        assert "x (and 1 other pod): privileged" in told(changed)
        wrong = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "bad"}}}
        refused = await api.patch(f"{NAMESPACES}/n", wrong)
        assert refused.status == 422
        assert "must be one of privileged, baseline, restricted" in refused.message
        assert (await namespace(api, "m", warn="bad")).status == 422

    story(run)


def test_what_the_settings_exempt():
    async def run(api):
        api.registry.admission.pod_security.settings = PodSecuritySettings(
            defaults=Policy(enforce=Standard(Level.BASELINE)), exempt_namespaces=frozenset({"free"})
        )
        await namespace(api, "bound")
        assert (await api.post(f"{NAMESPACES}/bound/pods", pod("p", BAD))).status == 403
        made = await namespace(api, "free", enforce="restricted")
        text = (
            'namespace "free" is exempt from Pod Security, and the policy (enforce=restricted:latest) will be ignored'
        )
        assert text in told(made)
        assert (await api.post(f"{NAMESPACES}/free/pods", pod("p", BAD))).status == 201

    story(run)


def test_pods_that_break_the_same_rules_are_told_together():
    pods = [workloads.pod(name) for name in ("c", "a", "b", "z")]
    for each in pods[:3]:
        each.spec.host_network = True
    pods[3].spec.host_pid = pods[3].spec.host_network = True
    assert judged(pods, "n", Standard(Level.BASELINE)) == [
        'existing pods in namespace "n" violate the new PodSecurity enforce level "baseline:latest"',
        "a (and 3 other pods): host namespaces",
    ]
    assert judged(pods[3:], "n", Standard(Level.BASELINE))[1:] == ["z: host namespaces"]
    assert judged([], "n", Standard(Level.RESTRICTED)) == []


def test_what_is_counted():
    async def run(api):
        plugin = api.registry.admission.pod_security
        plugin.settings = PodSecuritySettings(exempt_namespaces=frozenset({"free"}))
        await namespace(api, "bound", enforce="baseline", enforce_version="v1.30", warn="restricted")
        await namespace(api, "free", enforce="restricted")
        for place, name, spec in (("bound", "bad", BAD), ("bound", "good", PLAIN), ("free", "bad", BAD)):
            await api.post(f"{NAMESPACES}/{place}/pods", pod(name, spec))
        samples = [sample for family in plugin.counted.collect() for sample in family.samples]
        about = ("create", "pod", "")
        assert {(one.name.split("_")[2], *one.labels.values()): one.value for one in samples} == {
            ("evaluations", "deny", "baseline", "v1.30", "enforce", *about): 1,
            ("evaluations", "allow", "baseline", "v1.30", "enforce", *about): 1,
            ("evaluations", "deny", "restricted", "latest", "warn", *about): 1,
            ("exemptions", *about): 1,
        }

    story(run)

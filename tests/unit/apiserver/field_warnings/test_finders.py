"""What each kind is warned about, in upstream's words."""

import pytest

from pykube.api import (
    apiextensions_v1,
    apps_v1,
    batch_v1,
    codec,
    core_v1,
    discovery_v1,
    networking_v1,
    node_v1,
    resource_v1,
    scheme,
    storage_v1,
)
from pykube.apiserver.field_warnings.catalog import OF_OBJECTS


def told(cls, doc, old=None):
    find = OF_OBJECTS[scheme.resource_of(cls).group_resource]
    before = codec.from_dict(cls, old) if old is not None else None
    return list(find(codec.from_dict(cls, doc), before))


def pod(annotations=None, containers=None, **spec):
    return {
        "metadata": {"name": "p", "annotations": annotations or {}},
        "spec": {"containers": containers or [{"name": "c", "image": "i"}], **spec},
    }


def test_a_plain_pod():
    assert told(core_v1.Pod, pod()) == []


TERM = {"matchExpressions": [{"key": "beta.kubernetes.io/os", "operator": "In", "values": ["a b"]}]}
ARCH = 'deprecated since v1.14; use "kubernetes.io/arch" instead'
OS = 'deprecated since v1.14; use "kubernetes.io/os" instead'


@pytest.mark.parametrize(
    ("spec", "texts"),
    [
        ({"nodeSelector": {"beta.kubernetes.io/arch": "x"}}, [f"spec.nodeSelector[beta.kubernetes.io/arch]: {ARCH}"]),
        (
            {
                "affinity": {
                    "nodeAffinity": {
                        "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [TERM]},
                        "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": TERM}],
                    }
                }
            },
            [
                "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]."
                f"matchExpressions[0].key: beta.kubernetes.io/os is {OS}",
                "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference."
                f"matchExpressions[0].key: beta.kubernetes.io/os is {OS}",
                "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference."
                "matchExpressions[0].values[0]: a b is invalid, a valid label must be an empty string or consist of "
                "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
                "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
                "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
            ],
        ),
        (
            {"topologySpreadConstraints": [{"topologyKey": "beta.kubernetes.io/arch", "maxSkew": 1}]},
            [
                f"spec.topologySpreadConstraints[0].topologyKey: beta.kubernetes.io/arch is {ARCH}",
                "spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod",
            ],
        ),
        (
            {"volumes": [{"name": "v", "glusterfs": {"endpoints": "e", "path": "p"}}, {"name": "w", "gitRepo": {}}]},
            [
                "spec.volumes[0].glusterfs: deprecated in v1.25, non-functional in v1.26+",
                "spec.volumes[1].gitRepo: deprecated in v1.11, and disabled by default in v1.33+",
            ],
        ),
        (
            {"hostAliases": [{"ip": "::1"}, {"ip": "::1"}, {"ip": "0::2"}]},
            [
                'spec.hostAliases[1].ip: duplicate ip "::1"',
                'spec.hostAliases[2].ip: IPv6 address "0::2" should be in RFC 5952 canonical format ("::2")',
            ],
        ),
        (
            {"imagePullSecrets": [{"name": "a"}, {"name": "a"}, {}]},
            [
                'spec.imagePullSecrets[1].name: duplicate name "a"',
                'spec.imagePullSecrets[2].name: invalid empty name ""',
            ],
        ),
        (
            {"terminationGracePeriodSeconds": -1},
            ["spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1"],
        ),
        (
            {
                "affinity": {
                    "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone"}]}
                }
            },
            [
                "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: "
                "a null labelSelector results in matching no pod"
            ],
        ),
        (
            {"dnsConfig": {"nameservers": ["::ffff:1.2.3.4"]}},
            ['spec.dnsConfig.nameservers[0]: non-standard IP address "::ffff:1.2.3.4" is invalid: use "1.2.3.4"'],
        ),
    ],
)
def test_pods(spec, texts):
    assert told(core_v1.Pod, pod(**spec)) == texts


def test_annotations_of_pods_and_of_templates():
    notes = {
        "scheduler.alpha.kubernetes.io/critical-pod": "",
        "seccomp.security.alpha.kubernetes.io/pod": "x",
        "container.seccomp.security.alpha.kubernetes.io/c": "x",
        "container.apparmor.security.beta.kubernetes.io/c": "unconfined",
    }
    of_pod = [
        "metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: "
        'non-functional in v1.16+; use the "priorityClassName" field instead',
        "metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: "
        'non-functional in v1.27+; use the "seccompProfile" field instead',
        "metadata.annotations[container.seccomp.security.alpha.kubernetes.io/c]: "
        'non-functional in v1.27+; use the "seccompProfile" field instead',
    ]
    assert told(core_v1.Pod, pod(notes)) == of_pod
    template = told(apps_v1.DaemonSet, {"spec": {"template": pod(notes)}})
    assert template == [f"spec.template.{text}" for text in of_pod] + [
        "spec.template.metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: "
        'deprecated since v1.30; use the "appArmorProfile" field instead'
    ]
    fitting = {"securityContext": {"appArmorProfile": {"type": "Unconfined"}}}
    armored = {"container.apparmor.security.beta.kubernetes.io/c": "unconfined"}
    assert told(apps_v1.DaemonSet, {"spec": {"template": pod(armored, **fitting)}}) == []


def test_containers():
    env = [
        {"name": "A", "value": "1"},
        {"name": "A", "value": "$(A)2"},
        {"name": "A", "value": "$(A)"},
        {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
    ]
    first = {"name": "c", "env": env, "resources": {"limits": {"memory": "100m"}}}
    hides = 'hides previous definition of "A", which may be dropped when using apply'
    assert told(core_v1.Pod, pod(containers=[first])) == [
        'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
        f"spec.containers[0].env[2]: {hides}",
        f"spec.containers[0].env[3]: {hides}",
    ]


def test_ports():
    def port(number, **more):
        return {"containerPort": number, "protocol": "TCP", **more}

    ports = [
        port(80, name="web"),
        port(80),
        port(81, hostPort=8, hostIP="1.2.3.4"),
        port(81, hostPort=8),
        port(82, name="web", hostIP="1.2.3.4"),
        port(83, hostPort=9),
        port(83),
    ]
    assert told(core_v1.Pod, pod(containers=[{"name": "c", "ports": ports}])) == [
        "spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]",
        "spec.containers[0].ports[3]: dangerously ambiguous port definition with spec.containers[0].ports[2]",
        "spec.containers[0].ports[4]: hostIP set without hostPort: "
        "{Name:web HostPort:0 ContainerPort:82 Protocol:TCP HostIP:1.2.3.4}",
        "spec.containers[0].ports[6]: overlapping port definition with spec.containers[0].ports[5]",
        'spec.containers[0].ports[4]: duplicate port name "web" with spec.containers[0].ports[0], services and probes '
        "that select ports by name will use spec.containers[0].ports[0]",
    ]


def test_paths_in_volumes():
    items = [{"key": "a", "path": "x"}, {"key": "b", "path": "x/y"}, {"key": "c", "path": "xy"}]
    volumes = [
        {"name": "m", "configMap": {"name": "cm", "items": items}},
        {
            "name": "p",
            "projected": {
                "sources": [
                    {"serviceAccountToken": {"path": "token"}},
                    {"secret": {"name": "s", "items": [{"key": "k", "path": "token/"}]}},
                    {},
                ]
            },
        },
    ]
    assert told(core_v1.Pod, pod(volumes=volumes)) == [
        'volume "m" (ConfigMap "cm"): overlapping paths: "x/y" with "x"',
        'volume "p" (Projected) has no sources provided',
        'volume "p" (Projected): overlapping paths: "token" (Secret "s") with "token" (ServiceAccountToken)',
    ]


NAME = (
    "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is "
    "recommended: [must not contain dots]"
)


def test_workloads_are_looked_at_when_they_change():
    spec = {"template": pod(terminationGracePeriodSeconds=-1)}
    bad = {"metadata": {"name": "a.b", "generation": 1}, "spec": spec}
    texts = told(apps_v1.Deployment, bad)
    assert texts[0] == NAME
    assert texts[1].startswith("spec.template.spec.terminationGracePeriodSeconds: must be >= 0")
    assert told(apps_v1.Deployment, bad, bad) == []
    newer = {**bad, "metadata": {"name": "a.b", "generation": 2}}
    assert len(told(apps_v1.Deployment, newer, bad)) == 1


def test_jobs():
    many = {"completionMode": "Indexed", "completions": 100001, "parallelism": 10001, "template": pod()}
    assert told(batch_v1.Job, {"metadata": {"name": "j"}, "spec": many})[0].startswith("spec: In Indexed Jobs with")
    cron = {
        "metadata": {"name": "j"},
        "spec": {"schedule": "TZ=UTC * * * * *", "jobTemplate": {"spec": {"template": pod()}}},
    }
    assert told(batch_v1.CronJob, cron, cron)[0].startswith("cannot use TZ or CRON_TZ in spec.spec.schedule, use")


@pytest.mark.parametrize(
    ("spec", "texts"),
    [
        ({"type": "ClusterIP", "clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"]}, []),
        (
            {"type": "ClusterIP", "clusterIP": "None", "externalIPs": ["1.1.1.1"], "sessionAffinity": "ClientIP"},
            [
                "spec.externalIPs is ignored for headless services",
                "spec.SessionAffinity is ignored for headless services",
            ],
        ),
        (
            {"type": "LoadBalancer", "externalIPs": ["1.1.1.1"], "loadBalancerSourceRanges": ["10.0.0.1/8"]},
            [
                "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
                'spec.loadBalancerSourceRanges[0]: CIDR value "10.0.0.1/8" is ambiguous in this context (should be '
                '"10.0.0.0/8" or "10.0.0.1/32"?)',
            ],
        ),
        (
            {"type": "ExternalName", "externalIPs": ["1.1.1.1"], "externalName": "x"},
            ['spec.externalIPs is ignored when spec.type is "ExternalName"'],
        ),
        (
            {"type": "ClusterIP", "externalName": "x", "trafficDistribution": "PreferClose"},
            [
                'spec.externalName is ignored when spec.type is not "ExternalName"',
                'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
            ],
        ),
    ],
)
def test_services(spec, texts):
    assert told(core_v1.Service, {"metadata": {"name": "s"}, "spec": {"sessionAffinity": "None", **spec}}) == texts


@pytest.mark.parametrize(
    ("cls", "doc", "texts"),
    [
        (
            networking_v1.Ingress,
            {"metadata": {"annotations": {"kubernetes.io/ingress.class": "x"}}},
            ["annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead"],
        ),
        (
            networking_v1.NetworkPolicy,
            {"spec": {"egress": [{"to": [{"ipBlock": {"cidr": "0::/8", "except": ["1::/16"]}}]}]}},
            [
                'spec.egress[0].to[0].ipBlock.cidr: IPv6 CIDR value "0::/8" should be in RFC 5952 canonical format '
                '("::/8")'
            ],
        ),
        (
            discovery_v1.EndpointSlice,
            {"addressType": "FQDN", "endpoints": []},
            ["spec.addressType: FQDN endpoints are deprecated"],
        ),
        (
            core_v1.Endpoints,
            {"subsets": [{"notReadyAddresses": [{"ip": "0::1"}]}]},
            ['subsets[0].notReadyAddresses[0].ip: IPv6 address "0::1" should be in RFC 5952 canonical format ("::1")'],
        ),
        (
            core_v1.Node,
            {"spec": {"configSource": {}, "externalID": "x"}},
            [
                "spec.configSource: the feature is removed",
                "spec.externalID: this field is deprecated, and is unused by Kubernetes",
            ],
        ),
        (
            node_v1.RuntimeClass,
            {"handler": "h", "scheduling": {"nodeSelector": {"beta.kubernetes.io/arch": "x"}}},
            [f"scheduling.nodeSelector: {ARCH}"],
        ),
        (
            resource_v1.ResourceSlice,
            {"spec": {"driver": "A.b"}},
            ['spec.driver: driver names should be lowercase; "A.b" contains uppercase characters'],
        ),
        (
            core_v1.PersistentVolume,
            {
                "metadata": {"annotations": {"volume.beta.kubernetes.io/storage-class": "x"}},
                "spec": {"persistentVolumeReclaimPolicy": "Recycle", "cephfs": {"monitors": []}},
            },
            [
                "metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "
                '"storageClassName" attribute instead',
                "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the "
                "recommended approach is to use dynamic provisioning.",
                "spec.cephfs: deprecated in v1.28, non-functional in v1.31+",
            ],
        ),
        (
            core_v1.PersistentVolumeClaim,
            {"spec": {"resources": {"requests": {"storage": "1500m"}}}},
            ['spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer'],
        ),
        (
            storage_v1.StorageClass,
            {
                "provisioner": "p",
                "allowedTopologies": [{"matchLabelExpressions": [{"key": "beta.kubernetes.io/os", "values": ["x"]}]}],
            },
            [f"allowedTopologies[0].matchLabelExpressions[0].key: {OS}"],
        ),
        (
            storage_v1.CSIDriver,
            {"spec": {"tokenRequests": [{"audience": "a"}]}},
            [
                "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent "
                "possible logging of tokens in volume attributes"
            ],
        ),
        (
            core_v1.ResourceQuota,
            {"spec": {"hard": {"cpu": "2", "limits.cpu": "1", "requests.memory": "1Gi", "limits.memory": "2Gi"}}},
            ["ResourceQuota cpu (2) should be less than limits.cpu (1)"],
        ),
        (
            core_v1.ServiceAccount,
            {"metadata": {"annotations": {"kubernetes.io/enforce-mountable-secrets": "true"}}},
            [
                "metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate "
                "namespaces to isolate access to mounted secrets"
            ],
        ),
        (
            core_v1.Secret,
            {"type": "kubernetes.io/tls", "data": {"tls.crt": "eA==", "tls.key": "eA=="}},
            ["tls: failed to find any PEM data in certificate input"],
        ),
    ],
)
def test_other_kinds(cls, doc, texts):
    assert told(cls, doc) == texts


def test_formats_of_custom_kinds():
    def definition(**formats):
        properties = {name: {"type": kind, "format": found} for name, (kind, found) in formats.items()}
        schema = {"type": "object", "properties": {"spec": {"type": "array", "items": {"properties": properties}}}}
        return {"spec": {"versions": [{"name": "v1", "schema": {"openAPIV3Schema": schema}}]}}

    cls = apiextensions_v1.CustomResourceDefinition
    fine = definition(a=("string", "date-time"), b=("integer", "int32"), c=("number", "double"))
    assert told(cls, fine) == []
    odd = definition(a=("string", "colour"), b=("integer", "int8"), c=("object", "x"))
    assert told(cls, odd) == ['unrecognized format "colour"', 'unrecognized format "int8"', 'unrecognized format "x"']
    assert told(cls, odd, odd) == []

"""One small valid document of every built-in kind, for tests to bend."""

from __future__ import annotations

from typing import Any

CONTAINER = {"name": "a", "image": "nginx:1"}
_LABELS = {"app": "x"}
_TEMPLATE = {"metadata": {"labels": _LABELS}, "spec": {"containers": [CONTAINER]}}
_ONCE = {"metadata": {"labels": _LABELS}, "spec": {"containers": [CONTAINER], "restartPolicy": "Never"}}
_SELECTOR = {"matchLabels": _LABELS}
_CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
_HOOK = {
    "name": "a.example.com",
    "sideEffects": "None",
    "admissionReviewVersions": ["v1"],
    "clientConfig": {"url": "https://example.com/hook"},
    "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}],
}
_RULES = [{"operations": ["*"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"]}]
_TARGET = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "x"}
_ROLE = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
_DEVICES = {"devices": {"requests": [{"name": "r", "exactly": {"deviceClassName": "c"}}]}}

VALID: dict[tuple[str, str], dict[str, Any]] = {
    ("v1", "Pod"): {"spec": {"containers": [CONTAINER]}},
    ("v1", "PodTemplate"): {"template": _TEMPLATE},
    ("v1", "Service"): {"spec": {"ports": [{"port": 80}]}},
    ("v1", "Binding"): {"target": {"name": "n"}},
    ("v1", "Event"): {"involvedObject": {"namespace": "default"}},
    ("v1", "Endpoints"): {"subsets": [{"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}]},
    ("v1", "PersistentVolumeClaim"): {"spec": _CLAIM},
    ("v1", "PersistentVolume"): {
        "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/data"}}
    },
    ("v1", "ReplicationController"): {"spec": {"selector": _LABELS, "template": _TEMPLATE}},
    ("v1", "ResourceQuota"): {"spec": {"hard": {"pods": "10", "requests.cpu": "1"}}},
    ("v1", "LimitRange"): {"spec": {"limits": [{"type": "Container", "max": {"cpu": "1"}, "min": {"cpu": "1m"}}]}},
    ("apps/v1", "Deployment"): {"spec": {"selector": _SELECTOR, "template": _TEMPLATE}},
    ("apps/v1", "ReplicaSet"): {"spec": {"selector": _SELECTOR, "template": _TEMPLATE}},
    ("apps/v1", "DaemonSet"): {"spec": {"selector": _SELECTOR, "template": _TEMPLATE}},
    ("apps/v1", "StatefulSet"): {"spec": {"selector": _SELECTOR, "template": _TEMPLATE, "serviceName": "x"}},
    ("apps/v1", "ControllerRevision"): {"data": {"a": 1}, "revision": 1},
    ("batch/v1", "Job"): {"spec": {"manualSelector": True, "selector": _SELECTOR, "template": _ONCE}},
    ("batch/v1", "CronJob"): {"spec": {"schedule": "*/5 * * * *", "jobTemplate": {"spec": {"template": _ONCE}}}},
    ("autoscaling/v1", "HorizontalPodAutoscaler"): {"spec": {"maxReplicas": 3, "scaleTargetRef": _TARGET}},
    ("autoscaling/v2", "HorizontalPodAutoscaler"): {
        "spec": {"maxReplicas": 3, "scaleTargetRef": _TARGET, "behavior": {"scaleUp": {}}}
    },
    ("policy/v1", "PodDisruptionBudget"): {"spec": {"minAvailable": "50%", "selector": _SELECTOR}},
    ("networking.k8s.io/v1", "IngressClass"): {"spec": {"controller": "example.com/ingress"}},
    ("networking.k8s.io/v1", "Ingress"): {
        "spec": {"defaultBackend": {"service": {"name": "x", "port": {"number": 80}}}}
    },
    ("networking.k8s.io/v1", "IPAddress"): {
        "metadata": {"name": "10.0.0.1"},
        "spec": {"parentRef": {"resource": "services", "name": "x", "namespace": "default"}},
    },
    ("networking.k8s.io/v1", "NetworkPolicy"): {
        "spec": {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]}
    },
    ("networking.k8s.io/v1", "ServiceCIDR"): {"spec": {"cidrs": ["10.43.0.0/16"]}},
    ("discovery.k8s.io/v1", "EndpointSlice"): {
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.0.0.1"]}],
        "ports": [{"port": 80}],
    },
    ("events.k8s.io/v1", "Event"): {
        "eventTime": "2026-01-01T00:00:00.000000Z",
        "type": "Normal",
        "reason": "Started",
        "action": "Start",
        "reportingController": "example.com/c",
        "reportingInstance": "c-1",
        "regarding": {"namespace": "default"},
    },
    ("rbac.authorization.k8s.io/v1", "Role"): {"rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}]},
    ("rbac.authorization.k8s.io/v1", "ClusterRole"): {"rules": [{"verbs": ["get"], "nonResourceURLs": ["/healthz"]}]},
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): {"roleRef": _ROLE, "subjects": [{"kind": "User", "name": "u"}]},
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"): {
        "roleRef": _ROLE,
        "subjects": [{"kind": "ServiceAccount", "name": "s", "namespace": "n"}],
    },
    ("storage.k8s.io/v1", "StorageClass"): {"provisioner": "example.com/disk"},
    ("storage.k8s.io/v1", "CSIStorageCapacity"): {"storageClassName": "fast", "capacity": "1Gi"},
    ("storage.k8s.io/v1", "VolumeAttachment"): {
        "spec": {"attacher": "example.com", "nodeName": "n", "source": {"persistentVolumeName": "pv"}}
    },
    ("storage.k8s.io/v1", "VolumeAttributesClass"): {"driverName": "example.com", "parameters": {"a": "b"}},
    ("node.k8s.io/v1", "RuntimeClass"): {"handler": "runc"},
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"): {"webhooks": [_HOOK]},
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"): {"webhooks": [_HOOK]},
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"): {
        "spec": {"matchConstraints": {"resourceRules": _RULES}, "validations": [{"expression": "true"}]}
    },
    ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy"): {
        "spec": {
            "matchConstraints": {"resourceRules": _RULES},
            "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": "[JSONPatch{}]"}}],
            "reinvocationPolicy": "Never",
        }
    },
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"): {
        "spec": {"policyName": "p", "validationActions": ["Deny"]}
    },
    ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicyBinding"): {"spec": {"policyName": "p"}},
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"): {
        "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "things", "kind": "Thing"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object"}}}},
                }
            ],
        },
    },
    ("apiregistration.k8s.io/v1", "APIService"): {
        "metadata": {"name": "v1.example.com"},
        "spec": {"group": "example.com", "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 10},
    },
    ("authorization.k8s.io/v1", "SubjectAccessReview"): {
        "metadata": None,
        "spec": {"user": "u", "resourceAttributes": {"verb": "get", "resource": "pods"}},
    },
    ("authorization.k8s.io/v1", "SelfSubjectAccessReview"): {
        "metadata": None,
        "spec": {"nonResourceAttributes": {"verb": "get", "path": "/healthz"}},
    },
    ("authorization.k8s.io/v1", "LocalSubjectAccessReview"): {
        "metadata": {"name": None, "uid": None, "resourceVersion": None},
        "spec": {"user": "u", "resourceAttributes": {"verb": "get", "resource": "pods", "namespace": "default"}},
    },
    ("flowcontrol.apiserver.k8s.io/v1", "FlowSchema"): {
        "spec": {
            "priorityLevelConfiguration": {"name": "workload-low"},
            "rules": [
                {
                    "subjects": [{"kind": "Group", "group": {"name": "g"}}],
                    "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["/healthz"]}],
                }
            ],
        }
    },
    ("flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration"): {
        "spec": {"type": "Limited", "limited": {"limitResponse": {"type": "Queue", "queuing": {}}}}
    },
    ("resource.k8s.io/v1", "ResourceClaim"): {"spec": _DEVICES},
    ("resource.k8s.io/v1", "ResourceClaimTemplate"): {"spec": {"spec": _DEVICES}},
    ("resource.k8s.io/v1", "ResourceSlice"): {
        "spec": {
            "driver": "example.com",
            "pool": {"name": "p", "resourceSliceCount": 1},
            "nodeName": "n",
            "devices": [{"name": "gpu-0"}],
        }
    },
}

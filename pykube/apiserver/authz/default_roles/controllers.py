"""One role for each controller; its name is ``system:controller:`` and the controller's, its holder the
service account of that name in kube-system.
"""

from __future__ import annotations

from .form import EVENTS, READ, Role, allow

CONTROLLERS: tuple[Role, ...] = (
    Role(
        "attachdetach-controller",
        (
            allow("list watch", "core", "persistentvolumeclaims persistentvolumes"),
            allow(READ, "core", "nodes"),
            allow("patch update", "core", "nodes/status"),
            allow("list watch", "core", "pods"),
            EVENTS,
            allow("create delete get list watch", "storage.k8s.io", "volumeattachments"),
            allow(READ, "storage.k8s.io", "csidrivers"),
            allow(READ, "storage.k8s.io", "csinodes"),
        ),
    ),
    Role(
        "certificate-controller",
        (
            allow("delete get list watch", "certificates.k8s.io", "certificatesigningrequests"),
            allow(
                "update", "certificates.k8s.io", "certificatesigningrequests/approval certificatesigningrequests/status"
            ),
            allow("approve", "certificates.k8s.io", "signers", names="kubernetes.io/kube-apiserver-client-kubelet"),
            allow(
                "sign",
                "certificates.k8s.io",
                "signers",
                names="kubernetes.io/kube-apiserver-client kubernetes.io/kube-apiserver-client-kubelet "
                "kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown",
            ),
            allow("create", "authorization.k8s.io", "subjectaccessreviews"),
            EVENTS,
        ),
    ),
    Role(
        "clusterrole-aggregation-controller",
        (allow("escalate get list patch update watch", "rbac.authorization.k8s.io", "clusterroles"),),
    ),
    Role(
        "cronjob-controller",
        (
            allow("get list update watch", "batch", "cronjobs"),
            allow("create delete get list patch update watch", "batch", "jobs"),
            allow("update", "batch", "cronjobs/status"),
            allow("update", "batch", "cronjobs/finalizers"),
            allow("delete list watch", "core", "pods"),
            EVENTS,
        ),
    ),
    Role(
        "daemon-set-controller",
        (
            allow(READ, "apps extensions", "daemonsets"),
            allow("update", "apps extensions", "daemonsets/status"),
            allow("update", "apps extensions", "daemonsets/finalizers"),
            allow("list watch", "core", "nodes"),
            allow("create delete list patch watch", "core", "pods"),
            allow("create", "core", "pods/binding"),
            allow("create delete get list patch update watch", "apps", "controllerrevisions"),
            EVENTS,
        ),
    ),
    Role(
        "deployment-controller",
        (
            allow("get list update watch", "apps extensions", "deployments"),
            allow("update", "apps extensions", "deployments/status"),
            allow("update", "apps extensions", "deployments/finalizers"),
            allow("create delete get list patch update watch", "apps extensions", "replicasets"),
            allow("get list update watch", "core", "pods"),
            EVENTS,
        ),
    ),
    Role(
        "device-taint-eviction-controller",
        (
            allow("delete get list watch", "core", "pods"),
            allow("patch update", "core", "pods/status"),
            allow(READ, "resource.k8s.io", "resourceclaims"),
            allow(READ, "resource.k8s.io", "resourceslices"),
            allow(READ, "resource.k8s.io", "deviceclasses"),
            EVENTS,
        ),
    ),
    Role(
        "disruption-controller",
        (
            allow(READ, "apps extensions", "deployments"),
            allow(READ, "apps extensions", "replicasets"),
            allow(READ, "core", "replicationcontrollers"),
            allow(READ, "policy", "poddisruptionbudgets"),
            allow(READ, "apps", "statefulsets"),
            allow("update", "policy", "poddisruptionbudgets/status"),
            allow("patch update", "core", "pods/status"),
            allow("get", "*", "*/scale"),
            EVENTS,
        ),
    ),
    Role(
        "endpoint-controller",
        (
            allow(READ, "core", "pods services"),
            allow("create delete get list update watch", "core", "endpoints"),
            allow("create", "core", "endpoints/restricted"),
            EVENTS,
        ),
    ),
    Role(
        "endpointslice-controller",
        (
            allow(READ, "core", "nodes pods services"),
            allow("update", "core", "services/finalizers"),
            allow("create delete get list update watch", "discovery.k8s.io", "endpointslices"),
            allow("create", "discovery.k8s.io", "endpointslices/restricted"),
            EVENTS,
        ),
    ),
    Role(
        "endpointslicemirroring-controller",
        (
            allow(READ, "core", "endpoints services"),
            allow("update", "core", "services/finalizers"),
            allow("update", "core", "endpoints/finalizers"),
            allow("create delete get list update watch", "discovery.k8s.io", "endpointslices"),
            allow("create", "discovery.k8s.io", "endpointslices/restricted"),
            EVENTS,
        ),
    ),
    Role(
        "ephemeral-volume-controller",
        (
            allow(READ, "core", "pods"),
            allow("update", "core", "pods/finalizers"),
            allow("create get list watch", "core", "persistentvolumeclaims"),
            EVENTS,
        ),
    ),
    Role(
        "expand-controller",
        (
            allow("get list patch update watch", "core", "persistentvolumes"),
            allow("patch update", "core", "persistentvolumeclaims/status"),
            allow(READ, "core", "persistentvolumeclaims"),
            EVENTS,
        ),
    ),
    Role(
        "generic-garbage-collector",
        (
            allow("delete get list patch update watch", "*", "*"),
            EVENTS,
        ),
    ),
    Role(
        "horizontal-pod-autoscaler",
        (
            allow(READ, "autoscaling", "horizontalpodautoscalers"),
            allow("update", "autoscaling", "horizontalpodautoscalers/status"),
            allow("get update", "*", "*/scale"),
            allow("list watch", "core", "pods"),
            allow("list watch", "metrics.k8s.io", "pods"),
            allow(READ, "custom.metrics.k8s.io", "*"),
            allow(READ, "external.metrics.k8s.io", "*"),
            EVENTS,
        ),
    ),
    Role(
        "job-controller",
        (
            allow("get list patch update watch", "batch", "jobs"),
            allow("update", "batch", "jobs/status"),
            allow("update", "batch", "jobs/finalizers"),
            allow("create delete list patch watch", "core", "pods"),
            EVENTS,
        ),
    ),
    Role(
        "legacy-service-account-token-cleaner",
        (
            allow("get", "core", "configmaps", names="kube-apiserver-legacy-service-account-token-tracking"),
            allow("delete patch", "core", "secrets"),
        ),
    ),
    Role(
        "namespace-controller",
        (
            allow("delete get list watch", "core", "namespaces"),
            allow("update", "core", "namespaces/finalize namespaces/status"),
            allow("delete deletecollection get list watch", "*", "*"),
        ),
    ),
    Role(
        "node-controller",
        (
            allow("delete get list patch update watch", "core", "nodes"),
            allow("patch update", "core", "nodes/status"),
            allow("patch update", "core", "pods/status"),
            allow("delete get list watch", "core", "pods"),
            EVENTS,
        ),
    ),
    Role(
        "persistent-volume-binder",
        (
            allow("create delete get list update watch", "core", "persistentvolumes"),
            allow("update", "core", "persistentvolumes/status"),
            allow("get list update watch", "core", "persistentvolumeclaims"),
            allow("update", "core", "persistentvolumeclaims/status"),
            allow("create delete get list watch", "core", "pods"),
            allow(READ, "storage.k8s.io", "storageclasses"),
            allow("list watch", "core", "nodes"),
            EVENTS,
            allow("watch", "core", "events"),
        ),
    ),
    Role(
        "kubelet-serving-approver",
        (allow("approve", "certificates.k8s.io", "signers", names="kubernetes.io/kubelet-serving"),),
    ),
    Role(
        "pod-garbage-collector",
        (
            allow("delete list watch", "core", "pods"),
            allow(READ, "core", "nodes"),
            allow("patch", "core", "pods/status"),
        ),
    ),
    Role(
        "pv-protection-controller",
        (
            allow("get list update watch", "core", "persistentvolumes"),
            EVENTS,
        ),
    ),
    Role(
        "pvc-protection-controller",
        (
            allow("get list update watch", "core", "persistentvolumeclaims"),
            allow("update", "core", "persistentvolumeclaims/status"),
            allow(READ, "core", "pods"),
            EVENTS,
        ),
    ),
    Role(
        "replicaset-controller",
        (
            allow("get list update watch", "apps extensions", "replicasets"),
            allow("update", "apps extensions", "replicasets/status"),
            allow("update", "apps extensions", "replicasets/finalizers"),
            allow("create delete list patch watch", "core", "pods"),
            EVENTS,
        ),
    ),
    Role(
        "replication-controller",
        (
            allow("get list update watch", "core", "replicationcontrollers"),
            allow("update", "core", "replicationcontrollers/status"),
            allow("update", "core", "replicationcontrollers/finalizers"),
            allow("create delete list patch watch", "core", "pods"),
            EVENTS,
        ),
    ),
    Role(
        "resource-claim-controller",
        (
            allow(READ, "core", "pods"),
            allow("update", "core", "pods/finalizers"),
            allow("create delete get list watch", "resource.k8s.io", "resourceclaims"),
            allow("patch update", "resource.k8s.io", "resourceclaims resourceclaims/status"),
            allow("patch update", "core", "pods/status"),
            EVENTS,
            allow("patch update", "resource.k8s.io", "resourceclaims/binding"),
        ),
    ),
    Role(
        "resourcequota-controller",
        (
            allow("list watch", "*", "*"),
            allow("update", "core", "resourcequotas/status"),
            EVENTS,
        ),
    ),
    Role(
        "root-ca-cert-publisher",
        (
            allow("create update", "core", "configmaps"),
            EVENTS,
        ),
    ),
    Role(
        "route-controller",
        (
            allow("list watch", "core", "nodes"),
            allow("patch", "core", "nodes/status"),
            EVENTS,
        ),
    ),
    Role(
        "selinux-warning-controller",
        (
            EVENTS,
            allow(READ, "core", "persistentvolumes"),
            allow(READ, "core", "persistentvolumeclaims"),
            allow(READ, "core", "pods"),
            allow(READ, "storage.k8s.io", "csidrivers"),
        ),
    ),
    Role(
        "service-account-controller",
        (
            allow("create", "core", "serviceaccounts"),
            EVENTS,
        ),
    ),
    Role(
        "service-cidrs-controller",
        (
            allow("get list patch update watch", "networking.k8s.io", "servicecidrs"),
            allow("patch update", "networking.k8s.io", "servicecidrs/finalizers"),
            allow("patch update", "networking.k8s.io", "servicecidrs/status"),
            allow(READ, "networking.k8s.io", "ipaddresses"),
            EVENTS,
        ),
    ),
    Role(
        "service-controller",
        (
            allow(READ, "core", "services"),
            allow("patch update", "core", "services/status"),
            allow("list watch", "core", "nodes"),
            EVENTS,
        ),
    ),
    Role(
        "statefulset-controller",
        (
            allow("list watch", "core", "pods"),
            allow(READ, "apps", "statefulsets"),
            allow("update", "apps", "statefulsets/status"),
            allow("update", "apps", "statefulsets/finalizers"),
            allow("create delete get patch update", "core", "pods"),
            allow("create delete get list patch update watch", "apps", "controllerrevisions"),
            allow("create get list watch", "core", "persistentvolumeclaims"),
            allow("delete update", "core", "persistentvolumeclaims"),
            allow("update", "core", "pods/finalizers"),
            EVENTS,
        ),
    ),
    Role(
        "ttl-after-finished-controller",
        (
            allow("delete get list watch", "batch", "jobs"),
            EVENTS,
        ),
    ),
    Role(
        "ttl-controller",
        (
            allow("list patch update watch", "core", "nodes"),
            EVENTS,
        ),
    ),
    Role(
        "validatingadmissionpolicy-status-controller",
        (
            allow(READ, "admissionregistration.k8s.io", "validatingadmissionpolicies"),
            allow("get patch update", "admissionregistration.k8s.io", "validatingadmissionpolicies/status"),
            EVENTS,
        ),
    ),
    Role(
        "volumeattributesclass-protection-controller",
        (
            allow(READ, "core", "persistentvolumeclaims"),
            allow(READ, "core", "persistentvolumes"),
            allow("get list update watch", "storage.k8s.io", "volumeattributesclasses"),
            EVENTS,
        ),
    ),
)

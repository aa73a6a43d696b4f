"""The arithmetic of resource quotas (pure): what objects use, and which quotas they count for.

Source: k8s.io/kubernetes, pkg/quota/v1; the names are those of ``ResourceQuota.spec.hard``.
"""

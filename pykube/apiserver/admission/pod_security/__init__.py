"""PodSecurity: what pods of a namespace may do to their host, by the labels of the namespace.

Source: KEP-2579, https://kubernetes.io/docs/concepts/security/pod-security-standards/. `checks/` holds one rule a
file, all pure; `policy` reads the labels, `evaluation` knows which rules apply in which version, `plugin` is asked.
"""

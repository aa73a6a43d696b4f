"""The aggregation layer: group versions that other servers answer for, behind this one's address.

An APIService with a service hands its group version to that service: requests are passed on with the caller's name in
headers, and discovery and OpenAPI show its kinds beside our own. Source: k8s.io/kube-aggregator.
"""

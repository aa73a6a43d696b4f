"""Custom resources: kinds that CustomResourceDefinitions make, served like the built-in ones.

Source of the rules: k8s.io/apiextensions-apiserver.
"""

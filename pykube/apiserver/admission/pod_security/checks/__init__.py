"""The rules of the pod security standards, one a file."""

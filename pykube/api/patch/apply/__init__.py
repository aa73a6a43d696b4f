"""Server-side apply: who owns which fields of an object, and what follows from it when somebody applies or updates.

Pure: plain dicts as JSON gives them, the types as the schema, entries of ``metadata.managedFields``. The rules are
those of structured-merge-diff and of k8s.io/apimachinery, util/managedfields (KEP-555).
"""

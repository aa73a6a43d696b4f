"""Request bodies in Kubernetes' protobuf form, which kubectl sends for the objects that it makes itself.

Only reading: answers are JSON, which every client that sends protobuf also accepts.
"""

from .reader import MEDIA_TYPE, to_json

__all__ = ["MEDIA_TYPE", "to_json"]

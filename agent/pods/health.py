"""The two messages of ``grpc.health.v1``, which gRPC probes speak; described here, for they are four fields in all."""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "pykube.health.v1"
_STRING = descriptor_pb2.FieldDescriptorProto.TYPE_STRING
_INT32 = descriptor_pb2.FieldDescriptorProto.TYPE_INT32


def _describe() -> descriptor_pb2.FileDescriptorProto:
    """The enum of the original is a number here: on the wire they are the same."""
    file = descriptor_pb2.FileDescriptorProto(name="pykube/health.proto", package=_PACKAGE, syntax="proto3")
    for message, field, kind in (("HealthCheckRequest", "service", _STRING), ("HealthCheckResponse", "status", _INT32)):
        described = file.message_type.add(name=message)
        described.field.add(name=field, number=1, type=kind, label=descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL)
    return file


_pool = descriptor_pool.DescriptorPool()
_pool.Add(_describe())

HealthCheckRequest: Any = message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"{_PACKAGE}.HealthCheckRequest"))
HealthCheckResponse: Any = message_factory.GetMessageClass(
    _pool.FindMessageTypeByName(f"{_PACKAGE}.HealthCheckResponse")
)

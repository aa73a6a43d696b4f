"""Which form of an answer an Accept header asks for."""

import pytest

from pykube.apiserver.negotiation import JSON, YAML, Form, negotiate
from pykube.errors import NotAcceptable

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", Form()),
        ("*/*", Form()),
        ("application/vnd.kubernetes.protobuf,application/json", Form()),
        ("application/yaml", Form(YAML)),
        ("application/json;q=0.5,application/yaml", Form(YAML)),
        (f"{TABLE},application/json", Form(JSON, "Table", "v1")),
        ("application/json;as=Nonsense;v=v1;g=meta.k8s.io,application/json", Form()),
        (
            "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,"
            "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
            Form(JSON, "PartialObjectMetadata", "v1"),
        ),
    ],
)
def test_forms(accept, form):
    assert negotiate(accept) == form


def test_protobuf_alone_cannot_be_had():
    with pytest.raises(NotAcceptable):
        negotiate("application/vnd.kubernetes.protobuf")

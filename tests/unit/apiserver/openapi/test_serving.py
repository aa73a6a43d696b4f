"""How the documents are served: hashes, compression, and only when they changed."""

import asyncio
import gzip
from types import SimpleNamespace

import msgspec
import pytest
from multidict import CIMultiDict, MultiDict

from pykube.api import scheme
from pykube.apiserver.openapi import OpenApi
from pykube.apiserver.openapi.serving import V2_PROTOBUF
from pykube.errors import MethodNotAllowed, NotFound

RESOURCES = [resource for resource in scheme.resources if resource.group in ("apps", "policy")]


def request(path, *, query=None, method="GET", **headers):
    info = SimpleNamespace(path=path, query=MultiDict(query or {}))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return SimpleNamespace(info=info, http=SimpleNamespace(method=method, headers=CIMultiDict(named)))


def run(handler, *args, **more):
    return asyncio.run(handler(request(*args, **more)))


@pytest.fixture
def served():
    return OpenApi(lambda: RESOURCES)


def test_the_index_leads_to_the_documents(served):
    index = msgspec.json.decode(run(served.handle_v3, "/openapi/v3").body)
    assert set(index["paths"]) == {"apis", "apis/apps", "apis/apps/v1", "apis/policy", "apis/policy/v1"}
    path, _, digest = index["paths"]["apis/apps/v1"]["serverRelativeURL"].partition("?hash=")
    document = run(served.handle_v3, path, query={"hash": digest})
    assert "immutable" in document.headers["Cache-Control"]
    assert msgspec.json.decode(document.body)["openapi"] == "3.0.0"


def test_the_groups_have_documents_of_their_own(served):
    document = msgspec.json.decode(run(served.handle_v3, "/openapi/v3/apis/apps").body)
    assert document["paths"]["/apis/apps/"]["get"]["operationId"] == "getAppsAPIGroup"
    assert "io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionForDiscovery" in document["components"]["schemas"]
    whole = msgspec.json.decode(run(served.handle_v2, "/openapi/v2").body)
    assert whole["paths"]["/apis/"]["get"]["tags"] == ["apis"]
    assert "io.k8s.apimachinery.pkg.apis.meta.v1.APIGroupList" in whole["definitions"]


def test_an_old_hash_is_sent_to_the_new_one(served):
    answer = run(served.handle_v3, "/openapi/v3/apis/apps/v1", query={"hash": "OLD"})
    assert answer.status == 301
    assert answer.headers["Location"].startswith("/openapi/v3/apis/apps/v1?hash=")


def test_unchanged_documents_are_not_sent_again(served):
    first = run(served.handle_v2, "/openapi/v2")
    again = run(served.handle_v2, "/openapi/v2", If_None_Match=first.headers["ETag"])
    assert (first.status, again.status) == (200, 304)
    served.changed()
    assert run(served.handle_v2, "/openapi/v2").headers["ETag"] == first.headers["ETag"]


def test_compressed_for_those_who_take_it(served):
    plain = run(served.handle_v2, "/openapi/v2")
    packed = run(served.handle_v2, "/openapi/v2", Accept_Encoding="gzip, deflate")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_the_form_older_clients_take(served):
    answer = run(served.handle_v2, "/openapi/v2", Accept=V2_PROTOBUF)
    assert answer.headers["Content-Type"] == V2_PROTOBUF
    assert answer.body[:5] == b"\x0a\x032.0"
    etag = answer.headers["ETag"]
    assert run(served.handle_v2, "/openapi/v2", Accept=V2_PROTOBUF, If_None_Match=etag).status == 304
    packed = run(served.handle_v2, "/openapi/v2", Accept=V2_PROTOBUF, Accept_Encoding="gzip")
    assert gzip.decompress(packed.body) == answer.body
    assert run(served.handle_v2, "/openapi/v2").headers["ETag"] != etag


def test_documents_can_only_be_read(served):
    for handler in (served.handle_v2, served.handle_v3):
        with pytest.raises(MethodNotAllowed):
            run(handler, "/openapi/v2", method="POST")


def test_unknown_group_versions(served):
    with pytest.raises(NotFound):
        run(served.handle_v3, "/openapi/v3/apis/none/v1")

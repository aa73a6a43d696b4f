"""The quick look for unknown and duplicate fields."""

import pytest

from pykube.api import apiextensions_v1, core_v1, scheme
from pykube.apiserver import known_fields

GOOD = (
    b'{"kind":"Pod","metadata":{"name":"p","labels":{"a":"b"}},'
    b'"spec":{"containers":[{"name":"c","env":[{"name":"e"}]}]}}'
)


def test_nothing_to_complain_about():
    assert known_fields.clean(core_v1.Pod, GOOD)
    assert known_fields.clean(core_v1.Pod, b'{"metadata":{"creationTimestamp":null},"spec":null}\n')
    assert known_fields.clean(core_v1.Pod, b'{ "kind" : "Pod", "metadata" : {"name": "white  space"}}')


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"metadata"', b'"metadat"'),
        (b'"env"', b'"environment"'),
        (b'"labels"', b'"labels":{},"labels"'),
        (b"}]}}", b"}]}"),
    ],
)
def test_the_exact_check_has_to_look(old, new):
    assert not known_fields.clean(core_v1.Pod, GOOD.replace(old, new))


def test_a_type_that_contains_itself_is_left_to_the_exact_check():
    assert not known_fields.clean(apiextensions_v1.CustomResourceDefinition, b"{}")


def test_every_other_kind_has_a_twin():
    left = [found.kind for found in scheme.resources if not known_fields.clean(found.type, b"{}")]
    assert left == ["CustomResourceDefinition"]

"""YAML as JSON, and what is lost on the way."""

from pykube.apiserver import yaml_body


def test_keys_that_stand_twice_are_told_with_their_lines():
    text = b"""
a: 1
spec:
  foo: 1
  list:
  - x: 1
    x: 2
  foo: 2
a: 2
"""
    assert yaml_body.repeated_keys(text) == [
        "yaml: unmarshal errors:\n"
        '  line 9: key "a" already set in map\n'
        '  line 8: key "foo" already set in map\n'
        '  line 7: key "x" already set in map'
    ]
    assert yaml_body.repeated_keys(b"a: 1\nb: {a: 1}\n") == []
    assert yaml_body.repeated_keys(b'{"a": 1, "a": 2}') == [
        'yaml: unmarshal errors:\n  line 1: key "a" already set in map'
    ]
    assert yaml_body.repeated_keys(b"") == []

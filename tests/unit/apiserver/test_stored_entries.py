"""Entries of managers set aside: what is left and what was taken make up the object that was there."""

from pykube.api import codec, core_v1, meta_v1
from pykube.apiserver import stored_entries

FIELDS = {"f:data": {".": {}, "f:a": {}}}


def config_map(*entries: meta_v1.ManagedFieldsEntry, **annotations: str) -> core_v1.ConfigMap:
    metadata = meta_v1.ObjectMeta(name="c", resource_version="7", annotations=annotations, managed_fields=list(entries))
    return core_v1.ConfigMap(metadata=metadata, data={"a": "b"})


ENTRY = meta_v1.ManagedFieldsEntry(
    manager="m", operation="Apply", api_version="v1", fields_type="FieldsV1", fields_v1=FIELDS, subresource="s"
)


def test_an_object_without_entries_is_left_alone() -> None:
    data = codec.encode(config_map())
    assert stored_entries.split(data) == (data, b"")
    assert stored_entries.decode(core_v1.ConfigMap, data) == config_map()


def test_entries_are_taken_out_and_read() -> None:
    obj = config_map(ENTRY, ENTRY)
    bare, entries = stored_entries.split(codec.encode(obj))
    assert bare == codec.encode(config_map())
    assert entries == codec.encode([ENTRY, ENTRY])
    assert codec.to_dict(stored_entries.read(entries)) == codec.to_dict([ENTRY, ENTRY])


def test_encoding_again_gives_the_same_bytes() -> None:
    data = codec.encode(config_map(ENTRY))
    assert codec.encode(stored_entries.decode(core_v1.ConfigMap, data)) == data
    assert codec.to_dict(stored_entries.decode(core_v1.ConfigMap, data)) == codec.to_dict(config_map(ENTRY))


def test_text_that_looks_like_entries_is_text() -> None:
    data = codec.encode(config_map(ENTRY, note='"managedFields":[{}],'))
    bare, _ = stored_entries.split(data)
    assert bare == codec.encode(config_map(note='"managedFields":[{}],'))


def test_entries_of_a_template_are_not_the_objects() -> None:
    template = core_v1.PodTemplate(metadata=meta_v1.ObjectMeta(name="t"))
    template.template.metadata.managed_fields = [ENTRY]
    data = codec.encode(template)
    assert stored_entries.split(data) == (data, b"")

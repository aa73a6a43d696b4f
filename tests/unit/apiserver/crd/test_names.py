"""Names of custom kinds: each may be had once in a group."""

from pykube.api import codec
from pykube.api.apiextensions_v1 import CustomResourceDefinition, CustomResourceDefinitionNames
from pykube.apiserver.crd.names import accept, taken_by

OTHER = CustomResourceDefinitionNames(
    plural="foos", singular="foo", kind="Foo", list_kind="FooList", short_names=["f", "fo"]
)


def asking(**names: object) -> CustomResourceDefinition:
    wanted = {"plural": "bars", "singular": "bar", "kind": "Bar", "list_kind": "BarList", **names}
    definition = CustomResourceDefinition()
    definition.spec.names = CustomResourceDefinitionNames(**wanted)  # type: ignore[arg-type]
    return definition


def test_free_names_are_accepted() -> None:
    definition = asking(short_names=["b"], categories=["all"])
    found = accept(definition, taken_by([OTHER]))
    assert found.names == definition.spec.names
    assert (found.condition().status, found.condition().reason) == ("True", "NoConflicts")


def test_a_taken_name_is_told() -> None:
    condition = accept(asking(kind="Foo"), taken_by([OTHER])).condition()
    assert (condition.status, condition.reason, condition.message) == (
        "False",
        "KindConflict",
        '"Foo" is already in use',
    )


def test_names_of_one_sort_clash_with_each_other() -> None:
    condition = accept(asking(short_names=["foo", "f", "b"]), taken_by([OTHER])).condition()
    assert condition.reason == "ShortNamesConflict"
    assert condition.message == '["foo" is already in use, "f" is already in use]'


def test_the_others_are_accepted_all_the_same() -> None:
    found = accept(asking(singular="foo"), taken_by([OTHER]))
    assert (found.names.plural, found.names.singular, found.names.kind) == ("bars", "", "Bar")


def test_what_is_ones_own_is_no_conflict() -> None:
    definition = asking()
    definition.status.accepted_names = codec.copy(definition.spec.names)
    assert not accept(definition, taken_by([definition.status.accepted_names])).conflicts

from pykube.api import scheme
from pykube.apiserver.table.catalog import printer_of
from pykube.apiserver.table.descriptions import described
from pykube.apiserver.table.printer import Column


def test_every_column_of_every_kind_says_what_it_means():
    columns = {
        (resource.kind, column.name): column.description
        for resource in scheme.resources
        for column in printer_of(resource.group, resource.kind).columns
    }
    assert [where for where, text in columns.items() if not text] == []
    assert columns["Pod", "Ready"] != columns["ReplicaSet", "Ready"]


def test_what_a_column_says_itself_is_kept():
    own = Column("Age", description="Since the harvest.")
    assert described("Pod", [own]) == (own,)

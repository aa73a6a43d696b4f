from __future__ import annotations

from agent.proxy.rules import Addresses, ServiceRules
from agent.proxy.table import Table

ADDRESSES = Addresses(("10.43.0.0/16",), ("10.42.0.0/24",))


def element(value: str, key: str = "10.0.0.1 . tcp . 80") -> ServiceRules:
    return ServiceRules(elements={("services4", key): value})


def test_nothing_new_is_no_transaction() -> None:
    table = Table(ADDRESSES)
    assert table.update({"a": element("goto x")}) != ""
    assert table.update({"a": element("goto x")}) == ""
    assert table.update({"b": ServiceRules()}) == ""


def test_changed_value_is_deleted_and_added() -> None:
    table = Table(ADDRESSES)
    table.update({"a": element("goto x")})
    assert table.update({"a": element("goto y")}).splitlines() == [
        "delete element inet pykube services4 { 10.0.0.1 . tcp . 80 }",
        "add element inet pykube services4 { 10.0.0.1 . tcp . 80 : goto y }",
    ]


def test_the_oldest_claim_holds_and_the_next_inherits() -> None:
    table = Table(ADDRESSES)
    table.update({"a": element("goto x")})
    assert table.update({"b": element("goto y")}) == ""
    assert table.update({"a": ServiceRules()}).splitlines() == [
        "delete element inet pykube services4 { 10.0.0.1 . tcp . 80 }",
        "add element inet pykube services4 { 10.0.0.1 . tcp . 80 : goto y }",
    ]
    assert table.update({"b": ServiceRules()}) == "delete element inet pykube services4 { 10.0.0.1 . tcp . 80 }\n"


def test_an_element_that_moves_between_services_in_one_transaction_stays() -> None:
    table = Table(ADDRESSES)
    table.update({"a": element("goto x")})
    assert table.update({"a": ServiceRules(), "b": element("goto x")}) == ""


def test_chains_are_declared_before_and_deleted_after_their_use() -> None:
    table = Table(ADDRESSES)
    rules = ServiceRules(elements={("services4", "k"): "goto c"}, chains={"c": ("accept",)}, sets={"s": "type mark;"})
    assert table.update({"a": rules}).splitlines() == [
        "add set inet pykube s { type mark; }",
        "add chain inet pykube c",
        "add rule inet pykube c accept",
        "add element inet pykube services4 { k : goto c }",
    ]
    assert table.update({"a": ServiceRules()}).splitlines() == [
        "delete element inet pykube services4 { k }",
        "flush chain inet pykube c",
        "delete chain inet pykube c",
        "delete set inet pykube s",
    ]


def test_full_table_replaces_whatever_was_there() -> None:
    table = Table(ADDRESSES)
    table.update({"a": element("goto x")})
    full = table.full()
    assert full.startswith("add table inet pykube\ndelete table inet pykube\ntable inet pykube {\n")
    assert full.endswith("add element inet pykube services4 { 10.0.0.1 . tcp . 80 : goto x }\n")


def test_only_our_table_is_named() -> None:
    table = Table(ADDRESSES)
    texts = [table.update({"a": element("goto x")}), table.full(), table.update({"a": ServiceRules()})]
    for line in "\n".join(texts).splitlines():
        if line.startswith(("add ", "delete ", "flush ", "table ")):
            assert " inet pykube" in line or line.startswith("table inet pykube ")


def test_many_elements_go_in_several_commands() -> None:
    table = Table(ADDRESSES)
    rules = ServiceRules(elements={("hairpins4", f"k{number}"): "" for number in range(1201)})
    assert table.update({"a": rules}).count("add element") == 3

from __future__ import annotations

import dnslib
import pytest

from agent.dns import wire


def question(name: str, kind: str = "A", *, edns: int = 0) -> bytes:
    record = dnslib.DNSRecord.question(name, kind)
    if edns:
        record.add_ar(dnslib.EDNS0(udp_len=edns))
    return bytes(record.pack())


def test_query_is_taken_apart() -> None:
    query = wire.parse_query(question("Web.Default.svc.cluster.local", "AAAA", edns=4096))
    assert query.name == wire.encode_name("web.default.svc.cluster.local")
    assert query.type == wire.AAAA
    assert (query.edns, query.limit) == (True, wire.EDNS_LIMIT)
    assert query.question.startswith(b"\x03Web")


def test_without_edns_answers_are_small() -> None:
    assert wire.parse_query(question("a.b")).limit == wire.PLAIN_LIMIT


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\0" * 11,
        b"\0" * 40,
        question("a.b")[:-3],
        bytes(dnslib.DNSRecord.question("a.b").reply().pack()),
        b"\0\1\0\0\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1\0",
        b"\0\1\0\0\0\1\0\0\0\0\0\0" + b"\x3f" + b"a" * 63,
    ],
)
def test_what_is_no_query_is_refused(message: bytes) -> None:
    with pytest.raises(wire.FormatError):
        wire.parse_query(message)


def test_responses_never_answer_responses() -> None:
    assert wire.error_response(bytes(dnslib.DNSRecord.question("a.b").reply().pack()), wire.FORMERR) == b""
    assert wire.error_response(question("a.b"), wire.FORMERR)[3] & 0xF == wire.FORMERR


def test_response_is_read_by_others() -> None:
    query = wire.parse_query(question("web.cluster.local", edns=1232))
    answers = [wire.record(wire.A, 5, bytes([10, 0, 0, number])) for number in (1, 2)]
    reply = dnslib.DNSRecord.parse(wire.response(query, wire.NOERROR, answers))
    assert reply.header.id == query.id
    assert (reply.header.qr, reply.header.aa, reply.header.ra, reply.header.rd) == (1, 1, 1, 1)
    assert [str(rr.rdata) for rr in reply.rr] == ["10.0.0.1", "10.0.0.2"]
    assert [str(rr.rname) for rr in reply.rr] == ["web.cluster.local."] * 2
    assert [rr.rtype for rr in reply.ar] == [wire.OPT]


def test_what_does_not_fit_is_cut_and_told() -> None:
    query = wire.parse_query(question("web.cluster.local"))
    answers = [wire.record(wire.A, 5, bytes([10, 0, 0, number])) for number in range(60)]
    message = wire.response(query, wire.NOERROR, answers, limit=query.limit)
    assert len(message) <= 512
    reply = dnslib.DNSRecord.parse(message)
    assert reply.header.tc == 1
    assert 20 < len(reply.rr) < 60


def test_ttls_are_found_and_lowered() -> None:
    reply = dnslib.DNSRecord.question("a.example").reply()
    reply.add_answer(*dnslib.RR.fromZone("a.example 60 CNAME b.example\nb.example 30 A 10.0.0.1"))
    message = bytes(reply.pack())
    offsets, lifetime = wire.ttl_fields(message)
    assert lifetime == 30
    lowered = dnslib.DNSRecord.parse(wire.aged(message, offsets, 20))
    assert [rr.ttl for rr in lowered.rr] == [40, 10]


def test_negative_answers_live_as_long_as_the_soa_says() -> None:
    reply = dnslib.DNSRecord.question("a.example").reply()
    reply.header.rcode = wire.NXDOMAIN
    reply.add_auth(*dnslib.RR.fromZone("example 900 SOA ns.example h.example 1 2 3 4 17"))
    assert wire.ttl_fields(bytes(reply.pack()))[1] == 17


def test_answers_of_others_are_written_out() -> None:
    reply = dnslib.DNSRecord.question("a.example").reply()
    reply.add_answer(*dnslib.RR.fromZone("a.example 60 CNAME b.example\nb.example 30 A 10.0.0.1"))
    query = wire.parse_query(question("web.cluster.local"))
    message = wire.response(query, wire.NOERROR, wire.answer_records(bytes(reply.pack())))
    found = dnslib.DNSRecord.parse(message).rr
    assert [(str(rr.rname), str(rr.rdata)) for rr in found] == [
        ("a.example.", "b.example."),
        ("b.example.", "10.0.0.1"),
    ]


def test_pointers_that_go_round_are_refused() -> None:
    with pytest.raises(wire.FormatError):
        wire.expand_name(b"\0" * 12 + b"\xc0\x0c", 12)

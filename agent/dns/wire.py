"""DNS messages as bytes (RFC 1035, EDNS of RFC 6891), no further than a server needs them.

Names are kept in wire form and lower case (``b"\\x03web\\x07default..."``), so that a question is looked up as it came,
without being decoded: label lengths are below 64 and thus never mistaken for capital letters.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

A, NS, CNAME, SOA, PTR, TXT, AAAA, SRV, OPT, ANY = 1, 2, 5, 6, 12, 16, 28, 33, 41, 255
IN = 1
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = 0, 1, 2, 3, 4, 5

PLAIN_LIMIT = 512
"""Bytes of a UDP answer to a client without EDNS."""
EDNS_LIMIT = 1232
"""Bytes of a UDP answer that no path fragments; see the DNS flag day of 2020."""

_header = struct.Struct(">HHHHHH")
_record = struct.Struct(">HHIH")
_QR, _AA, _TC, _RD, _RA, _CD = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080, 0x0010
_OWNER = b"\xc0\x0c"
"""A pointer to the question's name, which always stands at offset 12."""
_DO = 0x8000


class FormatError(ValueError):
    """Bytes that are no DNS message."""


@dataclass(slots=True)
class Query:
    """One question."""

    id: int
    flags: int
    question: bytes
    """Name, type and class as they came."""
    name: bytes
    """The name in lower case."""
    type: int
    cls: int
    limit: int
    """Bytes that the answer may have over UDP."""
    edns: bool
    dnssec: bool

    @property
    def opcode(self) -> int:
        return self.flags >> 11 & 0xF


def parse_query(message: bytes) -> Query:
    """The question in `message`.

    Raises:
        FormatError: it is no query with one question.
    """
    if len(message) < 17:
        raise FormatError("too short")
    number, flags, questions, answers, authorities, additional = _header.unpack_from(message)
    if flags & _QR or questions != 1 or answers or authorities:
        raise FormatError("not a query with one question")
    end = name_end(message, 12)
    if len(message) < end + 4:
        raise FormatError("cut off")
    kind, cls = struct.unpack_from(">HH", message, end)
    limit, edns, dnssec = PLAIN_LIMIT, False, False
    offset = end + 4
    if additional and len(message) >= offset + 11 and message[offset] == 0:
        option, size, extended, _ = _record.unpack_from(message, offset + 1)
        if option == OPT:
            edns, dnssec = True, bool(extended & _DO)
            limit = min(max(size, PLAIN_LIMIT), EDNS_LIMIT)
    return Query(number, flags, message[12 : end + 4], message[12:end].lower(), kind, cls, limit, edns, dnssec)


def name_end(message: bytes, offset: int) -> int:
    """Where the uncompressed name that starts at `offset` ends.

    Raises:
        FormatError: it is compressed, too long or cut off.
    """
    start = offset
    try:
        while length := message[offset]:
            if length > 63:
                raise FormatError("compressed or unknown label")
            offset += length + 1
    except IndexError as error:
        raise FormatError("cut off in a name") from error
    if offset - start > 254:
        raise FormatError("name too long")
    return offset + 1


def skip_name(message: bytes, offset: int) -> int:
    """Where a name that may be compressed ends."""
    while length := message[offset]:
        if length >= 0xC0:
            return offset + 2
        offset += length + 1
    return offset + 1


def encode_name(name: str) -> bytes:
    """Wire form, in lower case, of a name with or without a dot at its end.

    Raises:
        FormatError: a label is empty or too long.
    """
    labels = [label.encode() for label in name.lower().rstrip(".").split(".")] if name.strip(".") else []
    if any(not 0 < len(label) < 64 for label in labels):
        raise FormatError(f"{name!r} is no domain name")
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def labels(name: bytes) -> list[bytes]:
    """The labels of a name in wire form, the leftmost first."""
    found, offset = [], 0
    while length := name[offset]:
        found.append(name[offset + 1 : offset + 1 + length])
        offset += length + 1
    return found


def record(kind: int, ttl: int, data: bytes, owner: bytes = _OWNER) -> bytes:
    """One resource record; without an owner it belongs to the question's name."""
    return owner + _record.pack(kind, IN, ttl, len(data)) + data


def srv_data(port: int, target: bytes) -> bytes:
    """Data of an SRV record (RFC 2782) with priority 0 and a weight of 100."""
    return struct.pack(">HHH", 0, 100, port) + target


def txt_data(text: str) -> bytes:
    """Data of a TXT record with one string."""
    return bytes([len(text)]) + text.encode()


def soa_data(server: bytes, mailbox: bytes, serial: int, negative_ttl: int) -> bytes:
    """Data of an SOA record; `negative_ttl` says for how long "there is none" may be remembered (RFC 2308)."""
    return server + mailbox + struct.pack(">IIIII", serial & 0xFFFFFFFF, 7200, 1800, 86400, negative_ttl)


def response(
    query: Query,
    code: int,
    answers: Sequence[bytes] = (),
    authority: Iterable[bytes] = (),
    additional: Sequence[bytes] = (),
    *,
    authoritative: bool = True,
    limit: int = 65535,
) -> bytes:
    """An answer. What does not fit into `limit` bytes is left out; without all answers the client is told so (TC)."""
    flags = _QR | _RA | query.flags & (0x7800 | _RD | _CD) | code | (_AA if authoritative else 0)
    authority = list(authority)
    option = _opt(query) if query.edns else b""
    room = limit - 12 - len(query.question) - len(option)
    if sum(map(len, answers)) + sum(map(len, authority)) > room:
        flags |= _TC
        answers, authority, additional = _fitting(answers, room), [], ()
    elif additional:
        additional = _fitting(additional, room - sum(map(len, answers)) - sum(map(len, authority)))
    counts = (1, len(answers), len(authority), len(additional) + query.edns)
    return b"".join((_header.pack(query.id, flags, *counts), query.question, *answers, *authority, *additional, option))


def _fitting(records: Sequence[bytes], room: int) -> list[bytes]:
    found = []
    for one in records:
        room -= len(one)
        if room < 0:
            break
        found.append(one)
    return found


def _opt(query: Query) -> bytes:
    return b"\0" + _record.pack(OPT, EDNS_LIMIT, _DO if query.dnssec else 0, 0)


def error_response(message: bytes, code: int) -> bytes:
    """An answer to what could not be understood; empty when not even that is due."""
    if len(message) < 12 or message[2] & 0x80:
        return b""
    number, flags = struct.unpack_from(">HH", message)
    return _header.pack(number, _QR | flags & (0x7800 | _RD) | code, 0, 0, 0, 0)


def upstream_query(query: Query, number: int) -> bytes:
    """The client's question as we ask it of another server, under an id of ours."""
    flags = query.flags & _CD | _RD
    return _header.pack(number, flags, 1, 0, 0, int(query.edns)) + query.question + (_opt(query) if query.edns else b"")


def with_id(message: bytes, number: int) -> bytes:
    """The same message under another id."""
    return number.to_bytes(2, "big") + message[2:]


def is_truncated(message: bytes) -> bool:
    return bool(message[2] & 0x02)


def code_of(message: bytes) -> int:
    """The response code, without EDNS's upper bits."""
    return message[3] & 0x0F


def cut(message: bytes, question_length: int) -> bytes:
    """Header and question alone, marked as cut: the client asks again over TCP."""
    head = bytearray(message[: 12 + question_length])
    head[2] |= 0x02
    head[4:12] = struct.pack(">HHHH", 1, 0, 0, 0)
    return bytes(head)


def answers_question(message: bytes, query: Query) -> bool:
    """Whether `message` is a response to exactly this question."""
    end = 12 + len(query.question)
    return (
        len(message) >= end
        and bool(message[2] & 0x80)
        and message[4:6] == b"\0\1"
        and message[12:end].lower() == query.question.lower()
    )


def ttl_fields(message: bytes) -> tuple[list[int], int | None]:
    """Offsets of all TTLs in a response, and for how many seconds it may be kept: None when not at all.

    A response without answers may be kept as long as the SOA record in it says.

    Raises:
        FormatError: it cannot be followed.
    """
    offsets: list[int] = []
    lifetimes: list[int] = []
    try:
        _, _, questions, answers, authorities, additional = _header.unpack_from(message)
        offset = 12
        for _ in range(questions):
            offset = skip_name(message, offset) + 4
        for number in range(answers + authorities + additional):
            offset = skip_name(message, offset)
            kind, _, ttl, length = _record.unpack_from(message, offset)
            if kind != OPT:
                offsets.append(offset + 4)
                if number < answers:
                    lifetimes.append(ttl)
                elif kind == SOA and not answers:
                    minimum = int.from_bytes(message[offset + 6 + length : offset + 10 + length], "big")
                    lifetimes.append(min(ttl, minimum))
            offset += _record.size + length
        if offset > len(message):
            raise FormatError("cut off")
    except (IndexError, struct.error) as error:
        raise FormatError("cut off") from error
    return offsets, min(lifetimes, default=None)


def aged(message: bytes, offsets: Iterable[int], seconds: int) -> bytes:
    """The message with all TTLs lowered by `seconds`."""
    found = bytearray(message)
    for offset in offsets:
        ttl = max(0, int.from_bytes(found[offset : offset + 4], "big") - seconds)
        found[offset : offset + 4] = ttl.to_bytes(4, "big")
    return bytes(found)


def answer_records(message: bytes) -> list[bytes]:
    """The answers in another server's response, with all names written out, so that they can stand in another message.

    Only types whose data can be moved without knowing more: addresses, aliases and texts. Empty when the response
    cannot be followed.
    """
    found = []
    try:
        _, _, questions, answers, _, _ = _header.unpack_from(message)
        offset = 12
        for _ in range(questions):
            offset = skip_name(message, offset) + 4
        for _ in range(answers):
            owner = expand_name(message, offset)
            offset = skip_name(message, offset)
            kind, _, ttl, length = _record.unpack_from(message, offset)
            start = offset + _record.size
            offset = start + length
            if kind == CNAME:
                found.append(record(kind, ttl, expand_name(message, start), owner))
            elif kind in (A, AAAA, TXT):
                found.append(record(kind, ttl, message[start:offset], owner))
    except (IndexError, struct.error, FormatError):
        return []
    return found


def expand_name(message: bytes, offset: int) -> bytes:
    """A name with all pointers followed.

    Raises:
        FormatError: the pointers go round, or the name is too long.
    """
    parts: list[bytes] = []
    size = 0
    while length := message[offset]:
        if length >= 0xC0:
            target = int.from_bytes(message[offset : offset + 2], "big") & 0x3FFF
            if target >= offset:
                raise FormatError("a pointer that does not lead back")
            offset = target
            continue
        parts.append(message[offset : offset + length + 1])
        size += length + 1
        if size > 254:
            raise FormatError("name too long")
        offset += length + 1
    return b"".join(parts) + b"\0"

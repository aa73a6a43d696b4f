"""Functions: the standard ones and those of Kubernetes."""

from typing import Any

import pytest

from .cel_cases import complaint, failure, value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("string(1.0) + ' ' + string(1.5) + ' ' + string(1e6) + ' ' + string(0.00001)", "1 1.5 1e+06 1e-05"),
        ("string(true) + string(5u) + string(b'x') + string(-3)", "true5x-3"),
        ("string(duration('1h30m')) + string(duration('1.5s')) + string(duration('-10ms'))", "5400s1.5s-0.01s"),
        ("string(timestamp('2024-02-29T12:00:00.5+02:00'))", "2024-02-29T12:00:00.5+02:00"),
        ("int('12') + int(3.9) + int(-3.9) + int(4u)", 16),
        ("int(timestamp('1970-01-01T00:01:00Z'))", 60),
        ("double('1.5') + double(2)", 3.5),
        ("uint(3) == 3u && uint('7') == 7u", True),
        ("bool('t') && !bool('0')", True),
        ("bytes('é').size()", 2),
        ("size('é') + size([1]) + size({'a': 1})", 3),
    ],
)
def test_conversions(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("timestamp('2024-01-01T00:00:00Z') + duration('24h') == timestamp('2024-01-02T00:00:00Z')", True),
        ("timestamp('2024-01-02T00:00:00Z') - timestamp('2024-01-01T00:00:00Z') == duration('24h')", True),
        ("timestamp('2024-03-15T10:20:30.456Z').getFullYear()", 2024),
        ("timestamp('2024-03-15T10:20:30.456Z').getMonth()", 2),
        ("timestamp('2024-03-15T10:20:30.456Z').getDate()", 15),
        ("timestamp('2024-03-15T10:20:30.456Z').getDayOfMonth()", 14),
        ("timestamp('2024-03-15T10:20:30.456Z').getDayOfWeek()", 5),
        ("timestamp('2024-03-15T10:20:30.456Z').getDayOfYear()", 74),
        ("timestamp('2024-03-15T10:20:30.456Z').getHours()", 10),
        ("timestamp('2024-03-15T10:20:30.456Z').getHours('Europe/Berlin')", 11),
        ("timestamp('2024-03-15T10:20:30.456Z').getMinutes('-02:30')", 50),
        ("timestamp('2024-03-15T10:20:30.456Z').getMilliseconds()", 456),
        ("duration('90m').getHours() + duration('90m').getMinutes() + duration('-1.5s').getSeconds()", 90),
    ],
)
def test_times(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s.startsWith('he') && s.endsWith('lo') && s.contains('ell')", True),
        ("s.charAt(1) + s.charAt(5)", "e"),
        ("s.indexOf('l') + s.lastIndexOf('l') + s.indexOf('z') + s.indexOf('l', 3)", 7),
        ("s.lastIndexOf('l', 2)", 2),
        ("'aBc'.lowerAscii() + 'aBc'.upperAscii()", "abcABC"),
        ("'aaa'.replace('a', 'b') + 'aaa'.replace('a', 'b', 1)", "bbbbaa"),
        ("'a,b,c'.split(',')", ["a", "b", "c"]),
        ("'a,b,c'.split(',', 2)", ["a", "b,c"]),
        ("'abc'.split('')", ["a", "b", "c"]),
        ("s.substring(1) + s.substring(0, 2)", "ellohe"),
        ("'  x\\t'.trim()", "x"),
        ("l.join() + l.join('-')", "abbccca-bb-ccc"),
        ("strings.quote('a\"b\\n')", '"a\\"b\\n"'),
        ("'%s %d %s %s'.format([dyn('a'), 1, [1.5], {'k': true}])", 'a 1 [1.500000] {"k":true}'),
        (
            "'%.2f %.1e %x %X %o %b%%'.format([dyn(1234.567), 1e10, 255, 'hi', 8, 5])",
            "1,234.57 1.0×10¹⁰ ff 6869 10 101%",
        ),
    ],
)
def test_strings(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("s.charAt(9)", "index out of range: 9"),
        ("s.substring(3, 2)", "invalid substring range. start: 3, end: 2"),
        (
            "'%d'.format(['a'])",
            "error during formatting: decimal clause can only be used on integers, was given string",
        ),
        ("'%s'.format([])", "index 0 out of range"),
        ("'%q'.format(['a'])", 'could not parse formatting clause: unrecognized formatting clause "q"'),
        ("'%.99999999999f'.format([1.0])", "could not parse formatting clause: precision 99999999999 is too large"),
    ],
)
def test_errors_of_strings(text: str, message: str) -> None:
    assert failure(text) == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, 3, 2].max() - [1, 3, 2].min() + [1, 3, 2].sum()", 8),
        ("[1, 2].isSorted() && !['b', 'a'].isSorted() && [].sum() == 0", True),
        ("['a', 'b', 'a'].indexOf('a') + ['a', 'b', 'a'].lastIndexOf('a') + [1].indexOf(7)", 1),
        ("[1, 2, 3, 4].slice(1, 3)", [2, 3]),
        ("[[1], [2, 3]].flatten()", [1, 2, 3]),
        ("[dyn(1), dyn([dyn(2), dyn([3])])].flatten(2)", [1, 2, 3]),
        ("lists.range(3)", [0, 1, 2]),
        ("[3, 1, 2].sort() + [1, 2].reverse()", [1, 2, 3, 2, 1]),
        ("[1, 2, 1].distinct()", [1, 2]),
        ("sets.contains([1, 2, 3], [2]) && sets.intersects([1], [1, 2]) && sets.equivalent([1, 1, 2], [2, 1])", True),
        ("duration('1s') < [duration('2s'), duration('3s')].sum()", True),
    ],
)
def test_lists(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_errors_of_lists() -> None:
    assert failure("[].map(x, 1).max()") == "max called on empty list"
    assert failure("[1].slice(0, 2)") == "cannot slice(0, 2), list is length 1"
    assert "found no matching overload for 'sum' applied to 'list(string).()'" in complaint("['a'].sum()")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'abc 123 def 456'.find('[0-9]+')", "123"),
        ("'abc 123 def 456'.findAll('[0-9]+')", ["123", "456"]),
        ("'abc 123 def 456'.findAll('[0-9]+', 1)", ["123"]),
        ("'abc'.find('x') == ''", True),
        ("'aaa'.findAll('')", ["", "", "", ""]),
        ("'foo-bar'.matches('^[a-z]+(-[a-z]+)?$') && matches('x', '.')", True),
        ("'a\\n'.matches('^a$')", False),
        ("'ÀB'.matches('(?i)^àb$') && 'x1'.matches('^[[:alpha:]]\\\\d$') && 'é'.matches('^\\\\pL$')", True),
    ],
)
def test_regular_expressions(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("quantity('1.5Gi').isGreaterThan(quantity('1Gi')) && quantity('100m').isLessThan(quantity('1'))", True),
        ("quantity('1k').compareTo(quantity('1000')) + sign(quantity('-1'))", -1),
        ("quantity('1').add(quantity('500m')).compareTo(quantity('1500m'))", 0),
        ("quantity('5').sub(2).asInteger()", 3),
        ("quantity('2k').isInteger() && !quantity('1500m').isInteger()", True),
        ("quantity('50.703k').asApproximateFloat()", 50703.0),
        ("quantity('1Mi') == quantity('1024Ki') && isQuantity('5G') && !isQuantity('5X')", True),
        ("semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.0.0-rc.1').isLessThan(semver('1.0.0'))", True),
        ("semver('1.0.0-alpha.1').compareTo(semver('1.0.0-alpha.beta'))", -1),
        ("semver('v01.2', true).major() + semver('1.2.3').minor() + semver('1.2.3').patch()", 6),
        (
            "isSemver('1.2.3') && !isSemver('v1.2') && isSemver('v1.2', true)",
            True,
        ),
    ],
)
def test_quantities_and_versions(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "isIP('10.0.0.1') && isIP('::1') && !isIP('10.0.0') && !isIP('::ffff:1.2.3.4') && !isIP('fe80::1%eth0')",
            True,
        ),
        ("ip('10.0.0.1').family() + ip('2001:db8::1').family()", 10),
        ("ip.isCanonical('2001:db8::1') && !ip.isCanonical('2001:DB8::1')", True),
        ("ip('127.0.0.1').isLoopback() && ip('::').isUnspecified() && ip('8.8.8.8').isGlobalUnicast()", True),
        ("ip('224.0.0.1').isLinkLocalMulticast() && ip('169.254.1.1').isLinkLocalUnicast()", True),
        ("!ip('255.255.255.255').isGlobalUnicast() && ip('10.0.0.1').isGlobalUnicast()", True),
        ("cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsIP(ip('11.0.0.1'))", True),
        ("cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.1.0.0/16').containsCIDR('10.0.0.0/8')", True),
        ("string(cidr('10.1.2.3/8').masked()) + string(cidr('10.1.2.3/8').ip())", "10.0.0.0/810.1.2.3"),
        ("cidr('::1/128').prefixLength()", 128),
        ("isCIDR('10.0.0.0/8') && !isCIDR('10.0.0.0/33') && !isCIDR('10.0.0.0') && !isCIDR('10.0.0.0/08')", True),
        ("ip('10.0.0.1') == ip('10.0.0.1') && type(ip('::1')) == net.IP", True),
    ],
)
def test_networks(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("url('https://user@example.com:8080/a%20b?x=1&x=2&y=#f').getScheme()", "https"),
        ("url('https://user@example.com:8080/a').getHost()", "example.com:8080"),
        ("url('https://example.com:8080/a').getHostname() + url('https://[::1]:80/').getHostname()", "example.com::1"),
        ("url('https://example.com:8080/a').getPort() + url('https://example.com/').getPort()", "8080"),
        ("url('https://example.com/a b/ü').getEscapedPath()", "/a%20b/%C3%BC"),
        ("url('/p?x=1&x=2&y=%41').getQuery()", {"x": ["1", "2"], "y": ["A"]}),
        ("isURL('https://a.b') && isURL('/a') && !isURL('a/b') && !isURL('') && !isURL('https://a:b/')", True),
    ],
)
def test_urls(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("format.dns1123Label().validate('a-b').hasValue()", False),
        ("format.dns1123Label().validate('A_b').hasValue()", True),
        ("format.dns1123LabelPrefix().validate('a-').hasValue()", False),
        ("format.named('uuid').value().validate('123e4567-e89b-12d3-a456-426614174000').hasValue()", False),
        ("format.uuid().validate('x').value()", ["does not match the UUID format"]),
        ("format.byte().validate('aGk=').hasValue() || format.date().validate('2024-02-29').hasValue()", False),
        ("format.date().validate('2023-02-29').value()", ["invalid date"]),
        ("format.datetime().validate('2024-01-01').value()", ["invalid datetime"]),
        ("format.named('unknown').hasValue()", False),
        ("format.uri().validate('https://a.b/c').hasValue()", False),
        ("format.labelValue().validate('-').hasValue() && format.qualifiedName().validate('a/b/c').hasValue()", True),
    ],
)
def test_formats(text: str, expected: Any) -> None:
    assert value(text) == expected

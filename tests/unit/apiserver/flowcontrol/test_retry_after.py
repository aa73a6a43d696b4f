"""How long clients are sent away."""

from pykube.apiserver.flowcontrol.retry_after import MOST, RetryAfter


def flood(tracker, seconds, per_second=100):
    found = []
    for second in seconds:
        for _ in range(per_second):
            tracker.dropped(second)
        found.append(tracker.seconds)
    return found


def test_a_single_rejection_says_one_second():
    tracker = RetryAfter()
    tracker.dropped(1000)
    assert tracker.seconds == 1


def test_it_doubles_while_many_are_turned_away_up_to_a_limit():
    tracker = RetryAfter()
    found = flood(tracker, range(1000, 1120))
    assert found[0] == 1
    assert found == sorted(found)
    assert set(found) == {1, 2, 4, 8, 16, 32}
    assert tracker.seconds == MOST


def test_it_does_not_double_again_before_clients_have_come_back():
    found = flood(RetryAfter(), range(1000, 1008))
    assert found == [1, 2, 2, 4, 4, 4, 4, 8]


def test_it_falls_by_one_when_few_are_turned_away():
    tracker = RetryAfter()
    flood(tracker, range(1000, 1004))
    assert tracker.seconds == 4
    assert flood(tracker, range(2000, 2030, 10), per_second=1) == [3, 2, 1]
    assert flood(tracker, range(3000, 3030, 10), per_second=1) == [1, 1, 1]

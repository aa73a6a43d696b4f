"""One level: seats, queues, who goes first."""

import pytest

from pykube.apiserver.flowcontrol.queues import SERVICE, QueueSet, Request, Verdict


def queue_set(limit, queues=4, queue_length=10):
    found = QueueSet(0.0)
    found.configure(0.0, limit=limit, queues=queues, queue_length=queue_length)
    return found


def wide(initial, final=0, extra=0.0):
    request = Request()
    request.widen(initial, final, extra)
    return request


def test_who_finds_a_seat_begins_at_once():
    level = queue_set(2)
    assert level.arrive(Request(), (0,), 0.0) is Verdict.EXECUTE
    assert level.arrive(Request(), (0,), 0.0) is Verdict.EXECUTE
    assert level.arrive(Request(), (0,), 0.0) is Verdict.WAIT


def test_a_full_queue_rejects():
    level = queue_set(1, queue_length=1)
    verdicts = [level.arrive(Request(), (0,), 0.0) for _ in range(3)]
    assert verdicts == [Verdict.EXECUTE, Verdict.WAIT, Verdict.REJECT]
    assert (level.rejected, level.waiting, level.executing) == (1, 1, 1)


def test_the_emptiest_queue_of_the_hand_is_taken():
    level = queue_set(1)
    level.arrive(Request(), (0,), 0.0)
    for hand in ((1,), (1,), (2,)):
        level.arrive(Request(), hand, 0.0)
    chosen = Request()
    level.arrive(chosen, (1, 2), 0.0)
    assert chosen.queue is level.queues[2]


def test_flows_take_turns():
    level = queue_set(1)
    first = Request()
    level.arrive(first, (0,), 0.0)
    heavy = [Request() for _ in range(5)]
    for request in heavy:
        level.arrive(request, (0,), 0.0)
    light = Request()
    level.arrive(light, (1,), 0.0)
    assert level.finish(first, SERVICE) == [light]
    assert level.finish(light, 2 * SERVICE) == [heavy[0]]


def test_a_long_request_is_charged_to_its_queue():
    """Who took long waits longer for the next turn."""
    level = queue_set(1, queues=2)
    slow, quick = Request(), Request()
    level.arrive(slow, (0,), 0.0)
    level.arrive(quick, (1,), 0.0)
    again = [Request(), Request()]
    level.arrive(again[0], (0,), 0.0)
    order = level.finish(slow, 1.0)
    assert order == [quick]
    level.arrive(again[1], (1,), 1.0)
    assert level.finish(quick, 1.0 + SERVICE) == [again[1]]
    assert level.finish(again[1], 1.0 + 2 * SERVICE) == [again[0]]


def test_without_queues_seats_decide():
    level = queue_set(1, queues=0)
    first = Request()
    assert level.arrive(first, (), 0.0) is Verdict.EXECUTE
    assert level.arrive(Request(), (), 0.0) is Verdict.REJECT
    level.finish(first, 0.1)
    assert level.arrive(Request(), (), 0.1) is Verdict.EXECUTE


def test_exempt_requests_always_begin():
    level = QueueSet(0.0, exempt=True)
    requests = [Request() for _ in range(100)]
    assert {level.arrive(request, (), 0.0) for request in requests} == {Verdict.EXECUTE}
    assert level.seats_in_use == 100
    for request in requests:
        level.finish(request, 1.0)
    assert level.idle


def test_a_wide_request_waits_for_as_many_seats():
    level = queue_set(3)
    narrow = [Request(), Request()]
    for request in narrow:
        level.arrive(request, (0,), 0.0)
    broad = wide(2)
    assert level.arrive(broad, (1,), 0.0) is Verdict.WAIT
    assert level.finish(narrow[0], 0.1) == [broad]
    assert level.seats_in_use == 3


def test_a_request_wider_than_the_level_runs_alone():
    level = queue_set(2)
    first = Request()
    level.arrive(first, (0,), 0.0)
    giant = wide(5)
    assert level.arrive(giant, (1,), 0.0) is Verdict.WAIT
    assert level.finish(first, 0.1) == [giant]
    assert level.arrive(Request(), (2,), 0.1) is Verdict.WAIT


def test_a_level_without_seats_lets_nobody_in():
    level = queue_set(0)
    request = Request()
    assert level.arrive(request, (0,), 0.0) is Verdict.WAIT
    assert level.configure(1.0, limit=1, queues=4, queue_length=10) == [request]


def test_seats_linger_after_a_write_that_many_watch():
    level = queue_set(2)
    write = wide(1, 2, 0.5)
    level.arrive(write, (0,), 0.0)
    later = Request()
    assert level.arrive(later, (1,), 0.0) is Verdict.WAIT
    assert level.finish(write, 1.0) == []
    assert level.next_release == 1.5
    assert level.release(1.4) == []
    assert level.release(1.5) == [later]
    assert level.next_release is None


def test_an_end_that_is_wider_than_the_level_takes_longer():
    level = queue_set(2)
    write = wide(1, 8, 0.5)
    level.arrive(write, (0,), 0.0)
    assert (write.seats, write.final, write.extra) == (2, 2, 2.0)


def test_who_gives_up_frees_its_place():
    level = queue_set(1, queue_length=1)
    level.arrive(Request(), (0,), 0.0)
    waiting = Request()
    level.arrive(waiting, (0,), 0.0)
    assert level.arrive(Request(), (0,), 0.0) is Verdict.REJECT
    level.withdraw(waiting, 0.5)
    assert level.arrive(Request(), (0,), 0.5) is Verdict.WAIT
    assert level.cancelled == 1


def test_a_wide_request_that_gives_up_lets_others_begin():
    level = queue_set(2)
    level.arrive(Request(), (0,), 0.0)
    broad, narrow = wide(2), Request()
    level.arrive(broad, (1,), 0.0)
    level.arrive(narrow, (1,), 0.0)
    assert level.withdraw(broad, 0.1) == [narrow]


def test_fewer_queues_drain_what_is_in_them():
    level = queue_set(1, queues=4)
    first, waiting = Request(), Request()
    level.arrive(first, (3,), 0.0)
    level.arrive(waiting, (2,), 0.0)
    level.configure(0.0, limit=1, queues=2, queue_length=10)
    assert [queue.index for queue in level] == [0, 1, 2, 3]
    assert level.finish(first, 0.1) == [waiting]
    level.finish(waiting, 0.2)
    assert [queue.index for queue in level] == [0, 1]


def test_progress_is_what_each_busy_queue_is_due():
    level = queue_set(2)
    for hand in ((0,), (1,), (2,), (3,)):
        level.arrive(Request(), hand, 0.0)
    level.arrive(Request(), (0,), 1.0)
    assert level.progress == pytest.approx(0.5)


def test_wanted_seats_are_followed():
    level = queue_set(1)
    requests = [Request() for _ in range(3)]
    for request in requests:
        level.arrive(request, (0,), 0.0)
    level.turn(2.0)
    assert (level.demand.watermark, level.demand.average) == (3, 3.0)

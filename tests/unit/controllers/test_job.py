import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from pykube.api import batch_v1, conditions, core_v1, meta_v1
from pykube.controllers import job_indexes
from pykube.controllers.cron import Schedule, ScheduleError
from pykube.controllers.cronjob import CronJobController, missed
from pykube.controllers.job import JobController
from pykube.controllers.job_index_limits import FAILURES, index_of
from pykube.controllers.ttlafterfinished import TtlAfterFinishedController
from tests.fakes.api import meta
from tests.fakes.controllers import Scene


def job_spec(**spec: Any) -> batch_v1.JobSpec:
    template = core_v1.PodTemplateSpec(
        metadata=meta_v1.ObjectMeta(labels={"job-name": "work"}),
        spec=core_v1.PodSpec(containers=[core_v1.Container(name="c")], restart_policy="Never"),
    )
    selector = meta_v1.LabelSelector(match_labels={"job-name": "work"})
    given = {"completions": 1, "parallelism": 1, "backoff_limit": 6, **spec}
    return batch_v1.JobSpec(template=template, selector=selector, **given)


def job(**spec: Any) -> batch_v1.Job:
    return batch_v1.Job(metadata=meta("work", "default"), spec=job_spec(**spec))


def pods(scene: Scene) -> list[core_v1.Pod]:
    return scene.api.all(core_v1.Pod)


def end(scene: Scene, pod: core_v1.Pod, phase: str = "Succeeded", code: int = 0) -> None:
    """The pod's container ends."""
    ended = core_v1.ContainerStateTerminated(exit_code=code, finished_at=scene.clock.now())
    status = core_v1.ContainerStatus(name="c", state=core_v1.ContainerState(terminated=ended))
    scene.api.put_status(pod, phase=phase, conditions=[], container_statuses=[status])


def current(scene: Scene) -> batch_v1.Job:
    found: batch_v1.Job = scene.api.all(batch_v1.Job)[0]
    return found


def condition(scene: Scene, kind: str) -> batch_v1.JobCondition:
    found = conditions.find(current(scene).status.conditions, kind)
    assert found is not None, current(scene).status.conditions
    return found


def test_a_job_completes_and_counts_each_pod_once() -> None:
    async def story() -> None:
        async with Scene().running(JobController) as scene:
            await scene.api.create(job(completions=3, parallelism=2))
            await scene.settle()
            assert len(pods(scene)) == 2
            for _ in range(3):
                for pod in pods(scene):
                    if pod.status.phase != "Succeeded":
                        end(scene, pod)
                await scene.settle()
            status = current(scene).status
            assert (status.succeeded, status.failed, status.active) == (3, 0, 0)
            assert len(pods(scene)) == 3
            assert all(not pod.metadata.finalizers for pod in pods(scene))
            assert condition(scene, "Complete").reason == "CompletionsReached"
            assert status.completion_time is not None
            assert "Completed: Job completed" in scene.recorder.events

    asyncio.run(story())


def test_failures_are_retried_after_a_pause_and_end_at_the_limit() -> None:
    async def story() -> None:
        async with Scene().running(JobController) as scene:
            await scene.api.create(job(backoff_limit=1))
            await scene.settle()
            end(scene, pods(scene)[0], "Failed", 1)
            await scene.settle(5)
            assert len(pods(scene)) == 1
            await scene.settle(6)
            assert len(pods(scene)) == 2
            end(scene, next(pod for pod in pods(scene) if pod.status.phase != "Failed"), "Failed", 1)
            await scene.settle(30)
            assert current(scene).status.failed == 2
            failed = condition(scene, "Failed")
            assert (failed.reason, failed.message) == (
                "BackoffLimitExceeded",
                "Job has reached the specified backoff limit",
            )

    asyncio.run(story())


def test_a_deadline_ends_what_runs() -> None:
    async def story() -> None:
        async with Scene().running(JobController) as scene:
            await scene.api.create(job(active_deadline_seconds=30))
            await scene.settle()
            scene.run_pods()
            await scene.settle(31)
            assert pods(scene)[0].metadata.deletion_timestamp is not None
            assert condition(scene, "FailureTarget").reason == "DeadlineExceeded"
            assert conditions.find(current(scene).status.conditions, "Failed") is None
            scene.finish(pods(scene)[0])
            await scene.settle()
            assert condition(scene, "Failed").reason == "DeadlineExceeded"

    asyncio.run(story())


def test_each_index_is_done_once() -> None:
    async def story() -> None:
        async with Scene().running(JobController) as scene:
            await scene.api.create(job(completions=3, parallelism=3, completion_mode="Indexed"))
            await scene.settle()
            assert sorted(pod.spec.hostname for pod in pods(scene)) == ["work-0", "work-1", "work-2"]
            assert pods(scene)[0].spec.containers[0].env[0].name == "JOB_COMPLETION_INDEX"
            for pod in pods(scene):
                end(scene, pod)
            await scene.settle()
            status = current(scene).status
            assert (status.completed_indexes, status.succeeded) == ("0-2", 3)
            assert condition(scene, "Complete").status == "True"

    asyncio.run(story())


def by_index(scene: Scene) -> dict[int, list[core_v1.Pod]]:
    found: dict[int, list[core_v1.Pod]] = {}
    for pod in pods(scene):
        found.setdefault(index_of(pod), []).append(pod)
    return found


def test_an_index_that_used_up_its_retries_fails_alone() -> None:
    async def story() -> None:
        async with Scene().running(JobController) as scene:
            spec = {"completions": 2, "parallelism": 2, "backoff_limit": 1000, "backoff_limit_per_index": 1}
            await scene.api.create(job(completion_mode="Indexed", **spec))
            await scene.settle()
            first = by_index(scene)
            end(scene, first[0][0], "Failed", 1)
            end(scene, first[1][0])
            await scene.settle()
            await scene.settle(15)
            again = [pod for pod in by_index(scene)[0] if pod.status.phase != "Failed"]
            assert again[0].metadata.annotations[FAILURES] == "1"
            end(scene, again[0], "Failed", 1)
            await scene.settle()
            assert current(scene).status.failed_indexes == "0"
            assert current(scene).status.completed_indexes == "1"
            assert condition(scene, "Failed").reason == "FailedIndexes"

    asyncio.run(story())


def test_more_failed_indexes_than_allowed_end_the_job() -> None:
    async def story() -> None:
        async with Scene().running(JobController) as scene:
            spec = {"completions": 4, "parallelism": 1, "backoff_limit_per_index": 0, "max_failed_indexes": 0}
            await scene.api.create(job(completion_mode="Indexed", **spec))
            await scene.settle()
            end(scene, pods(scene)[0], "Failed", 1)
            await scene.settle()
            assert condition(scene, "Failed").reason == "MaxFailedIndexesExceeded"

    asyncio.run(story())


def test_a_success_policy_ends_the_job_early() -> None:
    async def story() -> None:
        async with Scene().running(JobController) as scene:
            rule = batch_v1.SuccessPolicyRule(succeeded_indexes="0-1", succeeded_count=1)
            policy = batch_v1.SuccessPolicy(rules=[rule])
            await scene.api.create(job(completion_mode="Indexed", completions=3, parallelism=3, success_policy=policy))
            await scene.settle()
            end(scene, by_index(scene)[1][0])
            await scene.settle()
            met = condition(scene, "SuccessCriteriaMet")
            assert (met.reason, met.message) == ("SuccessPolicy", "Matched rules at index 0")

    asyncio.run(story())


def test_a_pod_that_the_job_let_go_is_held_no_longer() -> None:
    async def story() -> None:
        async with Scene().running(JobController) as scene:
            await scene.api.create(job())
            await scene.settle()
            [pod] = pods(scene)
            assert pod.metadata.finalizers
            pod = msgspec.structs.replace(pod, metadata=msgspec.structs.replace(pod.metadata, labels={}))
            await scene.api.update(pod)
            await scene.settle()
            released = next(found for found in pods(scene) if found.metadata.uid == pod.metadata.uid)
            assert not released.metadata.owner_references
            assert not released.metadata.finalizers

    asyncio.run(story())


def test_a_suspended_job_has_no_pods() -> None:
    async def story() -> None:
        async with Scene().running(JobController) as scene:
            created = await scene.api.create(job(suspend=True))
            await scene.settle()
            assert pods(scene) == []
            assert condition(scene, "Suspended").message == "Job suspended"
            spec = msgspec.structs.replace(created.spec, suspend=False)
            await scene.api.update(msgspec.structs.replace(current(scene), spec=spec))
            await scene.settle()
            assert len(pods(scene)) == 1
            assert condition(scene, "Suspended").status == "False"

    asyncio.run(story())


def test_a_rule_can_fail_the_job_at_once_or_look_away() -> None:
    async def story() -> None:
        codes = batch_v1.PodFailurePolicyOnExitCodesRequirement
        rules = [
            batch_v1.PodFailurePolicyRule(action="Ignore", on_exit_codes=codes(operator="In", values=[7])),
            batch_v1.PodFailurePolicyRule(action="FailJob", on_exit_codes=codes(operator="In", values=[42])),
        ]
        async with Scene().running(JobController) as scene:
            await scene.api.create(job(pod_failure_policy=batch_v1.PodFailurePolicy(rules=rules)))
            await scene.settle()
            end(scene, pods(scene)[0], "Failed", 7)
            await scene.settle(15)
            assert current(scene).status.failed == 0
            end(scene, next(pod for pod in pods(scene) if pod.status.phase != "Failed"), "Failed", 42)
            await scene.settle()
            failed = condition(scene, "Failed")
            assert failed.reason == "PodFailurePolicy"
            assert failed.message.endswith("failed with exit code 42 matching FailJob rule at index 1")

    asyncio.run(story())


def test_ended_jobs_are_removed_after_their_time() -> None:
    async def story() -> None:
        async with Scene().running(JobController, TtlAfterFinishedController) as scene:
            await scene.api.create(job(ttl_seconds_after_finished=60))
            await scene.settle()
            end(scene, pods(scene)[0])
            await scene.settle(30)
            assert current(scene).metadata.deletion_timestamp is None
            await scene.settle(40)
            assert current(scene).metadata.deletion_timestamp is not None

    asyncio.run(story())


def test_index_sets_are_written_short() -> None:
    assert job_indexes.write({4, 0, 2, 3}) == "0,2-4"
    assert job_indexes.parse("0,2-4") == {0, 2, 3, 4}
    assert job_indexes.parse("") == set()


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        ("*/5 * * * *", "2026-01-01T00:01:30", "2026-01-01T00:05:00"),
        ("0 0 29 2 *", "2026-01-01T00:00:00", "2028-02-29T00:00:00"),
        ("30 8 * * mon-fri", "2026-01-02T09:00:00", "2026-01-05T08:30:00"),
        ("0 12 13 * 5", "2026-01-10T00:00:00", "2026-01-13T12:00:00"),
        ("@daily", "2026-01-01T00:00:00", "2026-01-02T00:00:00"),
        ("@every 1h30m", "2026-01-01T00:00:00", "2026-01-01T01:30:00"),
    ],
)
def test_next_time(schedule: str, after: str, expected: str) -> None:
    found = Schedule.parse(schedule).next(datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["* * * *", "60 * * * *", "*/0 * * * *", "5-1 * * * *", "x * * * *", "@sometimes"])
def test_no_schedules(text: str) -> None:
    with pytest.raises(ScheduleError):
        Schedule.parse(text)


def test_a_long_pause_starts_one_job_for_the_latest_time() -> None:
    now = datetime(2026, 1, 10, 12, 30, 30, tzinfo=UTC)
    latest, count = missed(Schedule.parse("* * * * *"), now - timedelta(days=5), now)
    assert latest == datetime(2026, 1, 10, 12, 30, tzinfo=UTC)
    assert count > 100


def test_a_cron_job_makes_jobs_and_keeps_a_short_history() -> None:
    async def story() -> None:
        async with Scene().running(CronJobController, JobController) as scene:
            spec = batch_v1.CronJobSpec(
                schedule="*/10 * * * *",
                job_template=batch_v1.JobTemplateSpec(spec=job_spec()),
                concurrency_policy="Forbid",
                successful_jobs_history_limit=1,
                failed_jobs_history_limit=1,
            )
            await scene.api.create(batch_v1.CronJob(metadata=meta("tick", "default"), spec=spec))
            await scene.settle(601)
            (first,) = scene.api.all(batch_v1.Job)
            assert f"SuccessfulCreate: Created job {first.metadata.name}" in scene.recorder.events
            await scene.settle(600)
            assert len(scene.api.all(batch_v1.Job)) == 1
            for _ in range(3):
                for pod in pods(scene):
                    if pod.status.phase != "Succeeded":
                        end(scene, pod)
                await scene.settle(600)
            left = scene.api.all(batch_v1.Job)
            assert first.metadata.name not in [each.metadata.name for each in left]
            assert len(left) <= 2
            cron = scene.api.all(batch_v1.CronJob)[0]
            assert cron.status.last_schedule_time is not None
            assert cron.status.last_successful_time is not None

    asyncio.run(story())

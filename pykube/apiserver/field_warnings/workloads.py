"""What makes pods from templates; looked at again when what is wished for has changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pykube.api import apps_v1, batch_v1, core_v1
from pykube.api.field_errors import SPEC, Path

from .names import of_workload_name
from .pods import of_template
from .volumes import of_claim_spec

_TEMPLATE: Final = SPEC.child("template")
_JOB: Final = SPEC.child("jobTemplate").child("spec")
_COMPLETIONS: Final = 100_000
_PARALLELISM: Final = 10_000


def _changed(new: Any, old: Any) -> bool:
    return old is None or new.metadata.generation != old.metadata.generation


def of_pod_template(new: core_v1.PodTemplate, old: core_v1.PodTemplate | None) -> Iterator[str]:
    """A template on its own has no generation that counts."""
    if old is None:
        yield from of_template(Path("template"), new.template)


def of_replication_controller(
    new: core_v1.ReplicationController, old: core_v1.ReplicationController | None
) -> Iterator[str]:
    if old is None:
        yield from of_workload_name(new.metadata.name)
    if _changed(new, old) and new.spec.template is not None:
        yield from of_template(_TEMPLATE, new.spec.template)


def of_replica_set(new: apps_v1.ReplicaSet, old: apps_v1.ReplicaSet | None) -> Iterator[str]:
    if old is None:
        yield from of_workload_name(new.metadata.name)
    if _changed(new, old):
        yield from of_template(_TEMPLATE, new.spec.template)


def of_deployment(new: apps_v1.Deployment, old: apps_v1.Deployment | None) -> Iterator[str]:
    if old is None:
        yield from of_workload_name(new.metadata.name)
    if _changed(new, old):
        yield from of_template(_TEMPLATE, new.spec.template)


def of_daemon_set(new: apps_v1.DaemonSet, old: apps_v1.DaemonSet | None) -> Iterator[str]:
    if old is None or new.spec.template != old.spec.template:
        yield from of_template(_TEMPLATE, new.spec.template)


def of_stateful_set(new: apps_v1.StatefulSet, old: apps_v1.StatefulSet | None) -> Iterator[str]:
    if _changed(new, old):
        yield from of_template(_TEMPLATE, new.spec.template)
    for index, claim in enumerate(new.spec.volume_claim_templates):
        yield from of_claim_spec(SPEC.child("volumeClaimTemplates").index(index), claim.spec)
    limit = new.spec.revision_history_limit
    if limit is not None and limit < 0:
        yield (
            "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"
        )


def of_job(new: batch_v1.Job, old: batch_v1.Job | None) -> Iterator[str]:
    if old is None:
        yield from of_workload_name(new.metadata.name)
    if _changed(new, old):
        yield from _of_job_spec(SPEC, new.spec)


def of_cron_job(new: batch_v1.CronJob, old: batch_v1.CronJob | None) -> Iterator[str]:
    if old is None:
        yield from of_workload_name(new.metadata.name)
    if _changed(new, old):
        yield from _of_job_spec(_JOB, new.spec.job_template.spec)
    if old is not None and "TZ" in new.spec.schedule:
        yield (
            "cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see "
            "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details"
        )


def _of_job_spec(path: Path, spec: batch_v1.JobSpec) -> Iterator[str]:
    many = (spec.completions or 0) > _COMPLETIONS and (spec.parallelism or 0) > _PARALLELISM
    if spec.completion_mode == "Indexed" and many:
        yield (
            f"{path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than "
            "10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail"
        )
    yield from of_template(path.child("template"), spec.template)

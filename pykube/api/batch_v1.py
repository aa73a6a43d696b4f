"""``batch/v1``: Job and CronJob."""

from __future__ import annotations

from typing import Annotated

from . import core_v1, meta_v1
from .meta_v1 import Time
from .schema import Enum, Int32, Int64, ListAtomic, ListSet, PatchMerge, Required, Struct, always, constant

CompletionMode = Annotated[str, Enum("NonIndexed", "Indexed")]
ConcurrencyPolicy = Annotated[str, Enum("Allow", "Forbid", "Replace")]
PodFailurePolicyAction = Annotated[str, Enum("FailJob", "FailIndex", "Ignore", "Count")]
PodFailurePolicyOnExitCodesOperator = Annotated[str, Enum("In", "NotIn")]
PodReplacementPolicy = Annotated[str, Enum("TerminatingOrFailed", "Failed")]


class JobSpec(Struct):
    parallelism: Int32 | None = None
    completions: Int32 | None = None
    active_deadline_seconds: Int64 | None = None
    pod_failure_policy: PodFailurePolicy | None = None
    success_policy: SuccessPolicy | None = None
    backoff_limit: Int32 | None = None
    backoff_limit_per_index: Int32 | None = None
    max_failed_indexes: Int32 | None = None
    selector: meta_v1.LabelSelector | None = None
    manual_selector: bool | None = None
    template: Annotated[core_v1.PodTemplateSpec, Required] = always(core_v1.PodTemplateSpec)
    ttl_seconds_after_finished: Int32 | None = None
    completion_mode: CompletionMode | None = None
    suspend: bool | None = None
    pod_replacement_policy: PodReplacementPolicy | None = None
    managed_by: str | None = None


class JobStatus(Struct):
    conditions: Annotated[list[JobCondition], ListAtomic, PatchMerge("type")] = []
    start_time: Time | None = None
    completion_time: Time | None = None
    active: Int32 = 0
    succeeded: Int32 = 0
    failed: Int32 = 0
    terminating: Int32 | None = None
    completed_indexes: str = ""
    failed_indexes: str | None = None
    uncounted_terminated_pods: UncountedTerminatedPods | None = None
    ready: Int32 | None = None


class Job(Struct):
    """Runs pods until enough of them have succeeded."""

    api_version: str = constant("batch/v1")
    kind: str = constant("Job")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: JobSpec = always(JobSpec)
    status: JobStatus = always(JobStatus)


class JobList(Struct):
    api_version: str = constant("batch/v1")
    kind: str = constant("JobList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Job], Required] = always(list)


class PodFailurePolicyOnExitCodesRequirement(Struct):
    container_name: str | None = None
    operator: Annotated[PodFailurePolicyOnExitCodesOperator, Required] = always(str)
    values: Annotated[list[Int32], Required, ListSet] = always(list)


class PodFailurePolicyOnPodConditionsPattern(Struct):
    type: Annotated[str, Required] = always(str)
    status: str = always(str)


class PodFailurePolicyRule(Struct):
    action: Annotated[PodFailurePolicyAction, Required] = always(str)
    on_exit_codes: PodFailurePolicyOnExitCodesRequirement | None = None
    on_pod_conditions: Annotated[list[PodFailurePolicyOnPodConditionsPattern], ListAtomic] = []


class PodFailurePolicy(Struct):
    rules: Annotated[list[PodFailurePolicyRule], Required, ListAtomic] = always(list)


class SuccessPolicy(Struct):
    rules: Annotated[list[SuccessPolicyRule], Required, ListAtomic] = always(list)


class SuccessPolicyRule(Struct):
    succeeded_indexes: str | None = None
    succeeded_count: Int32 | None = None


class UncountedTerminatedPods(Struct):
    succeeded: Annotated[list[str], ListSet] = []
    failed: Annotated[list[str], ListSet] = []


class JobCondition(Struct):
    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_probe_time: Time | None = None
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class JobTemplateSpec(Struct):
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: JobSpec = always(JobSpec)


class CronJobSpec(Struct):
    schedule: Annotated[str, Required] = always(str)
    time_zone: str | None = None
    starting_deadline_seconds: Int64 | None = None
    concurrency_policy: ConcurrencyPolicy = ""
    suspend: bool | None = None
    job_template: Annotated[JobTemplateSpec, Required] = always(JobTemplateSpec)
    successful_jobs_history_limit: Int32 | None = None
    failed_jobs_history_limit: Int32 | None = None


class CronJobStatus(Struct):
    active: Annotated[list[core_v1.ObjectReference], ListAtomic] = []
    last_schedule_time: Time | None = None
    last_successful_time: Time | None = None


class CronJob(Struct):
    """Makes a Job at set times."""

    api_version: str = constant("batch/v1")
    kind: str = constant("CronJob")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[CronJobSpec, Required] = always(CronJobSpec)
    status: CronJobStatus = always(CronJobStatus)


class CronJobList(Struct):
    api_version: str = constant("batch/v1")
    kind: str = constant("CronJobList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[CronJob], Required] = always(list)

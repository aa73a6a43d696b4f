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
    """What a Job has to get done."""

    parallelism: Int32 | None = None
    """How many pods may run at a time; 0 stops them all. Default: 1."""
    completions: Int32 | None = None
    """How many pods must succeed. Absent: any success ends the job, and pods coordinate themselves."""
    active_deadline_seconds: Int64 | None = None
    """Seconds after which a job that is still active fails and its pods are killed."""
    pod_failure_policy: PodFailurePolicy | None = None
    """What failed pods mean, by exit code or condition, instead of just being counted."""
    success_policy: SuccessPolicy | None = None
    """When an indexed job has succeeded though not all of its indexes have."""
    backoff_limit: Int32 | None = None
    """How many failures are tried again before the job fails. Default: 6, or no limit with backoffLimitPerIndex."""
    backoff_limit_per_index: Int32 | None = None
    """The same for each index of an indexed job by itself."""
    max_failed_indexes: Int32 | None = None
    """How many indexes may fail before the whole job does."""
    selector: meta_v1.LabelSelector | None = None
    """Which pods belong to the job. Filled by the server unless manualSelector is true."""
    manual_selector: bool | None = None
    """Whether the selector and the matching pod labels are set by hand. Rarely wise."""
    template: Annotated[core_v1.PodTemplateSpec, Required] = always(core_v1.PodTemplateSpec)
    """What each pod looks like; its restartPolicy must be Never or OnFailure."""
    ttl_seconds_after_finished: Int32 | None = None
    """Seconds after its end when the job is deleted; absent: never."""
    completion_mode: CompletionMode | None = None
    """NonIndexed (the default) counts successes; Indexed gives each pod a number and wants each number once."""
    suspend: bool | None = None
    """While true, no pods run; setting it kills those that do."""
    pod_replacement_policy: PodReplacementPolicy | None = None
    """Replace a pod when it starts terminating (TerminatingOrFailed) or only when it is gone (Failed)."""
    managed_by: str | None = None
    """Controller in charge when it is not the built-in one. Cannot be changed."""


class JobStatus(Struct):
    """What became of a Job."""

    conditions: Annotated[list[JobCondition], ListAtomic, PatchMerge("type")] = []
    """Aspects of the job's state: Complete, Failed, Suspended and what leads to them."""
    start_time: Time | None = None
    """When the controller first took it up, or took it up again after a suspension."""
    completion_time: Time | None = None
    """When it ended successfully."""
    active: Int32 = 0
    """How many pods are pending or running and not being deleted."""
    succeeded: Int32 = 0
    """How many pods have succeeded."""
    failed: Int32 = 0
    """How many pods have failed."""
    terminating: Int32 | None = None
    """How many pods are being deleted but not gone."""
    completed_indexes: str = ""
    """Indexes that have succeeded, as numbers and ranges: 1,3-5."""
    failed_indexes: str | None = None
    """Indexes that have failed for good, in the same form."""
    uncounted_terminated_pods: UncountedTerminatedPods | None = None
    """Pods that ended and are not in the counters yet."""
    ready: Int32 | None = None
    """How many active pods are ready."""


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
    """A condition on exit codes of a failed pod's containers."""

    container_name: str | None = None
    """The container to look at; absent: all."""
    operator: Annotated[PodFailurePolicyOnExitCodesOperator, Required] = always(str)
    """In or NotIn; 0 is never compared."""
    values: Annotated[list[Int32], Required, ListSet] = always(list)
    """Exit codes, without repetition; 0 is not allowed with In."""


class PodFailurePolicyOnPodConditionsPattern(Struct):
    """A condition that a failed pod must have."""

    type: Annotated[str, Required] = always(str)
    """Type of the pod's condition."""
    status: str = always(str)
    """Status of the pod's condition. Default: True."""


class PodFailurePolicyRule(Struct):
    """What is done when a failed pod matches."""

    action: Annotated[PodFailurePolicyAction, Required] = always(str)
    """FailJob ends the job, FailIndex the pod's index, Ignore does not count the failure, Count does."""
    on_exit_codes: PodFailurePolicyOnExitCodesRequirement | None = None
    """Matches by exit code."""
    on_pod_conditions: Annotated[list[PodFailurePolicyOnPodConditionsPattern], ListAtomic] = []
    """Matches when the pod has one of these conditions."""


class PodFailurePolicy(Struct):
    """What failed pods mean for their Job."""

    rules: Annotated[list[PodFailurePolicyRule], Required, ListAtomic] = always(list)
    """Tried in order; the first that matches decides. A failure that matches none is counted."""


class SuccessPolicy(Struct):
    """When an indexed Job has succeeded early."""

    rules: Annotated[list[SuccessPolicyRule], Required, ListAtomic] = always(list)
    """Tried in order; the first that holds ends the job."""


class SuccessPolicyRule(Struct):
    """One way for an indexed Job to succeed early."""

    succeeded_indexes: str | None = None
    """Indexes that count, as numbers and ranges: 1,3-5. Absent: all."""
    succeeded_count: Int32 | None = None
    """How many of them must have succeeded. Absent: all of them."""


class UncountedTerminatedPods(Struct):
    """Identities of ended pods between the removal of their finalizer and the counters' update."""

    succeeded: Annotated[list[str], ListSet] = []
    """Pods that succeeded."""
    failed: Annotated[list[str], ListSet] = []
    """Pods that failed."""


class JobCondition(Struct):
    """One aspect of a Job's state."""

    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_probe_time: Time | None = None
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""


class JobTemplateSpec(Struct):
    """What the Jobs of a CronJob look like."""

    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    """Labels and annotations for the jobs."""
    spec: JobSpec = always(JobSpec)
    """What each job has to get done."""


class CronJobSpec(Struct):
    """When a CronJob makes which Jobs."""

    schedule: Annotated[str, Required] = always(str)
    """Times in cron's five fields: minute, hour, day of month, month, weekday; or @hourly, @daily and so on."""
    time_zone: str | None = None
    """Name of the time zone that the schedule is meant in, such as Europe/Berlin. Default: the controller's own."""
    starting_deadline_seconds: Int64 | None = None
    """Seconds after its time in which a missed job is still started; absent: no limit."""
    concurrency_policy: ConcurrencyPolicy = ""
    """Allow (the default) jobs beside each other, Forbid skips a new one, Replace stops the old one."""
    suspend: bool | None = None
    """While true, no new jobs are made; running ones go on."""
    job_template: Annotated[JobTemplateSpec, Required] = always(JobTemplateSpec)
    """What each job looks like."""
    successful_jobs_history_limit: Int32 | None = None
    """How many successful jobs are kept. Default: 3."""
    failed_jobs_history_limit: Int32 | None = None
    """How many failed jobs are kept. Default: 1."""


class CronJobStatus(Struct):
    """What became of a CronJob."""

    active: Annotated[list[core_v1.ObjectReference], ListAtomic] = []
    """The jobs that run now."""
    last_schedule_time: Time | None = None
    """When a job was last made."""
    last_successful_time: Time | None = None
    """When a job last ended successfully."""


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

"""Rules of jobs. Source: pkg/apis/batch/validation."""

from __future__ import annotations

from .. import codec, names, selectors
from ..batch_v1 import (
    CronJob,
    Job,
    JobSpec,
    PodFailurePolicyOnExitCodesRequirement,
    PodFailurePolicyRule,
    SuccessPolicyRule,
)
from ..core_v1 import Affinity, PodTemplateSpec
from ..field_errors import (
    METADATA,
    OMITTED,
    SPEC,
    Errors,
    Path,
    duplicate,
    invalid_value,
    not_supported,
    required,
    too_long,
    too_many,
)
from ..selectors import SelectorError
from . import checks, cron, job_indexes, job_status, meta, pods
from .rules import Rules

_MANY = 100_000
_MANY_PER_INDEX = 10_000
_RULES_MAX = 20
_EXIT_CODES_MAX = 255
_MANAGED_BY_MAX = 63
_INDEXES_MAX_BYTES = 64 * 1024
_CRON_NAME_MAX = 52
_MODES = ("NonIndexed", "Indexed")
_ACTIONS = ("Count", "FailIndex", "FailJob", "Ignore")
_REPLACEMENT = ("Failed", "TerminatingOrFailed")
_CONDITION_STATUS = ("False", "True", "Unknown")
_CONCURRENCY = ("Allow", "Forbid", "Replace")
_OWN_LABELS = ("controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name")
_FIXED = (
    ("selector", "selector"),
    ("completion_mode", "completionMode"),
    ("pod_failure_policy", "podFailurePolicy"),
    ("backoff_limit_per_index", "backoffLimitPerIndex"),
    ("managed_by", "managedBy"),
    ("success_policy", "successPolicy"),
)


def _spec(spec: JobSpec, path: Path) -> Errors:
    for name, value in (
        ("parallelism", spec.parallelism),
        ("completions", spec.completions),
        ("activeDeadlineSeconds", spec.active_deadline_seconds),
        ("backoffLimit", spec.backoff_limit),
        ("ttlSecondsAfterFinished", spec.ttl_seconds_after_finished),
        ("backoffLimitPerIndex", spec.backoff_limit_per_index),
        ("maxFailedIndexes", spec.max_failed_indexes),
    ):
        yield from checks.not_negative(path.child(name), value)
    if spec.max_failed_indexes is not None and spec.backoff_limit_per_index is None:
        yield required(path.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified")
    if spec.managed_by is not None:
        yield from checks.domain_path(path.child("managedBy"), spec.managed_by)
        if len(spec.managed_by) > _MANAGED_BY_MAX:
            yield too_long(path.child("managedBy"), _MANAGED_BY_MAX)
    if spec.completion_mode is not None and spec.completion_mode not in _MODES:
        yield not_supported(path.child("completionMode"), spec.completion_mode, _MODES)
    if spec.completion_mode == "Indexed":
        yield from _indexed(spec, path)
    elif spec.completion_mode in (None, "NonIndexed"):
        message = "requires indexed completion mode"
        if spec.backoff_limit_per_index is not None:
            yield invalid_value(path.child("backoffLimitPerIndex"), spec.backoff_limit_per_index, message)
        if spec.max_failed_indexes is not None:
            yield invalid_value(path.child("maxFailedIndexes"), spec.max_failed_indexes, message)
    yield from _policies(spec, path)
    yield from pods.template_spec(spec.template, path.child("template"))
    yield from _restart_policy(spec, path.child("template").child("spec").child("restartPolicy"))


def _indexed(spec: JobSpec, path: Path) -> Errors:
    completions, failed = spec.completions, spec.max_failed_indexes
    if completions is None:
        yield required(path.child("completions"), "when completion mode is Indexed")
    if spec.parallelism is not None and spec.parallelism > _MANY:
        message = f"must be less than or equal to {_MANY} when completion mode is Indexed"
        yield invalid_value(path.child("parallelism"), spec.parallelism, message)
    if completions is not None and failed is not None and failed > completions:
        yield invalid_value(path.child("maxFailedIndexes"), failed, "must be less than or equal to completions")
    if failed is not None and failed > _MANY:
        yield invalid_value(path.child("maxFailedIndexes"), failed, f"must be less than or equal to {_MANY}")
    if completions is None or completions <= _MANY or spec.backoff_limit_per_index is None:
        return
    if failed is None:
        yield required(path.child("maxFailedIndexes"), f"must be specified when completions is above {_MANY}")
    for name, value in (("parallelism", spec.parallelism), ("maxFailedIndexes", failed)):
        if value is not None and value > _MANY_PER_INDEX:
            message = (
                f"must be less than or equal to {_MANY_PER_INDEX} when completions are above {_MANY}"
                " and used with backoff limit per index"
            )
            yield invalid_value(path.child(name), value, message)


def _policies(spec: JobSpec, path: Path) -> Errors:
    if spec.pod_failure_policy is not None:
        place = path.child("podFailurePolicy").child("rules")
        rules = spec.pod_failure_policy.rules
        if len(rules) > _RULES_MAX:
            yield too_many(place, len(rules), _RULES_MAX)
        for index, rule in enumerate(rules):
            yield from _failure_rule(rule, spec, place.index(index))
    if spec.success_policy is not None:
        place = path.child("successPolicy")
        if spec.completion_mode != "Indexed":
            yield invalid_value(place, spec.success_policy, "requires indexed completion mode")
        else:
            yield from _success_rules(spec.success_policy.rules, spec, place.child("rules"))
    replacement = spec.pod_replacement_policy
    if replacement is not None:
        allowed = ("Failed",) if spec.pod_failure_policy is not None else _REPLACEMENT
        if replacement not in allowed:
            yield not_supported(path.child("podReplacementPolicy"), replacement, allowed)


def _failure_rule(rule: PodFailurePolicyRule, spec: JobSpec, path: Path) -> Errors:
    action = path.child("action")
    if not rule.action:
        yield required(action, _valid(_ACTIONS))
    elif rule.action == "FailIndex":
        if spec.backoff_limit_per_index is None:
            yield invalid_value(action, rule.action, "requires the backoffLimitPerIndex to be set")
    elif rule.action not in _ACTIONS:
        yield not_supported(action, rule.action, _ACTIONS)
    if rule.on_exit_codes is not None:
        yield from _exit_codes(rule.on_exit_codes, spec, path.child("onExitCodes"))
    place = path.child("onPodConditions")
    if len(rule.on_pod_conditions) > _RULES_MAX:
        yield too_many(place, len(rule.on_pod_conditions), _RULES_MAX)
    for index, pattern in enumerate(rule.on_pod_conditions):
        yield from checks.follows(place.index(index).child("type"), pattern.type, names.qualified_name)
        if not pattern.status:
            yield required(place.index(index).child("status"), _valid(_CONDITION_STATUS))
        elif pattern.status not in _CONDITION_STATUS:
            yield not_supported(place.index(index).child("status"), pattern.status, _CONDITION_STATUS)
    if rule.on_exit_codes is not None and rule.on_pod_conditions:
        yield invalid_value(path, OMITTED, "specifying both OnExitCodes and OnPodConditions is not supported")
    if rule.on_exit_codes is None and not rule.on_pod_conditions:
        yield invalid_value(path, OMITTED, "specifying one of OnExitCodes and OnPodConditions is required")


def _valid(values: tuple[str, ...]) -> str:
    shown = " ".join(f'"{value}"' for value in values)
    return f"valid values: [{shown}]"


def _exit_codes(found: PodFailurePolicyOnExitCodesRequirement, spec: JobSpec, path: Path) -> Errors:
    operators = ("In", "NotIn")
    if not found.operator:
        yield required(path.child("operator"), _valid(operators))
    elif found.operator not in operators:
        yield not_supported(path.child("operator"), found.operator, operators)
    known = {container.name for container in (*spec.template.spec.containers, *spec.template.spec.init_containers)}
    if found.container_name is not None and found.container_name not in known:
        message = "must be one of the container or initContainer names in the pod template"
        yield invalid_value(path.child("containerName"), found.container_name, message)
    place = path.child("values")
    if not found.values:
        yield invalid_value(place, found.values, "at least one value is required")
    elif len(found.values) > _EXIT_CODES_MAX:
        yield too_many(place, len(found.values), _EXIT_CODES_MAX)
    seen: set[int] = set()
    for index, code in enumerate(found.values):
        if found.operator == "In" and code == 0:
            yield invalid_value(place.index(index), code, "must not be 0 for the In operator")
        if code in seen:
            yield duplicate(place.index(index), code)
        seen.add(code)
    if found.values != sorted(found.values):
        yield invalid_value(place, found.values, "must be ordered")


def _success_rules(rules: list[SuccessPolicyRule], spec: JobSpec, path: Path) -> Errors:
    if not rules:
        yield required(path, "at least one rules must be specified when the successPolicy is specified")
    if len(rules) > _RULES_MAX:
        yield too_many(path, len(rules), _RULES_MAX)
    for index, rule in enumerate(rules):
        yield from _success_rule(rule, spec.completions or 0, path.index(index))


def _success_rule(rule: SuccessPolicyRule, completions: int, path: Path) -> Errors:
    if rule.succeeded_count is None and rule.succeeded_indexes is None:
        yield required(path, "at least one of succeededCount or succeededIndexes must be specified")
    total = completions
    if rule.succeeded_indexes is not None:
        place = path.child("succeededIndexes")
        if len(rule.succeeded_indexes) > _INDEXES_MAX_BYTES:
            yield too_long(place, _INDEXES_MAX_BYTES)
        found, problem = job_indexes.parse(rule.succeeded_indexes, completions)
        total = job_indexes.size(found)
        if problem:
            yield invalid_value(place, rule.succeeded_indexes, f"error parsing succeededIndexes: {problem}")
    count = rule.succeeded_count
    if count is None:
        return
    place = path.child("succeededCount")
    yield from checks.not_negative(place, count)
    if count > completions:
        message = f"must be less than or equal to {completions} (the number of specified completions)"
        yield invalid_value(place, count, message)
    if rule.succeeded_indexes is not None and count > total:
        message = (
            f"must be less than or equal to {total} (the number of indexes in the specified succeededIndexes field)"
        )
        yield invalid_value(place, count, message)


def _restart_policy(spec: JobSpec, path: Path) -> Errors:
    policy = spec.template.spec.restart_policy
    if policy in ("", "Always"):
        yield required(path, 'valid values: "OnFailure", "Never"')
    elif policy not in ("OnFailure", "Never"):
        yield not_supported(path, policy, ("OnFailure", "Never"))
    elif spec.pod_failure_policy is not None and policy != "Never":
        yield invalid_value(path, policy, 'only "Never" is supported when podFailurePolicy is specified')


def _selected(spec: JobSpec) -> Errors:
    if spec.selector is None:
        yield required(SPEC.child("selector"))
        return
    yield from meta.label_selector(spec.selector, SPEC.child("selector"))
    try:
        selector = selectors.from_label_selector(spec.selector)
    except SelectorError:
        return
    if not selector.matches(spec.template.metadata.labels):
        place = SPEC.child("template").child("metadata").child("labels")
        yield invalid_value(place, spec.template.metadata.labels, "`selector` does not match template `labels`")


def _create(job: Job) -> Errors:
    yield from _spec(job.spec, SPEC)
    yield from _generated(job)
    yield from _selected(job.spec)
    if job.spec.completion_mode == "Indexed" and job.spec.completions:
        hostname = f"{job.metadata.name}-{job.spec.completions - 1}"
        if names.dns_label(hostname):
            message = f"will not able to create pod with invalid DNS label: {hostname}"
            yield invalid_value(METADATA.child("name"), job.metadata.name, message)


def _generated(job: Job) -> Errors:
    """The selector and the labels that the server makes, unless the client says that it brings its own."""
    if job.spec.manual_selector or job.spec.selector is None:
        return
    uid, name = job.metadata.uid, job.metadata.name
    if not uid:
        yield required(METADATA.child("uid"))
    expected = dict(zip(_OWN_LABELS, (uid, name, uid, name), strict=True))
    path, labels = SPEC.child("template").child("metadata").child("labels"), job.spec.template.metadata.labels
    for key, value in expected.items():
        if key not in labels:
            yield required(path.key(key), f"must be '{value}'")
        elif labels[key] != value:
            yield invalid_value(path.key(key), labels, f"must be '{value}'")
    try:
        selector = selectors.from_label_selector(job.spec.selector)
    except SelectorError:
        return
    if not selector.matches(expected):
        yield invalid_value(SPEC.child("selector"), job.spec.selector, "`selector` not auto-generated")


def _update(new: Job, old: Job) -> Errors:
    yield from _spec(new.spec, SPEC)
    yield from _selected(new.spec)
    place = SPEC.child("completions")
    if new.spec.completion_mode != "Indexed":
        yield from checks.immutable(place, new.spec.completions, old.spec.completions)
    elif new.spec.completions not in (old.spec.completions, None, new.spec.parallelism):
        message = "can only be modified in tandem with spec.parallelism"
        yield invalid_value(place, new.spec.completions, message)
    yield from _template(new, old)
    for attribute, name in _FIXED:
        yield from checks.immutable(SPEC.child(name), getattr(new.spec, attribute), getattr(old.spec, attribute))


def _template(new: Job, old: Job) -> Errors:
    """The template is fixed; of a job that has not started, where its pods run and what they take may still change."""
    before, after = codec.copy(old.spec.template), new.spec.template
    if old.spec.suspend and old.status.start_time is None:
        _take_scheduling(before, after)
        for was, now in zip(before.spec.containers, after.spec.containers, strict=False):
            if was.name == now.name:
                was.resources = now.resources
        for was, now in zip(before.spec.init_containers, after.spec.init_containers, strict=False):
            if was.name == now.name:
                was.resources = now.resources
    yield from checks.immutable(SPEC.child("template"), after, before)


def _take_scheduling(before: PodTemplateSpec, after: PodTemplateSpec) -> None:
    wanted = after.spec.affinity.node_affinity if after.spec.affinity is not None else None
    affinity = before.spec.affinity or Affinity()
    affinity.node_affinity = wanted
    before.spec.affinity = affinity if affinity != Affinity() or after.spec.affinity is not None else None
    before.spec.node_selector = after.spec.node_selector
    before.spec.tolerations = after.spec.tolerations
    before.spec.scheduling_gates = after.spec.scheduling_gates
    before.metadata.annotations = after.metadata.annotations
    before.metadata.labels = after.metadata.labels


def _cron_job(found: CronJob, old: CronJob | None = None) -> Errors:
    spec = found.spec
    path = SPEC.child("schedule")
    if not spec.schedule:
        yield required(path)
    else:
        if problem := cron.problem(spec.schedule):
            yield invalid_value(path, spec.schedule, problem)
        if "TZ" in spec.schedule and (old is None or "TZ" not in old.spec.schedule):
            message = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
            yield invalid_value(path, spec.schedule, message)
    yield from checks.not_negative(SPEC.child("startingDeadlineSeconds"), spec.starting_deadline_seconds)
    if spec.time_zone is not None and (old is None or old.spec.time_zone != spec.time_zone):
        yield from checks.follows(SPEC.child("timeZone"), spec.time_zone, cron.zone)
    yield from checks.required_supported(SPEC.child("concurrencyPolicy"), spec.concurrency_policy, _CONCURRENCY)
    path = SPEC.child("jobTemplate").child("spec")
    yield from _spec(spec.job_template.spec, path)
    if spec.job_template.spec.selector is not None:
        yield invalid_value(
            path.child("selector"), spec.job_template.spec.selector, "`selector` will be auto-generated"
        )
    if spec.job_template.spec.manual_selector:
        yield not_supported(path.child("manualSelector"), True, ("nil", "false"))
    yield from checks.not_negative(SPEC.child("successfulJobsHistoryLimit"), spec.successful_jobs_history_limit)
    yield from checks.not_negative(SPEC.child("failedJobsHistoryLimit"), spec.failed_jobs_history_limit)


def _cron_job_create(found: CronJob) -> Errors:
    yield from _cron_job(found)
    if len(found.metadata.name) > _CRON_NAME_MAX:
        # The controller puts a time of 11 characters behind it, and a name must fit into a label.
        yield invalid_value(METADATA.child("name"), found.metadata.name, "must be no more than 52 characters")


CATALOG = {
    Job: Rules(create=_create, update=_update, status=job_status.update),
    CronJob: Rules(create=_cron_job_create, update=_cron_job),
}

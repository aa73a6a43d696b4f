"""Deployment: replaces pods step by step by way of one ReplicaSet per template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from pykube import errors
from pykube.api import apps_v1, conditions, core_v1, meta_v1, owners, selectors

from . import adoption, deployment_status, revisions, rollout
from .base import Controller, key_of, split
from .context import Context
from .indexes import BY_CONTROLLER, ORPHANS, index_by_controller
from .pod_control import namespace_is_ending


@dataclass(slots=True)
class Pass:
    """One sync of one Deployment: what it found, and the status that it builds up."""

    deployment: apps_v1.Deployment
    """A copy whose status may be changed."""
    before: apps_v1.DeploymentStatus
    """The status that the API has."""
    old: list[apps_v1.ReplicaSet] = field(default_factory=list)
    new: apps_v1.ReplicaSet | None = None
    revision: int = 0

    @property
    def everyone(self) -> list[apps_v1.ReplicaSet]:
        return [*self.old, *([self.new] if self.new is not None else [])]

    def replace(self, changed: apps_v1.ReplicaSet) -> None:
        """Go on with the changed version of one of the ReplicaSets."""
        if self.new is not None and self.new.metadata.uid == changed.metadata.uid:
            self.new = changed
        else:
            self.old = [changed if each.metadata.uid == changed.metadata.uid else each for each in self.old]


class DeploymentController(Controller):
    """Owns ReplicaSets; it is ReplicaSets that own pods."""

    name = "deployment-controller"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.deployments = self.watch(apps_v1.Deployment)
        self.sets = self.informer(apps_v1.ReplicaSet)
        self.pods = self.informer(core_v1.Pod)
        index_by_controller(self.sets)
        index_by_controller(self.pods)
        self.sets.add_handler(on_add=self._set_seen, on_update=self._set_updated, on_delete=self._set_seen)
        self.pods.add_handler(on_delete=self._pod_deleted)

    # -- events

    def _owner_of(self, obj: apps_v1.ReplicaSet) -> apps_v1.Deployment | None:
        reference = owners.controller_of(obj)
        if reference is None or reference.kind != "Deployment":
            return None
        found = self.deployments.get(reference.name, obj.metadata.namespace)
        return found if found is not None and found.metadata.uid == reference.uid else None

    def _set_seen(self, replicaset: apps_v1.ReplicaSet) -> None:
        owner = self._owner_of(replicaset)
        if owner is not None:
            self.enqueue(owner)
        elif owners.controller_of(replicaset) is None and replicaset.metadata.labels:
            for each in self.deployments.list(replicaset.metadata.namespace):
                if selectors.from_label_selector(each.spec.selector).matches(replicaset.metadata.labels):
                    self.enqueue(each)

    def _set_updated(self, old: apps_v1.ReplicaSet, new: apps_v1.ReplicaSet) -> None:
        moved = owners.controller_of(old) != owners.controller_of(new)
        if moved and (former := self._owner_of(old)) is not None:
            self.enqueue(former)
        if moved or self._owner_of(new) is not None or old.metadata.labels != new.metadata.labels:
            self._set_seen(new)

    def _pod_deleted(self, pod: core_v1.Pod) -> None:
        """Recreate waits for the last old pod."""
        reference = owners.controller_of(pod)
        if reference is None or reference.kind != "ReplicaSet":
            return
        replicaset = self.sets.get(reference.name, pod.metadata.namespace)
        owner = self._owner_of(replicaset) if replicaset is not None else None
        if owner is not None and not rollout.is_rolling(owner):
            self.enqueue(owner)

    # -- sync

    async def sync(self, key: str) -> None:
        namespace, name = split(key)
        found = self.deployments.get(name, namespace)
        if found is None:
            return
        status = msgspec.structs.replace(found.status, conditions=list(found.status.conditions))
        this = Pass(msgspec.structs.replace(found, status=status), found.status)
        if found.spec.selector == meta_v1.LabelSelector():
            message = "This deployment is selecting all pods. A non-empty selector is required."
            self.event(found, "SelectingAll", message, warning=True)
            status.observed_generation = found.metadata.generation
            await self._write(this, status)
            return
        mine = await self._claim(found)
        this.new = revisions.find_new(found, mine)
        this.old = [each for each in mine if this.new is None or each.metadata.uid != this.new.metadata.uid]
        this.revision = revisions.next_revision(this.old)
        if found.metadata.deletion_timestamp is not None:
            await self._finish(this, counting_only=True)
            return
        self._note_pause(this)
        await self._refresh_new(this)
        if found.spec.paused or self._was_scaled(this):
            await self._scale(this)
        elif rollout.is_rolling(found):
            await self._roll(this)
        else:
            await self._recreate(this, mine)

    async def _claim(self, deployment: apps_v1.Deployment) -> list[apps_v1.ReplicaSet]:
        selector = selectors.from_label_selector(deployment.spec.selector)
        candidates = self.sets.by_index(BY_CONTROLLER, deployment.metadata.uid) + self.sets.by_index(
            ORPHANS, deployment.metadata.namespace
        )
        return await adoption.carry_out(self.client, deployment, adoption.plan(deployment, selector, candidates))

    def _note_pause(self, this: Pass) -> None:
        """A pause must not count as a lack of progress when it ends."""
        deployment = this.deployment
        if deployment_status.deadline_of(deployment) is None:
            return
        condition = conditions.find(deployment.status.conditions, deployment_status.PROGRESSING)
        if condition is not None and condition.reason == deployment_status.TIMED_OUT:
            return
        noted = condition is not None and condition.reason == deployment_status.PAUSED
        if deployment.spec.paused and not noted:
            self._progressing(this, None, deployment_status.PAUSED, "Deployment is paused")
        elif not deployment.spec.paused and noted:
            self._progressing(this, None, deployment_status.RESUMED, "Deployment is resumed")

    def _progressing(self, this: Pass, state: bool | None, reason: str, message: str) -> None:
        if deployment_status.deadline_of(this.deployment) is not None:
            status = this.deployment.status
            deployment_status.put(status, deployment_status.PROGRESSING, state, reason, message, self.clock.now())

    def _was_scaled(self, this: Pass) -> bool:
        wanted = rollout.desired(this.deployment)
        return any(rollout.desired_before(each) not in (None, wanted) for each in rollout.active(this.everyone))

    # -- the new ReplicaSet

    async def _refresh_new(self, this: Pass) -> None:
        """Bring annotations of an existing new ReplicaSet, and the Deployment's revision, up to date."""
        if this.new is None:
            return
        annotations = revisions.new_annotations(this.deployment, this.new, this.revision)
        seconds = this.deployment.spec.min_ready_seconds
        if annotations != this.new.metadata.annotations or seconds != this.new.spec.min_ready_seconds:
            changed = msgspec.structs.replace(
                this.new,
                metadata=msgspec.structs.replace(this.new.metadata, annotations=annotations),
                spec=msgspec.structs.replace(this.new.spec, min_ready_seconds=seconds),
            )
            this.new = await self.client.update(changed)
        await self._set_revision(this, revisions.revision_of(this.new))
        if conditions.find(this.deployment.status.conditions, deployment_status.PROGRESSING) is None:
            self._progressing(this, True, "FoundNewReplicaSet", f'Found new replica set "{this.new.metadata.name}"')

    async def _set_revision(self, this: Pass, revision: int) -> None:
        metadata = this.deployment.metadata
        if metadata.annotations.get(revisions.REVISION) == str(revision):
            return
        body = {"metadata": {"annotations": {revisions.REVISION: str(revision)}}}
        changed = await self.client.patch(apps_v1.Deployment, metadata.name, metadata.namespace, body=body)
        this.deployment.metadata = changed.metadata

    async def _make_new(self, this: Pass) -> apps_v1.ReplicaSet:
        """Create the ReplicaSet of the present template."""
        wanted = revisions.make(this.deployment, this.revision)
        count = rollout.new_size(this.deployment, this.old, 0)
        wanted.spec.replicas = count
        name = wanted.metadata.name
        try:
            this.new = await self.client.create(wanted)
        except errors.AlreadyExists:
            this.new = await self._meant_by(this, wanted)
        except errors.ApiError as error:
            if not namespace_is_ending(error):
                message = f'Failed to create new replica set "{name}": {error}'
                self._progressing(this, False, "ReplicaSetCreateError", message)
                self.event(this.deployment, "ReplicaSetCreateError", message, warning=True)
                await self._write(this, this.deployment.status)
            raise
        else:
            if count > 0:
                self.event(this.deployment, "ScalingReplicaSet", f"Scaled up replica set {name} from 0 to {count}")
            self._progressing(this, True, "NewReplicaSetCreated", f'Created new replica set "{name}"')
        await self._set_revision(this, this.revision)
        return this.new

    async def _meant_by(self, this: Pass, wanted: apps_v1.ReplicaSet) -> apps_v1.ReplicaSet:
        """The ReplicaSet that has the name already: ours, unseen so far, or a collision of hashes.

        Raises:
            errors.AlreadyExists: a collision; the status counts it, so that the next try takes another name.
        """
        found = await self.client.get(apps_v1.ReplicaSet, wanted.metadata.name, wanted.metadata.namespace)
        if owners.is_controlled_by(found, this.deployment) and revisions.same_template(
            found.spec.template, wanted.spec.template
        ):
            return found
        this.deployment.status.collision_count = (this.deployment.status.collision_count or 0) + 1
        await self._write(this, this.deployment.status)
        raise errors.AlreadyExists(f'replicasets.apps "{wanted.metadata.name}" already exists')

    # -- the three ways forward

    async def _scale(self, this: Pass) -> None:
        for resize in rollout.scale(this.deployment, this.old, this.new):
            await self._resize(this, resize)
        if this.deployment.spec.paused:
            await self._clean_up(this)
        await self._finish(this, counting_only=True)

    async def _roll(self, this: Pass) -> None:
        new = this.new or await self._make_new(this)
        wanted = rollout.desired(this.deployment)
        target = min(rollout.new_size(this.deployment, this.everyone, rollout.size(new)), wanted)
        if target != rollout.size(new):
            await self._resize(this, rollout.Resize(new, target))
            await self._finish(this)
            return
        steps = rollout.shrink_old(this.deployment, this.old, new)
        for step in steps:
            await self._resize(this, step)
        if not steps and deployment_status.is_complete(this.deployment, this.before):
            await self._clean_up(this)
        await self._finish(this)

    async def _recreate(self, this: Pass, mine: Sequence[apps_v1.ReplicaSet]) -> None:
        running = rollout.active(this.old)
        for each in running:
            await self._resize(this, rollout.Resize(each, 0))
        if running or self._old_pods_left(this, mine):
            await self._finish(this)
            return
        new = this.new or await self._make_new(this)
        await self._resize(this, rollout.Resize(new, rollout.desired(this.deployment)))
        if deployment_status.is_complete(this.deployment, this.before):
            await self._clean_up(this)
        await self._finish(this)

    def _old_pods_left(self, this: Pass, mine: Sequence[apps_v1.ReplicaSet]) -> bool:
        if any(each.status.replicas for each in this.old):
            return True
        return any(
            pod.status.phase not in ("Succeeded", "Failed")
            for each in mine
            if this.new is None or each.metadata.uid != this.new.metadata.uid
            for pod in self.pods.by_index(BY_CONTROLLER, each.metadata.uid)
        )

    # -- writing

    async def _resize(self, this: Pass, resize: rollout.Resize) -> None:
        replicaset, before = resize.replicaset, rollout.size(resize.replicaset)
        annotations = {**replicaset.metadata.annotations, **rollout.sizes_to_note(this.deployment)}
        if resize.to == before and annotations == replicaset.metadata.annotations:
            return
        changed = await self.client.update(
            msgspec.structs.replace(
                replicaset,
                metadata=msgspec.structs.replace(replicaset.metadata, annotations=annotations),
                spec=msgspec.structs.replace(replicaset.spec, replicas=resize.to),
            )
        )
        this.replace(changed)
        if resize.to != before:
            way = "up" if resize.to > before else "down"
            message = f"Scaled {way} replica set {replicaset.metadata.name} from {before} to {resize.to}"
            self.event(this.deployment, "ScalingReplicaSet", message)

    async def _clean_up(self, this: Pass) -> None:
        for each in revisions.to_clean_up(this.deployment, this.old):
            try:
                await self.client.delete(apps_v1.ReplicaSet, each.metadata.name, each.metadata.namespace)
            except errors.NotFound:
                continue

    async def _finish(self, this: Pass, *, counting_only: bool = False) -> None:
        """Write the status that follows from the ReplicaSets; without `counting_only` judge the progress too."""
        now = self.clock.now()
        status = deployment_status.counts(this.deployment, this.everyone, this.new, now)
        if not counting_only:
            deployment_status.progress(this.deployment, this.before, status, this.new, now)
            deployment_status.take_failures(status, this.everyone, this.new)
        await self._write(this, status)
        if not counting_only:
            wait = deployment_status.check_again_in(this.deployment, status, now)
            if wait is not None:
                self.queue.add_after(key_of(this.deployment), wait)

    async def _write(self, this: Pass, status: apps_v1.DeploymentStatus) -> None:
        if status != this.before:
            await self.client.update(msgspec.structs.replace(this.deployment, status=status), subresource="status")

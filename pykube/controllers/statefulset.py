"""StatefulSet: numbered pods, each with a name and claims of its own."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pykube import errors
from pykube.api import apps_v1, core_v1, owners, selectors

from . import adoption, stateful_plan
from .availability import next_available
from .base import Controller, key_of, split
from .context import Context
from .expectations import Expectations
from .history import History
from .indexes import BY_CONTROLLER, ORPHANS, index_by_controller
from .pod_control import namespace_is_ending


class StatefulSetController(Controller):
    """Keys are those of StatefulSets."""

    name = "statefulset-controller"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.expectations = Expectations(self.clock)
        self.sets = self.watch(apps_v1.StatefulSet)
        self.pods = self.informer(core_v1.Pod)
        index_by_controller(self.pods)
        self.pods.add_handler(on_add=self._pod_added, on_update=self._pod_updated, on_delete=self._pod_gone)
        self.claims = self.informer(core_v1.PersistentVolumeClaim)
        self.history = History(self.client, self.informer(apps_v1.ControllerRevision))

    # -- events

    def _owner_of(self, pod: core_v1.Pod) -> apps_v1.StatefulSet | None:
        reference = owners.controller_of(pod)
        if reference is None or reference.kind != "StatefulSet":
            return None
        found = self.sets.get(reference.name, pod.metadata.namespace)
        return found if found is not None and found.metadata.uid == reference.uid else None

    def _pod_added(self, pod: core_v1.Pod) -> None:
        owner = self._owner_of(pod)
        if owner is not None:
            self.expectations.created(key_of(owner))
            self.enqueue(owner)

    def _pod_updated(self, old: core_v1.Pod, new: core_v1.Pod) -> None:
        for owner in (self._owner_of(old), self._owner_of(new)):
            if owner is not None:
                if new.metadata.deletion_timestamp is not None:
                    self.expectations.deleted(key_of(owner), new.metadata.uid)
                self.enqueue(owner)

    def _pod_gone(self, pod: core_v1.Pod) -> None:
        owner = self._owner_of(pod)
        if owner is not None:
            self.expectations.deleted(key_of(owner), pod.metadata.uid)
            self.enqueue(owner)

    # -- sync

    async def sync(self, key: str) -> None:
        namespace, name = split(key)
        owner = self.sets.get(name, namespace)
        if owner is None:
            self.expectations.forget(key)
            return
        selector = selectors.from_label_selector(owner.spec.selector)
        history = await self.history.claim(owner, selector.matches)
        pods = await self._pods(owner, selector)
        if owner.metadata.deletion_timestamp is not None:
            return
        update = await self._update_revision(owner, history)
        current = next((each for each in history if each.metadata.name == owner.status.current_revision), update)
        revisions = stateful_plan.Revisions(current.metadata.name, update.metadata.name)
        now = self.clock.now()
        if self.expectations.satisfied(key):
            plan = stateful_plan.plan(owner, pods, revisions, now)
            by_name = {current.metadata.name: current, update.metadata.name: update}
            await self._carry_out(key, owner, plan, by_name)
        await self._write_status(owner, stateful_plan.status(owner, pods, revisions, now))
        in_use = {*map(stateful_plan.revision_of, pods), revisions.current, revisions.update}
        await self.history.trim(history, in_use, owner.spec.revision_history_limit)
        seconds = owner.spec.min_ready_seconds
        if seconds and (wait := next_available(pods, seconds, now)) is not None:
            self.queue.add_after(key, wait)

    async def _pods(self, owner: apps_v1.StatefulSet, selector: selectors.LabelSelector) -> list[core_v1.Pod]:
        candidates = self.pods.by_index(BY_CONTROLLER, owner.metadata.uid) + [
            pod
            for pod in self.pods.by_index(ORPHANS, owner.metadata.namespace)
            if stateful_plan.ordinal_of(owner, pod) >= 0
        ]
        return await adoption.carry_out(self.client, owner, adoption.plan(owner, selector, candidates))

    async def _update_revision(
        self, owner: apps_v1.StatefulSet, history: Sequence[apps_v1.ControllerRevision]
    ) -> apps_v1.ControllerRevision:
        try:
            return await self.history.current(owner, history, owner.spec.template.metadata.labels)
        except errors.AlreadyExists:
            status = msgspec.structs.replace(owner.status, collision_count=(owner.status.collision_count or 0) + 1)
            await self._write_status(owner, status)
            raise

    async def _carry_out(
        self,
        key: str,
        owner: apps_v1.StatefulSet,
        plan: stateful_plan.Plan,
        revisions: dict[str, apps_v1.ControllerRevision],
    ) -> None:
        if not plan.create and not plan.delete:
            return
        self.expectations.expect(key, len(plan.create), (pod.metadata.uid for pod in plan.delete))
        for position, (number, revision) in enumerate(plan.create):
            try:
                await self._create(owner, stateful_plan.make_pod(owner, number, revisions[revision]))
            except errors.ApiError as error:
                for _ in plan.create[position:]:
                    self.expectations.created(key)
                for pod in plan.delete:
                    self.expectations.deleted(key, pod.metadata.uid)
                if namespace_is_ending(error):
                    return
                raise
        for pod in plan.delete:
            await self._delete(key, owner, pod)

    async def _create(self, owner: apps_v1.StatefulSet, pod: core_v1.Pod) -> None:
        name = pod.metadata.name
        for template in owner.spec.volume_claim_templates:
            await self._create_claim(owner, stateful_plan.make_claim(owner, template, name), name)
        try:
            await self.client.create(pod)
        except errors.ApiError as error:
            message = f"create Pod {name} in StatefulSet {owner.metadata.name} failed error: {error}"
            self.event(owner, "FailedCreate", message, warning=True)
            raise
        self.event(owner, "SuccessfulCreate", f"create Pod {name} in StatefulSet {owner.metadata.name} successful")

    async def _create_claim(
        self, owner: apps_v1.StatefulSet, claim: core_v1.PersistentVolumeClaim, pod_name: str
    ) -> None:
        name = claim.metadata.name
        if self.claims.get(name, claim.metadata.namespace) is not None:
            return
        what = f"create Claim {name} Pod {pod_name} in StatefulSet {owner.metadata.name}"
        try:
            await self.client.create(claim)
        except errors.AlreadyExists:
            return
        except errors.ApiError as error:
            self.event(owner, "FailedCreate", f"{what} failed error: {error}", warning=True)
            raise
        self.event(owner, "SuccessfulCreate", f"{what} success")

    async def _delete(self, key: str, owner: apps_v1.StatefulSet, pod: core_v1.Pod) -> None:
        name = pod.metadata.name
        try:
            await self.client.delete(core_v1.Pod, name, pod.metadata.namespace, uid=pod.metadata.uid)
        except errors.ApiError as error:
            self.expectations.deleted(key, pod.metadata.uid)
            if isinstance(error, errors.NotFound):
                return
            message = f"delete Pod {name} in StatefulSet {owner.metadata.name} failed error: {error}"
            self.event(owner, "FailedDelete", message, warning=True)
            raise
        self.event(owner, "SuccessfulDelete", f"delete Pod {name} in StatefulSet {owner.metadata.name} successful")

    async def _write_status(self, owner: apps_v1.StatefulSet, status: apps_v1.StatefulSetStatus) -> None:
        if status != owner.status:
            await self.client.update(msgspec.structs.replace(owner, status=status), subresource="status")

"""Jobs: the selector and the labels that it selects are made from the Job's own identity."""

from __future__ import annotations

from pykube.api import batch_v1, meta_v1

from ..write import Write
from .workload import Orphaning

JOB_NAME = "batch.kubernetes.io/job-name"
CONTROLLER_UID = "batch.kubernetes.io/controller-uid"
LEGACY_JOB_NAME = "job-name"
LEGACY_CONTROLLER_UID = "controller-uid"


class JobStrategy(Orphaning):
    """Generates the selector unless the client says that it brings its own."""

    def prepare_create(self, write: Write) -> None:
        super().prepare_create(write)
        job: batch_v1.Job = write.object
        if job.spec.manual_selector:
            return
        uid, name = job.metadata.uid, job.metadata.name
        own = {JOB_NAME: name, LEGACY_JOB_NAME: name, CONTROLLER_UID: uid, LEGACY_CONTROLLER_UID: uid}
        job.spec.template.metadata.labels = {**own, **job.spec.template.metadata.labels}
        selector = job.spec.selector or meta_v1.LabelSelector()
        selector.match_labels = {CONTROLLER_UID: uid, **selector.match_labels}
        job.spec.selector = selector

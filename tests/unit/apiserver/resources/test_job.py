"""Jobs whose selector the server makes."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.fakes.api_server import Api, running

JOBS = "/apis/batch/v1/namespaces/default/jobs"


def job(name: str, labels: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    pods = {"containers": [{"name": "c", "image": "i"}], "restartPolicy": "Never"}
    template = {"metadata": {"labels": labels or {}}, "spec": pods}
    return {"metadata": {"name": name}, "spec": {"template": template, **spec}}


def test_the_selector_is_made() -> None:
    async def run(api: Api) -> None:
        made = (await api.post(JOBS, job("a", {"app": "x"}))).doc
        uid = made["metadata"]["uid"]
        assert made["spec"]["selector"] == {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}
        assert made["spec"]["template"]["metadata"]["labels"] == {
            "app": "x",
            "batch.kubernetes.io/controller-uid": uid,
            "batch.kubernetes.io/job-name": "a",
            "controller-uid": uid,
            "job-name": "a",
        }
        again = await api.put(f"{JOBS}/a", made)
        assert again.status == 200, again.body

    _story(run)


def test_what_the_server_makes_is_not_for_clients_to_say() -> None:
    async def run(api: Api) -> None:
        other = await api.post(JOBS, job("a", {"job-name": "b"}))
        assert "spec.template.metadata.labels[job-name]: Invalid value" in other.message
        own = await api.post(JOBS, job("a", {"app": "x"}, selector={"matchLabels": {"app": "x"}}))
        assert "`selector` not auto-generated" in own.message
        manual = job("a", {"app": "x"}, selector={"matchLabels": {"app": "x"}}, manualSelector=True)
        assert (await api.post(JOBS, manual)).status == 201

    _story(run)


def _story(run: Any) -> None:
    async def inside() -> None:
        async with running() as api:
            await run(api)

    asyncio.run(inside())

"""Who owns which parts of custom objects."""

import asyncio
from typing import Any

from tests.fakes.api_server import Answer, Api, running
from tests.fakes.custom_kinds import CRONTABS, DEFINITIONS, GROUP, definition, version

SPEC = {
    "type": "object",
    "properties": {
        "hosts": {
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
            "items": {"type": "object", "properties": {"name": {"type": "string"}, "port": {"type": "integer"}}},
        },
        "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
        "steps": {"type": "array", "items": {"type": "string"}},
    },
}


def configuration(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": f"{GROUP}/v1", "kind": "CronTab", "metadata": {"name": "a"}, "spec": spec}


async def apply(api: Api, manager: str, **spec: Any) -> Answer:
    path = f"{CRONTABS}/a?fieldManager={manager}"
    return await api.call("PATCH", path, configuration(**spec), Content_Type="application/apply-patch+yaml")


def test_lists_are_shared_as_the_schema_says() -> None:
    async def story() -> None:
        async with running() as api:
            schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": SPEC}}}
            await api.post(DEFINITIONS, definition(version(schema=schema)))
            async with asyncio.timeout(5):
                while (await api.get(CRONTABS)).status != 200:
                    pass
            first = await apply(api, "one", hosts=[{"name": "x", "port": 1}], tags=["a"], steps=["s"])
            assert first.status == 201
            second = await apply(api, "two", hosts=[{"name": "y", "port": 2}], tags=["b"])
            assert second.doc["spec"] == {
                "hosts": [{"name": "x", "port": 1}, {"name": "y", "port": 2}],
                "tags": ["a", "b"],
                "steps": ["s"],
            }
            conflict = await apply(api, "two", hosts=[{"name": "x", "port": 9}], steps=["t"])
            assert conflict.status == 409
            assert {cause["field"] for cause in conflict.doc["details"]["causes"]} == {
                '.spec.hosts[name="x"].port',
                ".spec.steps",
            }
            third = await apply(api, "one", tags=["a"])
            assert third.doc["spec"] == {"hosts": [{"name": "y", "port": 2}], "tags": ["a", "b"]}

    asyncio.run(story())

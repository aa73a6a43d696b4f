"""``/metrics`` of a real server, read as Prometheus reads it."""

import asyncio

from prometheus_client.parser import text_string_to_metric_families

from pykube.apiserver.metrics import Metrics
from pykube.apiserver.request import Context, parse
from tests.fakes.api_server import ADMIN, running

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


class Scrape:
    """What one look at ``/metrics`` has shown."""

    def __init__(self, text):
        self.families = {family.name: family for family in text_string_to_metric_families(text)}
        self.samples = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self.families.values()
            for sample in family.samples
        }

    def sum(self, name, **labels):
        """The sum of all samples that carry these labels."""
        wanted = set(labels.items())
        return sum(value for (found, has), value in self.samples.items() if found == name and wanted <= has)


def story(run):
    async def inside():
        async with running() as api:
            await run(api)

    asyncio.run(inside())


async def scrape(api):
    answer = await api.get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return Scrape(answer.body.decode())


def config_map(name):
    return {"metadata": {"name": name}, "data": {"a": "b"}}


def test_requests_are_counted_by_kind_and_code():
    async def run(api):
        await api.post(CONFIG_MAPS, config_map("x"))
        await api.post(CONFIG_MAPS, config_map("x"))
        await api.post(f"{CONFIG_MAPS}?dryRun=All", config_map("y"))
        await api.get(f"{CONFIG_MAPS}/x")
        await api.get(CONFIG_MAPS)
        await api.get("/api/v1/configmaps")
        await api.patch(f"{CONFIG_MAPS}/x", {"data": {"c": "d"}})
        body = {"apiVersion": "v1", "kind": "ConfigMap", **config_map("x")}
        await api.patch(f"{CONFIG_MAPS}/x?fieldManager=me&force=true", body, "apply-patch+yaml".removesuffix("+json"))
        await api.delete(f"{CONFIG_MAPS}/x")
        await api.delete(CONFIG_MAPS)
        found = await scrape(api)

        def count(**labels):
            return found.sum("apiserver_request_total", resource="configmaps", **labels)

        assert count(verb="POST", code="201", dry_run="") == 1
        assert count(verb="POST", code="201", dry_run="All") == 1
        assert count(verb="POST", code="409") == 1
        assert count(verb="GET", scope="resource") == 1
        assert count(verb="LIST", scope="namespace") == 1
        assert count(verb="LIST", scope="cluster") == 1
        assert count(verb="PATCH") + count(verb="APPLY") == 2
        assert count(verb="DELETE") == 2
        assert count(component="apiserver", group="", version="v1") == count()

    story(run)


def test_durations_are_histograms():
    async def run(api):
        for _ in range(3):
            await api.get(CONFIG_MAPS)
        found = await scrape(api)
        for name in ("apiserver_request_duration_seconds", "apiserver_request_sli_duration_seconds"):
            assert found.families[name].type == "histogram"
            labels = {"resource": "configmaps", "verb": "LIST"}
            assert found.sum(f"{name}_count", **labels) == 3
            assert found.sum(f"{name}_bucket", le="+Inf", **labels) == 3
            assert 0 < found.sum(f"{name}_sum", **labels) < 60

    story(run)


def test_names_that_nobody_serves_cost_nothing():
    async def run(api):
        before = len((await scrape(api)).samples)
        for number in range(50):
            await api.get(f"/api/v1/namespaces/default/thing{number}")
            await api.get(f"/nothing/{number}")
            await api.get(f'/apis/x"{number}/v1/y')
            await api.get(f"{CONFIG_MAPS}/x/part{number}")
        found = await scrape(api)
        assert len(found.samples) < before + 200
        assert found.sum("apiserver_request_total", resource="", code="404") == 150
        assert found.sum("apiserver_request_total", resource="configmaps", subresource="", code="404") == 50

    story(run)


def test_what_there_is_now():
    async def run(api):
        await api.post(CONFIG_MAPS, config_map("x"))
        async with api.watch(CONFIG_MAPS) as watching:
            await watching.next()
            found = await scrape(api)
        assert found.sum("apiserver_longrunning_requests", verb="WATCH", resource="configmaps", scope="namespace") == 1
        assert found.sum("apiserver_watch_events_total", group="", version="v1", resource="configmaps") == 1
        assert found.sum("apiserver_storage_objects", resource="configmaps") == 1
        assert found.sum("apiserver_resource_objects", group="", resource="namespaces") == 2
        assert found.sum("apiserver_current_inflight_requests", request_kind="readOnly") == 1
        assert found.sum("kubernetes_build_info", major="1", minor="36") == 1
        assert found.sum("process_resident_memory_bytes") > 0
        assert found.sum("process_cpu_seconds_total") > 0

    story(run)


def test_no_sample_stands_twice():
    async def run(api):
        await api.get(CONFIG_MAPS)
        text = (await api.get("/metrics")).body.decode()
        lines = [line.rpartition(" ")[0] for line in text.splitlines() if line and not line.startswith("#")]
        assert len(lines) == len(set(lines))
        kinds = [line for line in text.splitlines() if line.startswith("# TYPE")]
        assert len(kinds) == len(set(kinds))

    story(run)


def test_what_watches_have_sent_is_counted_when_they_are_over_as_well():
    async def run(api):
        await api.post(CONFIG_MAPS, config_map("x"))
        async with api.watch(f"{CONFIG_MAPS}?timeoutSeconds=1") as watching:
            await watching.next()
            await api.delete(f"{CONFIG_MAPS}/x")
            while await watching.next() is not None:
                pass
        found = await scrape(api)
        assert found.sum("apiserver_longrunning_requests", resource="configmaps") == 0
        assert found.sum("apiserver_watch_events_total", resource="configmaps") == 2

    story(run)


def test_sizes_of_answers_to_reads():
    async def run(api):
        size = len((await api.get(CONFIG_MAPS)).body)
        await api.post(CONFIG_MAPS, config_map("x"))
        found = await scrape(api)
        assert found.families["apiserver_response_sizes"].type == "histogram"
        assert found.sum("apiserver_response_sizes_sum", resource="configmaps") == size
        assert found.sum("apiserver_response_sizes_bucket", resource="configmaps", le="1000") == 1
        assert found.sum("apiserver_response_sizes_count", verb="POST") == 0

    story(run)


def test_every_answer_is_named_for_the_audit_log():
    async def run(api):
        assert (await api.get("/version", Audit_ID="mine")).headers["Audit-Id"] == "mine"
        first, second = [(await api.get("/nowhere")).headers["Audit-Id"] for _ in range(2)]
        assert first != second

    story(run)


def test_streams_last_too():
    async def run(api):
        metrics = Metrics(api.registry)
        path = "/api/v1/namespaces/default/pods/p"
        for method, target in (("POST", f"{path}/exec"), ("GET", f"{path}/log?follow=1"), ("GET", f"{path}/proxy/x")):
            ctx = Context(parse(method, target), None, api.registry, ADMIN)
            metrics.begin(ctx)
        ended = Context(parse("POST", f"{path}/attach"), None, api.registry, ADMIN)
        metrics.end(ended, metrics.begin(ended))
        family = next(one for one in metrics.collect() if one.name == "apiserver_longrunning_requests")
        counts = {
            (one.labels["verb"], one.labels["subresource"], one.labels["scope"]): one.value for one in family.samples
        }
        assert counts == {
            ("CONNECT", "exec", "resource"): 1,
            ("GET", "log", "resource"): 1,
            ("CONNECT", "proxy", "resource"): 1,
            ("CONNECT", "attach", "resource"): 0,
        }

    story(run)

"""What selectors see of an object."""

from pykube.api import core_v1, scheme
from pykube.apiserver.selectable import extractor


def test_pods():
    seen = extractor(scheme.resource_of(core_v1.Pod))(
        b'{"metadata":{"name":"p","namespace":"a","labels":{"x":"y"}},'
        b'"spec":{"nodeName":"n","hostNetwork":true,"containers":[{}]},"status":{"phase":"Running"}}'
    )
    assert (seen.namespace, seen.name, seen.labels) == ("a", "p", {"x": "y"})
    assert seen.fields["spec.nodeName"] == "n"
    assert seen.fields["spec.hostNetwork"] == "true"
    assert seen.fields["status.phase"] == "Running"
    assert seen.fields["status.podIP"] == ""
    assert seen.fields["metadata.namespace"] == "a"


def test_events_know_their_source():
    seen = extractor(scheme.resource_of(core_v1.Event))(
        b'{"metadata":{"name":"e"},"involvedObject":{"kind":"Pod"},"source":{"component":"kubelet"},"type":"Normal"}'
    )
    assert seen.fields["source"] == "kubelet"
    assert seen.fields["involvedObject.kind"] == "Pod"
    reported = extractor(scheme.resource_of(core_v1.Event))(b'{"metadata":{"name":"e"},"reportingComponent":"kubelet"}')
    assert reported.fields["source"] == "kubelet"


def test_nodes_have_no_namespace():
    extract = extractor(scheme.resource_of(core_v1.Node))
    assert extract.supported == {"metadata.name", "spec.unschedulable"}
    assert extract(b'{"metadata":{"name":"n"},"spec":{}}').fields["spec.unschedulable"] == "false"

"""The quality-of-service class of a pod."""

import pytest

from pykube.api import codec, core_v1
from pykube.apiserver.resources.qos import qos_class

BOTH = {"cpu": "1", "memory": "1Gi"}


@pytest.mark.parametrize(
    ("containers", "expected"),
    [
        ([{}], "BestEffort"),
        ([{"requests": {"cpu": "0"}}], "BestEffort"),
        ([{"requests": {"ephemeral-storage": "1Gi"}}], "BestEffort"),
        ([{"requests": {"cpu": "1"}}], "Burstable"),
        ([{"requests": BOTH, "limits": BOTH}], "Guaranteed"),
        ([{"requests": BOTH, "limits": {**BOTH, "cpu": "2"}}], "Burstable"),
        ([{"requests": BOTH, "limits": BOTH}, {}], "Burstable"),
        ([{"requests": {"cpu": "1000m", "memory": "1024Mi"}, "limits": BOTH}], "Guaranteed"),
    ],
)
def test_classes(containers, expected):
    named = [{"name": str(number), "resources": found} for number, found in enumerate(containers)]
    assert qos_class(codec.from_dict(core_v1.Pod, {"spec": {"containers": named}})) == expected

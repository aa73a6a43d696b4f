"""The agent's composition root: what there is one of per host is made here, joined, and run.

Everything is restartable: the agent may be killed at any moment, and the next one takes over what runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from pathlib import Path

from agent.bootstrap import join
from agent.certificates import NodeCertificates
from agent.cgroups import Cgroups, detect_driver
from agent.cri import api_pb2 as pb
from agent.cri.client import CriClient
from agent.cri.containerd import PrivateContainerd
from agent.cri.errors import CriError
from agent.dns.server import DnsServer
from agent.image_collection import ImageCollection
from agent.images import Images
from agent.lease import NodeLease
from agent.network.cni_server import CniServer
from agent.network.setup import PodNetwork
from agent.node import NodeIdentity, NodeKeeper
from agent.node_facts import address_towards, memory_bytes
from agent.pod_network import NetworkKeeper
from agent.pods.dns import host_resolver
from agent.pods.logs import LogRotation
from agent.pods.node_pods import NodePods
from agent.pods.probe_actions import ProbeActions
from agent.pods.references import References
from agent.pods.status import Host
from agent.pods.surroundings import Surroundings
from agent.pods.tokens import ServiceAccountTokens
from agent.proxy.proxy import Proxy
from agent.server.app import NodeServer
from agent.serving import ExchangedFiles
from agent.trust import Trust
from pykube.aio.clock import Clock, SystemClock
from pykube.aio.heap import share_heap
from pykube.aio.tasks import Supervisor
from pykube.api import core_v1
from pykube.client.config import ClientConfig, ConfigError
from pykube.client.events import EventRecorder
from pykube.client.informer import InformerSet
from pykube.client.rest import Client
from pykube.config import AgentConfig
from pykube.pki.agent_files import AgentFiles

log = logging.getLogger(__name__)

REQUESTS = 8
"""How many requests to the API are under way at once: each needs a connection, and each connection a TLS handshake."""
WRITES = 6
"""How many pods write their status to the API at once; what changes while one waits is written as one."""


async def run(config: AgentConfig) -> None:
    """Run the agent until SIGTERM or SIGINT; containers go on."""
    share_heap()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    clock = SystemClock()
    tasks = Supervisor(clock)
    waiting = asyncio.create_task(stop.wait())
    entering = asyncio.create_task(_credentials(config, clock))
    await asyncio.wait({entering, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if not entering.done():
        entering.cancel()
        return
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            Client(entering.result(), clock, user_agent="pykube-agent", at_once=REQUESTS)
        )
        stack.push_async_callback(tasks.close)
        starting = tasks.start("agent", _compose(config, client, clock, tasks, stack))
        await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done() and not starting.cancelled():
            starting.result()
            await waiting
        log.info("the agent ends; containers go on")


async def _credentials(config: AgentConfig, clock: Clock) -> ClientConfig:
    """The kubeconfig: got by a token, or from this host's server, then perhaps a moment after the agent's start.

    Raises:
        ConfigError: the token is none.
    """
    if config.token:
        files = AgentFiles(config.kubeconfig.parent)
        await join(files, server=config.server, token=config.token, node=node_name(config), clock=clock)
    told = False
    while True:
        try:
            return ClientConfig.load(config.kubeconfig)
        except (ConfigError, OSError) as error:
            if not told:
                log.warning("waiting for credentials: %s", error)
                told = True
        await clock.sleep(0.2)


async def _compose(
    config: AgentConfig, client: Client, clock: Clock, tasks: Supervisor, stack: contextlib.AsyncExitStack
) -> None:
    """Start everything in the order in which one needs the other."""
    name = node_name(config)
    informers = InformerSet(client, clock)
    network = PodNetwork(config, clock)
    network.install()
    tasks.keep("cni server", CniServer(config.run_dir, clock).run)
    cri = await stack.enter_async_context(CriClient(await _runtime(config, network, clock, tasks)))
    driver = config.cgroup_driver or await cgroup_driver(cri)
    keeper = NodeKeeper(client, cri, clock, identity(config, client, name))
    images = Images(cri, clock)
    pods = _pods(config, client, images, keeper, informers, Cgroups(driver))
    nodes = informers.informer(core_v1.Node)
    tasks.keep("informers", informers.run)
    certificates = _certificates(config, client, clock, keeper.identity, tasks)
    node = await keeper.register()
    tasks.keep("node lease", lambda: NodeLease(client, name, clock).run(node))
    tasks.keep("node status", keeper.run)
    tasks.keep("pod network", NetworkKeeper(network, nodes, cri, name, clock, keeper.look).run)
    tasks.keep("pods", pods.run)
    tasks.keep("log rotation", LogRotation(cri, clock, pods.running_logs).run)
    tasks.keep("image collection", ImageCollection(images, config.state_dir).run)
    api = _node_api(config, client, cri, pods, clock, name)
    tasks.keep("node api", api.run if certificates is None else lambda: _serve(api, certificates))
    if config.proxy:
        tasks.keep("service proxy", Proxy(informers, config, name, clock=clock).run)
    if config.dns_bind:
        tasks.keep("cluster dns", DnsServer(informers, config, clock=clock).run)


def node_name(config: AgentConfig) -> str:
    """The name of this host's Node."""
    return config.node_name or socket.gethostname().lower()


def _certificates(
    config: AgentConfig, client: Client, clock: Clock, identity: NodeIdentity, tasks: Supervisor
) -> NodeCertificates | None:
    """Have certificates kept fresh; None where this host's server does that."""
    files = AgentFiles(config.kubeconfig.parent)
    certificates = None
    if files.joined:
        certificates = NodeCertificates(client, files, clock, identity.name, lambda: identity.addresses)
        tasks.keep("certificates", certificates.run)
    issuer = certificates.issuer if certificates is not None else None
    tasks.keep("trust", Trust(client, files, clock, identity.name, issuer).run)
    return certificates


async def _serve(api: NodeServer, certificates: NodeCertificates) -> None:
    """Serve the node's API as soon as there is a certificate for it."""
    await certificates.can_serve.wait()
    await api.run()


def _node_api(
    config: AgentConfig, client: Client, cri: CriClient, pods: NodePods, clock: Clock, name: str
) -> NodeServer:
    """The node's HTTPS API, with the certificate that lies beside the kubeconfig."""
    own = AgentFiles(config.kubeconfig.parent)
    files = ExchangedFiles(*own.serving, own.authorities)
    settings = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "clusterDNS": [config.network.dns_ip],
        "clusterDomain": config.network.cluster_domain,
        "maxPods": config.max_pods,
        "port": config.port,
    }
    return NodeServer(config, cri, pods, client, clock, node_name=name, files=files, settings=settings)


async def _runtime(config: AgentConfig, network: PodNetwork, clock: Clock, tasks: Supervisor) -> str:
    """The endpoint of the runtime, which is a containerd of our own where none is named."""
    if config.container_runtime_endpoint:
        return config.container_runtime_endpoint
    systemd = (config.cgroup_driver or detect_driver()) == "systemd"
    containerd = PrivateContainerd(
        config.state_dir, config.run_dir, network.conf_dir, network.bin_dir, clock, systemd_cgroup=systemd
    )
    tasks.keep("containerd", containerd.run)
    await containerd.wait_ready()
    await containerd.ensure_sandbox_image()
    return containerd.endpoint


async def cgroup_driver(cri: CriClient) -> str:
    """The runtime's cgroup driver; a runtime too old to say is taken to use what fits the host."""
    try:
        answer = await cri.runtime_config()
    except CriError:
        return detect_driver()
    return "systemd" if answer.linux.cgroup_driver == pb.CgroupDriver.SYSTEMD else "cgroupfs"


def identity(config: AgentConfig, client: Client, name: str) -> NodeIdentity:
    """How this node presents itself."""
    labels = tuple((key, value) for key, _, value in (label.partition("=") for label in config.node_labels))
    return NodeIdentity(
        name=name,
        addresses=(config.node_ip or address_towards(client.config.server),),
        hostname=name,
        port=config.port,
        labels=labels,
        state_dir=config.state_dir,
        max_pods=config.max_pods,
    )


def _pods(
    config: AgentConfig,
    client: Client,
    images: Images,
    keeper: NodeKeeper,
    informers: InformerSet,
    cgroups: Cgroups,
) -> NodePods:
    """The pod side, with all that pods work with."""
    pods: NodePods
    cri, clock = images.cri, images.clock
    name = keeper.identity.name
    services = informers.informer(core_v1.Service)
    mine = informers.informer(core_v1.Pod, field_selector=f"spec.nodeName={name}")
    cgroups.prepare(keeper.allocatable["cpu"].milli)
    surroundings = Surroundings(
        clock=clock,
        client=client,
        writes=asyncio.Semaphore(WRITES),
        cri=cri,
        images=images,
        cgroups=cgroups,
        references=References(client, clock, lambda uid: pods.references_changed(uid)),
        tokens=ServiceAccountTokens(client, clock),
        recorder=EventRecorder(client, "kubelet", name, clock),
        probes=ProbeActions(cri),
        services=services.list,
        services_known=lambda: services.synced,
        resolver=host_resolver,
        network=config.network,
        host=Host(keeper.identity.addresses),
        node_name=name,
        memory_capacity=memory_bytes(),
        allocatable=keeper.allocatable,
        pods_dir=Path(config.state_dir, "agent", "pods"),
        log_dir=config.log_dir,
    )
    pods = NodePods(surroundings, mine)
    return pods

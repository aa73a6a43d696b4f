"""Settings: one frozen dataclass per process, filled once by the command line and handed down.

Each field can stand in ``/etc/pykube/config.yaml`` under ``server:`` or ``agent:`` (camelCase), and as a flag of
``pykube server`` or ``pykube agent``. A flag wins over the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CONFIG_DIR = Path("/etc/pykube")
STATE_DIR = Path("/var/lib/pykube")
RUN_DIR = Path("/run/pykube")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The cluster's address plan; the same on server and agents."""

    pod_cidr: str = "10.42.0.0/16"
    """Addresses of pods; each node gets a /24 of it."""
    service_cidr: str = "10.43.0.0/16"
    """Addresses of services; the first one is the API server's."""
    dns_ip: str = "10.43.0.10"
    """Where every node answers the cluster's names."""
    cluster_domain: str = "cluster.local"
    """The last part of every cluster name."""
    node_port_range: str = "30000-32767"
    """Ports from which NodePorts are given out, both ends included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """``pykube server``: the API server, the store, controllers and scheduler."""

    config_dir: Path = CONFIG_DIR
    """Holds admin.kubeconfig and config.yaml."""
    state_dir: Path = STATE_DIR
    """Holds ``server/`` (pki/, state.db): everything a backup needs."""
    run_dir: Path = RUN_DIR
    """Sockets and pid files; may vanish with a reboot."""
    bind_address: str = "0.0.0.0"
    """The address listened on."""
    port: int = 6443
    """The TLS port listened on."""
    advertise_address: str = ""
    """The address others reach this server at; empty: the one that routes outwards."""
    tls_san: tuple[str, ...] = ()
    """More names and addresses for the serving certificate."""
    datastore: str = ""
    """Empty: SQLite under `state_dir`. ``memory://``: nothing is kept. ``etcd://host:port,...``: etcd."""
    node_name: str = ""
    """This host's name in certificates; empty: the host name."""
    network: Network = Network()
    """The cluster's address plan."""
    max_requests_inflight: int = 250
    """Requests that may be under way at once, divided among priority levels by their shares; watches that have begun
    and requests of exempt levels come on top."""
    enable_admission_plugins: tuple[str, ...] = ()
    """Admission plugins to turn on that are off by default, by upstream's names: AlwaysPullImages and the like."""
    disable_admission_plugins: tuple[str, ...] = ()
    """Admission plugins to turn off that are on by default."""
    request_timeout: int = 60
    """Seconds that a request may take that does not last as long as its client stays."""
    anonymous_auth: bool = True
    """Whether requests without credential are let in, as system:anonymous. The file authentication.yaml in
    `config_dir`, an AuthenticationConfiguration, may say more of it, and names issuers of OpenID Connect tokens."""
    token_auth_file: str = ""
    """Tokens that are known by heart, each in a line with user, uid and groups, separated by commas."""
    authentication_token_webhook_config_file: str = ""
    """A kubeconfig of the server that is asked whose a token is when nobody here knows."""
    authorization_mode: tuple[str, ...] = ("Node", "RBAC")
    """Who is asked whether a request is allowed, in this order: Node, RBAC, ABAC, AlwaysAllow, AlwaysDeny. The file
    authorization.yaml in `config_dir`, an AuthorizationConfiguration, replaces this, and may name webhooks."""
    encryption_provider_config: str = ""
    """An EncryptionConfiguration: which resources lie encrypted in the datastore, and with which keys. Read again when
    it changes. Empty: nothing is encrypted."""
    audit_log_path: str = ""
    """Where events of audit.k8s.io are written, one a line; ``-``: standard output. Empty: nowhere."""
    audit_policy_file: str = ""
    """The Policy of audit.k8s.io that says what is recorded. Empty: writes with what was asked, reads without, and
    never the contents of Secrets, ConfigMaps and tokens."""
    audit_log_mode: str = "blocking"
    """``blocking``: requests wait until their events are written. ``blocking-strict``: those whose arrival cannot be
    written are refused. ``batch``: nobody waits, and what finds the queue full is lost, and counted."""
    audit_log_max_size: int = 100
    """Megabytes of the log, beyond which a new file is begun; 0: never."""
    audit_log_max_age: int = 0
    """Days that old files of the log are kept; 0: for ever."""
    audit_log_max_backup: int = 0
    """How many old files of the log are kept; 0: all."""
    audit_webhook_config_file: str = ""
    """A kubeconfig that names the server to which events are sent, in lists. Empty: to nobody."""
    audit_webhook_mode: str = "batch"
    """As `audit_log_mode`."""
    audit_max_event_size: int = 0
    """Bytes of an event beyond which the objects in it are left out, and beyond which it is dropped; 0: no limit."""
    authorization_policy_file: str = ""
    """The policies of ABAC, a JSON object a line."""
    log_level: str = "info"
    """debug, info, warning or error."""


def pki_folder(config: ServerConfig) -> Path:
    """Where the server keeps its keys and certificates; ``ca.crt`` there is what everybody trusts."""
    return config.state_dir / "server" / "pki"


def local_sockets(config: ServerConfig) -> Path:
    """The folder of the sockets on which the control plane's own processes reach the API."""
    return config.run_dir / "server"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfig:
    """``pykube agent``: the node agent of one host."""

    kubeconfig: Path = STATE_DIR / "agent" / "kubelet.kubeconfig"
    """How the agent reaches the API server, and as whom."""
    server: str = ""
    """The API server's URL, ``https://<host>:6443``, for an agent that joins by a token."""
    token: str = ""
    """The token to join by, as ``pykube token create`` prints it; needed once. Empty: there is a kubeconfig already."""
    config_dir: Path = CONFIG_DIR
    """Holds config.yaml and the CNI configuration."""
    state_dir: Path = STATE_DIR
    """Holds ``agent/`` (pods/, pki/, checkpoints) and ``containerd/``."""
    run_dir: Path = RUN_DIR
    """Sockets of the private containerd and of the CNI entry."""
    log_dir: Path = Path("/var/log/pods")
    """Container logs, laid out as the kubelet lays them out."""
    node_name: str = ""
    """The Node object's name; empty: the host name in lower case."""
    node_ip: str = ""
    """The Node's InternalIP; empty: the address that routes to the server."""
    node_labels: tuple[str, ...] = ()
    """``key=value`` labels set when the Node registers."""
    container_runtime_endpoint: str = ""
    """A CRI socket (``unix:///run/containerd/containerd.sock``); empty: a private containerd."""
    bind_address: str = "0.0.0.0"
    """The address the node API listens on."""
    port: int = 10250
    """The TLS port of the node API."""
    cgroup_driver: str = ""
    """``cgroupfs`` or ``systemd``; empty: ask the runtime, else detect."""
    max_pods: int = 110
    """How many pods the Node offers to run."""
    dns_bind: bool = True
    """Whether this agent answers the cluster's names on its node."""
    proxy: bool = True
    """Whether this agent programs service addresses into nftables."""
    network: Network = Network()
    """The cluster's address plan."""
    log_level: str = "info"
    """debug, info, warning or error."""

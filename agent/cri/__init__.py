"""The container runtime: its client, a containerd of our own, and images made without a registry."""

import os

# Read by grpc when it is imported. Children are made only to run other programs at once, so that gRPC need not be
# carried over a fork, and need not complain that it could not.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

"""Keys that a key management service keeps, spoken to over gRPC."""

import os

# The process starts others; gRPC's handling of that warns, and is of use only to children that speak gRPC themselves.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

"""What ``pykube describe`` says of each kind: one module per kind, functions from plain data to a report."""

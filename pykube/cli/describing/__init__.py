"""What ``pykube describe`` says of each kind: one module per kind, all of them functions from plain data to a report."""

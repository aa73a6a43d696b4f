"""What pods find in their directories: one file per type of volume."""

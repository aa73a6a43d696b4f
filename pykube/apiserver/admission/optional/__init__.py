"""Plugins that are off unless the configuration turns them on, one file each."""

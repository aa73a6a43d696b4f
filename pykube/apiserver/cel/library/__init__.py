"""The functions that expressions may call, one module for what they are about."""

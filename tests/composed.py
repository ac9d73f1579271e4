"""Statements composed once in a process, which must not outlive a table that a test changed."""

import sys


def forget_composed_statements() -> None:
    """Has every statement that is composed once in a process composed anew when it is next sent."""
    modules = [module for name, module in sys.modules.items() if name.startswith("concerns.")]
    for module in modules:
        for name, value in vars(module).items():
            if name.startswith("_compose") and hasattr(value, "cache_clear"):
                value.cache_clear()

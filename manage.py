#!/usr/bin/env python
"""The one command: `manage.py help` lists what it can do."""

import os
import sys


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "safeguarding.settings")
    if sys.argv[1:2] == ["demo"]:
        from safeguarding.environment import prepare_demo

        prepare_demo()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

"""The one entry point: ``haicap <command>``."""

import os
import sys


def main() -> None:
    """Run a haicap command; ``haicap help`` lists them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haicap.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

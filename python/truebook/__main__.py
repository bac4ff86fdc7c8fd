"""The ``truebook`` command."""

import sys

from truebook._truebook import run_cli


def main() -> int:
    """Run the command line and return its exit code."""
    return run_cli(["truebook", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())

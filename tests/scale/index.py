"""`seismograph composite` by its older name: `uv run python -m tests.scale.index --values V.csv --meta M.csv`."""

import sys

from pipelines.cli import main

if __name__ == "__main__":
    sys.exit(main(["composite", *sys.argv[1:]]))

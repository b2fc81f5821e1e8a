"""`python -m pipelines.cli`, for processes that have no script on their path."""

import sys

from pipelines.cli import main

sys.exit(main())

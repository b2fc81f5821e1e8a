"""What Hypothesis does in every room: a case is never late, for a busy machine would make it so."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("seismograph", deadline=None)
settings.load_profile("seismograph")

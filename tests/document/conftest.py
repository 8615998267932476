"""Hypothesis profiles: `ci` for every run, which tries the same each time so that what fails is what was changed, and
`HYPOTHESIS_PROFILE=deep` for a long look at what nobody tried before. A failure prints how to repeat it."""

import os

from hypothesis import HealthCheck, settings

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "ci", max_examples=80, deadline=None, derandomize=True, print_blob=True, suppress_health_check=QUIET
)
settings.register_profile("deep", max_examples=1_500, deadline=None, print_blob=True, suppress_health_check=QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

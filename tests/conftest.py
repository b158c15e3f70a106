"""Settings for all tests: the same examples on every run, new ones when asked for.

``CHORALL_EXPLORE=1 make test`` lets Hypothesis look for new examples; what it finds becomes a
test of its own.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# No deadline and no clock on the making of examples: a test verifies, and the machine may be busy.
UNTIMED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("steady", derandomize=True, database=None, **UNTIMED)
settings.register_profile("explore", derandomize=False, **UNTIMED)
settings.load_profile("explore" if os.environ.get("CHORALL_EXPLORE") else "steady")

# Small matrices gain nothing from threads of the linear algebra library, and two test workers
# with two threads each wait for one another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

"""How long whoever tests waits for what should happen, said in one place.

No test passes or fails by how fast a machine is. A test waits for an event, and gives up only when nothing but a hang
can explain that it did not come. Where something has to come *at once*, the test takes away whatever else would bring
it (an interval of an hour, `only_events`), so that waiting longer proves nothing wrong.
"""

from __future__ import annotations

import os
from typing import Final

HANG: Final = float(os.environ.get("VIDRA_TESTS_PATIENCE") or 180)
"""Seconds after which only a hang explains that something did not happen: many times what it takes on one core that
four busy loops share. Who works on one test, on a quiet machine, can have less: ``VIDRA_TESTS_PATIENCE=20``."""
NEVER: Final = 20 * HANG
"""Seconds that no test waits: for an interval, or an answer, that is not to come while a test looks."""

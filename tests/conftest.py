"""What all tests share."""

import os

from hypothesis import settings


def pytest_xdist_auto_num_workers() -> int:
    """Return one worker more than processors: that of the browser tests mostly waits for them."""
    return (os.cpu_count() or 1) + 1


# A busy machine is slow, not wrong.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

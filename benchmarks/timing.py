"""Fair timing: the candidates take turns, and the median is what counts."""

import statistics
import time


def median_seconds(candidates, *, runs=5):
    """Median wall time of each candidate over runs in which all take turns.

    Parameters
    ----------
    candidates : dict of str to callable
        What to time, without arguments.
    runs : int, default 5
        Timed runs of each, after one that warms up.

    Returns
    -------
    dict of str to float
        Seconds.
    """
    seconds = {name: [] for name in candidates}
    for run in range(runs + 1):
        for name, candidate in candidates.items():
            start = time.perf_counter()
            candidate()
            if run:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}

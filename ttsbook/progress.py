"""Progress of a long computation, as one line that is written over."""

import sys
import time


class Progress:
    r"""One line with what is done, the rate and the time left.

    Parameters
    ----------
    total : int
        Amount of work.
    label : str
        Words in front.
    show : bool, default True
        Write at all.
    done : int, default 0
        Work done already; it does not count for the rate.
    stream : text file, optional
        Where to write; standard error by default.
    interval : float, default 0.5
        Least number of seconds between two lines.

    Examples
    --------
    >>> import io
    >>> stream = io.StringIO()
    >>> progress = Progress(3, "counting", stream=stream, interval=0)
    >>> for done in range(1, 4):
    ...     progress.update(done)
    >>> stream.getvalue().split("\r")[-1].startswith("counting 3/3")
    True
    """

    def __init__(self, total, label, *, show=True, done=0, stream=None, interval=0.5):
        self._total, self._label, self._show, self._before = total, label, show, done
        self._stream, self._interval = stream or sys.stderr, interval
        self._start = time.monotonic()
        self._last, self._width = self._start, 0

    def update(self, done):
        """Say how much is done; the line is written if it is time to, and at the end.

        Parameters
        ----------
        done : int
            Work done so far, of the total.
        """
        now = time.monotonic()
        if not self._show or (done < self._total and now - self._last < self._interval):
            return
        rate = (done - self._before) / max(now - self._start, 1e-9)
        left = "done" if done >= self._total else f"{_duration((self._total - done) / max(rate, 1e-9))} left"
        line = f"{self._label} {done}/{self._total}, {rate:.3g}/s, {left}"
        end = "\n" if done >= self._total else ""
        self._stream.write("\r" + line.ljust(self._width) + end)
        self._stream.flush()
        self._last, self._width = now, len(line)


def _duration(seconds):
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"

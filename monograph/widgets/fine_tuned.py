"""What supervised fine-tuning on some prompts leaves: the error of the direct answer, strides, and convergence."""

import numpy as np
import traitlets

from monograph import figures
from monograph.widgets.base import Widget, bundle
from ttsbook import theory
from ttsbook.arrays import Covariance
from ttsbook.data.tasks import Task
from ttsbook.theory.fine_tuning import FineTuning


class FineTuned(Widget):
    """Error of the direct answer after fine-tuning on B prompts, and mean strides, exact for large d; here d = 400.

    Half of the skills are new: their strength was 0.1 in pre-training, and is 1.1 in the test and in fine-tuning. The
    others have strength 1 in both, and r in fine-tuning. Prompts are equally long everywhere.

    Parameters
    ----------
    count
        Number B of prompts, 10 to 10,000.
    prompt_length
        Prompt length n, 50 to 5000.
    interference
        Strength r of the other skills in fine-tuning, 0 to 1.
    rate
        Rate η of the targets, 0.1 to 1.

    Examples
    --------
    >>> widget = FineTuned(interference=0.0)
    >>> peak, beyond = widget.errors(199, 1000)
    >>> peak > 100 * beyond
    True
    """

    _esm = bundle("fine_tuned.js")
    controls = ("count", "prompt_length", "interference", "rate")
    DIM, NEW = 400, 200
    count = traitlets.Int(1000, min=10, max=10_000).tag(sync=True)
    prompt_length = traitlets.Int(400, min=50, max=5000).tag(sync=True)
    interference = traitlets.Float(0.0, min=0.0, max=1.0).tag(sync=True)
    rate = traitlets.Float(1.0, min=0.1, max=1.0).tag(sync=True)

    def still(self) -> figures.Picture:
        """Draw the error against the number of prompts, and where it is set."""
        counts = np.unique(np.geomspace(10, 10_000, 61).round().astype(int))
        counts = counts[counts != self.tuning().rank]
        before, *errors, as_set = self.errors(1, *counts.tolist(), self.count)
        return figures.lines(
            [
                figures.Series("error", counts, np.array(errors)),
                figures.Series("B as set", np.array([self.count]), np.array([as_set]), points=True),
            ],
            x_label="prompts of fine-tuning B",
            y_label="error / d of the direct answer",
            log_x=True,
            log_y=True,
            y_limits=(1e-1, 1e4),
            level=(before, "before"),
        )

    def tuning(self) -> FineTuning:
        """Return the fine-tuning as it is set."""
        start = theory.preconditioner(Task(self._halves(0.1, 1.0), self.prompt_length))
        return FineTuning(start, Task(self._halves(1.1, self.interference), self.prompt_length), self.rate)

    def errors(self, *counts: int) -> list[float]:
        """Return the error / d of the direct answer after some numbers of prompts.

        Parameters
        ----------
        counts
            Numbers of prompts.
        """
        tuning, test = self.tuning(), self._halves(1.1, 1.0)
        return [tuning.direct_error(count, test, self.prompt_length) / self.DIM for count in counts]

    def _halves(self, new: float, others: float) -> Covariance:
        return np.diag(np.where(np.arange(self.DIM) < self.NEW, new, others))

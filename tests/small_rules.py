"""A layer, a layer with complex strides, and prompts, shared by the tests of rules that stop."""

import numpy as np
from small_models import draw

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

TASK = Task(covariance.power_law(6, 1.0), 15)
DRAWN = draw(TASK)
P = theory.preconditioner(TASK)
TURNED = P @ (np.eye(6) + np.triu(np.full((6, 6), 0.4), 1) - np.tril(np.full((6, 6), 0.4), -1))
"""A preconditioner that is not symmetric, and has complex strides."""

import math
import subprocess
import sys

import numpy as np
import pytest
from theory_tools import simulated

from ttsbook import theory
from ttsbook.data.tasks import Task

BAD_CALLS = [
    (lambda: theory.gamma(np.eye(2), 0), "train_length must be a number of at least 1, got 0"),
    (lambda: theory.gamma(np.eye(2), 5, noise_variance=-1), "noise_variance .* got -1"),
    (lambda: theory.preconditioner(Task(np.diag([1.0, 0.0]), 5)), "cov .* least eigenvalue"),
    (lambda: theory.direct_error(np.eye(3), np.eye(2), 5), "P has 3, test_cov has 2"),
    (lambda: theory.direct_error(np.ones((2, 3)), np.eye(2), 5), "P must be a square matrix"),
    (lambda: theory.direct_error(np.eye(2) * np.nan, np.eye(2), 5), "P must be finite"),
    (lambda: theory.direct_error(np.eye(2), np.eye(2), 0), "test_length must be an integer of at least 1, got 0"),
    (lambda: theory.direct_error(np.eye(2), np.eye(2), 2.5), "test_length .* got 2.5"),
    (lambda: theory.direct_error_bound(np.diag([1.0, 0.0]), 5, 5), "cov .* least eigenvalue"),
    (lambda: theory.direct_error_bound(np.eye(2), math.nan, 5), "train_length .* got nan"),
    (lambda: theory.scaling_law_bound(np.eye(2), 0.5, 5), "train_length .* got 0.5"),
    (lambda: theory.scaling_law_bound(np.eye(2), 5, -1), "steps must be an integer of at least 0, got -1"),
    (lambda: theory.cot_error_limit(np.eye(2), np.eye(2), -1), "steps .* got -1"),
    (lambda: theory.cot_error_limit(np.eye(2), -np.eye(2), 3), "test_cov .* eigenvalue -1"),
    (lambda: simulated(np.eye(2), np.eye(2), None, 3, samples=10), "test_length .* got None"),
    (lambda: simulated(np.eye(2), np.eye(2), 5, 3, samples=1), "samples must be an integer of at least 2, got 1"),
]


@pytest.mark.unchecked
@pytest.mark.parametrize(("call", "message"), BAD_CALLS)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.unchecked
def test_a_preconditioner_of_something_else_is_refused():
    with pytest.raises(
        TypeError, match="task_or_mixture must be a ttsbook.data.tasks.Task or a ttsbook.data.tasks.Mixture, got 3"
    ):
        theory.preconditioner(3)


def test_theory_does_not_import_torch():
    code = "import sys, ttsbook, ttsbook.theory; print('torch' in sys.modules, 'scipy' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["False", "False"]

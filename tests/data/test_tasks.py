import copy
import pickle

import numpy as np
import pytest

from ttsbook.data import covariance
from ttsbook.data.tasks import Mixture, Task, mix

EASY, HARD = Task(covariance.isotropic(3), 20), Task(covariance.power_law(3, 1.0), 40)


def test_a_task_keeps_its_own_copy_of_the_covariance():
    cov = np.eye(3)
    task = Task(cov, 10)
    cov[0, 0] = 5
    assert task.cov[0, 0] == 1
    for same in (task, copy.deepcopy(task), pickle.loads(pickle.dumps(task))):
        with pytest.raises(ValueError, match="read-only"):
            same.cov[0, 0] = 5
    assert task.dim == 3


def test_a_task_knows_the_root_of_its_covariance_and_computes_it_once():
    task = Task(covariance.rotate(covariance.power_law(4, 1.0), rng=np.random.default_rng(0)), 10)
    np.testing.assert_allclose(task.root @ task.root, task.cov, atol=1e-12)
    assert task.root is task.root
    with pytest.raises(ValueError, match="read-only"):
        task.root[0, 0] = 5


def test_a_mixture_has_the_dimension_of_its_tasks():
    mixture = Mixture([EASY, HARD], [0.5, 0.5])
    assert mixture.dim == 3
    assert mixture.tasks == (EASY, HARD)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Task(np.ones((2, 3)), 10), "cov must be a square matrix"),
        (lambda: Task(np.eye(2), 0), "prompt_length must be an integer of at least 1, got 0"),
        (lambda: Task(np.eye(2), 10.0), "prompt_length .* got 10.0"),
        (lambda: Task(np.eye(2), 10, noise_variance=-1.0), "noise_variance .* got -1.0"),
        (lambda: Task(np.eye(2), 10, noise_variance=float("inf")), "noise_variance .* got inf"),
        (lambda: Mixture([], []), "at least one Task"),
        (lambda: Mixture([EASY, HARD], [1.0]), r"weights must have shape \(2,\)"),
        (lambda: Mixture([EASY, HARD], [-0.5, 1.5]), "weights must not be negative"),
        (lambda: Mixture([EASY, HARD], [float("nan"), 1.0]), "weights must not be negative or NaN"),
        (lambda: Mixture([EASY, HARD], [0.5, 0.6]), "weights must sum to 1, got the sum 1.1"),
        (
            lambda: Mixture([EASY, Task(np.eye(2), 5)], [0.5, 0.5]),
            r"dimensions must agree, but tasks\[0\] has 3, tasks\[1\] has 2",
        ),
    ],
)
@pytest.mark.unchecked
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.unchecked
def test_a_mixture_of_something_else_is_refused():
    with pytest.raises(TypeError, match=r"tasks\[1\] must be a ttsbook.data.tasks.Task, got 'hard'"):
        Mixture([EASY, "hard"], [0.5, 0.5])


def test_mix_leaves_out_what_has_no_weight():
    easy, hard = Task(np.eye(2), 5), Task(np.diag([1.0, 0.5]), 9)
    assert mix([easy, hard], [0.0, 2.0]).tasks == (hard,)
    assert mix([easy, hard], [1.0, 3.0]).weights.tolist() == [0.25, 0.75]


def test_weights_whose_sum_overflows_are_mixed_as_others_are():
    tasks = [Task(np.eye(2), 5), Task(np.eye(2), 9)]
    assert mix(tasks, [1.5e308, 0.5e308]).weights == pytest.approx([0.75, 0.25])

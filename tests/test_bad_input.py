"""What is wrong is said by name and value: a table of calls, errors, and words of their messages."""

import math

import numpy as np
import pytest
import torch

from ttsbook import theory, training
from ttsbook.data import covariance, pools, prompts, rows, spectra
from ttsbook.data.prompts import Prompts
from ttsbook.data.tasks import Mixture, Task, mix
from ttsbook.models import baselines, checkpoints, embedding, transformer, votes
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.models.transformer import GPT, Config
from ttsbook.theory import dynamics, intervals, selection
from ttsbook.thinking import cot, evaluation, expected, schedules, stopping
from ttsbook.training import gpt_recipes, recipes

pytestmark = pytest.mark.unchecked

I2, I3 = np.eye(2), np.eye(3)
P, T2 = I2 / 2, Task(I2, 5)
rng = np.random.default_rng(0)


def gen():
    return torch.Generator().manual_seed(0)


def layer(**options):
    return LinearSelfAttention(2, **options)


def gpt():
    return GPT(Config(2, width=8, layers=1, heads=1), generator=gen())


one = prompts.sample(T2, 3, generator=gen())


class Alone(torch.nn.Module):
    """A module that says it has three dimensions, in words, and answers with an array of NumPy."""

    def __init__(self, dim=2):
        super().__init__()
        self.dim = dim

    def forward(self, E, rho=None):
        return E.numpy()


padded = prompts.sample(Mixture([T2, Task(I2, 3)], [0.5, 0.5]), 3, generator=gen())

TABLE = [
    (ValueError, lambda: baselines.gradient_descent()(one, -1), "steps must be an integer of at least 0, got -1"),
    (ValueError, lambda: baselines.ridge(1.0)(one, -1), "steps must be an integer of at least 0, got -1"),
    (ValueError, lambda: baselines.conjugate_gradient()(one, 2.5), "steps must be an integer of at least 0, got 2.5"),
    (TypeError, lambda: Task(np.eye(2, dtype=bool), 5), "cov must be an array of numbers, got array([[ True, False]"),
    (TypeError, lambda: Task([["1"]], 5), "cov must be an array of numbers, got [['1']]"),
    (TypeError, lambda: Task([[1, 2], [3]], 5), "cov must be an array of numbers, got [[1, 2], [3]]"),
    (
        ValueError,
        lambda: Task(torch.eye(2, requires_grad=True), 5),
        "cov must not need gradients, got a tensor that does: pass its detach()",
    ),
    (
        TypeError,
        lambda: prompts.sample(T2, 2, generator=gen(), condensed="no"),
        "condensed must be True or False, got 'no'",
    ),
    (TypeError, lambda: cot.think(layer(), one, 1, literal="no"), "literal must be True or False, got 'no'"),
    (
        ValueError,
        lambda: Prompts(one.x, one.y, one.w, torch.ones(3, dtype=torch.long)),
        "lengths must count all examples, but x or y goes on beyond them",
    ),
    (
        ValueError,
        lambda: theory.bayes_error([[1, 2], [0, 1]], 5, noise_variance=1),
        "S must be symmetric: pass x.T @ x / m of examples x",
    ),
    (
        ValueError,
        lambda: theory.bayes_error(-I2, 5, noise_variance=1),
        "S must have means of squares on its diagonal, got -1",
    ),
    (
        ValueError,
        lambda: theory.largest_stride(P, np.stack([I2, I2])),
        "examples must be prompts, got symmetric matrices: strides takes covariances",
    ),
    (
        TypeError,
        lambda: selection.optimal_mixture(Mixture([T2], [1.0]), I2, 1),
        "tasks must be a sequence of ttsbook.data.tasks.Task, got Mixture",
    ),
    (
        TypeError,
        lambda: selection.quadratic_program(Mixture([T2], [1.0]), I2),
        "covs must be covariances or tasks, got Mixture",
    ),
    (
        ValueError,
        lambda: training.train(
            cot.Stepwise(lambda x, y, w: w, dim=2), T2, recipe=recipes.Direct(), updates=1, generator=gen()
        ),
        "model must have parameters to train, but a Stepwise has none",
    ),
    (
        ValueError,
        lambda: cot.think(cot.Stepwise(lambda x, y, w: w.double(), dim=2), one, 1),
        "answer must return the type of the weights, torch.float32, got torch.float64",
    ),
    (ValueError, lambda: cot.think(Alone(), one, 1), "next token must be a tensor of shape (3, 6), got a ndarray"),
    (
        ValueError,
        lambda: cot.think(Alone("three"), one, 1),
        "the model's dim must be an integer of at least 1, got 'three'",
    ),
    (
        ValueError,
        lambda: evaluation.error_curve(layer(), padded, steps=1, condensed=True),
        "condensed must be False beside prompts",
    ),
    (TypeError, lambda: rows.Rows([[1.0, 2.0]], columns="ab"), "columns must be a sequence of str, got 'ab'"),
    (ValueError, lambda: rows.read_csv("a,b\n1,2"), "source must be a path or lines, got the text 'a,b"),
    (
        ValueError,
        lambda: theory.wiener_depth([0.5, 0.5], [1.0]),
        "signal_to_noise must have the shape of strides, (2,), got (1,)",
    ),
    (
        ValueError,
        lambda: intervals.simultaneous([1.0], [-1.0], 2),
        "standard_error must not be negative, got [-1.0]",
    ),
    (
        ValueError,
        lambda: intervals.simultaneous([1.0, 2.0], [1.0], 2),
        "standard_error must have the shape of mean, (2,), got (1,)",
    ),
    (
        ValueError,
        lambda: theory.spectral_edges([[1, 0.1], [0, 1]], I2, 5),
        "of one that is nearly symmetric, as layers learn it, take (P + P.T) / 2",
    ),
    (ValueError, lambda: theory.cot_error(P, I2, math.inf, 3), "None stands for infinity where it is allowed"),
    (
        TypeError,
        lambda: training.train(layer(), T2, recipe=recipes.Shift, updates=1, generator=gen()),
        "got the class Shift itself: call it",
    ),
    (
        TypeError,
        lambda: training.train(layer(), T2, recipe=recipes.Direct(trains="V"), updates=1, generator=gen()),
        "the recipe's trains must be a sequence of str, got 'V'",
    ),
    (
        TypeError,
        lambda: evaluation.error_curve(lambda x, y, w: w, T2, steps=1, samples=2, generator=gen()),
        "cot.Stepwise makes a model of a function of x, y and w",
    ),
    (
        TypeError,
        lambda: cot.think(cot.Stepwise(lambda x, y, w: w, dim=2), one, 1, rho=2),
        "rho must be None for a Stepwise, whose function scales its own sums, got 2",
    ),
    (ValueError, lambda: covariance.power_law(0, 1.0), "dim must be an integer of at least 1, got 0"),
    (ValueError, lambda: covariance.power_law(2.5, 1.0), "dim must be an integer of at least 1, got 2.5"),
    (ValueError, lambda: covariance.power_law(2, -1), "exponent must be a finite number of at least 0, got -1"),
    (ValueError, lambda: covariance.power_law(2, math.nan), "exponent must be a finite number of at least 0, got nan"),
    (ValueError, lambda: covariance.power_law(2, 1.0, trace=0), "trace must be positive, got 0"),
    (ValueError, lambda: covariance.isotropic(-1), "dim must be an integer of at least 1, got -1"),
    (ValueError, lambda: covariance.isotropic("2"), "dim must be an integer of at least 1, got '2'"),
    (ValueError, lambda: covariance.rotate(np.ones((2, 3)), rng=rng), "cov must be a square matrix, got shape (2, 3)"),
    (TypeError, lambda: covariance.rotate(I2, rng=0), "rng must be a numpy.random.Generator, got 0"),
    (ValueError, lambda: covariance.square_root(-I2), "cov must be positive semi-definite, got the eigenvalue -1"),
    (
        ValueError,
        lambda: covariance.skills([[1, 2], [0, 1]]),
        "cov must be symmetric, but differs from its transpose by 2",
    ),
    (
        ValueError,
        lambda: covariance.sample_empirical(I2, 0, samples=2, rng=rng),
        "length must be an integer of at least 1, got 0",
    ),
    (
        ValueError,
        lambda: covariance.sample_empirical(I2, 5, samples=0, rng=rng),
        "samples must be an integer of at least 1, got 0",
    ),
    (
        TypeError,
        lambda: covariance.sample_empirical(I2, 5, samples=2, rng=gen()),
        "rng must be a numpy.random.Generator, got",
    ),
    (
        ValueError,
        lambda: covariance.hardness(np.diag([1.0, 0.0])),
        "cov must be positive definite, got the least eigenvalue 0, which is zero to rounding beside 1",
    ),
    (
        ValueError,
        lambda: covariance.isotropic(10**400),
        "dim must be at most 10³⁰⁰, got one of 401 digits",
    ),
    (
        ValueError,
        lambda: Task(I2, 10**400),
        "prompt_length must be at most 10³⁰⁰, got one of 401 digits",
    ),
    (ValueError, lambda: Task(I2, 0), "prompt_length must be an integer of at least 1, got 0"),
    (ValueError, lambda: Task(I2, None), "prompt_length must be an integer of at least 1, got None"),
    (ValueError, lambda: Task(I2, 5.0), "prompt_length must be an integer of at least 1, got 5.0"),
    (ValueError, lambda: Task(I2, True), "prompt_length must be an integer of at least 1, got True"),
    (ValueError, lambda: Task(1.0, 5), "cov must be a square matrix, got shape ()"),
    (ValueError, lambda: Task([[1, 2], [3, 4]], 5), "cov must be symmetric, but differs from its transpose by 1"),
    (ValueError, lambda: Task(np.diag([1.0, -1.0]), 5), "cov must be positive semi-definite, got the eigenvalue -1"),
    (ValueError, lambda: Task(I2 * np.inf, 5), "cov must be finite, got NaN or infinite entries"),
    (ValueError, lambda: Task(I2 * 1j, 5), "cov must be real, got complex128"),
    (
        ValueError,
        lambda: Task(np.ma.masked_array(I2, mask=I2), 5),
        "cov must not be masked, got a masked array of shape (2, 2)",
    ),
    (TypeError, lambda: Task("ab", 5), "cov must be an array of numbers, got 'ab'"),
    (
        ValueError,
        lambda: Task(I2, 5, noise_variance=-1),
        "noise_variance must be a finite number of at least 0, got -1",
    ),
    (
        ValueError,
        lambda: Task(I2, 5, noise_variance=math.inf),
        "noise_variance must be a finite number of at least 0, got inf",
    ),
    (ValueError, lambda: Mixture([], []), "tasks must hold at least one Task, got none"),
    (ValueError, lambda: Mixture([T2], [0.5]), "weights must sum to 1, got the sum 0.5"),
    (ValueError, lambda: Mixture([T2], [[1.0]]), "weights must have shape (1,), one for each task, got (1, 1)"),
    (
        ValueError,
        lambda: Mixture([T2, Task(I3, 5)], [0.5, 0.5]),
        "dimensions must agree, but tasks[0] has 2, tasks[1] has 3",
    ),
    (TypeError, lambda: Mixture([I2], [1.0]), "tasks[0] must be a ttsbook.data.tasks.Task, got"),
    (ValueError, lambda: Mixture([T2, T2], [-1.0, 2.0]), "weights must not be negative or NaN, got [-1.0, 2.0]"),
    (ValueError, lambda: Mixture([T2, T2], [math.nan, 1.0]), "weights must not be negative or NaN, got [nan, 1.0]"),
    (
        TypeError,
        lambda: Mixture(T2, [1.0]),
        "tasks must be a sequence of ttsbook.data.tasks.Task, got Task(dim=2, prompt_length=5, noise_vari",
    ),
    (
        ValueError,
        lambda: mix([T2, T2], [-1, 2]),
        "weights must be finite, not negative and not all zero, got [-1.0, 2.0]",
    ),
    (
        ValueError,
        lambda: mix([T2, T2], [0, 0]),
        "weights must be finite, not negative and not all zero, got [0.0, 0.0]",
    ),
    (ValueError, lambda: mix([T2, T2], [1]), "weights must have shape (2,), one for each task, got (1,)"),
    (ValueError, lambda: mix([T2], [math.nan]), "weights must be finite, not negative and not all zero, got [nan]"),
    (ValueError, lambda: mix([T2], [math.inf]), "weights must be finite, not negative and not all zero, got [inf]"),
    (ValueError, lambda: spectra.named("flat", 3), "name must be one of 'isotropic', 'skewed', 'unscaled', got 'flat'"),
    (ValueError, lambda: spectra.named("skewed", 0), "dim must be an integer of at least 1, got 0"),
    (ValueError, lambda: pools.random_pool(1, rng=rng), "dim must be an integer of at least 5, got 1"),
    (ValueError, lambda: pools.blind_spots(I2, 3, 0.5), "groups must be at most dim = 2, got 3"),
    (ValueError, lambda: pools.even([], 5), "tasks must hold at least one Task, got none"),
    (
        TypeError,
        lambda: prompts.sample(I2, 3, generator=gen()),
        "task must be a ttsbook.data.tasks.Task or a ttsbook.data.tasks.Mixture, got",
    ),
    (ValueError, lambda: prompts.sample(T2, 0, generator=gen()), "samples must be an integer of at least 1, got 0"),
    (
        TypeError,
        lambda: prompts.sample(T2, 3, generator=rng),
        "generator must be a torch.Generator, got Generator(PCG64)",
    ),
    (
        TypeError,
        lambda: prompts.sample(T2, 3, generator=gen(), dtype="float32"),
        "dtype must be a torch.dtype, got 'float32'",
    ),
    (
        ValueError,
        lambda: prompts.sample(T2, 3, generator=gen(), dtype=torch.int64),
        "dtype must be a floating type, got torch.int64",
    ),
    (
        ValueError,
        lambda: Prompts(one.x, one.y[:1], one.w, one.lengths),
        "y must have shape (3, 5) beside x of shape (3, 5, 2), got (1, 5)",
    ),
    (ValueError, lambda: Prompts(one.x, one.y, one.w, -one.lengths), "lengths must be at least 1, got -5"),
    (TypeError, lambda: Prompts(one.x.numpy(), one.y, one.w, one.lengths), "x must be a torch.Tensor, got"),
    (
        ValueError,
        lambda: Prompts(one.x, one.y.double(), one.w, one.lengths),
        "y must have the type of x, torch.float32, got torch.float64",
    ),
    (ValueError, lambda: theory.gamma(I2, 0), "train_length must be a number of at least 1, got 0"),
    (
        TypeError,
        lambda: theory.gamma(T2, 5),
        "cov must be an array of numbers, got Task(dim=2, prompt_length=5, noise_variance=0.0)",
    ),
    (
        TypeError,
        lambda: theory.preconditioner(I2),
        "task_or_mixture must be a ttsbook.data.tasks.Task or a ttsbook.data.tasks.Mixture, got",
    ),
    (
        ValueError,
        lambda: theory.preconditioner(Task(np.diag([1.0, 0.0]), 5)),
        "cov must be positive definite, got the least eigenvalue 0, which is zero to rounding beside 1",
    ),
    (ValueError, lambda: theory.cot_error_limit(P, I3, 3), "dimensions must agree, but P has 2, test_cov has 3"),
    (ValueError, lambda: theory.cot_error_limit(P, I2, -1), "steps must be an integer of at least 0, got -1"),
    (ValueError, lambda: theory.cot_error_limit(P, I2, 2.0), "steps must be an integer of at least 0, got 2.0"),
    (
        TypeError,
        lambda: theory.cot_error_limit(T2, I2, 3),
        "P must be an array of numbers, got Task(dim=2, prompt_length=5, noise_variance=0.0)",
    ),
    (ValueError, lambda: theory.cot_error(P, I2, 0, 3), "test_length must be an integer of at least 1, got 0"),
    (
        ValueError,
        lambda: theory.cot_error(P, I2, 10**400, 3),
        "test_length must be at most 10³⁰⁰, got one of 401 digits",
    ),
    (
        ValueError,
        lambda: theory.cot_error(P, np.diag([1.0, -1]), 5, 3),
        "test_cov must be positive semi-definite, got the eigenvalue -1",
    ),
    (
        ValueError,
        lambda: theory.best_depth(P, I2, test_length=0),
        "test_length must be an integer of at least 1, got 0",
    ),
    (TypeError, lambda: theory.best_depth(P, "I2"), "test_cov must be an array of numbers, got 'I2'"),
    (ValueError, lambda: theory.direct_error(P * np.nan, I2, 5), "P must be finite, got NaN or infinite entries"),
    (
        ValueError,
        lambda: theory.critical_train_length(np.diag([1.0, 0.0]), I2),
        "cov must be positive definite, got the least eigenvalue 0, which is zero to rounding beside 1",
    ),
    (ValueError, lambda: theory.critical_train_length(I3, I2), "dimensions must agree, but cov has 3, test_cov has 2"),
    (ValueError, lambda: theory.train_length_for(I2, 0.0, 5), "relative_error must lie between 0 and 1, got 0.0"),
    (
        ValueError,
        lambda: theory.largest_stride(I3, one),
        "examples must have shape (..., m, 3) with m of at least 1, got (3, 5, 2)",
    ),
    (ValueError, lambda: theory.strides(P, I3), "dimensions must agree, but P has 2, test_cov has 3"),
    (
        ValueError,
        lambda: theory.simulate_cot_error(P, I2, 5, 3, samples=1, rng=rng),
        "samples must be an integer of at least 2, got 1",
    ),
    (
        TypeError,
        lambda: theory.simulate_cot_error(P, I2, 5, 3, samples=10, rng=7),
        "rng must be a numpy.random.Generator, got 7",
    ),
    (ValueError, lambda: theory.spectral_edges(P, I2, 0), "test_length must be an integer of at least 1, got 0"),
    (ValueError, lambda: theory.effective_dimension(I2, -1), "penalty must be positive, got -1"),
    (ValueError, lambda: intervals.quantile(0), "looks must be an integer of at least 1, got 0"),
    (ValueError, lambda: intervals.quantile(3, 1.0), "confidence must lie between 0 and 1, got 1.0"),
    (TypeError, lambda: dynamics.largest_step(I2), "task must be a ttsbook.data.tasks.Task, got"),
    (ValueError, lambda: dynamics.descent(T2, -1, step_size=0.1), "updates must be an integer of at least 0, got -1"),
    (ValueError, lambda: dynamics.drift(T2, c=0), "c must not be zero, got 0.0"),
    (
        ValueError,
        lambda: selection.quadratic_program([I2, I3], I2),
        "dimensions must agree, but target_cov has 2, covs[0] has 2, covs[1] has 3",
    ),
    (ValueError, lambda: selection.quadratic_program([], I2), "covs must hold at least one covariance, got none"),
    (
        ValueError,
        lambda: selection.optimal_mixture([T2], I3, 3),
        "dimensions must agree, but target_cov has 3, tasks[0] has 2",
    ),
    (
        ValueError,
        lambda: selection.optimal_mixture([T2], Task(I2, 5, noise_variance=2.0), 3, test_length=9),
        "target_cov must be a task without label noise at a finite length, got Task(dim=2",
    ),
    (TypeError, lambda: selection.optimal_mixture([I2], I2, 3), "tasks[0] must be a ttsbook.data.tasks.Task, got"),
    (ValueError, lambda: selection.optimal_mixture([T2], I2, 0), "steps must be an integer of at least 1, got 0"),
    (ValueError, lambda: layer(structure="rows"), "structure must be one of 'full', 'blocks', got 'rows'"),
    (ValueError, lambda: LinearSelfAttention(0), "dim must be an integer of at least 1, got 0"),
    (ValueError, lambda: layer().set_preconditioner(I3), "P must have shape (2, 2) as the layer has, got (3, 3)"),
    (
        ValueError,
        lambda: layer().set_preconditioner(I2 * 1e300),
        "P and c must give a V31 within torch.float32, got entries of up to 1e+300",
    ),
    (
        ValueError,
        lambda: layer().block("V55"),
        "name must be V or W and two digits from 1 to 4, such as V31, got 'V55'",
    ),
    (ValueError, lambda: layer().randomize(-1, generator=gen()), "scale must be a finite number of at least 0, got -1"),
    (
        TypeError,
        lambda: layer().randomize(0.1, generator=rng),
        "generator must be a torch.Generator, got Generator(PCG64)",
    ),
    (ValueError, lambda: embedding.embed(one, w0=I3), "w0 must have shape (3, 2) or (2,), got (3, 3)"),
    (TypeError, lambda: embedding.embed(I2), "prompts must be a ttsbook.data.prompts.Prompts, got"),
    (ValueError, lambda: Config(2, heads=3, width=8), "heads must divide the width 8, got 3"),
    (ValueError, lambda: Config(0), "dim must be an integer of at least 1, got 0"),
    (ValueError, lambda: Config(2, sight="all"), "sight must be one of 'newest', 'chain', got 'all'"),
    (ValueError, lambda: gpt().answer(one, torch.zeros(3, 2, 3)), "w0 must have shape (3, weights, 2), got (3, 2, 3)"),
    (ValueError, lambda: baselines.gradient_descent(-1.0), "step_size must be positive, got -1.0"),
    (ValueError, lambda: baselines.ridge(-1.0), "penalty must be positive, got -1.0"),
    (FileNotFoundError, lambda: transformer.load("/no/such/file"), "No such file or directory: /no/such/file"),
    (FileNotFoundError, lambda: checkpoints.load("/no/such/file", {}), "No such file or directory: /no/such/file"),
    (ValueError, lambda: checkpoints.load(".", {}), ". is a folder, not a checkpoint: name a file in it"),
    (ValueError, lambda: cot.think(layer(), one, -1), "steps must be an integer of at least 0, got -1"),
    (ValueError, lambda: cot.think(layer(), one, 3, rho=0), "rho must be positive, got 0"),
    (
        ValueError,
        lambda: cot.think(layer(), one, 3, rho="examples"),
        "rho must be a positive number, one for each prompt, 'tokens' or None, got 'examples'",
    ),
    (
        ValueError,
        lambda: cot.think(layer(), one, 3, rho=[1.0]),
        "rho must be one number, or one for each of 3 prompts, got [1.0]",
    ),
    (
        ValueError,
        lambda: cot.think(layer(), one, 3, w0=np.full(2, np.nan)),
        "w0 must be finite, got NaN or infinite entries",
    ),
    (TypeError, lambda: cot.think(layer(), one.x, 3), "prompts must be a ttsbook.data.prompts.Prompts, got"),
    (
        TypeError,
        lambda: cot.think(lambda E: E, one, 3),
        "model must be a torch.nn.Module, or a function made one by cot.Stepwise, got",
    ),
    (
        TypeError,
        lambda: cot.think(torch.nn.Linear(2, 2), one, 3),
        "model must have the attribute dim, the dimension of its prompts, got a Linear",
    ),
    (ValueError, lambda: cot.think(LinearSelfAttention(3), one, 3), "prompts must have the model's dimension 3, got 2"),
    (
        ValueError,
        lambda: cot.think(layer(dtype=torch.float64), one, 3),
        "prompts must have the model's dtype torch.float64, got torch.float32",
    ),
    (TypeError, lambda: cot.Stepwise(3, dim=2), "answer must be a function of x, y and w, got 3"),
    (ValueError, lambda: cot.Stepwise(lambda x, y, w: w, dim=0), "dim must be an integer of at least 1, got 0"),
    (
        ValueError,
        lambda: cot.think(cot.Stepwise(lambda x, y, w: w[:1], dim=2), one, 3),
        "answer must return a tensor of shape (3, 2), got (1, 2)",
    ),
    (ValueError, lambda: cot.step_jacobian(layer(), one, I3), "w0 must have shape (3, 2) or (2,), got (3, 3)"),
    (
        TypeError,
        lambda: evaluation.error_curve(layer(), I2, steps=3, samples=5, generator=gen()),
        "task must be a ttsbook.data.tasks.Task or a ttsbook.data.tasks.Mixture or a ttsbook.data.prompts.Prompts, got",
    ),
    (
        TypeError,
        lambda: evaluation.error_curve(layer(), one, steps=3, samples=5),
        "samples must be None where the prompts are given, got 5",
    ),
    (
        TypeError,
        lambda: evaluation.error_curve(layer(), T2, steps=3, samples=5),
        "generator must be a torch.Generator where prompts are drawn, got None",
    ),
    (
        ValueError,
        lambda: evaluation.error_curve(layer(), T2, steps=3, samples=1, generator=gen()),
        "samples must be an integer of at least 2, got 1",
    ),
    (
        ValueError,
        lambda: evaluation.error_curve(layer(), T2, steps=-3, samples=5, generator=gen()),
        "steps must be an integer of at least 0, got -3",
    ),
    (
        TypeError,
        lambda: evaluation.error_curve(gpt(), T2, steps=3, samples=5, generator=gen(), condensed=True),
        "condensed prompts stand for whole ones to a plain LinearSelfAttention alone, got a GPT",
    ),
    (
        TypeError,
        lambda: evaluation.error_curve(layer(), T2, steps=3, samples=5, generator=rng),
        "generator must be a torch.Generator, got Generator(PCG64)",
    ),
    (
        TypeError,
        lambda: training.train(layer(), I2, recipe=recipes.Shift(), updates=1, generator=gen()),
        "task must be a ttsbook.data.tasks.Task or a ttsbook.data.tasks.Mixture, got",
    ),
    (
        TypeError,
        lambda: training.train(layer(), T2, recipe=recipes.Shift, updates=1, generator=gen()),
        "recipe must be a ttsbook.training.recipes.Recipe, got",
    ),
    (
        TypeError,
        lambda: training.train(layer(), T2, recipe=recipes.Shift(), updates=1, generator=0),
        "generator must be a torch.Generator, got 0",
    ),
    (
        ValueError,
        lambda: training.train(layer(), T2, recipe=recipes.Shift(), updates=1.5, generator=gen()),
        "updates must be an integer of at least 0, got 1.5",
    ),
    (
        TypeError,
        lambda: training.train(layer(), T2, recipe=gpt_recipes.Distances(), updates=1, generator=gen()),
        "model must be a HasAnswer of ttsbook.models.protocols for Distances(trains=None, decades=2.0",
    ),
    (
        TypeError,
        lambda: training.train(gpt(), T2, recipe=recipes.Direct(), updates=1, generator=gen(), condensed=True),
        "condensed prompts stand for whole ones to a plain LinearSelfAttention alone, got a GPT",
    ),
    (
        ValueError,
        lambda: training.train(layer(), Task(I3, 5), recipe=recipes.Shift(), updates=1, generator=gen()),
        "task must have the model's dimension 2, got 3",
    ),
    (
        TypeError,
        lambda: training.train(layer(), T2, recipe=recipes.Shift(), updates=1, generator=gen(), pool=one.x),
        "pool must be a ttsbook.data.prompts.Prompts, got",
    ),
    (
        TypeError,
        lambda: training.train(layer(), T2, recipe=recipes.Shift(), updates=1, generator=gen(), optimizer="adam"),
        "optimizer must be a ttsbook.training.optimizers.Optimizer, got 'adam'",
    ),
    (ValueError, lambda: training.Adam(step_size=math.nan), "step_size must be a finite number of at least 0, got nan"),
    (ValueError, lambda: recipes.Noisy(-1.0), "noise must be positive, got -1.0"),
    (ValueError, lambda: recipes.Unrolled(0), "depth must be an integer of at least 1, got 0"),
    (ValueError, lambda: recipes.TeacherForced(0.0), "rate must be positive, got 0.0"),
    (ValueError, lambda: gpt_recipes.Outcome(0), "depth must be an integer of at least 1, got 0"),
    (ValueError, lambda: gpt_recipes.Curriculum(1, 1, 1, 1, every=0), "every must be an integer of at least 1, got 0"),
    (ValueError, lambda: prompts.label(one.x.long(), generator=gen()), "x must be of a floating type, got torch.int64"),
    (TypeError, lambda: pools.random_pool(5, rng=rng, turned="no"), "turned must be True or False, got 'no'"),
    (ValueError, lambda: pools.qualities([I2], I3), "dimensions must agree, but target_cov has 3, covs[0] has 2"),
    (TypeError, lambda: theory.direct_error_bound(I2, 5, 5, sharp=1), "sharp must be True or False, got 1"),
    (TypeError, lambda: theory.cot_error(P, I2, 5, 3, corrected="no"), "corrected must be True or False, got 'no'"),
    (TypeError, lambda: theory.train_length_for(I2, 0.1, 1, bound=1), "bound must be True or False, got 1"),
    (
        ValueError,
        lambda: theory.bayes_error(1.0, 5, noise_variance=1),
        "S must have shape (d, d) or (samples, d, d), got",
    ),
    (
        ValueError,
        lambda: theory.vote_error(P, [I2, I2], 5, [], noise_variance=1),
        "steps must be a list of whole numbers of at least 0, got none",
    ),
    (
        TypeError,
        lambda: selection.optimal_mixture([T2], I2, 2, rng=5),
        "rng must be a numpy.random.Generator, got 5 of type int",
    ),
    (ValueError, lambda: intervals.simultaneous([math.nan], [1], 1), "mean must not be negative or NaN, got [nan]"),
    (ValueError, lambda: intervals.simultaneous([-1], [1], 1), "mean must not be negative or NaN, got [-1.0]"),
    (ValueError, lambda: embedding.rows(0), "dim must be an integer of at least 1, got 0"),
    (TypeError, lambda: embedding.weight_token([1, 2]), "w must be a torch.Tensor, got [1, 2] of type list"),
    (
        ValueError,
        lambda: embedding.weight(torch.ones(3)),
        "tokens must have 2d + 2 rows in their last axis, got shape (3,)",
    ),
    (ValueError, lambda: layer(dtype=torch.int32), "dtype must be a floating type, got torch.int32"),
    (TypeError, lambda: Config(2, layer_norm="no"), "layer_norm must be True or False, got 'no'"),
    (TypeError, lambda: transformer.save("unwritten", layer()), "model must be a ttsbook.models.transformer.GPT, got"),
    (TypeError, lambda: transformer.save("unwritten", gpt(), half=1), "half must be True or False, got 1"),
    (TypeError, lambda: checkpoints.save("unwritten", {"a": 1}, {}), "tensors['a'] must be a torch.Tensor, got 1"),
    (ValueError, lambda: baselines.thinking(I3)(one, 2), "P must have the dimension of the prompts, 2, got 3"),
    (ValueError, lambda: baselines.chebyshev(I3)(one, 2), "P must have the dimension of the prompts, 2, got 3"),
    (
        ValueError,
        lambda: baselines.conjugate_gradient(I3)(one, 2),
        "P must have the dimension of the prompts, 2, got 3",
    ),
    (TypeError, lambda: baselines.least_squares()(I2, 3), "prompts must be a ttsbook.data.prompts.Prompts, got"),
    (TypeError, lambda: votes.vote(None, 5), "solver must be a function of prompts and steps, got None"),
    (TypeError, lambda: cot.leaks(gpt()), "model must be a ttsbook.models.attention.LinearSelfAttention, got GPT("),
    (
        TypeError,
        lambda: evaluation.error_curve(lambda batch, steps: np.zeros((3, 3, 2)), one, steps=2),
        "the model's answers must be a torch.Tensor, got array(",
    ),
    (
        ValueError,
        lambda: schedules.chain(schedules.look(P, one, steps=2), torch.ones(4)),
        "schedule must have a row for each of 3 prompts, got shape (4,)",
    ),
    (
        TypeError,
        lambda: expected.filters(schedules.look(P, one, steps=2), None),
        "schedule must be a torch.Tensor, got None",
    ),
    (TypeError, lambda: stopping.Rule(None, stopping.last), "schedule must be a function of what is seen, got None"),
    (TypeError, lambda: training.Checkpoint(None), "path must be a str or a os.PathLike, got None"),
    (
        TypeError,
        lambda: training.train(layer(), T2, recipe=recipes.Direct(), updates=1, generator=gen(), curriculum=3),
        "curriculum must be a function of prompts and an update, got 3",
    ),
    (
        TypeError,
        lambda: training.train(
            layer(), T2, recipe=recipes.Direct(), updates=1, generator=gen(), curriculum=lambda batch, update: None
        ),
        "what curriculum returns must be a ttsbook.data.prompts.Prompts, got None",
    ),
    (TypeError, lambda: recipes.Noisy().pose(one, None), "generator must be a torch.Generator, got None"),
    (TypeError, lambda: recipes.TeacherForced(0.5).pose(one, None), "generator must be a torch.Generator, got None"),
    (TypeError, lambda: gpt_recipes.Distances().draw(one.w, None), "generator must be a torch.Generator, got None"),
    (TypeError, lambda: gpt_recipes.RollIn().loss(gpt(), one, None), "generator must be a torch.Generator, got None"),
    (
        ValueError,
        lambda: gpt_recipes.Curriculum(1, 1, 1, 1, 1).at(-1),
        "update must be an integer of at least 0, got -1",
    ),
]


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize(("error", "call", "words"), TABLE)
def test_what_is_wrong_is_said(error, call, words):
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)

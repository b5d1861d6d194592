import numpy as np
import pytest
import torch
from small_models import default_dtype

from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Mixture, Task

COV = covariance.rotate(covariance.power_law(3, 1.0), rng=np.random.default_rng(0))


BOTH = r"generator must be a torch.Generator, got Generator\(PCG64\) at .* of type numpy.random.Generator$"


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_labels_are_the_weights_read_off_the_examples():
    drawn = prompts.sample(Task(COV, 7), 5, generator=generator(), dtype=torch.float64)
    by_hand = torch.stack([drawn.x[b] @ drawn.w[b] for b in range(5)])
    assert torch.allclose(drawn.y, by_hand, rtol=1e-12)
    assert drawn.lengths.tolist() == [7] * 5


def test_examples_weights_and_noise_have_their_covariances():
    """A law-of-large-numbers test at 4.5 standard errors, entry by entry."""
    batch, length = 20_000, 4
    drawn = prompts.sample(Task(COV, length, noise_variance=0.3), batch, generator=generator(), dtype=torch.float64)
    residual = drawn.y - torch.einsum("bmd,bd->bm", drawn.x, drawn.w)
    for data, expected in ((drawn.x[:, 2], COV), (drawn.w, np.eye(3)), (residual[:, :1], [[0.3]])):
        products = np.einsum("bi,bj->bij", data.numpy(), data.numpy())
        spread = products.std(axis=0) / np.sqrt(batch)
        assert (np.abs(products.mean(axis=0) - expected) < 4.5 * spread).all()


@pytest.mark.parametrize("condensed", [True, False])
@pytest.mark.parametrize("default", [torch.float32, torch.float64])
def test_numbers_have_the_default_type_unless_told_otherwise(default, condensed):
    def drawn(**options):
        found = prompts.sample(Task(COV, 6), 4, generator=generator(), condensed=condensed, **options)
        return found.x, found.y, found.w

    with default_dtype(default):
        numbers, told = drawn(), drawn(dtype=torch.float32)
    assert {part.dtype for part in numbers} == {default}
    for part, same, other in zip(numbers, drawn(dtype=default), told, strict=True):
        assert torch.equal(part, same) and other.dtype == torch.float32


def test_the_seed_decides():
    one, same, other = (prompts.sample(Task(COV, 6), 4, generator=generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(one.x, same.x) and torch.equal(one.y, same.y) and torch.equal(one.w, same.w)
    assert not torch.equal(one.x, other.x)


@pytest.mark.parametrize("condensed", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_prompts_of_one_task_are_the_same_with_a_root_of_each(dtype, condensed, monkeypatch):
    """To rounding, as products of other shapes sum in another order."""

    def drawn(task, shared):
        monkeypatch.setattr(prompts, "SHARED", shared)
        return prompts.sample(task, 50, generator=generator(), dtype=dtype, condensed=condensed)

    task = Task(covariance.rotate(covariance.power_law(30, 1.0, trace=30), rng=np.random.default_rng(1)), 40)
    at_most, more = drawn(task, 50 * 30**2), drawn(task, 50 * 30**2 - 1)
    rounding = 100 * torch.finfo(dtype).eps
    assert torch.equal(at_most.w, more.w) and torch.equal(at_most.lengths, more.lengths)
    for name in ("x", "y"):
        one, other = getattr(at_most, name), getattr(more, name)
        assert torch.allclose(one, other, rtol=rounding, atol=rounding * float(one.abs().max()))
    two = Mixture([Task(np.eye(3), 40), Task(COV, 40)], [0.5, 0.5])
    assert torch.equal(drawn(two, 0).x, drawn(two, 50 * 30**2).x)


def test_many_prompts_of_many_dimensions_take_no_root_each():
    """A root of each would be 64 times the size of these examples."""
    task, roots = Task(covariance.isotropic(256), 4), []

    class Seen(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, function, types, arguments=(), named=None):
            if function is torch.Tensor.matmul:
                roots.append(tuple(arguments[1].shape))
            return function(*arguments, **(named or {}))

    with Seen():
        prompts.sample(task, 257, generator=generator())
        prompts.sample(task, 256, generator=generator())
    assert roots == [(256, 256), (256, 256, 256)]


def test_a_mixture_draws_each_task_with_its_weight_and_length():
    mixture = Mixture([Task(np.eye(3), 2), Task(np.diag([1.0, 0.0, 0.0]), 5)], [0.3, 0.7])
    batch = 20_000
    drawn = prompts.sample(mixture, batch, generator=generator())
    short = drawn.lengths == 2
    assert set(drawn.lengths.tolist()) == {2, 5}
    assert abs(short.double().mean() - 0.3) < 4.5 * np.sqrt(0.21 / batch)
    assert (drawn.x[short, 2:] == 0).all() and (drawn.y[short, 2:] == 0).all()
    assert (drawn.x[~short][..., 1:] == 0).all() and (drawn.x[~short][..., 0] != 0).all()


@pytest.mark.parametrize(
    ("error", "call", "message"),
    [
        (ValueError, lambda: prompts.sample(Task(COV, 5), 0, generator=generator()), "samples .* got 0"),
        (
            TypeError,
            lambda: prompts.sample("task", 5, generator=generator()),
            "task must be a ttsbook.data.tasks.Task or a ttsbook.data.tasks.Mixture, got 'task' of type str",
        ),
        (TypeError, lambda: prompts.sample(Task(COV, 5), 5, generator=np.random.default_rng()), BOTH),
    ],
)
@pytest.mark.unchecked
def test_bad_input_is_refused_by_name(error, call, message):
    with pytest.raises(error, match=message):
        call()


GOOD = {"x": torch.ones(2, 3, 4), "y": torch.ones(2, 3), "w": torch.ones(2, 4), "lengths": torch.tensor([3, 3])}


@pytest.mark.parametrize(
    ("error", "field", "value", "message"),
    [
        (TypeError, "x", np.ones((2, 3, 4)), "x must be a .*Tensor"),
        (TypeError, "lengths", [3, 2], r"lengths must be a .*Tensor, got \[3, 2\]"),
        (ValueError, "x", torch.ones(3, 4), r"x must have shape \(batch, m, d\), got \(3, 4\)"),
        (ValueError, "y", torch.ones(1, 3), r"y must have shape \(2, 3\) beside x of shape \(2, 3, 4\), got \(1, 3\)"),
        (ValueError, "w", torch.ones(1, 4), r"w must have shape \(2, 4\) .*, got \(1, 4\)"),
        (ValueError, "w", torch.tensor(1.0), r"w must have shape \(2, 4\) .*, got \(\)"),
        (ValueError, "lengths", torch.tensor(3), r"lengths must have shape \(2,\) .*, got \(\)"),
        (ValueError, "lengths", torch.tensor([3, -2]), "lengths must be at least 1, got -2"),
        (ValueError, "lengths", torch.tensor([3.0, 2.0]), "lengths must be integers, got torch.float32"),
        (ValueError, "x", torch.ones(2, 3, 4, dtype=torch.int64), "x must have a floating type, got torch.int64"),
        (ValueError, "y", torch.ones(2, 3).double(), "y must have the type of x, torch.float32, got torch.float64"),
        (ValueError, "w", torch.ones(2, 4) * 1j, "w must be real, got torch.complex64"),
        (ValueError, "w", torch.ones(2, 4, device="meta"), "w must be on the device of x, cpu, got meta"),
        (ValueError, "x", torch.full((2, 3, 4), torch.nan), "x must be finite"),
        (ValueError, "y", torch.full((2, 3), torch.inf), "y must be finite"),
        (ValueError, "w", torch.full((2, 4), torch.inf), "w must be finite"),
    ],
)
@pytest.mark.unchecked
def test_prompts_that_do_not_fit_together_are_refused_by_field(error, field, value, message):
    assert prompts.Prompts(**GOOD).lengths.tolist() == [3, 3]
    with pytest.raises(error, match=message):
        prompts.Prompts(**GOOD | {field: value})


@pytest.mark.filterwarnings("ignore:The PyTorch API of MaskedTensors")
def test_masked_prompts_are_refused():
    masked = torch.masked.masked_tensor(torch.ones(2, 4), torch.ones(2, 4) > 0)
    with pytest.raises(ValueError, match=r"w must not be masked, got a masked tensor of shape \(2, 4\)"):
        prompts.Prompts(**GOOD | {"w": masked})


# condensed prompts


@pytest.mark.parametrize("length", [2, 3, 40])
def test_a_condensed_prompt_has_the_covariances_of_a_whole_one(length):
    """Mean and second moment of X Xᵀ/m against Isserlis' formula, at 4.5 standard errors, entry by entry."""
    batch = 40_000
    options = {"generator": generator(), "dtype": torch.float64, "condensed": True}
    drawn = prompts.sample(Task(COV, length), batch, **options)
    assert drawn.x.shape == (batch, min(length, 3), 3) and set(drawn.lengths.tolist()) == {length}
    assert torch.allclose(drawn.y, torch.einsum("bmd,bd->bm", drawn.x, drawn.w))
    S = (drawn.x.mT @ drawn.x / length).numpy()
    squares = S @ S
    expected = (1 + 1 / length) * COV @ COV + np.trace(COV) / length * COV
    for data, mean in ((S, COV), (squares, expected)):
        assert (np.abs(data.mean(axis=0) - mean) < 4.5 * data.std(axis=0) / np.sqrt(batch)).all()


def test_condensed_and_whole_prompts_have_one_distribution():
    """Largest eigenvalue and weakest-direction entry of X Xᵀ/m, by a two-sample Kolmogorov-Smirnov test."""
    from scipy.stats import ks_2samp

    found = {}
    for condensed in (False, True):
        options = {"generator": generator(int(condensed)), "dtype": torch.float64, "condensed": condensed}
        drawn = prompts.sample(Task(COV, 5), 8000, **options)
        S = (drawn.x.mT @ drawn.x / 5).numpy()
        found[condensed] = np.linalg.eigvalsh(S)[:, -1], S[:, 0, 1]
    for whole, condensed in zip(found[False], found[True], strict=True):
        assert ks_2samp(whole, condensed).pvalue > 1e-4


def test_a_linear_layer_cannot_tell_a_condensed_prompt_from_the_one_it_stands_for():
    """Triangular factors by QR of the examples: the layer's literal chain is the same."""
    from small_models import random_layer

    from ttsbook.thinking import cot

    drawn = prompts.sample(Task(COV, 12), 6, generator=generator(), dtype=torch.float64)
    factor = torch.linalg.qr(drawn.x).R
    condensed = prompts.Prompts(factor, torch.einsum("bmd,bd->bm", factor, drawn.w), drawn.w, drawn.lengths)
    layer = random_layer(3, scale=0.2)
    chains = [cot.think(layer, each, 4, literal=True) for each in (drawn, condensed)]
    assert cot.leaks(layer) and torch.allclose(*chains, rtol=1e-9)


def test_a_condensed_mixture_keeps_lengths_and_zeros():
    mixture = Mixture([Task(np.eye(3), 2), Task(np.eye(3), 50)], [0.5, 0.5])
    drawn = prompts.sample(mixture, 200, generator=generator(), condensed=True)
    short = drawn.lengths == 2
    assert drawn.x.shape == (200, 3, 3) and set(drawn.lengths.tolist()) == {2, 50}
    assert (drawn.x[short, 2] == 0).all() and (drawn.y[short, 2] == 0).all() and (drawn.x[~short, 2, 2] > 0).all()


def test_noisy_prompts_are_not_condensed():
    with pytest.raises(ValueError, match="label noise"):
        prompts.sample(Task(COV, 5, noise_variance=0.1), 5, generator=generator(), condensed=True)

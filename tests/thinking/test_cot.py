import dataclasses
import warnings
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_models import BLOCKS, COV, draw, generator, normal, random_layer

from ttsbook import theory
from ttsbook.data import prompts
from ttsbook.data.tasks import Mixture, Task
from ttsbook.models import embedding
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.models.transformer import GPT, Config
from ttsbook.theory import DivergenceWarning
from ttsbook.thinking import cot

OTHERS = [name for name in BLOCKS if name not in ("V31", "W13", "W24")]
SMALL = draw(Task(np.diag([1.0, 0.6]), 3), batch=2)


def gap(model, drawn, steps, **options):
    """Largest distance of the literal chain from the recursion, relative to the chain's size."""
    literal = cot.think(model, drawn, steps, literal=True, **options)
    recursion = cot.think(model, drawn, steps, literal=False, **options)
    return ((literal - recursion).norm() / literal.norm()).item()


@given(st.integers(1, 5), st.integers(1, 8), st.integers(0, 6), st.integers(0, 1000))
def test_thinking_is_the_recursion(dim, length, steps, seed):
    """For any three blocks: a preconditioner that is not symmetric, a ratio that is not 1."""
    task = Task(np.diag(np.linspace(1, 0.2, dim)), length, noise_variance=0.1)
    model = random_layer(dim, structure="blocks", seed=seed)
    assert gap(model, draw(task, seed=seed), steps, w0=normal(4, dim, seed=seed)) < 1e-12


def test_the_recursion_of_the_optimum_is_preconditioned_gradient_descent():
    drawn, P, w = draw(), normal(3, 3), torch.zeros(4, 3, dtype=torch.float64)
    chain = cot.think(LinearSelfAttention(3, dtype=torch.float64).set_preconditioner(P, c=-2.0), drawn, 5)
    for k in range(6):
        assert torch.allclose(chain[:, k], w, rtol=1e-12, atol=1e-12)
        residual = torch.einsum("bmi,bi->bm", drawn.x, w - drawn.w)
        w = w - torch.einsum("ij,bmj,bm->bi", P, drawn.x, residual) / 6


def test_appended_tokens_get_no_attention():
    """The scores of all weight tokens are zero exactly, so nothing of the chain is read back but its end."""
    model, drawn = random_layer(structure="blocks"), draw()
    with torch.no_grad():
        E = embedding.embed(drawn, normal(4, 3))
        chain = torch.stack(list(cot.tokens(model.next_token, E, [drawn.lengths] * 4)), dim=-1)
    scores = chain.mT @ model.matrix("W") @ chain[..., -1:]
    assert not scores.any()


@pytest.mark.parametrize("rho", [2.0, 50, "tokens"])
def test_other_scalings_keep_the_recursion(rho):
    assert gap(random_layer(structure="blocks"), draw(), 5, rho=rho) < 1e-12


def test_the_short_cut_is_taken_where_there_is_one(monkeypatch):
    """Without its literal run the layer still thinks."""
    layer = random_layer(structure="blocks")
    expected = cot.think(layer, draw(), 3, literal=True)
    for way in ("forward", "next_token"):
        monkeypatch.setattr(LinearSelfAttention, way, None)
    assert torch.allclose(cot.think(layer, draw(), 3), expected, rtol=1e-12)
    with pytest.raises(TypeError):
        cot.think(layer, draw(), 3, literal=True)


def test_the_scaling_is_the_number_of_examples_unless_told():
    model, drawn = random_layer(structure="blocks"), draw()
    chain = cot.think(model, drawn, 3)
    assert torch.equal(chain, cot.think(model, drawn, 3, rho=6))
    by_tokens = cot.think(model, drawn, 2, rho="tokens")
    assert torch.allclose(by_tokens[:, 1], cot.think(model, drawn, 1, rho=7)[:, 1])
    last = cot.think(model, drawn, 1, rho=8, w0=by_tokens[:, 1])
    assert torch.allclose(by_tokens[:, 2], last[:, 1])


def test_thinking_goes_on_from_where_it_stopped():
    model, drawn = random_layer(structure="blocks"), draw()
    chain = cot.think(model, drawn, 5)
    assert torch.allclose(cot.think(model, drawn, 3, w0=chain[:, 2]), chain[:, 2:], rtol=1e-12)


@pytest.mark.parametrize("literal", [True, False])
def test_a_short_prompt_of_a_mixture_is_scaled_by_its_own_length(literal):
    model = random_layer(structure="blocks")
    drawn = draw(Mixture([Task(COV, 2), Task(COV, 5)], [0.5, 0.5]), batch=12)
    assert set(drawn.lengths.tolist()) == {2, 5}
    chain = cot.think(model, drawn, 3, literal=literal)
    for b, length in enumerate(drawn.lengths.tolist()):
        x, y = drawn.x[b : b + 1, :length], drawn.y[b : b + 1, :length]
        alone = prompts.Prompts(x, y, drawn.w[b : b + 1], drawn.lengths[b : b + 1])
        assert torch.allclose(chain[b], cot.think(model, alone, 3, literal=literal)[0], rtol=1e-12)


def test_the_jacobian_of_a_step_is_that_of_the_recursion_and_of_finite_differences():
    drawn, leaky = draw(), random_layer()
    layer = random_layer(structure="blocks")
    S = drawn.x.mT @ drawn.x / 6
    P, R = torch.as_tensor(layer.preconditioner()), torch.as_tensor(layer.ratio())
    assert torch.allclose(cot.step_jacobian(layer, drawn, drawn.w), torch.eye(3) - P @ S @ R, rtol=1e-12)
    found, small = cot.step_jacobian(leaky, drawn, drawn.w), 1e-5
    for j, move in enumerate(small * torch.eye(3, dtype=torch.float64)):
        ends = [cot.think(leaky, drawn, 1, literal=True, w0=drawn.w + sign * move)[:, 1] for sign in (1, -1)]
        assert torch.allclose(found[:, :, j], (ends[0] - ends[1]) / (2 * small), rtol=1e-6, atol=1e-8)
    assert leaky.V.grad is None and not found.requires_grad


def test_a_start_that_prompts_share_leaves_each_its_own_jacobian():
    """Against finite differences, prompt by prompt: the sum over the batch is none of them."""
    drawn, w0, small = draw(), normal(3), 1e-5
    for model in (random_layer(), random_layer(structure="blocks")):
        moves = small * torch.eye(3, dtype=torch.float64)
        ends = [[cot.think(model, drawn, 1, w0=w0 + sign * move)[:, 1] for move in moves] for sign in (1, -1)]
        slopes = torch.stack([(up - down) / (2 * small) for up, down in zip(*ends, strict=True)], dim=2)
        assert torch.allclose(cot.step_jacobian(model, drawn, w0), slopes, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("rho", [[3.1, 6.0, 9.0, 40.0], np.array([3.1, 6.0, 9.0, 40.0]), torch.tensor([3, 6, 9, 40])])
def test_each_prompt_can_have_its_own_scaling(rho):
    model, drawn = random_layer(structure="blocks"), draw()
    for b, alone in enumerate(rho):
        expected = cot.think(model, drawn, 3, rho=float(alone))[b]
        assert torch.allclose(cot.think(model, drawn, 3, rho=rho)[b], expected, rtol=1e-12, atol=0)
    assert gap(model, drawn, 4, rho=rho) < 1e-12


@pytest.mark.filterwarnings("ignore::ttsbook.theory.DivergenceWarning")
def test_the_best_scaling_of_theory_solves_prompts_that_diverge_otherwise():
    task = Task(COV, 8)
    P = theory.preconditioner(Task(0.2 * COV, 500))
    layer = LinearSelfAttention(3, dtype=torch.float64).set_preconditioner(P)
    drawn = draw(task, batch=50)
    plain, scaled = (cot.think(layer, drawn, 300, rho=rho) for rho in (None, theory.best_scaling(P, drawn.x)))
    assert ((plain[:, -1] - drawn.w).norm(dim=1) > 1e3).float().mean() > 0.9
    assert (scaled[:, -1] - drawn.w).norm(dim=1).max() < 1e-3


# leaks: which blocks must be zero


def perturbed(names, seed=0):
    """An optimum of d = 2 with some of the other blocks not zero."""
    model = LinearSelfAttention(2, dtype=torch.float64).set_preconditioner([[0.6, 0.1], [-0.2, 0.5]])
    values = random_layer(2, seed=seed)
    for name in names:
        model.block(name).data.copy_(values.block(name))
    return model


def departs(model):
    """Whether the literal chain departs from the recursion on the three blocks alone."""
    recursion = LinearSelfAttention(2, structure="blocks", dtype=torch.float64)
    for name in ("V31", "W13", "W24"):
        recursion.block(name).data.copy_(model.block(name))
    expected = cot.think(recursion, SMALL, 5)
    distance = (cot.think(model, SMALL, 5, literal=True) - expected).norm() / expected.norm()
    assert distance < 1e-12 or distance > 1e-7, "neither equal nor clearly different"
    return bool(distance > 1e-7)


@pytest.mark.parametrize(
    "size", [1, pytest.param(2, marks=pytest.mark.exhaustive), pytest.param(3, marks=pytest.mark.nightly)]
)
def test_a_chain_departs_from_the_recursion_exactly_when_blocks_leak(size):
    """All 29 other blocks alone, all 406 pairs and all 3,654 triples."""
    for names in combinations(OTHERS, size):
        model = perturbed(names)
        assert departs(model) == bool(cot.leaks(model)), names


@settings(max_examples=60)
@given(st.sets(st.sampled_from(OTHERS)), st.integers(0, 1000))
def test_any_set_of_blocks_without_a_leak_is_harmless(names, seed):
    kept = set(names)
    while found := cot.leaks(perturbed(kept, seed)):
        kept.discard(found[0][-1])
    assert not departs(perturbed(kept, seed))


def test_each_leak_is_named_and_refused():
    for leak in cot.LEAKS:
        assert leak in cot.leaks(perturbed(leak))
        with pytest.raises(ValueError, match=f"leaks through .*{leak[-1]}.*literal=True"):
            cot.think(perturbed(leak), SMALL, 1, literal=False)
        assert torch.equal(cot.think(perturbed(leak), SMALL, 4), cot.think(perturbed(leak), SMALL, 4, literal=True))


# divergence and bad input


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("literal", [True, False])
def test_a_diverging_chain_is_inf_and_warns_once(dtype, literal):
    model = LinearSelfAttention(3, dtype=dtype).set_preconditioner(1e30 * np.eye(3))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        chain = cot.think(model, draw(dtype=dtype), 20, literal=literal)
    assert [w.category for w in caught] == [DivergenceWarning]
    assert not chain.isnan().any()
    assert torch.isinf(chain[:, -1]).all() and torch.isfinite(chain[:, 0]).all()
    beyond = torch.isinf(chain)
    assert torch.equal(beyond.any(dim=-1), beyond.all(dim=-1))
    assert (beyond[:, 1:] >= beyond[:, :-1]).all()


def poisoned():
    model = random_layer(structure="blocks")
    model.V31.data[0, 0] = torch.nan
    return model


class Constant(torch.nn.Module):
    """A model that is no layer: its weight rows are 1 everywhere, whatever it is asked."""

    def __init__(self):
        super().__init__()
        self.dim, self.answer = 3, torch.nn.Parameter(torch.ones(3, dtype=torch.float64))

    def forward(self, E, rho):
        return embedding.weight_token(self.answer)[:, None].expand(E.shape)


def test_any_model_thinks():
    chain = cot.think(Constant(), draw(), 2)
    assert not chain[:, 0].any() and (chain[:, 1:] == 1).all()
    assert not chain.requires_grad


# own models


class Halved(LinearSelfAttention):
    """A layer whose steps are half as long."""

    def forward(self, E, rho):
        return (E + super().forward(E, rho)) / 2


class Clipped(LinearSelfAttention):
    def next_token(self, E, rho):
        return super().next_token(E, rho).clamp(-0.1, 0.1)


def halve(model, arguments, output=None):
    """Hook that halves the steps: before the layer by doubling the scaling, after it by the mean with what it read."""
    E, rho = arguments
    return (E, 2 * rho) if output is None else (E + output) / 2


def hooked(kind, where=lambda model: model):
    model = LinearSelfAttention(3, dtype=torch.float64).set_preconditioner(COV)
    getattr(where(model), f"register_{kind}")(halve)
    return model


def replaced():
    model = LinearSelfAttention(3, dtype=torch.float64).set_preconditioner(COV)
    model.forward = lambda E, rho: LinearSelfAttention.forward(model, E, 2 * rho)
    return model


@pytest.mark.parametrize(
    "make",
    [
        lambda: Halved(3, dtype=torch.float64).set_preconditioner(COV),
        lambda: hooked("forward_hook"),
        lambda: hooked("forward_pre_hook"),
        replaced,
    ],
)
def test_what_runs_a_model_is_never_passed_over(make):
    """All of these are the layer with half its preconditioner, whose chain is known."""
    expected = cot.think(LinearSelfAttention(3, dtype=torch.float64).set_preconditioner(COV / 2), draw(), 4)
    assert torch.allclose(cot.think(make(), draw(), 4, literal=True), expected, rtol=1e-12)
    slope = cot.step_jacobian(make(), draw(), draw().w)
    S = draw().x.mT @ draw().x / 6
    assert torch.allclose(slope, torch.eye(3) - torch.as_tensor(COV) @ S / 2, rtol=1e-12)
    assert not cot.has_short_cut(make())
    assert torch.equal(cot.think(make(), draw(), 4), cot.think(make(), draw(), 4, literal=True))
    with pytest.raises(TypeError, match="literal=True"):
        cot.think(make(), draw(), 4, literal=False)


def test_an_overridden_next_token_is_the_model():
    model = Clipped(3, dtype=torch.float64).set_preconditioner(COV)
    assert cot.think(model, draw(), 4, literal=True).abs().max() == 0.1
    assert not cot.has_short_cut(model)


def test_hooks_of_parts_and_overridden_parts_bring_a_gpt_to_its_forward():
    def gpt(kind=GPT):
        return kind(Config(3, width=16, layers=2), generator=generator(), dtype=torch.float64)

    class Shifted(GPT):
        def forward(self, E, rho=None):
            return super().forward(E) + 1

    calls, watched = [], gpt()
    watched.blocks[0].register_forward_hook(lambda *_: calls.append(1))
    assert cot.has_short_cut(gpt()) and not cot.has_short_cut(watched) and not cot.has_short_cut(gpt(Shifted))
    cot.think(watched, draw(), 3, literal=True)
    assert len(calls) == 3
    steps = torch.arange(4, dtype=torch.float64)  # a new GPT repeats its weight, to which 1 is added
    assert torch.equal(cot.think(gpt(Shifted), draw(), 3, literal=True), steps[:, None].expand(4, 4, 3))


def descend(x, y, w):
    residual = y - torch.einsum("bmd,bd->bm", x, w)
    return w + torch.einsum("ij,bmj,bm->bi", torch.as_tensor(COV), x, residual) / y.shape[1]


def test_a_function_of_ones_own_thinks_like_the_layer_that_it_writes_out():
    layer, own = LinearSelfAttention(3, dtype=torch.float64).set_preconditioner(COV), cot.Stepwise(descend, dim=3)
    drawn, w0 = draw(), normal(4, 3)
    assert torch.allclose(cot.think(own, drawn, 5, w0=w0), cot.think(layer, drawn, 5, w0=w0), rtol=1e-12)
    slopes = [cot.step_jacobian(model, drawn, w0) for model in (own, layer)]
    assert torch.allclose(*slopes, rtol=1e-12)
    E = embedding.embed(drawn, w0)
    assert torch.equal(own(E, 6)[..., :-1], E[..., :-1]) and torch.equal(own(E, 6)[..., -1], own.next_token(E, 6))


def test_a_module_of_ones_own_keeps_its_weights_and_its_type():
    class Answer(torch.nn.Bilinear):
        def forward(self, x, y, w):
            return super().forward(w, torch.einsum("bmd,bm->bd", x, y))

    answer = Answer(3, 3, 3).double()
    own, drawn = cot.Stepwise(answer, dim=3), draw()
    w = torch.ones(4, 3, dtype=torch.float64)
    chain = cot.think(own, drawn, 3, w0=w)
    for k in range(1, 4):
        w = answer(drawn.x, drawn.y, w)
        assert torch.allclose(chain[:, k], w.detach())
    with pytest.raises(ValueError, match="prompts must have the model's dtype torch.float64"):
        cot.think(own, draw(dtype=torch.float32), 1)


class Noisy(torch.nn.Module):
    """A model with dropout in a part, one of whose parts is kept from training."""

    def __init__(self):
        super().__init__()
        self.dim, self.dropout, self.frozen = 3, torch.nn.Dropout(), torch.nn.Dropout().eval()

    def forward(self, E, rho):
        if self.dropout.training:
            raise AssertionError("dropout is on")
        return torch.ones_like(E)


def test_dropout_is_off_while_thinking_and_on_again_after(monkeypatch):
    model = Noisy()
    assert (cot.think(model, draw(), 2, literal=True)[:, 1:] == 1).all()
    assert model.training and model.dropout.training and not model.frozen.training
    monkeypatch.setattr(Noisy, "forward", lambda self, E, rho: E[:, :3])
    with pytest.raises(ValueError, match=r"next token must be a tensor of shape \(4, 8\), got \(4, 3\)"):
        cot.think(model, draw(), 2, literal=True)
    assert model.training and model.dropout.training and not model.frozen.training


class Scaled(torch.nn.Module):
    """Answer with a multiple of the weight plus one, or with NaN once it is beyond a size."""

    def __init__(self, factor, end=torch.inf):
        super().__init__()
        self.dim, self.factor, self.end = 3, factor, end

    def next_token(self, E, rho):
        w = embedding.weight(E[..., -1])
        return embedding.weight_token(torch.where(w.abs() > self.end, torch.nan, self.factor * w + 1))


def test_nan_of_a_model_is_said_and_growth_is_divergence():
    with pytest.raises(ValueError, match="answer is NaN at step 3 of prompt 0"):
        cot.think(Scaled(2, end=2), draw(), 4, literal=True)
    for model in (Scaled(1e60), Scaled(-1e60), Scaled(1e60, end=1e200)):
        with pytest.warns(DivergenceWarning):
            chain = cot.think(model, draw(), 8, literal=True)
        assert torch.isinf(chain[:, -1]).all() and torch.isfinite(chain[:, 3]).all()


@pytest.mark.unchecked
@pytest.mark.parametrize(
    ("error", "call", "message"),
    [
        (ValueError, lambda: cot.think(random_layer(), draw(), -1), "steps .* got -1"),
        (ValueError, lambda: cot.think(random_layer(2), draw(), 1), "prompts must have the model's dimension 2, got 3"),
        (
            ValueError,
            lambda: cot.think(random_layer(), draw(dtype=torch.float32), 1),
            "dtype torch.float64, got torch.fl",
        ),
        (ValueError, lambda: cot.think(poisoned(), draw(), 1), "the model's V31 must be finite"),
        (
            ValueError,
            lambda: cot.think(random_layer(structure="blocks"), draw(), 1, rho=0),
            "rho must be positive, got 0",
        ),
        (ValueError, lambda: cot.think(random_layer(structure="blocks"), draw(), 1, rho="m"), "rho .* got 'm'"),
        (
            ValueError,
            lambda: cot.think(random_layer(structure="blocks"), draw(), 1, rho=[1.0, 2.0]),
            r"one for each of 4 prompts, got \[1.0, 2.0\]",
        ),
        (
            ValueError,
            lambda: cot.think(random_layer(structure="blocks"), draw(), 1, rho=[1.0, 2.0, 0.0, 1.0]),
            "rho must be positive and finite",
        ),
        (ValueError, lambda: cot.step_jacobian(random_layer(2), draw(), draw().w), "model's dimension 2, got 3"),
        (ValueError, lambda: cot.step_jacobian(random_layer(), draw(), draw().w[:2]), "w0 must have shape"),
        (
            TypeError,
            lambda: cot.think(Constant(), draw(), 1, literal=False),
            "short cut, got a Constant: use literal=T",
        ),
        (TypeError, lambda: cot.think(torch.nn.Linear(3, 3), draw(), 1), "must have the attribute dim.* got a Linear"),
        (TypeError, lambda: cot.think(np.mean, draw(), 1), "made one by cot.Stepwise, got <function mean"),
        (TypeError, lambda: cot.Stepwise(3, dim=2), "answer must be a function of x, y and w, got 3"),
        (ValueError, lambda: cot.Stepwise(np.mean, dim=0), "dim .* got 0"),
        (
            ValueError,
            lambda: cot.think(cot.Stepwise(lambda x, y, w: w[:1], dim=3), draw(), 1),
            r"answer must return a tensor of shape \(4, 3\), got \(1, 3\)",
        ),
        (ValueError, lambda: cot.think(cot.Stepwise(lambda x, y, w: w.numpy(), dim=3), draw(), 1), "got a ndarray"),
        (
            ValueError,
            lambda: cot.think(random_layer(structure="blocks"), dataclasses.replace(draw(), y=draw().y * torch.nan), 1),
            "y must be finite",
        ),
    ],
)
def test_bad_input_is_refused_by_name(error, call, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("make", [np.asarray, np.ndarray.tolist, torch.as_tensor])
def test_starts_and_scalings_may_be_arrays_lists_or_tensors(make):
    model, drawn = random_layer(structure="blocks"), draw()
    for w0 in (np.array([0.1, 0.2, -0.3]), normal(4, 3).numpy()):
        chain = cot.think(model, drawn, 3, w0=make(w0), rho=make(np.array([3.1] * 4)))
        assert torch.equal(chain[:, 0], torch.as_tensor(w0).expand(4, 3))
        assert torch.equal(chain, cot.think(model, drawn, 3, w0=torch.as_tensor(w0), rho=3.1))
    for rho in (torch.tensor(5.0), np.array(5.0), np.float32(5.0), 5):
        assert torch.equal(cot.think(model, drawn, 3, rho=rho), cot.think(model, drawn, 3, rho=5.0))


@pytest.mark.parametrize("name", ["w0", "rho"])
def test_starts_and_scalings_keep_all_they_have_or_are_refused(name):
    values = np.ones((4, 3) if name == "w0" else 4)
    for value, message in (
        (values * 1j, "must be real, got complex128"),
        ((values * 1j).tolist(), "must be real, got complex128"),
        (torch.as_tensor(values * 1j), "must be real, got torch.complex128"),
        (np.ma.masked_equal(values, 1), "must not be masked"),
        (values * np.inf, "must be .*finite"),
        (torch.ones(2), "must .*4"),
    ):
        with pytest.raises(ValueError, match=f"{name} {message}"):
            cot.think(random_layer(structure="blocks"), draw(), 1, **{name: value})
    with pytest.raises(ValueError, match="rho must be a finite number, got 1j"):
        cot.think(random_layer(), draw(), 1, rho=1j)


def test_the_seed_of_a_test_prompt_is_its_generator():
    assert torch.equal(draw(seed=1).x, prompts.sample(Task(COV, 6), 4, generator=generator(1), dtype=torch.float64).x)

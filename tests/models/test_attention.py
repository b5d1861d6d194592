import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from small_models import BLOCKS, COV, default_dtype, draw, normal, random_layer

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.models.attention import STRUCTURES, LinearSelfAttention
from ttsbook.models.embedding import embed, weight, weight_token


def naive(model, E, rho):
    """The formula of the layer, token by token: each reads every token with weight <e_s, W e_t> / rho."""
    V, W = model.matrix("V").detach().numpy(), model.matrix("W").detach().numpy()
    out = np.empty(E.shape)
    for b, prompt in enumerate(E.numpy()):
        tokens = list(prompt.T)
        for t, query in enumerate(tokens):
            attended = sum((token @ W @ query) * (V @ token) for token in tokens)
            out[b, :, t] = query + attended / rho[b]
    return out


@pytest.mark.parametrize("structure", ["full", "blocks"])
def test_the_layer_is_its_formula(structure):
    model, E, rho = random_layer(structure=structure), normal(4, 8, 5), [3.0, 1.0, 2.5, 7.0]
    expected = naive(model, E, rho)
    with torch.no_grad():
        assert np.allclose(model(E, torch.tensor(rho)), expected, rtol=1e-12, atol=1e-12)
        assert np.allclose(model.next_token(E, torch.tensor(rho)), expected[..., -1], rtol=1e-12, atol=1e-12)


def test_the_blocks_alone_are_the_full_layer_with_all_else_zero():
    sparse, full = random_layer(structure="blocks"), LinearSelfAttention(3, dtype=torch.float64)
    for name in ("V31", "W13", "W24"):
        full.block(name).data.copy_(sparse.block(name))
    assert torch.equal(sparse.matrix("V"), full.matrix("V"))
    assert torch.equal(sparse.matrix("W"), full.matrix("W"))
    assert sum(p.numel() for p in sparse.parameters()) == 9 + 9 + 1
    zero = [name for name in BLOCKS if not sparse.block(name).any()]
    assert sorted(zero) == sorted(set(BLOCKS) - {"V31", "W13", "W24"})


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_maps_the_rows_that_its_name_says(name):
    model = random_layer()
    for parameter in model.parameters():
        parameter.data.zero_()
    model.block(name).data.fill_(1.0)
    sizes = np.array([3, 1, 3, 1])
    expected = np.repeat(np.repeat(np.eye(4)[[int(name[1]) - 1]].T @ np.eye(4)[[int(name[2]) - 1]], sizes, 0), sizes, 1)
    assert np.array_equal(model.matrix(name[0]).detach(), expected)


@given(st.integers(0, 1000), st.sampled_from([-3.0, 0.5, 1.0, 4.0]))
def test_a_set_preconditioner_multiplies_the_gradient(seed, c):
    drawn, w0, P = draw(seed=seed), normal(4, 3, seed=seed), normal(3, 3, seed=seed)
    for structure in ("full", "blocks"):
        model = LinearSelfAttention(3, structure=structure, dtype=torch.float64).set_preconditioner(P, c=c)
        residual = drawn.y - torch.einsum("bmi,bi->bm", drawn.x, w0)
        step = torch.einsum("ij,bmj,bm->bi", P, drawn.x, residual) / 6
        with torch.no_grad():
            token = model.next_token(embed(drawn, w0), 6)
        assert torch.allclose(token, weight_token(w0 + step), rtol=1e-12, atol=1e-12)
        assert np.allclose(model.preconditioner(), P, rtol=1e-12)
        assert np.array_equal(model.ratio(), np.eye(3))


def test_any_three_blocks_make_a_step_of_the_learned_preconditioner_and_ratio():
    model, drawn, w0 = random_layer(structure="blocks"), draw(), normal(4, 3)
    residual = drawn.y - torch.einsum("bmi,bi->bm", drawn.x, w0 @ torch.as_tensor(model.ratio()).T)
    step = torch.einsum("ij,bmj,bm->bi", torch.as_tensor(model.preconditioner()), drawn.x, residual) / 6
    with torch.no_grad():
        assert torch.allclose(weight(model.next_token(embed(drawn, w0), 6)), w0 + step, rtol=1e-12)


def test_a_new_layer_repeats_the_weight_it_was_given():
    drawn, w0 = draw(), normal(4, 3)
    for structure in ("full", "blocks"):
        model = LinearSelfAttention(3, structure=structure, dtype=torch.float64)
        assert torch.equal(model.next_token(embed(drawn, w0), 6), weight_token(w0))


def test_gradients_agree_with_finite_differences():
    model, E = random_layer(dim=2), normal(2, 6, 4)

    def token(V, W):
        parametrized = LinearSelfAttention(2)
        parametrized.matrix = {"V": V, "W": W}.get
        return parametrized.next_token(E, 3.0)

    assert torch.autograd.gradcheck(token, (model.V, model.W))


@pytest.mark.parametrize("structure", ["full", "blocks"])
def test_without_a_start_what_reads_the_weight_gets_no_gradient(structure):
    model, drawn = random_layer(structure=structure), draw(batch=64)
    token = model.next_token(embed(drawn), 6)
    (token - weight_token(drawn.w)).square().sum().backward()
    gradients = {name: parameter.grad for name, parameter in model.named_parameters()}
    if structure == "full":
        column = slice(4, 7)
        assert not gradients["W"][:, column].any() and not gradients["V"][:, column].any()
        assert gradients["W"][3, 7] != 0
    else:
        assert not gradients["W13"].any() and gradients["W24"].any()


def test_turning_the_prompt_and_the_preconditioner_turns_the_answer():
    turn = torch.linalg.qr(normal(3, 3))[0]
    P, drawn, w0 = normal(3, 3, seed=1), draw(), normal(4, 3)
    straight = LinearSelfAttention(3, dtype=torch.float64).set_preconditioner(P)
    turned = LinearSelfAttention(3, dtype=torch.float64).set_preconditioner(turn @ P @ turn.T)
    E, E_turned = embed(drawn, w0), embed(drawn, w0)
    for part in (slice(0, 3), slice(4, 7)):
        E_turned[:, part] = turn @ E[:, part]
    with torch.no_grad():
        answers = weight(straight.next_token(E, 6)), weight(turned.next_token(E_turned, 6))
    assert torch.allclose(answers[0] @ turn.T, answers[1], rtol=1e-12)


def test_the_optimum_answers_with_the_exact_direct_error():
    task = Task(covariance.power_law(4, 0.7), 9)
    P = theory.preconditioner(task)
    model = LinearSelfAttention(4, dtype=torch.float64).set_preconditioner(P, c=2.0)
    drawn = draw(task, batch=20_000)
    with torch.no_grad():
        errors = (weight(model.next_token(embed(drawn), 9)) - drawn.w).square().sum(dim=1)
    spread = errors.std() / np.sqrt(len(errors))
    assert abs(errors.mean() - theory.direct_error(P, task.cov, 9)) < 4.5 * spread


def test_the_seed_decides_random_weights():
    one, same, other = (random_layer(seed=seed, scale=0.1).matrix("V") for seed in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, other)
    assert abs(random_layer(dim=60, scale=0.1).matrix("W").std() - 0.1) < 0.003


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_weights_have_the_default_type_unless_told_otherwise(structure, dtype):
    with default_dtype(dtype):
        model, told = (LinearSelfAttention(2, structure=structure, **o) for o in ({}, {"dtype": torch.float16}))
    assert {p.dtype for p in model.parameters()} == {dtype}
    assert {p.dtype for p in told.parameters()} == {torch.float16}


@pytest.mark.parametrize("default", [torch.float32, torch.float64])
def test_the_scale_of_a_layer_has_all_digits_of_its_type(default):
    with default_dtype(default):
        model = LinearSelfAttention(3, dtype=torch.float64).set_preconditioner(COV, c=0.1)
    assert np.array_equal(model.ratio(), np.eye(3))


def test_type_and_device_are_kept():
    for structure in ("full", "blocks"):
        model = LinearSelfAttention(2, structure=structure, dtype=torch.float64, device="cpu")
        assert {p.dtype for p in model.parameters()} == {torch.float64}
        assert model.preconditioner().dtype == np.float64


@pytest.mark.parametrize(
    ("error", "call", "message"),
    [
        (ValueError, lambda: LinearSelfAttention(0), "dim must be an integer of at least 1, got 0"),
        (ValueError, lambda: LinearSelfAttention(3, structure="dense"), "structure must be one of .* got 'dense'"),
        (ValueError, lambda: random_layer().block("V51"), "name must be V or W and two digits .* got 'V51'"),
        (ValueError, lambda: random_layer().set_preconditioner(np.eye(2)), r"P must have shape \(3, 3\)"),
        (ValueError, lambda: random_layer().set_preconditioner(COV * np.nan), "P must be finite"),
        (ValueError, lambda: random_layer().set_preconditioner(COV, c=0.0), "c must not be zero, got 0.0"),
        (ValueError, lambda: random_layer().set_preconditioner(COV, c=np.nan), "c must be a finite number, got nan"),
        (ValueError, lambda: random_layer().set_preconditioner(COV * 1j), "P must be real, got complex128"),
        (ValueError, lambda: random_layer().set_preconditioner(torch.eye(3) * 1j), "P must be real, got complex64"),
        (ValueError, lambda: random_layer().set_preconditioner(torch.tensor(1.0)), r"square matrix, got shape \(\)"),
        (
            ValueError,
            lambda: random_layer().set_preconditioner(np.ma.masked_less(COV, 0)),
            r"P must not be masked, got a masked array of shape \(3, 3\)",
        ),
        (ValueError, lambda: random_layer(scale=-1.0), "scale .* got -1.0"),
        (
            TypeError,
            lambda: random_layer().randomize(1.0, generator=None),
            "generator must be a torch.Generator, got None",
        ),
        (
            ValueError,
            lambda: random_layer()(normal(1, 6, 4), 3),
            r"E must have shape \(batch, 8, tokens\), got \(1, 6, 4\)",
        ),
        (ValueError, lambda: random_layer()(normal(1, 8, 4), 0), "rho must be positive, got 0.0"),
        (ValueError, lambda: random_layer().next_token(normal(8, 4), 3), r"E must have shape .* got \(8, 4\)"),
        (ZeroDivisionError, lambda: random_layer(scale=0.0).ratio(), "W24 is zero"),
    ],
)
@pytest.mark.unchecked
def test_bad_input_is_refused_by_name(error, call, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(("size", "c"), [(1e39, 1.0), (1.0, 1e-39), (0.0, 1e39), (0.0, 1e-50)])
def test_weights_beyond_the_floating_type_are_refused_and_leave_the_layer(size, c):
    model = LinearSelfAttention(3, dtype=torch.float32).set_preconditioner(COV)
    with pytest.raises(ValueError, match="P and c must give a .* within torch.float32, got entries of up to"):
        model.set_preconditioner(size * np.eye(3), c=c)
    assert np.allclose(model.preconditioner(), COV, rtol=1e-6)
    wide = LinearSelfAttention(3, dtype=torch.float64).set_preconditioner(size * np.eye(3), c=c)
    assert np.allclose(wide.preconditioner(), size * np.eye(3), rtol=1e-12)


@pytest.mark.unchecked
def test_a_scaling_of_another_batch_is_refused():
    with pytest.raises(ValueError, match="one for each of 1 prompts, got 5"):
        LinearSelfAttention(3)(torch.zeros(1, 8, 4), torch.ones(5))

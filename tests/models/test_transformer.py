import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_models import COV, default_dtype, draw, generator, normal

from ttsbook import training
from ttsbook.data import covariance
from ttsbook.data.tasks import Mixture, Task
from ttsbook.models import checkpoints, embedding
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.models.transformer import GPT, SIGHTS, TOKENS, Config, load, save
from ttsbook.thinking import cot, evaluation
from ttsbook.training import gpt_recipes, recipes

TASK = Task(COV, 6)
SHORT_AND_LONG = Mixture([Task(COV, 2), Task(COV, 6)], [0.5, 0.5])


def gpt(dtype=torch.float64, seed=0, scale=0.3, **config):
    """A GPT with large random weights everywhere, so that nothing is hidden by zeros."""
    config = {"dim": 3, "width": 16, "layers": 3, "heads": 2} | config
    model, source = GPT(Config(**config), generator=generator(), dtype=dtype), generator(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(scale * torch.randn(parameter.shape, generator=source, dtype=dtype))
    return model


def relative(one, other):
    return ((one - other).norm() / other.norm()).item()


# agreement with GPT-2


@pytest.fixture(scope="module")
def Twin():
    """Hugging Face's GPT-2, whose import takes seconds, so that only those wait for it who use it."""
    from gpt2_twin import Twin

    return Twin


@pytest.mark.exhaustive
@pytest.mark.parametrize("config", [{}, {"positions": 40}, {"width": 64, "layers": 2, "heads": 4}])
def test_answers_are_those_of_GPT2_with_the_same_weights(Twin, config):
    model, drawn = gpt(torch.float32, scale=0.1, sight="chain", **config), draw(dtype=torch.float32, batch=32)
    E = embedding.embed(drawn, normal(32, 3).float())
    assert (model(E) - Twin(model)(E)).abs().max() < 1e-5
    assert (model.read_out.weight.abs().max() > 0.1) and relative(model(E)[..., -1], E[..., -1]) > 0.05


@pytest.mark.parametrize("config", [{}, {"positions": 40}])
def test_a_chain_is_that_of_GPT2_with_the_same_weights(Twin, config):
    """Thinking with the cache against Hugging Face's model run literally on the growing prompt."""
    model, drawn = gpt(torch.float32, scale=0.1, sight="chain", **config), draw(dtype=torch.float32, batch=32)
    with torch.no_grad():
        expected = cot.think(Twin(model), drawn, 5, literal=True)
    assert (cot.think(model, drawn, 5, literal=False) - expected).abs().max() < 1e-5


def test_in_double_precision_the_twins_agree_to_its_rounding(Twin):
    model, drawn = gpt(sight="chain"), draw(batch=8)
    assert relative(cot.think(model, drawn, 5, literal=False), cot.think(Twin(model), drawn, 5)) < 1e-12


# the cache


@pytest.mark.parametrize("task", [TASK, SHORT_AND_LONG])
@pytest.mark.parametrize("layer_norm", [True, False])
@pytest.mark.parametrize("positions", [0, 40])
@pytest.mark.parametrize("tokens", TOKENS)
@pytest.mark.parametrize("sight", SIGHTS)
def test_the_cache_gives_what_the_whole_prompt_gives(task, layer_norm, positions, tokens, sight):
    model = gpt(layer_norm=layer_norm, positions=positions, tokens=tokens, sight=sight)
    drawn, w0 = draw(task, batch=8), normal(8, 3)
    assert relative(*(cot.think(model, drawn, 5, w0=w0, literal=flag) for flag in (False, True))) < 1e-12


@settings(max_examples=25)
@given(st.integers(1, 4), st.integers(1, 9), st.integers(0, 6), st.integers(1, 3), st.integers(0, 1000))
def test_the_cache_is_right_for_all_sizes(dim, length, steps, layers, seed):
    model = gpt(dim=dim, layers=layers, width=8, seed=seed)
    drawn = draw(Task(np.eye(dim), length), seed=seed)
    chain, literal = (cot.think(model, drawn, steps, literal=flag) for flag in (False, True))
    assert torch.allclose(chain, literal, rtol=1e-9, atol=1e-11)


def test_one_step_of_a_chain_depends_on_its_last_weight_alone():
    model, drawn = gpt(), draw()
    chain = cot.think(model, drawn, 4)
    assert relative(cot.think(model, drawn, 2, w0=chain[:, 2]), chain[:, 2:]) < 1e-13
    other = gpt(sight="chain")
    chain = cot.think(other, drawn, 4)
    assert relative(cot.think(other, drawn, 2, w0=chain[:, 2]), chain[:, 2:]) > 1e-3


def test_error_curves_take_the_cache(monkeypatch):
    model = gpt()
    assert cot.has_short_cut(model) and cot.has_short_cut(LinearSelfAttention(3))
    assert not cot.has_short_cut(torch.nn.Linear(1, 1))
    expected = evaluation.error_curve(
        lambda drawn, steps: cot.think(model, drawn, steps, literal=True),
        TASK,
        steps=3,
        samples=50,
        generator=generator(),
    )
    monkeypatch.setattr(GPT, "forward", None)
    curve = evaluation.error_curve(model, TASK, steps=3, samples=50, generator=generator())
    assert np.allclose(curve.mean, expected.mean, rtol=1e-10)


# what sees what


@pytest.mark.parametrize("tokens", TOKENS)
@pytest.mark.parametrize("layer_norm", [True, False])
def test_several_weights_on_one_prompt_are_answered_as_if_alone(tokens, layer_norm):
    model, w0 = gpt(tokens=tokens, layer_norm=layer_norm), normal(8, 5, 3)
    for task in (TASK, SHORT_AND_LONG):
        drawn = draw(task, batch=8)
        together = model.answer(drawn, w0)
        alone = torch.stack([model.next_token(embedding.embed(drawn, w0[:, i])) for i in range(5)], dim=1)
        assert relative(together, embedding.weight(alone)) < 1e-13


@pytest.mark.parametrize("tokens", TOKENS)
@pytest.mark.parametrize("sight", SIGHTS)
def test_padding_is_not_seen(tokens, sight):
    """A short prompt in a batch with long ones is answered as it is alone."""
    model, drawn = gpt(tokens=tokens, sight=sight), draw(SHORT_AND_LONG, batch=20)
    short = drawn.lengths == 2
    assert 0 < short.sum() < 20
    cut = dataclasses.replace(
        drawn, x=drawn.x[short, :2], y=drawn.y[short, :2], w=drawn.w[short], lengths=drawn.lengths[short]
    )
    assert relative(cot.think(model, drawn, 3)[short], cot.think(model, cut, 3)) < 1e-13


def test_without_positions_and_with_one_layer_the_order_of_the_examples_does_not_matter():
    drawn = draw()
    turned = dataclasses.replace(drawn, x=drawn.x.flip(1), y=drawn.y.flip(1))
    assert relative(cot.think(gpt(layers=1), turned, 3), cot.think(gpt(layers=1), drawn, 3)) < 1e-13
    placed = gpt(layers=1, positions=20)
    assert relative(cot.think(placed, turned, 3), cot.think(placed, drawn, 3)) > 1e-3


def test_an_example_sees_no_later_one():
    for tokens in TOKENS:
        model, E = gpt(tokens=tokens), embedding.embed(draw())
        changed = E.clone()
        changed[:, 0, 4] += 1
        assert torch.equal(model(E)[..., :4], model(changed)[..., :4])
        assert not torch.allclose(model(E)[..., 4:], model(changed)[..., 4:])


def test_the_last_column_is_the_next_token():
    for tokens in TOKENS:
        model, E = gpt(tokens=tokens), embedding.embed(draw(), normal(4, 3))
        assert tuple(model(E).shape) == tuple(E.shape)
        assert torch.allclose(model(E)[..., -1], model.next_token(E), rtol=1e-12)


# the head and the start


def test_a_new_model_answers_with_the_weight_it_was_given():
    model, w0 = GPT(Config(3), generator=generator(), dtype=torch.float64), normal(4, 3)
    assert torch.equal(cot.think(model, draw(), 4, w0=w0), w0[:, None].expand(4, 5, 3))
    absolute = GPT(Config(3, residual=False), generator=generator(), dtype=torch.float64)
    assert not cot.think(absolute, draw(), 1, w0=w0)[:, 1].any()


def test_the_seed_decides_the_weights():
    one, same, other = (GPT(Config(3), generator=generator(seed)).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["read_in.weight"], other["read_in.weight"])


def test_the_papers_size_has_nine_and_a_half_million_parameters():
    with torch.device("meta"):
        model = GPT(Config(20, width=256, layers=12, heads=8), generator=torch.Generator())
    assert sum(p.numel() for p in model.parameters()) == pytest.approx(9.5e6, rel=0.01)


def test_without_layer_norm_there_is_none():
    assert not any("norm" in name for name, _ in gpt(layer_norm=False).named_parameters())


# training


def test_the_direct_loss_gives_the_columns_that_read_the_weight_no_gradient():
    model = gpt()
    recipes.Direct().loss(model, draw(), generator()).backward()
    gradient = model.read_in.weight.grad
    rows = embedding.rows(3)
    assert not gradient[:, rows[3]].any()
    assert all(gradient[:, rows[block]].any() for block in (1, 2, 4))
    model.zero_grad()
    gpt_recipes.Distances().loss(model, draw(), generator()).backward()
    assert model.read_in.weight.grad[:, rows[3]].any()


@pytest.mark.exhaustive
def test_a_small_model_learns_to_think_in_seconds():
    model = GPT(Config(2, width=32, layers=1, layer_norm=False), generator=generator())
    task = Task(covariance.isotropic(2), 10)
    history = training.train(
        model,
        task,
        recipe=gpt_recipes.Distances(),
        updates=300,
        generator=generator(1),
        batch=64,
        optimizer=training.Adam(step_size=5e-3, schedule=training.Cosine(warm_up=20), clip=1.0),
    )
    assert history.preconditioner_error is None and history.loss[-1] < 0.5 * history.loss[0]
    curve = evaluation.error_curve(model, task, steps=8, samples=500, generator=generator(2))
    assert (np.diff(curve.median[:4]) < 0).all() and curve.median[8] < 0.02 * curve.median[0]


# storage


def test_a_model_comes_back_with_its_shape_its_weights_and_its_generator(tmp_path):
    source, path = generator(5), tmp_path / "deep" / "model.safetensors"
    model = gpt(torch.float32, tokens="interleaved", positions=30)
    save(path, model, generator=source)
    expected, back = torch.rand(3, generator=source), generator()
    loaded = load(path, generator=back)
    assert loaded.config == model.config and torch.equal(torch.rand(3, generator=back), expected)
    drawn = draw(dtype=torch.float32)
    assert torch.equal(cot.think(loaded, drawn, 3), cot.think(model, drawn, 3))
    assert [entry.name for entry in path.parent.iterdir()] == ["model.safetensors"]


@pytest.mark.parametrize("stored", [torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize("default", [torch.float32, torch.float64])
def test_a_model_has_the_default_type_unless_told_otherwise(tmp_path, stored, default):
    path = tmp_path / "model.safetensors"
    save(path, gpt().to(stored))
    with default_dtype(default):
        made = GPT(Config(3, positions=5), generator=generator())
        loaded, same = load(path), load(path, dtype=stored)
    assert {p.dtype for model in (made, loaded) for p in model.parameters()} == {default}
    for a, b, original in zip(loaded.parameters(), same.parameters(), gpt().parameters(), strict=True):
        assert torch.equal(b, original.to(stored)) and b.dtype == stored
        assert torch.equal(a, original.to(stored).to(default))


def test_half_precision_is_half_the_size_and_nearly_the_same(tmp_path):
    model, drawn = gpt(torch.float32, width=64, scale=0.05), draw(dtype=torch.float32)
    for name, half in (("half", True), ("whole", False)):
        save(tmp_path / name, model, half=half)
    sizes = [(tmp_path / name).stat().st_size for name in ("half", "whole")]
    assert sizes[0] < 0.52 * sizes[1]
    chain = cot.think(load(tmp_path / "half"), drawn, 3)
    assert 0 < relative(chain, cot.think(model, drawn, 3)) < 1e-2


def test_a_weight_beyond_half_precision_is_not_stored_as_infinite(tmp_path):
    model = gpt(torch.float32)
    model.read_out.weight.data[0, 0] = 1e5
    with pytest.raises(ValueError, match="half must be False: the model's read_out.weight is beyond half precision"):
        save(tmp_path / "half", model, half=True)
    assert not (tmp_path / "half").exists()


def test_other_files_are_refused_by_name(tmp_path):
    path = tmp_path / "model.safetensors"
    checkpoints.save(path, {"a": torch.zeros(1)}, {"recipe": "none"})
    with pytest.raises(ValueError, match="model.safetensors is no checkpoint of a GPT: it has the entries recipe"):
        load(path)
    save(path, gpt(torch.float32))
    with pytest.raises(ValueError, match="model.safetensors holds no state of a generator"):
        load(path, generator=generator())
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match="model.safetensors is damaged"):
        load(path)


@pytest.mark.parametrize(
    ("error", "call", "message"),
    [
        (ValueError, lambda: Config(0), "dim .* got 0"),
        (ValueError, lambda: Config(3, layers=0), "layers .* got 0"),
        (ValueError, lambda: Config(3, heads=5), "heads must divide the width 64, got 5"),
        (ValueError, lambda: Config(3, sight="all"), "sight must be one of 'newest', 'chain', got 'all'"),
        (ValueError, lambda: Config(3, tokens="words"), "tokens must be one of .* got 'words'"),
        (ValueError, lambda: Config(3, positions=-1), "positions .* got -1"),
        (
            TypeError,
            lambda: GPT({"dim": 3}, generator=generator()),
            "config must be a ttsbook.models.transformer.Config, got {'dim': 3} of type dict",
        ),
        (TypeError, lambda: GPT(Config(3), generator=0), "generator must be a torch.Generator, got 0"),
        (ValueError, lambda: gpt()(torch.ones(1, 6, 2, dtype=torch.float64)), "E must have 2d .* = 8 rows, got 6"),
        (ValueError, lambda: cot.think(gpt(positions=8), draw(), 3, literal=True), "no more than the 8 positions"),
        (ValueError, lambda: cot.think(gpt(positions=8), draw(), 3), "no more than the 8 positions, got 9"),
        (ValueError, lambda: gpt(sight="chain").answer(draw(), normal(4, 2, 3)), "w0 must be one weight .* got 2"),
        (ValueError, lambda: gpt().answer(draw(), normal(4, 3)), r"w0 must have shape \(4, weights, 3\), got \(4, 3\)"),
        (ValueError, lambda: gpt().answer(draw(), normal(4, 2, 5)), r"w0 must have shape .* got \(4, 2, 5\)"),
        (ValueError, lambda: cot.think(gpt(), draw(dtype=torch.float32), 1), "prompts must have the model's dtype"),
        (ValueError, lambda: cot.think(gpt(dim=2), draw(), 1), "prompts must have the model's dimension 2, got 3"),
    ],
)
@pytest.mark.unchecked
def test_bad_input_is_refused_by_name(error, call, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.unchecked
def test_numbers_of_numpy_are_stored_as_numbers(tmp_path):
    config = Config(np.int64(3), width=np.int32(8), layers=1, heads=2)
    model = GPT(config, generator=torch.Generator().manual_seed(0))
    save(tmp_path / "gpt.safetensors", model)
    assert load(tmp_path / "gpt.safetensors").config == config


def test_the_mask_follows_the_model_to_another_device():
    model = GPT(Config(2, width=8, layers=1, heads=2), generator=torch.Generator().manual_seed(0))
    assert model._sight(8, 2, None)[0].device.type == "cpu"
    assert model.to("meta")._sight(8, 2, None)[0].device.type == "meta"

import dataclasses

import numpy as np
import pytest
import torch
from small_models import COV, draw, generator

from ttsbook import training
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.models import embedding
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.models.transformer import GPT, Config
from ttsbook.thinking import cot
from ttsbook.training import gpt_recipes
from ttsbook.training.gpt_recipes import Curriculum, Distances, Outcome, RollIn

TASK = Task(COV, 6)


def gpt(seed=0, scale=0.2):
    model, source = GPT(Config(3, width=16, heads=2), generator=generator(seed), dtype=torch.float64), generator(9)
    with torch.no_grad():
        model.read_out.weight.normal_(0, scale, generator=source)
    return model


# starts at every distance


def test_starts_have_the_promised_distances():
    """ln of the distance: that of a Gaussian vector, less u ln 10 with u uniform on [0, decades]."""
    w = torch.randn(20_000, 3, generator=generator(), dtype=torch.float64)
    starts = Distances(decades=2, zeros=0.25, starts=2).draw(w, generator(1))
    zero = (starts == 0).all(dim=-1)
    assert zero.double().mean().item() == pytest.approx(0.25, abs=0.01)
    logs = (starts - w[:, None]).norm(dim=-1)[~zero].log10().numpy()
    plain = torch.randn(200_000, 3, generator=generator(2)).norm(dim=-1).log10().numpy()
    assert logs.mean() == pytest.approx(plain.mean() - 1, abs=0.02)
    assert logs.var() == pytest.approx(plain.var() + 2**2 / 12, rel=0.03)
    one = Distances(decades=0, zeros=0.0).draw(w, generator(1)) - w[:, None]
    assert one.std().item() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("relative", [True, False])
def test_the_loss_is_the_mean_over_starts_answered_one_by_one(relative):
    model, drawn, recipe = gpt(), draw(TASK, batch=5), Distances(relative=relative, starts=3, floor=0.01)
    w0 = recipe.draw(drawn.w, generator(4))
    terms = []
    for b in range(5):
        for i in range(3):
            parts = {name: getattr(drawn, name)[b : b + 1] for name in ("x", "y", "w", "lengths")}
            one = dataclasses.replace(drawn, **parts)
            answer = embedding.weight(model(embedding.embed(one, w0[b : b + 1, i]))[..., -1])[0]
            scale = ((w0[b, i] - drawn.w[b]) ** 2).sum() / 3 + 0.01 if relative else 1.0
            terms.append(((answer - drawn.w[b]) ** 2).sum() / scale)
    assert recipe.loss(model, drawn, generator(4)).item() == pytest.approx(torch.stack(terms).mean().item(), rel=1e-12)


def test_a_model_that_keeps_its_weight_has_the_loss_of_the_starts():
    """With a small floor the relative loss of saying nothing is d, whatever the starts."""
    model, drawn = GPT(Config(3), generator=generator(), dtype=torch.float64), draw(TASK, batch=50)
    assert Distances(floor=1e-12).loss(model, drawn, generator()).item() == pytest.approx(3)


# whole chains


def test_the_outcome_is_the_end_of_the_chain():
    model, drawn = gpt(), draw(TASK, batch=20)
    for depth in (1, 4):
        end = cot.think(model, drawn, depth)[:, -1]
        expected = (end - drawn.w).square().sum(dim=-1).mean().item() / 2
        assert Outcome(depth).loss(model, drawn, generator()).item() == pytest.approx(expected, rel=1e-12)


def test_the_outcome_fits_linear_attention_too():
    model = LinearSelfAttention(3, dtype=torch.float64).set_preconditioner(0.3 * np.eye(3))
    drawn = draw(TASK, batch=20)
    end = cot.think(model, drawn, 3)[:, -1]
    expected = (end - drawn.w).square().sum(dim=-1).mean().item() / 2
    assert Outcome(3).loss(model, drawn, generator()).item() == pytest.approx(expected, rel=1e-12)


def test_roll_in_asks_for_one_more_step_of_the_models_own_chain():
    model, drawn = gpt(), draw(TASK, batch=20)
    chain = cot.think(model, drawn, 4)
    errors = (chain - drawn.w[:, None]).square().sum(dim=-1)
    expected = {(errors[:, k + 1] / (errors[:, k] / 3 + 1e-3)).mean().item() for k in range(4)}
    found = {RollIn(4).loss(model, drawn, generator(seed)).item() for seed in range(40)}
    assert len(found) == 4
    assert np.allclose(sorted(found), sorted(expected), rtol=1e-12)


# curriculum


def test_a_curriculum_grows_and_zeroes_what_is_not_active():
    curriculum, drawn = Curriculum(1, 2, 1, 2, every=10), draw(TASK, batch=5)
    for update, (dim, length) in {0: (1, 2), 9: (1, 2), 10: (2, 4), 25: (3, 6), 99: (3, 6)}.items():
        shown = curriculum(drawn, update)
        assert tuple(shown.x.shape) == (5, length, 3) and (shown.lengths == length).all()
        assert not shown.x[..., dim:].any() and not shown.w[:, dim:].any()
        assert torch.equal(shown.x[..., :dim], drawn.x[:, :length, :dim])
        assert torch.allclose(shown.y, torch.einsum("bmd,bd->bm", shown.x, shown.w))


@pytest.mark.parametrize(
    ("drawn", "message"),
    [
        (draw(Task(COV, 6, noise_variance=0.5)), "prompts must have no label noise for a curriculum"),
        (draw(Task(COV, 9), condensed=True), "prompts must have all their examples for a curriculum"),
    ],
)
def test_a_curriculum_refuses_prompts_that_it_cannot_cut(drawn, message):
    with pytest.raises(ValueError, match=message):
        Curriculum(3, 2, 0, 0, every=1)(drawn, 0)


def test_training_follows_the_curriculum():
    seen = []

    class Watch(Distances):
        def loss(self, model, prompts, generator):
            seen.append(prompts.x.shape[1])
            return super().loss(model, prompts, generator)

    training.train(
        gpt(),
        TASK,
        recipe=Watch(),
        updates=5,
        generator=generator(),
        batch=4,
        curriculum=Curriculum(1, 2, 1, 2, every=2),
    )
    assert seen == [2, 2, 4, 4, 6, 6]


# the loop, with what only a GPT needs


class Killed(Exception):
    pass


@dataclasses.dataclass(frozen=True)
class Mortal(Distances):
    calls: list = dataclasses.field(default_factory=list, repr=False)
    dies: bool = dataclasses.field(default=True, repr=False)

    def loss(self, model, prompts, generator):
        self.calls.append(1)
        if self.dies and len(self.calls) == 9:
            raise Killed
        return super().loss(model, prompts, generator)


def test_a_killed_training_of_a_GPT_goes_on_to_the_same_bits(tmp_path):
    optimizer = training.Adam(schedule=training.Cosine(warm_up=4), clip=0.5)
    options = {"updates": 12, "batch": 8, "optimizer": optimizer, "curriculum": Curriculum(1, 2, 1, 2, every=5)}
    whole = gpt()
    expected = training.train(whole, TASK, recipe=Mortal(dies=False), generator=generator(), **options)
    options |= {"checkpoint": training.Checkpoint(tmp_path / "run.safetensors", every=5)}
    with pytest.raises(Killed):
        training.train(gpt(), TASK, recipe=Mortal(), generator=generator(), **options)
    resumed, recipe = gpt(), Mortal(dies=False)
    history = training.train(resumed, TASK, recipe=recipe, generator=generator(), **options)
    assert len(recipe.calls) == 8, "5 of 12 updates were stored"
    assert np.array_equal(history.loss, expected.loss)
    assert all(torch.equal(value, resumed.state_dict()[name]) for name, value in whole.state_dict().items())


@pytest.mark.parametrize(
    "change",
    [
        {"optimizer": training.Adam(schedule=training.Cosine(warm_up=3))},
        {"optimizer": training.Adam(clip=0.2)},
        {"optimizer": training.GradientDescent()},
        {"curriculum": Curriculum(2, 2, 1, 2, every=5)},
    ],
)
def test_the_checkpoint_of_another_training_is_refused(tmp_path, change):
    options = {
        "recipe": Distances(),
        "updates": 2,
        "batch": 4,
        "checkpoint": training.Checkpoint(tmp_path / "run.safetensors"),
    }
    training.train(gpt(), TASK, generator=generator(), **options)
    (name,) = change
    with pytest.raises(ValueError, match=f"belongs to another run: {name} was"):
        training.train(gpt(), TASK, generator=generator(), **options, **change)


def test_steps_rise_over_the_warm_up_and_gradients_are_clipped():
    """Plain gradient descent moves by step size times gradient: both can be read off the weights."""

    def moved(updates, warm_up=0, clip=None):
        model = gpt()
        before = torch.nn.utils.parameters_to_vector(model.parameters())
        recipe = Distances()
        training.train(
            model,
            TASK,
            recipe=recipe,
            updates=updates,
            generator=generator(),
            batch=8,
            optimizer=training.GradientDescent(step_size=1e-3, schedule=training.Constant(warm_up=warm_up), clip=clip),
        )
        return (torch.nn.utils.parameters_to_vector(model.parameters()) - before).norm().item()

    plain = moved(1)
    assert plain > 1e-3
    assert moved(1, warm_up=4) == pytest.approx(plain / 4)
    assert moved(1, clip=0.1) == pytest.approx(1e-4, rel=1e-4)
    assert moved(1, clip=1e9) == pytest.approx(plain)


@pytest.mark.parametrize(
    ("error", "call", "message"),
    [
        (ValueError, lambda: Distances(decades=-1), "decades .* got -1"),
        (ValueError, lambda: Distances(zeros=-0.1), "zeros .* got -0.1"),
        (ValueError, lambda: Distances(zeros=5), "zeros must be a share of at most 1, got 5"),
        (ValueError, lambda: Distances(starts=0), "starts .* got 0"),
        (ValueError, lambda: Distances(floor=0.0), "floor must be positive, got 0.0"),
        (ValueError, lambda: Outcome(0), "depth .* got 0"),
        (ValueError, lambda: RollIn(0), "depth .* got 0"),
        (ValueError, lambda: Curriculum(0, 1, 1, 1, every=1), "dim .* got 0"),
        (ValueError, lambda: Curriculum(1, 1, -1, 1, every=1), "dim_step .* got -1"),
        (
            ValueError,
            lambda: training.train(
                gpt(), Task(covariance.isotropic(2), 3), recipe=Distances(), updates=1, generator=generator()
            ),
            "task must have the model's dimension 3, got 2",
        ),
        (
            ValueError,
            lambda: training.train(
                gpt(), TASK, recipe=gpt_recipes.Distances(trains=("V31",)), updates=1, generator=generator()
            ),
            "recipe trains V31, but a GPT has only",
        ),
    ],
)
def test_bad_input_is_refused_by_name(error, call, message):
    with pytest.raises(error, match=message):
        call()

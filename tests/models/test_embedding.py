import dataclasses

import pytest
import torch
from small_models import draw, normal

from ttsbook.data.prompts import Prompts
from ttsbook.models import embedding


def test_each_column_is_a_token():
    drawn, w0 = draw(batch=2), normal(2, 3)
    E = embedding.embed(drawn, w0)
    assert E.shape == (2, 8, 7)
    for b in range(2):
        for i in range(6):
            assert E[b, :, i].tolist() == [*drawn.x[b, i].tolist(), drawn.y[b, i].item(), 0, 0, 0, 0]
        assert E[b, :, 6].tolist() == [0, 0, 0, 0, *w0[b].tolist(), 1]
    assert torch.equal(embedding.weight(E[..., -1]), w0)


def test_one_start_serves_all_prompts():
    drawn, w0 = draw(batch=2), normal(3)
    assert torch.equal(embedding.embed(drawn, w0), embedding.embed(drawn, w0.expand(2, 3)))
    assert not embedding.weight(embedding.embed(drawn)[..., -1]).any()


def spoiled(name, value):
    tensor = getattr(draw(), name).clone()
    tensor.flatten()[1] = value
    return dataclasses.replace(draw(), **{name: tensor})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: embedding.embed(draw(), normal(2)), r"w0 must have shape \(4, 3\) or \(3,\), got \(2,\)"),
        (lambda: embedding.embed(draw(), torch.tensor([0.0, torch.nan, 0.0])), "w0 must be finite"),
        (lambda: embedding.embed(spoiled("x", torch.inf)), "x must be finite"),
        (lambda: embedding.embed(spoiled("y", torch.nan)), "y must be finite"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_large_finite_numbers_are_finite():
    x = torch.full((1, 100, 1), 3e37)  # whose sum is not
    drawn = Prompts(x, x[..., 0], x[:, 0], torch.tensor([100]))
    assert embedding.embed(drawn).isfinite().all()

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from ttsbook import theory
from ttsbook.data import prompts, rows
from ttsbook.data.rows import Rows
from ttsbook.data.tasks import Task


def some(count=6, dim=3, seed=0):
    return Rows(np.random.default_rng(seed).exponential(size=(count, dim)))


def best_step(x):
    """The P of the least one-step error over these prompts, by least squares."""
    S = x.swapaxes(1, 2) @ x / x.shape[1]
    dim = x.shape[-1]
    return np.linalg.lstsq(S.reshape(-1, dim), np.tile(np.eye(dim), (len(S), 1)), rcond=None)[0].T


def test_moments_are_sums_over_the_rows():
    pool = some()
    second = sum(np.outer(x, x) for x in pool.x) / 6
    fourth = sum((x @ x) * np.outer(x, x) for x in pool.x) / 6
    assert np.allclose(pool.cov, second) and np.allclose(pool.fourth_moments, fourth)
    gaussian = np.random.default_rng(1).multivariate_normal(np.zeros(3), pool.cov, size=400_000)
    length = np.mean(np.square(gaussian).sum(axis=1) ** 2)
    assert pool.stretch == pytest.approx(np.mean(np.square(pool.x).sum(axis=1) ** 2) / length, rel=0.02)


@pytest.mark.parametrize("length", [1, 2, 3, 5])
def test_without_replacement_a_layer_learns_as_from_longer_prompts(length):
    """Against least squares over the list of all prompts that hold no row twice."""
    pool = some()
    x = pool.x[list(itertools.permutations(range(6), length))]
    n = rows.effective_length(length, 6)
    P = np.linalg.inv(theory.gamma(pool.cov, n, fourth_moments=pool.fourth_moments))
    assert np.allclose(P, best_step(x))
    if length > 1:
        ignored = theory.preconditioner(Task(pool.cov, length), fourth_moments=pool.fourth_moments)
        assert np.linalg.norm(ignored - P) > 0.05 * np.linalg.norm(P)


def test_all_rows_at_once_teach_the_inverse():
    pool = some()
    P = np.linalg.inv(theory.gamma(pool.cov, rows.effective_length(6, 6), fourth_moments=pool.fourth_moments))
    assert np.allclose(P @ pool.cov, np.eye(3))


@pytest.mark.parametrize(("length", "total"), [(2, 3), (7, 60), (59, 60)])
def test_effective_length_is_that_of_two_draws(length, total):
    """Two places of a prompt hold one row with probability 1/n_eff on average, as with replacement with 1/N."""
    same_place = Fraction(1, length)
    other_row = (1 - same_place) * Fraction(-1, total - 1)  # covariance of two draws without replacement, in units
    assert rows.effective_length(length, total) == pytest.approx(float(1 / (same_place + other_row)))


def test_prompts_without_replacement_hold_no_row_twice():
    pool = Rows(np.arange(10.0)[:, None])
    rng = np.random.default_rng(0)
    drawn = pool.draw(7, samples=2000, rng=rng, replacement=False)[..., 0]
    assert all(len(set(prompt)) == 7 for prompt in drawn)
    assert np.abs(drawn.mean(axis=0) - 4.5).max() < 4.5 * 2.9 / np.sqrt(2000)
    again = pool.draw(7, samples=2000, rng=rng)[..., 0]
    assert any(len(set(prompt)) < 7 for prompt in again) and set(again.ravel()) == set(range(10))


def test_scales_and_means_do_not_matter_once_standardized():
    train, test = some(20, 3, 1), some(30, 3, 2)
    units = np.array([1e-3, 1.0, 1e4])
    moved = [Rows(pool.x * units + units) for pool in (train, test)]
    for center in ("train", "own"):
        plain, other = rows.standardize(train, test, center=center), rows.standardize(*moved, center=center)
        for one, two in zip(plain, other, strict=True):
            assert np.allclose(one.x, two.x) and np.trace(one.cov) == pytest.approx(3)
        assert np.allclose(plain[0].x.mean(axis=0), 0)
        assert np.allclose(plain[1].x.mean(axis=0), 0) == (center == "own")
    raw = (train.x.var(axis=0) / test.x.var(axis=0)).tolist()
    one, two = (np.array(pool.x.var(axis=0)) for pool in rows.standardize(train, test, center="own"))
    ratio = one / two / raw
    assert np.allclose(ratio, ratio[0])  # columns keep their shares; only each pool as a whole is scaled


def test_labels_are_those_of_the_weights():
    x = torch.as_tensor(some().draw(4, samples=50, rng=np.random.default_rng(0)))
    batch = prompts.label(x, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(batch.y, (x @ batch.w[..., None])[..., 0]) and (batch.lengths == 4).all()


GOOD = """
# a line of names, blank lines, spaces, quotes
height, weight,"home, city"

1.70, 65 ,Rome
1.8e0,80,"Oslo"

1.6,50,Rome
"""


def test_a_table_is_read_from_a_file_and_from_lines(tmp_path):
    text = GOOD.replace("# a line of names, blank lines, spaces, quotes\n", "")
    path = tmp_path / "own.csv"
    path.write_bytes(("\ufeff" + text).encode())
    for source in (path, str(path), text.splitlines()):
        pool = rows.read_csv(source, leave_out=["home, city"])
        assert pool.columns == ("height", "weight")
        assert pool.x.tolist() == [[1.7, 65], [1.8, 80], [1.6, 50]]
    domains = rows.read_domains(path, "home, city")
    assert {name: pool.x.tolist() for name, pool in domains.items()} == {
        "Oslo": [[1.8, 80]],
        "Rome": [[1.7, 65], [1.6, 50]],
    }


def test_names_and_the_delimiter_may_differ():
    assert rows.read_csv(["1,2", "3,5"]).columns == ("column 1", "column 2")
    assert rows.read_csv(["a;b", "1;2", "3;5"], delimiter=";").x.tolist() == [[1, 2], [3, 5]]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["a,b", "1,x", "2,3"], "column 'b' must hold numbers, got 'x' in line 2: leave the column out"),
        (["1,2,?", "3,4,5", "6,7,9"], "column 'column 3' must have a value in every row, but line 1 has none"),
        (["a,b", "1,2", "3,"], "column 'b' must have a value in every row, but line 3 has none"),
        (["a,b", "1,2", "NaN,4"], "column 'a' must have a value in every row, but line 3 has none"),
        (["a,b", "1,2", "inf,4"], "column 'a' must be finite, got inf in line 3"),
        (["a,b", "1,2", "3,2"], "column 'b' must vary, but is 2 in every row: leave it out"),
        (["a,b", "1,2", "3"], "line 3 must have 2 values, as there are columns, got 1"),
        (["a,a", "1,2", "3,4"], "columns must have different names, but 'a' is there twice"),
        (["a b", "1 2", "3 4"], "column 'a b' must hold numbers, got '1 2' in line 2: the delimiter may be ' '"),
        (["a;b", "1;2", "3;4"], "column 'a;b' must hold numbers, got '1;2' in line 2: the delimiter may be ';'"),
        (["a,b", "1,2"], "source must hold at least two rows of values, got 1"),
        (["", " "], "source must hold rows, got none"),
    ],
)
def test_a_table_that_will_not_do_is_refused_by_its_column(lines, message):
    with pytest.raises(ValueError, match=message):
        rows.read_csv(lines)


@pytest.mark.unchecked
@pytest.mark.parametrize(
    ("error", "call", "message"),
    [
        (ValueError, lambda: Rows([1.0, 2.0]), r"x must have shape \(rows, columns\), got \(2,\)"),
        (ValueError, lambda: Rows([[1.0, math.nan]]), "x must be finite"),
        (ValueError, lambda: Rows([[1.0, 2.0]], ["a"]), "columns must be 2 different names, got \\['a'\\]"),
        (ValueError, lambda: some().draw(0, samples=1, rng=np.random.default_rng(0)), "length must be an integer"),
        (
            ValueError,
            lambda: some().draw(7, samples=1, rng=np.random.default_rng(0), replacement=False),
            "length must be at most the 6 rows where none is drawn twice, got 7",
        ),
        (
            ValueError,
            lambda: prompts.label(torch.ones(4, 3), generator=torch.Generator()),
            r"x must have shape \(batch, m, d\), got \(4, 3\)",
        ),
        (ValueError, lambda: rows.effective_length(7, 6), "length must be at most rows = 6, got 7"),
        (ValueError, lambda: rows.standardize(some(), some(dim=2)), "must have the same columns, but differ in"),
        (
            ValueError,
            lambda: rows.standardize(Rows([[1.0, 2.0], [1.0, 3.0]], ["a", "b"]), Rows(np.eye(2), ["a", "b"])),
            "column 'a' must vary in the training rows, but is 1 in all",
        ),
        (ValueError, lambda: rows.standardize(some(), some(), center="test"), "center must be one of 'train', 'own'"),
        (TypeError, lambda: rows.standardize(some().x, some()), "train must be a .*Rows"),
        (ValueError, lambda: rows.read_csv(["a,b", "1,2", "3,4"], leave_out=["c"]), "leave_out must name columns"),
        (
            TypeError,
            lambda: rows.read_csv(["a,b", "1,2", "3,4"], leave_out="a"),
            "must be a sequence of names, got 'a'",
        ),
        (TypeError, lambda: rows.read_csv([[1.0, 2.0]]), r"source\[0\] must be a str, got \[1.0, 2.0\]"),
        (ValueError, lambda: rows.read_csv(["a", "1", "2"], leave_out=["a"]), "all are left out"),
        (
            ValueError,
            lambda: rows.read_domains(["a,b", "1,", "3,x"], "b"),
            "column 'b' must name a domain in every row",
        ),
    ],
)
def test_bad_input_is_refused_by_name(error, call, message):
    with pytest.raises(error, match=message):
        call()

"""The layer written down naively, and prompts that represent the Gaussian ones exactly.

The functions take NumPy arrays and torch tensors alike. A population is a grid of Gauss–Hermite nodes: the weighted
mean of a polynomial over it is its Gaussian expectation, to rounding, as long as the degree in each variable
is below twice the number of nodes.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

BLOCKS = [f"{matrix}{row}{column}" for matrix in "VW" for row in "1234" for column in "1234"]
BASE = ("V31", "W13", "W24")


def place(name, dim):
    """Rows and columns of a block such as "V31"."""
    starts = np.array([0, dim, dim + 1, 2 * dim + 1, 2 * dim + 2])
    return tuple(slice(starts[int(digit) - 1], starts[int(digit)]) for digit in name[1:])


def block(weights, name):
    V, _ = weights
    return weights["VW".index(name[0])][place(name, len(V) // 2 - 1)]


def layer_weights(dim, blocks, rng=None):
    """V and W with the given blocks: a dict of values, or names to be filled with normal numbers."""
    weights = np.zeros((2, 2 * dim + 2, 2 * dim + 2))
    for name in blocks:
        view = block(weights, name)
        view[...] = blocks[name] if rng is None else rng.standard_normal(view.shape)
    return weights


def layer(E, weights, rho):
    V, W = weights
    return E + V @ E @ (E.mT @ W @ E) / rho


def embed(x, y, w0):
    """Tokens of prompts x (K, n, d), y (K, n), w0 (K, d) as columns: (K, 2d + 2, n + 1)."""
    count, length, dim = x.shape
    E = np.zeros((count, 2 * dim + 2, length + 1))
    E[:, :dim, :length], E[:, dim, :length] = x.transpose(0, 2, 1), y
    E[:, dim + 1 : -1, length], E[:, -1, length] = w0, 1
    return E


def chain(weights, x, y, w0, rho):
    """Answers w_0, w_1, ... of one prompt, by appending each token literally; rho lists the scaling of each step."""
    E = embed(x[None], y[None], w0[None])[0]
    for scaling in rho:
        E = np.c_[E, layer(E, weights, scaling)[:, -1]]
    dim = x.shape[1]
    return E[dim + 1 : -1, len(x) :].T


def recursion(weights, x, y, w0, rho):
    V31, W13, W24 = (block(weights, name) for name in ("V31", "W13", "W24"))
    answers = [w0]
    for scaling in rho:
        answers.append(answers[-1] + V31 @ x.T @ (x @ W13 @ answers[-1] + W24[0] * y) / scaling)
    return np.array(answers)


def draw_prompt(rng, m=5, dim=3):
    """Examples, labels that no weight explains, a weight and a start."""
    return rng.standard_normal((m, dim)), rng.standard_normal(m), rng.standard_normal(dim), rng.standard_normal(dim)


@dataclass(frozen=True)
class Population:
    x: np.ndarray  # (K, n, d)
    w0: np.ndarray  # (K, d)
    w: np.ndarray  # (K, d)
    probability: np.ndarray  # (K,)

    @cached_property
    def S(self):
        return self.x.transpose(0, 2, 1) @ self.x / self.x.shape[1]

    @cached_property
    def E(self):
        return torch.from_numpy(embed(self.x, (self.x @ self.w[..., None])[..., 0], self.w0))

    def mean(self, values):
        return np.tensordot(self.probability, values, 1)

    def losses(self, weights):
        """Training loss of each prompt, with its 1/2, through the literal layer."""
        dim = self.x.shape[2]
        target = np.c_[np.zeros((len(self.w), dim + 1)), self.w, np.ones(len(self.w))]
        answer = layer(self.E, torch.as_tensor(weights), self.x.shape[1])[..., -1]
        return ((answer - torch.from_numpy(target)) ** 2).sum(dim=1) / 2

    def loss(self, weights):
        return torch.from_numpy(self.probability) @ self.losses(weights)

    def loss_and_gradient(self, weights):
        weights = torch.tensor(weights, requires_grad=True)
        loss = self.loss(weights)
        loss.backward()
        return loss.item(), weights.grad.numpy()


def gaussian(shape, nodes):
    """Nodes (K, *shape) and probabilities (K,) for independent standard normal entries."""
    size = int(np.prod(shape))
    points, weights = np.polynomial.hermite_e.hermegauss(nodes)
    grid = np.stack(np.meshgrid(*[points] * size, indexing="ij"), axis=-1).reshape(-1, *shape)
    products = np.stack(np.meshgrid(*[weights / weights.sum()] * size, indexing="ij"), axis=-1)
    return grid, products.prod(axis=-1).ravel()


def population(cov, length, *, nodes=3, shift=None, independent=None):
    """Training prompts with w0 = 0; with w0 ~ N(0, shift²) and w = w0 + N(0, I); or with w0 ~ N(0, independent²)."""
    dim, spread = len(cov), shift or independent or 0.0
    parts = [gaussian((length, dim), nodes), gaussian((dim,), 3), gaussian((dim,), 4 if spread else 1)]
    index = np.indices([len(grid) for grid, _ in parts]).reshape(3, -1)
    (z, delta, start), probabilities = zip(
        *((grid[i], p[i]) for (grid, p), i in zip(parts, index, strict=True)), strict=True
    )
    w = delta + spread * start if shift else delta
    return Population(z @ np.linalg.cholesky(cov).T, spread * start, w, np.prod(probabilities, axis=0))


def minimize_with_decay(pop, weights, decay):
    """Minimize loss + decay · (sum of squared weights), beginning at the given weights."""
    weights = torch.tensor(weights, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [weights], max_iter=300, tolerance_grad=1e-9, tolerance_change=0, history_size=50, line_search_fn="strong_wolfe"
    )

    def closure():
        optimizer.zero_grad()
        value = pop.loss(weights) + decay * (weights**2).sum()
        value.backward()
        return value

    optimizer.step(closure)
    return weights.detach().numpy()

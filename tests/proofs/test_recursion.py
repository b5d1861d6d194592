"""The derivation of the error on finite prompts (proofs-recursion): each identity by another route."""

import numpy as np
import pytest

from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.theory import finite
from ttsbook.theory._finite_size import POINTS, Resolvent, _traces

S, B = np.array([0.4, 0.9, 1.3]), np.array([[2.0, 0.3, 0.1], [0.3, 1.5, -0.2], [0.1, -0.2, 1.1]])


def spectra(m, samples, seed=0):
    """Draw the matrices of which S is the mean."""
    return covariance.sample_empirical(np.diag(S), m, samples=samples, rng=np.random.default_rng(seed))


def mean(values):
    """Mean over prompts, and the half-width of its 4.5 sigma interval."""
    return values.mean(axis=0), 4.5 * values.std(axis=0) / np.sqrt(len(values))


def trace(matrices):
    return np.trace(matrices, axis1=-2, axis2=-1)[..., None, None]


def test_the_error_is_a_sandwich():
    rng = np.random.default_rng(1)
    P, cov = (covariance.rotate(np.diag([0.5, 1.0, 2.0]), rng=rng) for _ in range(2))
    chain = finite.Recursion(P, cov, 5, 0.0)
    sample = covariance.sample_empirical(cov, 5, samples=1, rng=rng)[0]
    _, vectors, root = theory.stability.preconditioned(P, cov)
    turned = vectors.T @ root @ sample @ root @ vectors
    power = np.linalg.matrix_power(np.eye(3) - turned, 3)
    expected = np.linalg.norm(np.linalg.matrix_power(np.eye(3) - P @ sample, 3)) ** 2
    assert np.trace(chain.A @ power @ chain.B @ power) == pytest.approx(expected)
    assert vectors.T @ root @ cov @ root @ vectors == pytest.approx(np.diag(chain.s), abs=1e-12)


@pytest.mark.exhaustive
def test_integration_by_parts_is_exact():
    m, t, u, one = 4, 0.3, 0.2, np.eye(3)
    M = spectra(m, 400_000)
    R, Ru = (np.linalg.inv((1 - v) * one + v * M) for v in (t, u))
    F = R @ B @ Ru
    first = M @ R - np.diag(S) @ (R - t / m * (trace(M @ R) * R + R @ M @ R))
    second = M @ F - np.diag(S) @ (
        F - t / m * (trace(M @ R) * F + R @ M @ F) - u / m * (trace(M @ F) * Ru + F.transpose(0, 2, 1) @ M @ Ru)
    )
    for identity in (first, second):
        center, width = mean(identity)
        assert (np.abs(center) < width).all()
        assert width.max() < 0.03


def test_the_recursion_solves_the_equations_of_its_generating_functions():
    m, t, u, steps = 7, 0.12, 0.08, 40
    q, phi = finite._series(S, m, steps)
    powers_t, powers_u = t ** np.arange(steps + 1), u ** np.arange(steps + 1)
    qt, qu, ft, fu = powers_t @ q, powers_u @ q, powers_t @ phi, powers_u @ phi
    assert qt * (1 + t / m * (S * ft).sum()) == pytest.approx(1)
    assert (1 - t) * ft == pytest.approx(1 - t * qt * S * ft)
    c = 0.0  # eq-proofs-limit-two by iteration
    for _ in range(200):
        c = qt * qu * (S * ft * (np.diag(B) + t * u / m * c * S) * fu).sum()
    T = ft * (np.diag(B) + t * u / m * c * S) * fu
    coefficients = two_variables(m, 12)
    assert np.einsum("k,l,kli->i", powers_t[:13], powers_u[:13], coefficients) == pytest.approx(T, rel=1e-9)


def two_variables(m, steps):
    """Coefficients of the diagonal of T by the sums of eq-proofs-recursion-two, as they stand."""
    q, phi = finite._series(S, m, steps)
    T = np.zeros((steps + 1, steps + 1, 3))

    def N(a, b):
        sums = [q[a - i] * q[b - j] * (S * T[i, j]).sum() for i in range(a + 1) for j in range(b + 1)]
        return sum(sums)

    noted = {}
    for k in range(steps + 1):
        for j in range(steps + 1):
            spread = sum(
                (phi[k - 1 - a] * phi[j - 1 - b] * noted[a, b] for a in range(k) for b in range(j)), start=np.zeros(3)
            )
            T[k, j] = phi[k] * phi[j] * np.diag(B) + S / m * spread
            noted[k, j] = N(k, j)
    return T


def test_the_errors_are_those_of_the_sums_as_they_stand():
    A = np.linalg.inv(B)
    T, phi = two_variables(9, 6), finite._series(S, 9, 6)[1]
    spread = T - np.einsum("ki,li,i->kli", phi, phi, np.diag(B))
    expected = [p @ (A * B) @ p + np.diag(A) @ spread[k, k] for k, p in enumerate(phi)]
    assert finite._recursion(S, A, B, 9, 6, 0.0) == pytest.approx(expected)


def test_label_noise_is_one_more_coordinate_that_is_never_learned():
    """Exact on every prompt, by the formula that the simulation uses; then in the recursion."""
    rng, steps, variance, least = np.random.default_rng(2), 4, 0.6, 1e-9
    x, noise = rng.standard_normal((3, 8)), np.sqrt(variance) * rng.standard_normal(8)
    P, larger = np.linalg.inv(B), np.zeros((4, 4))
    larger[:3, :3], larger[3, 3] = P, least
    w, both = np.append(rng.standard_normal(3), 1.0), np.vstack([x, noise])
    clean, chain = np.zeros(3), np.zeros(4)
    for _ in range(steps):
        clean = clean + P @ x @ (x.T @ (w[:3] - clean) + noise) / 8
        chain = chain + larger @ both @ (both.T @ (w - chain)) / 8
    assert chain[:3] == pytest.approx(clean, rel=1e-6)
    s = np.append(S, least * variance)
    A4, B4 = np.diag([*(1 / np.diag(B)), least]), np.diag([*np.diag(B), 1 / least])
    extended = finite._recursion(s, A4, B4, 8, steps, 0.0) - 1
    diagonal = np.diag(np.diag(B))
    assert finite._recursion(S, np.linalg.inv(diagonal), diagonal, 8, steps, variance) == pytest.approx(
        extended, rel=1e-6
    )


def test_the_correction_of_one_resolvent_solves_its_equations():
    m, z = 9, np.array([3.1 + 0.4j, -0.5 + 0.1j])
    found = Resolvent(z, S, m)
    step = 1e-6
    numeric = (Resolvent(z + step, S, m).Q - Resolvent(z - step, S, m).Q) / (2 * step)
    assert found.slope == pytest.approx(numeric, rel=1e-6)
    assert 1 / found.b == pytest.approx(1 + (S * found.Q).sum(axis=1) / m)
    change = -z / m * found.correction.sum(axis=1)  # db
    expected = S * found.Q * (found.Q + z[:, None] * found.slope) / m - change[:, None] * S * found.Q**2
    assert found.correction == pytest.approx(expected)


@pytest.mark.exhaustive
def test_what_a_corrected_resolvent_leaves_falls_with_the_square_of_the_size():
    """Repeat the spectrum and the examples: the sum over one copy of S is compared with simulation."""
    z, left = -0.7, []
    for copies, samples in ((1, 400_000), (2, 200_000)):
        s = np.tile(S, copies)
        drawn = covariance.sample_empirical(np.diag(s), 6 * copies, samples=samples, rng=np.random.default_rng(3))
        center, width = mean(np.trace(np.linalg.inv(drawn - z * np.eye(len(s))), axis1=1, axis2=2) / copies)
        found = Resolvent(np.array([z + 0j]), s, 6 * copies)
        limit, corrected = found.Q.sum().real / copies, (found.Q + found.correction).sum().real / copies
        left.append(abs(corrected - center))
        assert left[-1] < 0.3 * abs(limit - center)
        assert width < 0.1 * abs(limit - center)
    assert left[1] < 0.5 * left[0] + width


def test_products_without_a_trace_in_closed_form():
    M = spectra(5, 3)
    z, u, one = -0.4, -0.9, np.eye(3)
    Q, Qu = np.linalg.inv(M - z * one), np.linalg.inv(M - u * one)
    F, step = Q @ B @ Qu, 1e-6
    slope = (np.linalg.inv(M - (z + step) * one) - np.linalg.inv(M - (z - step) * one)) / (2 * step) @ B @ Qu
    turned = F.transpose(0, 2, 1)
    assert pytest.approx(F + z * slope, rel=1e-6) == Q @ M @ F
    assert turned @ M @ Qu == pytest.approx(turned + u * (turned - Qu @ B @ Qu) / (z - u))


def test_the_error_by_contours():
    M = spectra(5, 1)[0]
    angle = 2j * np.pi * (np.arange(200) + 0.5) / 200
    largest = np.linalg.eigvalsh(M)[-1]
    z = largest / 2 * (1 + 1.3 * np.exp(angle))
    u = largest / 2 * (1 + 1.5 * np.exp(angle))
    A = np.linalg.inv(B)
    weight_z, weight_u = ((1 - v) ** 4 * (v - largest / 2) / 200 for v in (z, u))
    left, right = (np.linalg.inv(M - v[:, None, None] * np.eye(3)) for v in (z, u))
    total = np.einsum("z,u,ij,zjk,kl,uli->", weight_z, weight_u, A, left, B, right)
    power = np.linalg.matrix_power(np.eye(3) - M, 4)
    assert total == pytest.approx(np.trace(A @ power @ B @ power), rel=1e-8)


def test_the_correction_of_two_resolvents_does_not_care_which_comes_first():
    """The derivation treats z and u differently, and the mean of tr A Q(z) B Q(u) does not."""
    turn = np.exp(2j * np.pi * (np.arange(POINTS) + 0.5) / POINTS)
    z, u = (Resolvent(1.2 + radius * turn, S, 9) for radius in (3.0, 4.0))
    A = np.linalg.inv(B)
    for one, other in zip(_traces(z, u, S, A, B, 9, 1.2), _traces(u, z, S, A, B, 9, 1.2), strict=True):
        assert one == pytest.approx(other.T, rel=1e-8)

r"""First term in 1/m of the mean error, by integrals of resolvents around the spectrum.

With :math:`Q(z) = (\hat M - z)^{-1}` for the symmetric matrix :math:`\hat M = P^{1/2} S_m P^{1/2}`, the mean
error is a double contour integral of :math:`(1-z)^k (1-u)^k\,\mathrm{tr}\,\mathbb{E}[A\,Q(z) B Q(u)]` with A = P,
:math:`B = P^{-1}`. Integration by parts gives the mean for d, m → ∞ and the next term.
"""

import numpy as np

from ttsbook.theory.stability import edges_of

POINTS = 96  # on each contour; their error is below 1e-3 of the term
INNER, OUTER = 1.12, 1.25  # radii of the contours, in half-widths of the spectrum


class Resolvent:
    """Mean resolvent at the points z (points,), its first correction in 1/m, in the basis where S = diag(s)."""

    def __init__(self, z, s, m):
        self.z = z
        self.b = b = _companion(z, s, m)  # (points,)
        self.Q = Q = 1 / (b[:, None] * s - z[:, None])  # (points, d)
        slope = (s * Q**2).sum(axis=1) / m / (1 - b**2 * np.square(s * Q).sum(axis=1) / m)
        self.slope = Q**2 + (b**2 * slope)[:, None] * s * Q**2  # derivative of Q in z
        inner = Q * s * (Q + z[:, None] * self.slope)
        self.shift = inner.sum(axis=1) / m**2 / (1 - z * (s * Q**2).sum(axis=1) / m)  # that of b, over -z
        self.correction = inner / m + (z * self.shift)[:, None] * s * Q**2  # correction of Q


def expansion(s, A, B, m, steps, noise_variance):
    """Return the limit of the mean errors and its first correction, each of shape (steps + 1,).

    Parameters
    ----------
    s : ndarray, shape (d,)
        Eigenvalues of the mean of the symmetric matrix.
    A, B : ndarray, shape (d, d)
        P and its inverse, in the basis of its eigenvectors.
    m : int
        Test prompt length.
    steps : int
        Number of thinking steps.
    noise_variance : float
        Variance of the label noise.

    Returns
    -------
    limit, correction : ndarray, shape (steps + 1,)
    """
    low, high = edges_of(s, 1 / m)
    center, width = (low + high) / 2, (high - low) / 2
    turn = np.exp(2j * np.pi * (np.arange(POINTS) + 0.5) / POINTS)
    z, u = (Resolvent(center + radius * width * turn, s, m) for radius in (INNER, OUTER))
    limit, correction = _traces(z, u, s, A, B, m, center)
    k = np.arange(steps + 1)[:, None]
    left, right = ((1 - one.z) ** k * (one.z - center) / POINTS for one in (z, u))  # (steps + 1, points)
    found = [np.einsum("kz,zu,ku->k", left, part, right).real for part in (limit, correction)]
    if noise_variance:
        heard = (1 - (1 - z.z) ** k) ** 2 / z.z * (z.z - center) / POINTS  # of x f_k(x)^2, f_k(x) = (1-(1-x)^k)/x
        for total, part in zip(found, (z.Q, z.correction), strict=True):
            total -= noise_variance / m * (heard @ part @ np.diag(A)).real
    return found


def _companion(z, s, m):
    """Solve 1/b = 1 + (1/m) Σ s/(b s - z) at each z, by damped iteration and then Newton's method."""
    b = np.ones_like(z)
    for _ in range(60):
        b = (b + 1 / (1 + (s / (b[:, None] * s - z[:, None])).sum(axis=1) / m)) / 2
    for _ in range(8):
        Q = 1 / (b[:, None] * s - z[:, None])
        gap = b * (1 + (s * Q).sum(axis=1) / m) - 1
        b = b - gap / (1 + (s * Q).sum(axis=1) / m - b * np.square(s * Q).sum(axis=1) / m)
    return b


def _traces(z, u, s, A, B, m, center):
    """Take tr E[A Q(z) B Q(u)] on the grid of both contours: its limit and its first correction."""
    bb, apart = z.b[:, None] * u.b, z.z[:, None] - u.z
    both = (z.Q * s) @ u.Q.T  # tr Q(z) S Q(u)
    tau = bb * ((z.Q * s * np.diag(B)) @ u.Q.T) / m / (1 - bb * ((z.Q * s * s) @ u.Q.T) / m)
    same = u.b**2 * (s * np.diag(B) * u.Q**2).sum(axis=1) / m / (1 - u.b**2 * np.square(s * u.Q).sum(axis=1) / m)
    waves = np.fft.fftfreq(POINTS, 1 / POINTS)[:, None]
    slope = np.fft.ifft(1j * waves * np.fft.fft(tau, axis=0), axis=0) / (1j * (z.z - center))[:, None]

    def product(M, diagonal):
        """Sum over i, j of M_ij Q_i(z) Q_j(u) with M = C * (B + tau S), and its correction; `diagonal` is C's."""
        weight = diagonal * s
        first = (z.Q @ M) @ u.Q.T + tau * ((z.Q * weight) @ u.Q.T)
        inside, weight2 = s * z.Q, weight * s
        straight = ((inside * z.Q) @ M) @ u.Q.T + tau * ((weight2 * z.Q**2) @ u.Q.T)
        crossed = (inside * (z.Q @ M)) @ u.Q.T + tau * ((weight2 * z.Q**2) @ u.Q.T)
        moved = ((inside * z.slope) @ M) @ u.Q.T
        moved += tau * ((weight2 * z.Q * z.slope) @ u.Q.T) + slope * ((weight2 * z.Q**2) @ u.Q.T)
        merged = inside @ (u.Q * (u.Q @ M)).T + same * ((weight2 * z.Q) @ (u.Q**2).T)
        last = (z.Q @ M) @ u.correction.T + tau * ((z.Q * weight) @ u.correction.T)
        third = straight + crossed + z.z[:, None] * moved + u.z * (crossed - merged) / apart
        return first, (z.z * z.shift)[:, None] * straight + last + third / m

    limit, direct = product(A * B, np.diag(A))
    _, trace = product(np.diag(np.diag(B)), np.ones_like(s))
    spread = ((u.correction * np.diag(B)).sum(axis=1) + z.z[:, None] * trace) / (1 - z.z[:, None] / m * both)
    return limit, direct + spread / m * ((z.Q * s * np.diag(A)) @ u.Q.T)

r"""First term in 1/m of the mean error, by integrals of resolvents around the spectrum.

With :math:`Q(z) = (\hat M - z)^{-1}` for the symmetric matrix :math:`\hat M = P^{1/2} S_m P^{1/2}`, the mean
error is a double contour integral of :math:`(1-z)^k (1-u)^k\,\mathrm{tr}\,\mathbb{E}[A\,Q(z) B Q(u)]` with A = P,
:math:`B = P^{-1}`. Integration by parts gives the mean for d, m → ∞ and the next term.
"""

from typing import TypeAlias

import numpy as np
from jaxtyping import Complex128

from ttsbook.arrays import Errors, Matrix, Vector
from ttsbook.theory.stability import edges_of

POINTS = 96  # on each contour; their error is below 1e-3 of the term
INNER, OUTER = 1.12, 1.25  # radii of the contours, in half-widths of the spectrum

Points: TypeAlias = Complex128[np.ndarray, " points"]
"""One number for each point of a contour."""
Resolvents: TypeAlias = Complex128[np.ndarray, "points d"]
"""Diagonal of a matrix at each point of a contour."""
Grid: TypeAlias = Complex128[np.ndarray, "points points"]
"""One number for each pair of points z and u of both contours."""


class Resolvent:
    """Mean resolvent at the points z, its first correction in 1/m, in the basis where S = diag(s)."""

    def __init__(self, z: Points, s: Vector, m: int) -> None:
        self.z = z
        self.b = b = _companion(z, s, m)
        Q: Resolvents = 1 / (b[:, None] * s - z[:, None])  # eq-proofs-limit-one
        self.Q = Q
        slope = (s * Q**2).sum(axis=1) / m / (1 - b**2 * np.square(s * Q).sum(axis=1) / m)
        self.slope: Resolvents = Q**2 + (b**2 * slope)[:, None] * s * Q**2  # derivative of Q in z
        inner = Q * s * (Q + z[:, None] * self.slope)
        shift = inner.sum(axis=1) / m**2 / (1 - z * (s * Q**2).sum(axis=1) / m)  # eq-proofs-correction-one
        self.shift: Points = shift  # correction of b, over -z
        self.correction: Resolvents = inner / m + (z * shift)[:, None] * s * Q**2  # of Q, eq-proofs-correction-one


def expansion(s: Vector, A: Matrix, B: Matrix, m: int, steps: int, noise_variance: float) -> tuple[Errors, Errors]:
    """Return the limit of the mean errors and its first correction: P = A and P⁻¹ = B where P^½ΣP^½ = diag(s)."""
    low, high = edges_of(s, 1 / m)
    center, width = (low + high) / 2, (high - low) / 2
    turn = np.exp(2j * np.pi * (np.arange(POINTS) + 0.5) / POINTS)
    z, u = (Resolvent(center + radius * width * turn, s, m) for radius in (INNER, OUTER))
    traces = _traces(z, u, s, A, B, m, center)
    k = np.arange(steps + 1)[:, None]
    left, right = ((1 - Q.z) ** k * (Q.z - center) / POINTS for Q in (z, u))  # (steps + 1, points)
    limit, correction = (np.einsum("kz,zu,ku->k", left, trace, right).real for trace in traces)  # eq-proofs-contours
    if noise_variance:
        weights = (1 - (1 - z.z) ** k) ** 2 / z.z * (z.z - center) / POINTS  # of x f_k(x)², f_k(x) = (1-(1-x)^k)/x
        limit = limit - noise_variance / m * (weights @ z.Q @ np.diag(A)).real  # proofs-recursion, label noise
        correction = correction - noise_variance / m * (weights @ z.correction @ np.diag(A)).real
    return limit, correction


def _companion(z: Points, s: Vector, m: int) -> Points:
    """Solve 1/b = 1 + (1/m) Σ s/(b s - z) at each z, by damped iteration and then Newton's method."""
    b = np.ones_like(z)
    for _ in range(60):
        b = (b + 1 / (1 + (s / (b[:, None] * s - z[:, None])).sum(axis=1) / m)) / 2  # eq-proofs-limit-one
    for _ in range(8):
        Q = 1 / (b[:, None] * s - z[:, None])
        gap = b * (1 + (s * Q).sum(axis=1) / m) - 1
        b = b - gap / (1 + (s * Q).sum(axis=1) / m - b * np.square(s * Q).sum(axis=1) / m)
    return b


def _traces(z: Resolvent, u: Resolvent, s: Vector, A: Matrix, B: Matrix, m: int, center: float) -> tuple[Grid, Grid]:
    """Take tr E[A Q(z) B Q(u)] on the grid of both contours: its limit tr(A T0) and its first correction tr(A dT).

    Names are those of the appendix, eq-proofs-correction-two, with d for its delta and S = diag(s). Each sum over
    i and j of left_i(z) K_ij right_j(u) is left @ K @ right.T.
    """
    Z, U, Q, Qu = z.z[:, None], u.z, z.Q, u.Q.T
    tau, dtau_dz = _tau(z, u, s, B, m, center)
    tau_uu = u.b**2 * (s * np.diag(B) * u.Q**2).sum(axis=1) / m / (1 - u.b**2 * np.square(s * u.Q).sum(axis=1) / m)

    def limit_and_Y(C: Matrix) -> tuple[Grid, Grid]:
        """Traces of C T0 and of C Y."""
        CB, CS, SQ = C * B, np.diag(C) * s, s * Q
        T0 = Q @ CB @ Qu + tau * ((Q * CS) @ Qu)  # eq-proofs-limit-two
        QST0 = (SQ * Q) @ CB @ Qu + tau * ((SQ * Q * CS) @ Qu)
        QST0t = (SQ * (Q @ CB)) @ Qu + tau * ((SQ * Q * CS) @ Qu)  # of T0 transposed
        QSdT0 = (SQ * z.slope) @ CB @ Qu + tau * ((SQ * z.slope * CS) @ Qu)  # of the derivative of T0 in z
        QSdT0 += dtau_dz * ((SQ * Q * CS) @ Qu)
        QST0uu = SQ @ (u.Q * (u.Q @ CB)).T + tau_uu * ((SQ * CS) @ (u.Q**2).T)  # of T0 at (u, u)
        QSX = QST0 + Z * QSdT0 + QST0t + U * (QST0t - QST0uu) / (Z - U)
        QdQ = Q @ CB @ u.correction.T + tau * ((Q * CS) @ u.correction.T)
        return T0, Z * z.shift[:, None] * QST0 + QdQ + QSX / m  # eq-proofs-correction-two; z.shift is -db/z

    limit, AY = limit_and_Y(A)
    _, Y = limit_and_Y(np.eye(len(s)))
    BdQ = (u.correction * np.diag(B)).sum(axis=1)
    dtau = (BdQ + Z * Y) / m / (1 - Z / m * ((Q * s) @ Qu))  # eq-proofs-correction-two
    return limit, AY + dtau * ((Q * s * np.diag(A)) @ Qu)


def _tau(z: Resolvent, u: Resolvent, s: Vector, B: Matrix, m: int, center: float) -> tuple[Grid, Grid]:
    """Limit of tr(M F)/m on the grid, and its derivative in z, by Fourier along the circle."""
    bb = z.b[:, None] * u.b
    tau = bb * ((z.Q * s * np.diag(B)) @ u.Q.T) / m / (1 - bb * ((z.Q * s * s) @ u.Q.T) / m)  # eq-proofs-limit-two
    waves = np.fft.fftfreq(POINTS, 1 / POINTS)[:, None]
    return tau, np.fft.ifft(1j * waves * np.fft.fft(tau, axis=0), axis=0) / (1j * (z.z - center))[:, None]

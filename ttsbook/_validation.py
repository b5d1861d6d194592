"""Checks of arguments: each error names the argument and the value it had."""

import math
from collections.abc import Collection
from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np

from ttsbook.arrays import Covariance, Matrix, Numbers

Item = TypeVar("Item")
Choice = TypeVar("Choice")

RELATIVE_TOLERANCE = 1e-10
LARGEST = 10**300  # what is larger, a float cannot say
LENGTH = 80  # of a value in a message
NO_NUMBERS = "bSUmM"  # kinds of NumPy: truth values, texts and times


def array(name: str, value: Any) -> Numbers:
    """Return `value` as a float64 array; refuse one that would lose its mask or its imaginary part."""
    if np.ma.isMaskedArray(value):
        raise ValueError(f"{name} must not be masked, got a masked array of shape {value.shape}")
    if getattr(value, "requires_grad", False):
        raise ValueError(f"{name} must not need gradients, got a tensor that does: pass its detach()")
    try:
        entries = np.asarray(value)
        if np.iscomplexobj(entries):
            raise ValueError(f"{name} must be real, got {entries.dtype}")
        if entries.dtype.kind in NO_NUMBERS:
            raise TypeError
        return np.asarray(entries, dtype=np.float64)
    except (TypeError, ValueError) as error:
        if str(error).startswith(name):
            raise
        raise TypeError(f"{name} must be an array of numbers, got {shown(value)}") from None


def finite(name: str, value: Any) -> Numbers:
    """Return `value` as a float64 array; refuse NaN and infinite entries."""
    entries = array(name, value)
    if not np.isfinite(entries).all():
        raise ValueError(f"{name} must be finite, got NaN or infinite entries")
    return entries


def square_matrix(name: str, value: Any) -> Matrix:
    """Return `value` as a finite float64 array of shape (d, d), d >= 1."""
    matrix = array(name, value)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        raise ValueError(f"{name} must be a square matrix, got shape {matrix.shape}")
    return finite(name, matrix)


def covariance(name: str, value: Any, *, definite: bool = False) -> Covariance:
    """Return `value` as a covariance (d, d); with `definite`, refuse a zero eigenvalue."""
    cov = square_matrix(name, value)
    scale = np.abs(cov).max()
    asymmetry = np.abs(cov - cov.T).max()
    if asymmetry > RELATIVE_TOLERANCE * scale:
        raise ValueError(f"{name} must be symmetric, but differs from its transpose by {asymmetry:.3g}")
    rounding = RELATIVE_TOLERANCE * scale
    if _exceed(rounding / len(cov) if definite else -rounding, cov):
        return cov
    smallest = np.linalg.eigvalsh(cov)[0]
    if smallest < -rounding:
        raise ValueError(f"{name} must be positive semi-definite, got the eigenvalue {smallest:.3g}")
    if definite and smallest <= rounding / len(cov):
        raise ValueError(
            f"{name} must be positive definite, got the least eigenvalue {smallest:.3g}, "
            f"which is zero to rounding beside {scale:.3g}"
        )
    return cov


def definite(name: str, value: Any, advice: str) -> Covariance:
    """Return `value` as a positive definite covariance (d, d), or say in the error what takes any other matrix."""
    matrix = square_matrix(name, value)
    try:
        return covariance(name, matrix, definite=True)
    except ValueError as error:
        raise ValueError(f"{error}: {advice}") from None


def is_definite(matrix: Matrix) -> bool:
    """Tell whether a matrix is symmetric and positive definite."""
    try:
        covariance("matrix", matrix, definite=True)
    except ValueError:
        return False
    return True


def _exceed(bound: float, cov: Matrix) -> bool:
    """Tell by Cholesky's decomposition, much cheaper than eigenvalues, whether these all lie above a bound."""
    try:
        np.linalg.cholesky(cov - bound * np.eye(len(cov)))
    except np.linalg.LinAlgError:
        return False
    return True


def same_dimension(**matrices: Numbers) -> None:
    """Refuse named square matrices of different dimensions."""
    dims = {name: len(matrix) for name, matrix in matrices.items()}
    if len(set(dims.values())) > 1:
        each = ", ".join(f"{name} has {dim}" for name, dim in dims.items())
        raise ValueError(f"dimensions must agree, but {each}")


def count(name: str, value: Any, *, least: int) -> int:
    """Return `value` as an int >= `least`, of a size that a float can say."""
    if not _is_number(value, Integral) or value < least:
        endless = isinstance(value, float) and math.isinf(value)
        hint = "; None stands for infinity where it is allowed" if endless else ""
        raise ValueError(f"{name} must be an integer of at least {least}, got {shown(value)}{hint}")
    if value > LARGEST:
        raise ValueError(f"{name} must be at most 10³⁰⁰, got one of {len(str(value))} digits")
    return int(value)


def number(name: str, value: Any, *, least: float = -math.inf, infinite: bool = False) -> float:
    """Return `value` as a float >= `least`, finite unless `infinite`."""
    valid = _is_number(value, Real) and value >= least  # no "<", which is false for NaN
    if not valid or (math.isinf(value) and not infinite):
        bound = "" if least == -math.inf else f" of at least {least:g}"
        raise ValueError(f"{name} must be a {'' if infinite else 'finite '}number{bound}, got {shown(value)}")
    return float(value)


def _is_number(value: Any, kind: type) -> bool:
    """Tell a number of this kind from all else, truth values included."""
    return isinstance(value, kind) and not isinstance(value, bool)


def positive(name: str, value: Any) -> float:
    """Return `value` as a finite float > 0."""
    if number(name, value) <= 0:
        raise ValueError(f"{name} must be positive, got {shown(value)}")
    return float(value)


def length(name: str, value: Any) -> int | None:
    """Return a test prompt length >= 1, or None, which stands for infinity."""
    return None if value is None else count(name, value, least=1)


def inverse_length(name: str, value: Any) -> float:
    """Return 1/`value` for a test prompt length; None stands for infinity and gives 0."""
    return 0.0 if value is None else 1 / count(name, value, least=1)


def instance(name: str, value: object, *kinds: type[Item]) -> Item:
    """Return `value` if it is of one of the `kinds`."""
    if isinstance(value, kinds):
        return value
    wanted = " or a ".join(map(_full_name, kinds))
    got = f"{shown(value)} of type {_full_name(type(value))}"
    if isinstance(value, type) and issubclass(value, kinds):
        got = f"the class {value.__name__} itself: call it"
    raise TypeError(f"{name} must be a {wanted}, got {got}")


def sequence(name: str, value: Any, kind: type[Item]) -> tuple[Item, ...]:
    """Return `value` as a tuple; refuse what is no sequence, or holds something else than the `kind`."""
    try:
        if isinstance(value, str):
            raise TypeError
        items = tuple(value)
    except TypeError:
        raise TypeError(f"{name} must be a sequence of {_full_name(kind)}, got {shown(value)}") from None
    return tuple(instance(f"{name}[{index}]", item, kind) for index, item in enumerate(items))


def shown(value: Any) -> str:
    """Write a value on one line of a message."""
    text = " ".join(repr(value).split())
    return text if len(text) <= LENGTH else f"{text[:LENGTH]} …"


def _full_name(kind: type) -> str:
    """Name of a type with its module, of which private parts and that of built-in types are left out."""
    parts = [part for part in kind.__module__.split(".") if not part.startswith("_") and part != "builtins"]
    return ".".join([*parts, kind.__qualname__])


def flag(name: str, value: Any) -> bool:
    """Return `value` if it is True or False."""
    if type(value) not in (bool, np.bool_):
        raise TypeError(f"{name} must be True or False, got {shown(value)}")
    return bool(value)


def settle(record: object, **fields: object) -> None:
    """Give a frozen record the values that its fields have once they are checked: a NumPy int8 becomes an int."""
    for name, value in fields.items():
        object.__setattr__(record, name, value)


def choice(name: str, value: Choice, choices: Collection[Choice]) -> Choice:
    """Return `value` if it is one of the `choices`."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {shown(value)}")
    return value

"""Shapes of arrays, under the names that signatures use.

Results are float64 arrays. Where a name ends in `Like`, a nested list will do, and whatever else NumPy makes an
array of: the function checks its shape and says what is wrong. To Python these names are comments; the tests check
every call against them. d is the number of features.
"""

from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Complex128, Float64, Int64
from numpy.typing import ArrayLike

Matrix: TypeAlias = Float64[np.ndarray, "d d"]
"""Square matrix."""
Covariance: TypeAlias = Float64[np.ndarray, "d d"]
"""Symmetric and positive semi-definite matrix."""
Preconditioner: TypeAlias = Float64[np.ndarray, "d d"]
"""Matrix P that multiplies the gradient; not symmetric in general."""
Vector: TypeAlias = Float64[np.ndarray, " d"]
"""One number for each feature or direction, such as eigenvalues in ascending order."""
ComplexVector: TypeAlias = Complex128[np.ndarray, " d"]
"""The same with complex numbers, such as the strides of a P that is not symmetric."""
Errors: TypeAlias = Float64[np.ndarray, " {steps}+1"]
"""One error for each thinking step; index 0 is no thinking."""
MixtureWeights: TypeAlias = Float64[np.ndarray, " tasks"]
"""Weights of training tasks, which sum to 1."""
Numbers: TypeAlias = Float64[np.ndarray, "..."]
"""Numbers in any shape."""
Flags: TypeAlias = Bool[np.ndarray, "..."]
"""Truth values in any shape."""
Indices: TypeAlias = Int64[np.ndarray, "..."]
"""Integers in any shape."""
Number: TypeAlias = float | np.floating | np.integer
"""One number, of Python or of NumPy."""
Truth: TypeAlias = bool | np.bool
"""One truth value, of Python or of NumPy."""

MatrixLike: TypeAlias = Matrix | ArrayLike
"""What a square matrix is made of."""
CovarianceLike: TypeAlias = Covariance | ArrayLike
"""What a covariance is made of."""
PreconditionerLike: TypeAlias = Preconditioner | ArrayLike
"""What a preconditioner is made of."""
VectorLike: TypeAlias = Vector | ArrayLike
"""What a vector is made of."""

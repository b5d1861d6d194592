"""How annotations are checked: an int will do for a float, and an integer of NumPy for an int."""

import numpy as np
from beartype import BeartypeConf, FrozenDict, beartype

WIDER = FrozenDict({int: int | np.integer, float: float | int | np.integer | np.floating})
checked = beartype(conf=BeartypeConf(hint_overrides=WIDER))

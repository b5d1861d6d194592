"""What the paper states, and the kinds of evidence that there can be for it."""

from enum import StrEnum


class Statement(StrEnum):
    """A statement of the paper, in words: a row of the evidence map.

    Examples
    --------
    >>> Statement.TRADE.value
    'Corollary 3.5 (i): more thinking steps allow shorter training prompts'
    """

    TRAINING = "Theorem 3.1: from a suitable start gradient descent learns the step of thinking"
    NEWTON = "Proposition 3.2: a chain of thought is a pseudo-Newton iteration"
    EMERGENCE = "Emergence: trained to answer at once, a model can think"
    COST = "Corollary 3.5: a thinking step costs O(d²)"
    HARDNESS = "Definition: trace over least strength says how hard a task is"
    DIRECT = "Theorem 3.3: a bound on the error of the direct answer"
    SCALING = "Corollary 3.5: the scaling law of thinking"
    RATE = "The rate of convergence depends on the conditioning of the covariance"
    STEPS = "More thinking steps lower the error when the test is like the training"
    EXAMPLES = "More examples in a training prompt lower the error at a fixed number of steps"
    TRADE = "Corollary 3.5 (i): more thinking steps allow shorter training prompts"
    HARDER = "Corollary 3.5 (ii): harder tasks need longer chains"
    WEAK = "Remark 4.1: a direction that training covers too weakly makes the error grow"
    SKEWED = "Skewed training, isotropic test: the error falls, then rises"
    LONGER = "Skewed training, isotropic test: longer training prompts are worse"
    MIXTURE = "Several tasks: what is learned depends on their mixture"
    PROGRAM = "Selection: a quadratic program chooses the mixture to train on"
    HALF = "Proposition 4.3: the program gives half of the weight to hard tasks"
    KINDS = "Selection experiment: easy-short tasks get the least weight, hard-long ones the most"
    MESSAGE = "Train on tasks that are diverse, relevant and hard"
    ALIGNED = "Qwen 2.5-7B: fine-tuning on aligned problems helps longer chains, on others it hurts them"


class Kind(StrEnum):
    """A kind of evidence: a column of the evidence map, from what is proved to what is of the paper's size.

    Examples
    --------
    >>> [kind.value for kind in Kind][:2]
    ['theorem', 'exact value']
    """

    THEOREM = "theorem"
    EXACT = "exact value"
    SIMULATION = "simulation"
    LAYER = "trained layer"
    GPT = "small GPT"
    FULL = "paper's size"

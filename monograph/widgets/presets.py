"""States to start from, each with a question to guess the answer of before anything is moved.

The question is never about what the state shows, but about what the next move will do.
"""

from typing import Any

import numpy as np

from ttsbook.arrays import Covariance
from ttsbook.data import covariance, spectra


def preset(name: str, question: str, look: str, /, **state: Any) -> dict[str, Any]:
    """Make a preset as it is synced.

    Parameters
    ----------
    name
        A few words.
    question
        What is to be guessed; it ends with a question mark.
    look
        What to move then, and where to look; never the answer.
    **state
        Traits that differ from the widget's first state.

    Examples
    --------
    >>> preset("Endless", "What if it never ends?", "Raise m.", test_length=None)["state"]
    {'test_length': None}
    """
    return {"name": name, "question": question, "look": look, "state": state}


def _strengths(cov: Covariance) -> list[float]:
    return [float(f"{value:.6g}") for value in np.diag(cov)]


def entries(**values: float) -> list[float]:
    """Entries of a 4 × 4 matrix, row by row, each named by its row and column."""
    matrix = [0.0] * 16
    for place, value in values.items():
        row, column = place.split("_")
        matrix[4 * TOKEN.index(row) + TOKEN.index(column)] = value
    return matrix


TOKEN = ("x", "y", "w", "flag")
RATIO = -0.909091  # entry of V in the closed form, -1/γ: n = 20 examples of one skill, γ = 1 + 2/n

PRESETS = {
    "DirectAnswer": (
        preset(
            "Equal skills",
            "The tail grows longer while the strongest skill keeps its strength: does its error change?",
            "Raise the tail exponent slowly, and watch the first stem of the lower panel.",
            exponent=0.0,
        ),
        preset(
            "Endless test",
            "Can a longer training prompt ever make a skill worse?",
            "Raise n to its end, and watch all stems of the lower panel.",
            test_length=None,
        ),
        preset(
            "Short test",
            "Training prompts grow and the test stays short: which skills does one step harm?",
            "Raise n to its end, and see which stems pass the line “no answer”.",
            test_length=10,
        ),
    ),
    "WeightBlocks": (
        preset(
            "A weaker memory",
            "The entry 0.9 of W falls to 0.6: by what factor does the error rise after one step, and after twenty?",
            "Type it in row x, column w of W, and compare both ends of the curve.",
            W=entries(x_w=0.9, y_flag=-1.0),
        ),
        preset(
            "Twice and half",
            "V is doubled and W is halved: which other pairs of factors leave the curve where it is?",
            "Multiply and divide; the two curves part as soon as a pair is wrong.",
            V=entries(w_x=-1.81818),
            W=entries(x_w=0.5, y_flag=-0.5),
        ),
        preset(
            "A leak",
            "Alone, this entry of V does no harm: does it once the lower right corner of W is set, too?",
            "Type 0.3 into row flag, column flag of W, and watch the solid curve.",
            V=entries(w_x=RATIO, x_flag=0.3),
        ),
    ),
    "ThinkingPath": (
        preset(
            "A narrow valley",
            "The weak skill gets weaker still, in training and test alike: who slows down more, thinking or descent?",
            "Lower both weak-skill sliders together, and read the two distances.",
            train_tail=0.05,
            test_tail=0.05,
        ),
        preset(
            "Long prompts",
            "Training prompts grow without end: where does the first step of thinking land?",
            "Raise n to its end, and compare the path with Newton's.",
            train_length=100,
        ),
        preset(
            "Stronger than trained",
            "The weak skill is strong in the test: how weak can it get in training before the path leaves?",
            "Lower the weak skill in training; note where the path begins to overshoot, and where it leaves.",
            train_tail=0.8,
            test_tail=1.0,
        ),
    ),
    "BendSpectrum": (
        preset(
            "All alike",
            "One skill becomes ten times weaker: by what factor does the hardness grow, by what factor the error?",
            "Lower the selected skill to 0.1, and compare the bound with the exact error.",
            strengths=_strengths(covariance.isotropic(20)),
        ),
        preset(
            "One weak skill",
            "One strong skill gives the same hardness: which of the three lines will tell the two spectra apart?",
            "Press “one strong skill”, and watch the three lines.",
            strengths=_strengths(spectra.one_weak(20, 200.0)),
        ),
        preset(
            "The strongest",
            "The strongest skill becomes ten times stronger: do the others get better, get worse or stay?",
            "Raise the selected skill to 10, and watch the other stems of the lower panel.",
            selected=1,
        ),
    ),
    "Exchange": (
        preset(
            "From one step",
            "The tail gets longer: which end of the curve moves more, that of few steps or that of many?",
            "Raise α, and compare the two ends of the curve.",
            train_length=215,
            steps=1,
        ),
        preset(
            "A short test",
            "With a test of 100 examples, is the best n the same for one step and for ten?",
            "Raise n at k = 1, then at k = 10, and watch the error.",
            steps=1,
            test_length=100,
        ),
        preset(
            "Where chains diverge",
            "The test prompt gets shorter: can the line above which chains diverge fall below n = m?",
            "Shorten m step by step, and compare it with the line.",
            test_length=50,
        ),
    ),
    "OverthinkingMap": (
        preset(
            "Before the line",
            "The probe crosses the line: does the best depth fall step by step, or jump?",
            "Raise n slowly, and watch the marked step of the error curve.",
            train_length=141,
        ),
        preset(
            "A test with a tail",
            "The test gets a tail, too, still lighter than that of the training: where does the line go?",
            "Raise the tail of the test to that of the training, and watch the line and the signs of the factors.",
            test_exponent=0.3,
        ),
        preset(
            "One step",
            "After one step some length n has the least error: is it the same after thirty steps?",
            "Move the probe along α = 0.8, and compare its curve at k = 1 and at k = 30.",
            steps=1,
        ),
        preset(
            "Two steep tails",
            "As the prompts grow, which skill diverges first: the strongest, the weakest, or one between?",
            "Raise n across the line, and watch the factors.",
            train_length=20,
            train_exponent=2.0,
            test_exponent=0.8,
        ),
        preset(
            "A cure at test time",
            "The chain diverges: does it converge if every step is divided by more, and what does that cost?",
            "Raise the scaling slowly, and watch the line, the longest stride and the shortest.",
            train_length=400,
        ),
    ),
    "TaskMixture": (
        preset(
            "Short prompts",
            "For one step and short prompts the best mixture is this one: does it change as n grows?",
            "Raise n, and watch the diamond.",
            train_length=20,
        ),
        preset(
            "Three steps",
            "The chain gets longer: which corner becomes dangerous first?",
            "Raise k to 10, and see where the strongest color begins.",
            steps=3,
        ),
        preset(
            "Tasks like the target",
            "Hard tasks have the exponent of the target: what can the other two tasks still add?",
            "Compare the diamond with the corner “hard”, at this k and at larger ones.",
            hard_exponent=0.7,
            steps=3,
        ),
    ),
    "TrainedLayers": (
        preset(
            "Short training",
            "The training prompts get longer: at which n does the best depth leave the right end?",
            "Go through all n in order, and watch the ring.",
            train_length=30,
        ),
        preset(
            "Short tests",
            "The test prompts get shorter still: which way does the best depth move?",
            "Choose the next m, and watch the ring.",
            test_length=1000,
        ),
        preset(
            "All weights trained",
            "Train one block instead of all the weights: where do the two curves part?",
            "Switch “trained by” to and fro, and follow the band.",
            setting="isotropic, matched",
            train_length=30,
        ),
    ),
    "KindMixture": (
        preset(
            "A little easy-long",
            "More easy-long tasks make the chain faster at first: at which share does it begin to turn?",
            "Raise easy-long a little at a time, and watch your curve.",
            easy_long=0.1,
        ),
        preset(
            "All four",
            "Which kind can be left out without harm?",
            "Lower one slider at a time, and raise it again.",
            easy_short=1.0,
            hard_short=1.0,
            easy_long=1.0,
        ),
        preset(
            "Pool 4",
            "Is there any mixture of this pool whose chain converges?",
            "Try the four sliders, and watch the right end of your curve.",
            pool=4,
        ),
        preset(
            "Steps of the right length",
            "Each mixture gets the scaling that is best for it: which of the four is lowest now?",
            "Go through the pools, and back to the scaling of training in each.",
            scaling="best",
        ),
    ),
    "OwnDomains": (
        preset(
            "From 0–4 to 5–9",
            "Training prompts grow from 10 digits to 5000: how many strides leave the circle in the end?",
            "Raise n, and count the large dots on its right.",
            pair=7,
            train_length=10,
        ),
        preset(
            "Heavy tails",
            "Rows of malignant tumors vary more: from which n on do chains diverge, and would Gaussian rows say so?",
            "Lower n until the sentence changes, and read what the covariance alone says.",
            pair=5,
            train_length=50,
        ),
        preset(
            "A short prompt",
            "On endless prompts this chain converges: does it on 20 prompts of 30 rows?",
            "Raise m to its end and lower it again, and watch the small dots.",
            pair=8,
            train_length=20,
            test_length=30,
        ),
    ),
    "GPTThinking": (
        preset(
            "Trained to answer",
            "A model trained to answer directly goes on thinking: does the second step help?",
            "Raise k step by step, and watch the mean.",
            shown=0,
            steps=1,
        ),
        preset(
            "Five steps learned",
            "A model trained to take five steps takes ten: is it still good?",
            "Raise k beyond 5. Then choose the other trainings of five steps.",
            shown=6,
            steps=5,
        ),
        preset(
            "Skewed training",
            "Five more steps, then twenty more: which of the two turns, the GPT or the reference?",
            "Raise k to 30, and compare the curves.",
            shown=10,
            steps=5,
        ),
    ),
    "Stopping": (
        preset(
            "A valley that noise moves",
            "The residual falls all the way: does a rule that watches it stop this chain in time?",
            "Show the error as well. Then let the expected error decide, and compare what both leave.",
            noise_variance=10.0,
        ),
        preset(
            "No good place to stop",
            "Every rule may pick its step: which of them leaves less than half of the error of no answer?",
            "Go through the rules with the error shown, the last one at the end.",
            noise_variance=0.0,
            shift=1.0,
            test_length=400,
            train_length=1000,
        ),
        preset(
            "Both at once",
            "Steps are too long and labels are noisy: is it enough to mend the steps?",
            "Choose the last rule, show the error, and look where it stops.",
            shift=1.0,
            test_length=100,
            train_length=400,
        ),
    ),
    "TwoCauses": (
        preset(
            "A turn",
            "Eight answers are averaged: does the right end of the curve come down, or where it turns, or both?",
            "Press the three treatments one after the other, and compare the right ends.",
            test_length=80,
            train_length=80,
        ),
        preset(
            "A steeper turn",
            "Which of the three treatments brings this chain to an answer?",
            "Press them one after the other, and watch the right end.",
            noise_variance=0.0,
            test_length=400,
            train_length=400,
            shift=1.0,
        ),
        preset(
            "Both at once",
            "Half steps cure the one cause: what is left of the other?",
            "Press “half step”, and compare where it ends with where its bias would.",
            test_length=400,
            train_length=400,
            shift=1.0,
        ),
        preset(
            "Too late to see",
            "The chain ends above its least error, as all do: does a shorter prompt show it?",
            "Lower m slowly, and compare both errors and the bound.",
            noise_variance=1.0,
            test_length=630,
            train_length=200,
        ),
        preset(
            "Noise as a brake",
            "Labels become exact, in training and in the test: does the chain end lower?",
            "Lower σ² step by step, and watch the longest stride.",
            noise_variance=30.0,
            test_length=60,
            train_length=60,
            shift=1.0,
        ),
    ),
    "TwoMinds": (
        preset(
            "A stranger in the prompt",
            "Example 5 is dragged straight up: which mind still arrives, and at which height is the other one lost?",
            "Move it slowly, and watch the four strides and both paths.",
            steps=12,
        ),
        preset(
            "A wrong label",
            "The label of example 1 is flipped: do the strides change, the place that they lead to, or both?",
            "Press “flip label 1”, and compare strides and contours with those before.",
            selected=1,
            steps=20,
        ),
        preset(
            "Two examples left",
            "Two examples show two skills. One of them is dropped: do both minds still come to the same answer?",
            "Press “drop example 2”, and drag the start.",
            labels=[1, 1, 0, 0, 0],
            selected=2,
            steps=30,
        ),
        preset(
            "Called back",
            "One mind diverges: which training prompts bring it back, shorter ones or longer ones?",
            "Move n both ways, and watch its two strides.",
            examples=[1.2, 0.2, -1.1, 0.35, 1.0, -0.5, -0.7, -0.3, 0.4, 1.6],
        ),
    ),
    "FineTuned": (
        preset(
            "More is worse",
            "Clean prompts are few: does each further one help?",
            "Raise B from 10 on, slowly, and compare with the level of before.",
            count=10,
        ),
        preset(
            "A faint disturbance",
            "Skills that are not new come in, ever more faintly: does the error become that of clean prompts?",
            "Lower r from 1 to 0, one place at a time, and look for the r that is worst.",
            interference=1.0,
        ),
        preset(
            "Longer prompts",
            "Each prompt shows more examples: does the error fall?",
            "Raise n, and then do the same with r = 0.",
            interference=0.1,
        ),
        preset(
            "Slow targets",
            "Targets take half of the gap at a time: what becomes of the strides, and of what a chain needs?",
            "Move η up to 1 and down again, and read the last sentence.",
            interference=1.0,
            rate=0.5,
        ),
    ),
    "Tails": (
        preset(
            "Tails alone",
            "Both covariances are equal, and only the tails of the test change: what share of the chains diverges?",
            "Press “simulate”, choose other features to test on, and simulate again.",
            test_kind="Gaussian",
        ),
        preset(
            "A cautious layer",
            "The layer is trained on heavy tails, and tested on Gaussian features: does it diverge more, or less?",
            "Press “simulate”, and compare P with the dashes.",
            train_kind="two scales",
            test_kind="Gaussian",
        ),
        preset(
            "One coordinate or all",
            "Sparse features have a kurtosis of 30: do they move the critical length more than two scales?",
            "Choose “two scales” to be trained on, and compare the critical n.",
            train_kind="sparse",
            test_kind="Gaussian",
            train_length=400,
            test_length=None,
            shift=1.0,
        ),
        preset(
            "Longer prompts",
            "The test prompts grow longer: from which m on do heavy tails of the test not count any more?",
            "Raise m, and simulate again and again.",
            test_length=100,
        ),
    ),
    "ThinkingInWords": (
        preset(
            "One line too many",
            "All lines that it needs are written, and the answer is right: what does the next line say?",
            "Press “One more line” twice.",
            trained="aligned",
            problem=0,
            lines=4,
        ),
        preset(
            "Waiting",
            "The same problem, by the model whose traces may wait: after how many lines too many is it lost?",
            "Move the lines to their end.",
            trained="waiting",
            problem=0,
            lines=4,
        ),
        preset(
            "Other lessons",
            "It has learned polynomials since: are its first lines still subtractions?",
            "Press “One more line” a few times, and look for the mark of a line that does not follow.",
            trained="misaligned",
            problem=21,
            lines=0,
        ),
        preset(
            "Longer than any lesson",
            "This pair needs more lines than any trace in training had: does it get there?",
            "Raise the lines slowly.",
            trained="aligned",
            problem=40,
            lines=12,
        ),
    ),
    "ThinkingLonger": (
        preset(
            "Still converging",
            "The training prompts get longer: from which n on does the second curve turn?",
            "Raise n slowly, and watch its right end.",
            train_length=100,
        ),
        preset(
            "Little of the tail",
            "It gets to see more of the tail: does thirty steps of thinking end closer to the answer, or further off?",
            "Raise n slowly, and watch the right end of the second curve.",
            train_length=50,
            steps=30,
        ),
        preset(
            "One step",
            "It must answer at once: do more examples of the tail make its answer better?",
            "Raise n to its end, and compare the two points at k = 1.",
            train_length=20,
            steps=1,
        ),
        preset(
            "A test that ends",
            "Test prompts get shorter: does the best answer come later or earlier, and how good is it?",
            "Lower m slowly, and watch the ring on the second curve.",
            test_length=20_000,
        ),
        preset(
            "Much of the tail",
            "Which of the twenty answers go wrong first, those of directions seen most or seen least?",
            "Press “Let it think”, and watch the panel of the answers.",
            train_length=500,
            steps=0,
        ),
    ),
    "ThreeUpbringings": (
        preset(
            "Who can go on?",
            "All three learn to answer in one step: which of them can think on, and what do the others lack?",
            "Press “Train”, then raise k, and look for the block that only one of them has.",
            steps=5,
        ),
        preset(
            "Taught step by step",
            "One learns three steps at once, one imitates gradient descent: who is better in the end?",
            "Train, and compare the curves at k = 3 and at their ends.",
            second="unrolled",
            third="teacher-forced",
            steps=3,
        ),
        preset(
            "A start that is nearly right",
            "Two are given starts with something in them, in one way and another: which of them settles on the answer?",
            "Train, and compare r, and where the curves end.",
            second="noisy",
            steps=10,
        ),
        preset(
            "Two skills, short prompts",
            "With little to read in each prompt, do more updates make up for it?",
            "Train, then choose 1000 updates, and train again.",
            dim=2,
            train_length=5,
        ),
    ),
    "GPTGrowing": (
        preset(
            "Asked from nothing only",
            "Both will answer well in one step: what do you expect of the twin in the second, and in the tenth?",
            "Press “Train”, and follow both curves from left to right.",
            steps=1,
        ),
        preset(
            "Skewed data",
            "The GPT learns on data with one strong skill, its twin on even ones: does thinking longer help both?",
            "Press “Train”, and watch where each curve is lowest.",
            first="skewed data",
            second="distances",
            train_length=24,
            test_length=100,
            steps=10,
        ),
        preset(
            "Skewed, but short",
            "The same skew, on much shorter training prompts: is the turn still there?",
            "Press “Train”, and compare with the linear layer.",
            first="skewed data",
            second="distances",
            train_length=6,
            test_length=100,
            steps=10,
        ),
        preset(
            "For those who wait",
            "Seven skills instead of three: does the small GPT, or a large one, learn to think in as many updates?",
            "Press “Train”. Then choose the large size, train again, and wait five times as long. Try another seed.",
            dim=7,
            second="none",
            train_length=20,
            test_length=20,
        ),
    ),
    "GPTAtWork": (
        preset(
            "Where it looks",
            "The answer gets better from step to step: do the heads go on looking at the same examples?",
            "Press “One thinking step” a few times, and watch the rows.",
            steps=1,
        ),
        preset(
            "One wrong label",
            "The label of one example is wrong: does it look there more, or less, and how good can its answer get?",
            "Change the label further, and compare the curves with and without the change.",
            steps=5,
            example=4,
            change=2.0,
        ),
        preset(
            "Another prompt",
            "On another prompt, is the GPT still ahead of the linear layer after five steps, and after thirty?",
            "Go through the prompts, and compare the two curves.",
            prompt=3,
            steps=5,
        ),
        preset(
            "One head, step by step",
            "The first head alone: in which steps does it change where it looks, in the first ones or all along?",
            "Look down the rows, from the first step to the last, and compare the other heads.",
            head="1",
            steps=5,
        ),
        preset(
            "Skewed data",
            "This GPT learned from skewed data: what becomes of its answer to an even prompt if it thinks on?",
            "Raise k to its end. Then go through the prompts, and compare with the linear layer.",
            gpt="two layers, skewed data",
            steps=2,
        ),
    ),
    "StepSpectrum": (
        preset(
            "Above the critical length",
            "A GPT of one layer was trained on long skewed prompts: where do its eigenvalues leave the circle?",
            "Look where the dots are, then at the marks of the linear layer, and at the error below.",
            architecture="one layer",
            training="skewed, n = 40",
        ),
        preset(
            "Below it",
            "The same GPT, trained on shorter prompts: does it still lose the answer?",
            "Count the dots outside the circle, then lengthen the training prompts step by step.",
            architecture="one layer",
            training="skewed, n = 10",
        ),
        preset(
            "With LayerNorm",
            "LayerNorm lowers the training loss: does it also keep the eigenvalues inside?",
            "Compare training lengths 10 and 40, and the isotropic control.",
            architecture="LayerNorm",
            training="skewed, n = 40",
        ),
        preset(
            "Two layers",
            "A second layer can take another step altogether: does it fail on the same side?",
            "Compare the dots with the marks, for the GPT and for the linear layers.",
            architecture="two layers",
            training="skewed, n = 40",
        ),
    ),
}

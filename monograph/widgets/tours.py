"""Guided tours: stops that point at a part of a widget, ask for a guess, and wait for the reader's move."""

from typing import Any

import traitlets

from monograph.widgets.presets import entries


def stop(
    part: str,
    text: str,
    question: str,
    guesses: tuple[str, ...],
    right: str,
    found: str,
    /,
    *,
    do: str = "",
    until: dict[str, tuple[float, float] | None] | str = "",
    **state: Any,
) -> dict[str, Any]:
    """Make a stop as it is synced.

    Parameters
    ----------
    part
        What it points at: "picture", or the words on a control or button.
    text
        What is seen there.
    question
        What is to be guessed.
    guesses
        The answers to choose from.
    right
        The one that is right.
    found
        What the move shows; said after it.
    do
        The move that is waited for; none where a guess is enough.
    until
        When it has been made: bounds of traits, None for an endless length (an entry of a list is "W.2"), or words that
        the widget then says.
    **state
        Traits that are set when the stop is reached. The first stop sets the others back as well.

    Examples
    --------
    >>> stop("picture", "A die.", "Odd?", ("yes", "no"), "no", "Six.")["right"]
    1
    """
    return {
        "part": part,
        "text": text,
        "question": question,
        "guesses": list(guesses),
        "right": guesses.index(right),
        "found": found,
        "do": do,
        "until": until,
        "state": state,
    }


TOURS = {
    "ThreeUpbringings": (
        stop(
            "picture",
            "Three layers of attention, equal at birth to the last digit. V and W are all the weights of each, one "
            "color above zero and another below. All will see the same prompts, and each is asked in its own way.",
            "Which will answer best after a single step?",
            ("shift", "independent", "all about alike"),
            "all about alike",
            "After one step they are about equally far from the answer: the first answer does not show who can think.",
            do="Press “Train” and wait until all updates are made.",
            until="300 updates. Median",
        ),
        stop(
            "thinking steps k",
            "The same three layers, with the same weights, may now think longer.",
            "How many of them are nearer to the answer after ten steps than after one?",
            ("all three", "two", "one"),
            "one",
            "Only “shift” goes on: it was asked about answers in the making. The others have never seen one, and what "
            "they make of it leads them away.",
            do="Raise the number of thinking steps to ten (train them first, should they be newborn).",
            until="left after 10 steps: shift",
        ),
        stop(
            "picture",
            "Look at the weights again. Each layer has learned to read the examples, in block V₃₁.",
            "Which block of W does “shift” alone have in full?",
            ("W₁₃, which reads the last thought", "W₂₄, which reads the labels"),
            "W₁₃, which reads the last thought",
            "W₁₃ hands the last answer to the next step. Training data that never hold an unfinished answer do not "
            "teach it.",
        ),
    ),
    "ThinkingLonger": (
        stop(
            "Let it think",
            "Two layers of the same kind, trained on two sorts of prompts, face the same test.",
            "Which is nearer to the answer after twenty steps?",
            ("trained on all directions alike", "trained on a long tail"),
            "trained on all directions alike",
            "The other one gets better at first. Its best answer comes on the way, and is marked; then it overthinks.",
            do="Press “Let it think”, or raise k to twenty.",
            until={"steps": (20, 30)},
            steps=0,
        ),
        stop(
            "training length n",
            "The second layer learned from prompts of 200 examples each.",
            "Had it seen longer prompts, when would its best answer come?",
            ("later", "sooner"),
            "sooner",
            "Longer prompts make it bolder. Along directions that its training hardly showed, its step then carries "
            "it further past the answer each time.",
            do="Raise the training length n to 500.",
            until={"train_length": (500, 500)},
            train_length=200,
        ),
        stop(
            "training length n",
            "Shorter prompts make it more cautious.",
            "Is there a length from which on down it never overthinks?",
            ("yes, not far below 200", "yes, but below 50", "no"),
            "yes, not far below 200",
            "There is one, the critical length: above it thinking on harms, below it thinking on helps. The "
            "chapter on overthinking computes it from the training data.",
            do="Lower n until the curve no longer turns.",
            until="for as long as it thinks",
            train_length=200,
            test_length=None,
        ),
    ),
    "DirectAnswer": (
        stop(
            "tail exponent α",
            "Twenty skills, the strongest first. Above is how strong each shows in the prompts, below is the error "
            "that one step leaves of it.",
            "The tail grows longer: all skills get weaker but the strongest. What happens to the strongest one's "
            "error?",
            ("it falls", "it stays", "it rises"),
            "it falls",
            "It falls: within a prompt, the other skills are noise to the strongest one, and there is less of it now.",
            do="Raise the tail exponent α to its end.",
            until={"exponent": (2, 2)},
        ),
        stop(
            "test length m",
            "The test prompt has 40 examples, as the prompts of the training had.",
            "It gets longer without end. What is left of the errors?",
            ("nothing", "something for each skill"),
            "something for each skill",
            "The layer stays as cautious as prompts of 40 examples made it: its one step is too short, whatever it "
            "is given to read. More steps will take it further.",
            do="Raise the test length m to its end.",
            until={"test_length": None},
            exponent=1.0,
            train_length=40,
            test_length=40,
        ),
    ),
    "WeightBlocks": (
        stop(
            "W",
            "All weights of a layer for a single skill. The entry 1 of W, in row x and column w, lets it read its "
            "own last answer.",
            "Without that entry, which end of the curve is worse?",
            ("that after one step", "that after twenty steps", "both"),
            "that after twenty steps",
            "The first step needs no last answer. Later ones do: without it, the layer makes the same step again and "
            "again, and walks past the right answer.",
            do="Type 0 into row x, column w of W.",
            until={"W.2": (0, 0)},
        ),
        stop(
            "V",
            "The entry in row w and column x of V is how far a step goes.",
            "What if each step goes twice as far?",
            ("it arrives sooner", "it ends further away"),
            "it ends further away",
            "In some prompts the doubled step lands further behind the answer than it was in front of it. Repeated, "
            "it runs away, and the mean error follows those prompts.",
            do="Type −1.8 into row w, column x of V.",
            until={"V.8": (-2, -1.7)},
            W=entries(x_w=1.0, y_flag=-1.0),
        ),
    ),
    "ThinkingPath": (
        stop(
            "weak skill, test",
            "Two skills, and the path of an answer over the loss of a prompt. The weak skill has a tenth of the strong "
            "one's strength, in training and in the test.",
            "The test now shows the weak skill as strongly as the other. Where does the path go?",
            ("straighter to the answer", "back and forth, and away"),
            "back and forth, and away",
            "The layer has learned to take large steps along what it seldom saw. Where the test shows it strongly, "
            "such a step lands further behind the answer than it began in front of it.",
            do="Raise the weak skill in the test to its end.",
            until={"test_tail": (1, 1)},
        ),
        stop(
            "training length n",
            "The layer was trained on prompts of 20 examples.",
            "Can another training length save it, with the same training data?",
            ("yes, a longer one", "yes, a very short one", "no"),
            "yes, a very short one",
            "A layer that has seen few examples at a time trusts them little, and steps so carefully that it arrives; "
            "along the strong skill it is slow for that.",
            do="Find a training length at which the path arrives.",
            until={"train_length": (1, 2)},
            test_tail=1.0,
        ),
    ),
}
"""By the class of a widget, in the order of the stops."""


def trait(widget: str) -> traitlets.Int[int, int]:
    """Make the trait `tour`: the stop that is shown, from 1, or 0 for none."""
    return traitlets.Int(0, min=0, max=len(TOURS[widget])).tag(sync=True)

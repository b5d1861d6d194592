"""The presets of the widgets: states that can be, and questions."""

import pytest
from every_widget import WIDGETS
from traitlets import TraitError

from monograph.widgets import Simulating
from monograph.widgets.presets import PRESETS
from publish.site import stored_widgets
from publish.site.widget_pages import fragment

EVERY = [
    pytest.param(kind, preset, id=f"{kind.__name__}-{preset['name']}")
    for kind in WIDGETS
    for preset in PRESETS[kind.__name__]
]


def stored(kind):
    """A widget as the site sees it."""
    return stored_widgets.StoredWidget(stored_widgets.name_of(kind.__name__), "", "", kind().get_state(), {})


def test_every_widget_has_a_few_presets_and_no_others_have():
    assert {kind.__name__ for kind in WIDGETS} == set(PRESETS)
    assert {len(presets) for presets in PRESETS.values()} <= {2, 3, 4, 5}


@pytest.mark.parametrize("kind", WIDGETS)
def test_controls_are_synced_traits_that_no_option_of_the_page_hides(kind):
    settings = kind().settings()
    drawn = {"seed"} if issubclass(kind, Simulating) else set()
    assert set(settings) == set(kind.controls) | drawn <= set(kind().traits(sync=True))
    assert not set(settings) & set(stored_widgets.OPTIONS)
    assert kind().get_state()["frame"]["settings"] == settings
    for name, setting in settings.items():
        start = getattr(kind(), name)
        assert setting["start"] == (list(start) if isinstance(start, list) else start)
        assert list(stored_widgets.complaints(stored(kind), fragment({name: start}))) == []


@pytest.mark.parametrize(("kind", "preset"), EVERY)
def test_a_preset_asks_and_is_a_state_that_can_be(kind, preset):
    assert preset["question"].endswith("?") and preset["question"].count("?") == 1
    assert preset["look"].endswith(".") and len(preset["question"]) < 130
    assert preset["state"] and set(preset["state"]) <= set(kind.controls)
    widget = kind(**preset["state"])
    assert {name: getattr(widget, name) for name in preset["state"]} == preset["state"]
    assert repr(widget) and list(stored_widgets.complaints(stored(kind), fragment(preset["state"]))) == []


@pytest.mark.parametrize("kind", WIDGETS)
def test_what_the_site_refuses_the_widget_refuses(kind):
    for name, setting in kind().settings().items():
        for bound, beyond in (("least", -1), ("most", 1)):
            if bound in setting and "size" not in setting:
                value = setting[bound] + beyond
                assert stored_widgets.refusal(fragment({name: value}).partition("=")[2], setting)
                with pytest.raises(TraitError):
                    kind(**{name: value})


@pytest.mark.parametrize("kind", WIDGETS)
def test_names_of_presets_and_questions_are_told_apart(kind):
    presets = PRESETS[kind.__name__]
    for part in ("name", "question"):
        assert len({preset[part] for preset in presets}) == len(presets)

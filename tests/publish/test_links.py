from types import SimpleNamespace

from docutils import nodes

from publish.site import links


def page_with(*figures):
    """A page with figures of these names."""
    return nodes.section("", *(nodes.figure("", ids=[name]) for name in figures))


def test_the_statements_and_figures_of_a_page_become_targets_of_links_and_headings_stay():
    here, there = {"docname": "setup/task"}, {"docname": "setup/thinking"}
    env = SimpleNamespace(
        docname="setup/task",
        metadata={"setup/task": {"myst_slugs": {"heading": (3, "id1", "A heading")}}},
        proof_list={"prop-floor": here, "prop-recursion": there},
        sphinx_exercise_registry={"ex-scale": here, "ex-trade": there},
    )
    links.add_statements(SimpleNamespace(env=env), page_with("fig-floor"))
    targets = env.metadata["setup/task"]["myst_slugs"]
    places = {"heading": "id1", "prop-floor": "prop-floor", "ex-scale": "ex-scale", "fig-floor": "fig-floor"}
    assert {name: target[1] for name, target in targets.items()} == places


def test_a_page_without_statements_is_left_alone():
    env = SimpleNamespace(docname="index", metadata={"index": {}})
    links.add_statements(SimpleNamespace(env=env), page_with())
    assert not env.metadata["index"].get("myst_slugs")

from types import SimpleNamespace

from book import links


def test_the_statements_of_a_page_become_targets_of_links_and_headings_stay():
    here, there = {"docname": "setup/task"}, {"docname": "setup/thinking"}
    env = SimpleNamespace(
        docname="setup/task",
        metadata={"setup/task": {"myst_slugs": {"heading": (3, "id1", "A heading")}}},
        proof_list={"prop-floor": here, "prop-recursion": there},
        sphinx_exercise_registry={"ex-scale": here, "ex-trade": there},
    )
    links.add_statements(SimpleNamespace(env=env), None)
    targets = env.metadata["setup/task"]["myst_slugs"]
    places = {"heading": "id1", "prop-floor": "prop-floor", "ex-scale": "ex-scale"}
    assert {name: target[1] for name, target in targets.items()} == places


def test_a_page_without_statements_is_left_alone():
    env = SimpleNamespace(docname="index", metadata={"index": {}})
    links.add_statements(SimpleNamespace(env=env), None)
    assert not env.metadata["index"].get("myst_slugs")

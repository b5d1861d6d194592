"""Which emulated processors count, and what fails on one of them."""

import subprocess

import other_processors as processors
import pytest

HERE = {"kernels": ["openblas Haswell"], "products": "a", "functions": "b"}


@pytest.fixture
def emulated(monkeypatch):
    """Function that sets what probes find, by setting, and under which settings tests fail; gives what ran."""

    def emulate(found, failing=()):
        ran = []
        monkeypatch.setattr(processors, "SETTINGS", {name: {"NAME": name} for name in found})
        monkeypatch.setattr(processors, "probe", lambda setting: found.get(setting.get("NAME"), HERE))

        def run(command, env, check):
            ran.append((command, env["NAME"]))
            return subprocess.CompletedProcess(command, env["NAME"] in failing)

        monkeypatch.setattr(processors.subprocess, "run", run)
        return ran

    return emulate


OTHER = {name: {**HERE, "kernels": [f"openblas {name}"], "products": name} for name in ("x", "y", "z")}


@pytest.mark.exhaustive
def test_a_probe_repeats_itself_bit_for_bit():
    first, again = processors.probe({}), processors.probe({})
    assert processors.changed(first, again) == []
    assert any(kernel.startswith("openblas") for kernel in first["kernels"])


def test_each_setting_runs_the_tests_and_is_named_with_its_kernels(emulated, capsys):
    ran = emulated(OTHER)
    assert processors.main([]) == 0
    assert [name for _, name in ran] == ["x", "y", "z"]
    assert all(set(processors.TESTS) < set(command) for command, _ in ran)
    shown = capsys.readouterr().out
    assert "x: openblas x; other bits in: products" in shown
    assert "3 settings changed bits: x, y, z" in shown


def test_a_setting_that_changes_no_bit_is_not_counted(emulated, capsys):
    emulated({**OTHER, "z": HERE})
    assert processors.main([]) == 1
    shown = capsys.readouterr()
    assert "z: openblas Haswell; other bits in: nothing" in shown.out
    assert "2 settings change bits on this machine, 3 must" in shown.err


def test_what_fails_under_one_setting_is_named_and_the_others_run(emulated, capsys):
    ran = emulated(OTHER, failing={"y"})
    assert processors.main([]) == 1
    assert len(ran) == 3
    assert "does not come out under: y" in capsys.readouterr().err


def test_one_setting_can_be_chosen_and_an_unknown_one_is_refused(emulated, capsys):
    ran = emulated(OTHER)
    assert processors.main(["y"]) == 0
    assert [name for _, name in ran] == ["y"]
    with pytest.raises(SystemExit):
        processors.main(["w"])
    assert "no setting w; there are: x, y, z" in capsys.readouterr().err

import dataclasses
import json

import pytest

from monograph import _evidence_store, claims
from monograph.experiments import results

BEST_STEP = claims.find("best_step")


@pytest.fixture
def shared(monkeypatch, tmp_path):
    """Folder in which evidence is shared."""
    monkeypatch.setenv(_evidence_store.VARIABLE, str(tmp_path))
    return tmp_path


def evidence(one=BEST_STEP):
    return dataclasses.replace(one).evidence  # a copy has checked nothing yet


def test_what_one_process_found_another_reads(shared):
    found = evidence()
    (path,) = shared.rglob("*.json")
    path.write_text(json.dumps({"verdict": "fails", "measured": "It was read."}))
    assert (found.verdict.value, evidence().measured) == ("holds", "It was read.")


@pytest.mark.parametrize(
    ("variable", "value"), [("OPENBLAS_CORETYPE", "Prescott"), ("OMP_NUM_THREADS", "2"), ("PYTHONHASHSEED", "2510")]
)
def test_other_kernels_threads_and_seeds_find_for_themselves(shared, monkeypatch, variable, value):
    here = _evidence_store._key(results.results_dir())
    _evidence_store._key.cache_clear()
    monkeypatch.setenv(variable, value)
    assert _evidence_store._key(results.results_dir()) != here
    _evidence_store._key.cache_clear()


def test_other_results_are_other_evidence(shared, tmp_path):
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "linear.json").write_text("{}")
    assert _evidence_store._key(tmp_path) != _evidence_store._key(results.results_dir())


def test_without_a_folder_and_for_a_check_of_elsewhere_nothing_is_shared(monkeypatch, shared):
    def elsewhere(tolerance):
        return BEST_STEP.check(tolerance)

    evidence(dataclasses.replace(BEST_STEP, check=elsewhere))
    monkeypatch.delenv(_evidence_store.VARIABLE)
    evidence()
    assert not list(shared.rglob("*.json"))

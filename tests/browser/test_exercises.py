"""Every question of every chapter, answered by keyboard as readers would."""

import json
from html import escape
from pathlib import Path

import pytest
from accessibility import broken_rules
from answered import every_case, every_question, right_answers, wrong_answers
from watched_pages import turn, watched_page

from publish.site import checks

pytestmark = pytest.mark.browser
QUESTIONS = list(every_question())
PAGES = sorted({page for page, *_ in QUESTIONS})
WRITTEN = {  # how readers write numbers
    "tenth_length": ["918", "918.0", "917,9", "1836/2", " 9.18e2 ", "9.18·10²", "9.18 × 10^2"],
    "half_left": ["0.505", ".505", "0,505", "102/202", "5.05·10⁻¹", "5.05*10^(-1)"],
}
NO_NUMBER = "A number, please, such as 17 or 0.25."
UNREADABLE = ["", "many", "1/2/3", "9/", "9.1.8", "1/0"]
FORM = """<form class="check" data-name="asked" data-answer="{}">{}<button>Check</button>
    <span role="status"></span></form>"""
SCRIPT = Path(checks.__file__).parents[1] / "static" / "checks.js"


@pytest.fixture(scope="module", params=PAGES)
def asking(request, browser, address):
    """A page that asks, and its questions."""
    with watched_page(browser, width=390, scheme="dark") as page:
        page.goto(f"{address}{request.param}.html")
        yield page, [(name, answer) for chapter, name, answer in QUESTIONS if chapter == request.param]
        assert page.problems == []


def give(page, name, answer, given):
    """Answer by keyboard; return what the page says."""
    form = page.locator(f"form.check[data-name={name}]")
    if "options" in answer:
        form.locator("input").nth(given - 1).focus()
        page.keyboard.press("Space")
    else:
        form.locator("input").fill(repr(given))
    page.keyboard.press("Enter")
    return form.get_by_role("status").text_content()


def submit(form, text):
    """Write a text into a question's field; return what the page says."""
    form.locator("input").fill(text)
    form.locator("input").press("Enter")
    return form.get_by_role("status").text_content()


@pytest.mark.parametrize(("answer", "rows"), every_case())
def test_verdicts_are_those_of_the_table(window, answer, rows):
    fields = "<input type=radio name=option value={}>"
    options = "".join(fields.format(n) for n, _ in enumerate(answer.get("options", ()), start=1))
    window.set_content(FORM.format(escape(json.dumps(answer)), options or "<input>"))
    window.add_script_tag(path=SCRIPT)
    expected = [f"{'✓ Right.' if right else '✗ Not yet.'} {words}".strip() for _, right, words in rows]
    assert [give(window, "asked", answer, number) for number, *_ in rows] == expected


@pytest.mark.exhaustive
def test_the_worked_solutions_are_accepted_and_wrong_answers_are_not(asking):
    page, questions = asking
    for name, answer in questions:
        said = {given: give(page, name, answer, given) for given in right_answers(answer)}
        assert [given for given, words in said.items() if not words.startswith("✓ Right.")] == [], name
        said = {given: give(page, name, answer, given) for given in wrong_answers(answer)}
        assert [given for given, words in said.items() if not words.startswith("✗ Not yet.")] == [], name


@pytest.mark.exhaustive
def test_tempting_answers_are_told_why(asking):
    page, questions = asking
    for name, answer in questions:
        tempting = answer.get("traps") or enumerate(answer.get("options", ()), start=1)
        for given, words in tempting:
            assert words in give(page, name, answer, given)


@pytest.mark.exhaustive
def test_nothing_is_said_before_an_answer_and_no_answer_is_asked_for(window, address):
    window.goto(f"{address}setup/task.html")
    statuses = window.locator("form.check [role=status]")
    assert set(statuses.all_text_contents()) == {""}
    for button in window.locator("form.check button").all():
        button.focus()
        window.keyboard.press("Enter")
    assert set(statuses.all_text_contents()) == {
        "A number, please, such as 17 or 0.25.",
        "Choose one of these first.",
    }
    numbers = window.locator("form.check input[inputmode]")
    assert window.locator("form.check [aria-invalid=true]").count() == numbers.count()


@pytest.mark.exhaustive
def test_numbers_may_be_written_in_many_ways(window, address):
    window.goto(f"{address}setup/task.html")
    for name, texts in WRITTEN.items():
        form = window.locator(f"form.check[data-name={name}]")
        for text in texts:
            assert submit(form, text).startswith("✓"), text
        for text in UNREADABLE:
            assert submit(form, text) == NO_NUMBER, text
    window.goto(f"{address}experiments/curation.html")
    for text in ("2,301", "2 301", "2301.4"):
        assert submit(window.locator("form.check[data-name=rare_updates]"), text).startswith("✓"), text


@pytest.mark.exhaustive
def test_the_folded_solution_hides_what_is_asked(asking):
    page, questions = asking
    for name, _ in questions:
        assert page.locator(f"form.check[data-name={name}]").is_visible()
    assert page.locator("details.solution[open]").count() == 0
    assert page.locator("details.hide[open]").count() == 0


@pytest.mark.exhaustive
def test_questions_work_from_a_folder_and_fit_a_phone(browser, site):
    name, answer = next((name, answer) for page, name, answer in QUESTIONS if page == "setup/task")
    with watched_page(browser, width=390) as page:
        page.goto(Path(site, "setup/task.html").as_uri())
        assert give(page, name, answer, answer["right"]).startswith("✓")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        targets = page.locator("form.check :is(button, fieldset label, input[inputmode])")
        assert min(box.bounding_box()["height"] for box in targets.all()) >= 24


@pytest.mark.exhaustive
def test_answered_questions_break_no_rule_of_accessibility(window, address):
    window.goto(f"{address}theorems/hardness.html")
    for scheme in ("light", "dark"):
        turn(window, 390, scheme)
        for form in window.locator("form.check").all():
            form.locator("button").click()
        assert broken_rules(window, "form.check") == [], scheme


@pytest.mark.exhaustive
def test_without_javascript_questions_are_text(browser, address):
    with watched_page(browser, java_script_enabled=False) as page:
        page.goto(f"{address}theorems/hardness.html")
        form = page.locator("form.check:has(fieldset)").first
        assert form.locator("label").first.is_visible()
        assert form.locator("button").is_hidden()

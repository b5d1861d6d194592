"""Pages of JupyterLab, as the tests open and use them."""

# Notebooks put into the page what is on the screen, so the screen is as long as the chapter.
TALL = {"width": 1280, "height": 40_000}
PATIENCE = 240_000  # milliseconds: of such a page a busy machine needs one and a half minutes


def run_all(page):
    """Run all cells, when the notebook that is shown has a kernel; the bar below may still speak of another one."""
    shown = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook-ExecutionIndicator[data-status=idle]"
    page.locator(shown).wait_for(timeout=PATIENCE)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=PATIENCE)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

"""What holds of every page of the site: each check lists what is wrong."""

from accessibility import broken_rules

CLIPPED = """(formulas) => formulas.filter((formula) => {
    const place = formula.closest("p, li, dd, td, th, div").getBoundingClientRect();
    return formula.checkVisibility() && formula.getBoundingClientRect().right > place.right + 1;
}).map((formula) => formula.textContent)"""
SILENT = """(pictures) => pictures
    .filter((picture) => !picture.getAttribute("alt") && !picture.getAttribute("aria-label"))
    .map((picture) => picture.outerHTML.slice(0, 200))"""
HTML = "(elements) => elements.map((element) => element.outerHTML.slice(0, 200))"


def complains(page):
    """Errors, and requests to other hosts."""
    return page.problems


def scrolls_sideways(page):
    """Widths of the page and of its sections, where the window or the section is narrower."""
    wide = page.evaluate(
        """[[document.documentElement, innerWidth],
            ...[...document.querySelectorAll("article section")].filter((section) => section.checkVisibility())
                .map((section) => [section, section.clientWidth])
        ].map(([part, room]) => [part.scrollWidth, room])"""
    )
    return [f"{width} pixels in a window of {room}" for width, room in wide if width > room]


def shows_no_formula(page):
    """Formulas that were not set, or as nothing."""
    return page.locator(".math:not(:has(> math)), math:empty, merror").evaluate_all(HTML)


def clips_formula(page):
    """Formulas that end outside their paragraph."""
    return page.locator(".math").evaluate_all(CLIPPED)


def does_not_describe_picture(page):
    """Pictures without words for who does not see them."""
    return page.locator("article img, article .picture svg").evaluate_all(SILENT)


def shows_failed_widget(page):
    """Messages of failure, and still pictures that no widget replaced."""
    return page.locator(".widget-message, .widget-still:not([hidden])").evaluate_all(HTML)


def breaks_rule_of_accessibility(page):
    """Rules of axe-core."""
    return broken_rules(page)


CHECKS = [
    complains,
    scrolls_sideways,
    shows_no_formula,
    clips_formula,
    does_not_describe_picture,
    shows_failed_widget,
    breaks_rule_of_accessibility,
]


def complaints(page):
    """All that is wrong with a page as it is drawn now, each after the name of the check that found it.

    Parameters
    ----------
    page : playwright.sync_api.Page
        Of `watched_pages.watched_page`.

    Returns
    -------
    list of str
    """
    return [f"{check.__name__}: {complaint}" for check in CHECKS for complaint in check(page)]

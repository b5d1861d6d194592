"""Pages in a browser that is kept from the network."""

from contextlib import contextmanager

from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
HERE = ("http://127.0.0.1:", "http://127.0.0.1/", "file:", "blob:", "data:")


@contextmanager
def started(chromium):
    """Start the browser of that path, and stop it at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def watched_page(browser, *, width=1440, scheme="light", **options):
    """Open an empty page whose `problems` lists errors and requests to other hosts, which are refused."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    page = context.new_page()
    page.problems = []

    def stay_here(route):
        if route.request.url.startswith(HERE):
            route.continue_()
        else:
            page.problems.append(f"request to {route.request.url}")
            route.abort()

    context.route("**/*", stay_here)
    page.on("console", lambda m: m.type == "error" and page.problems.append(f"console: {m.text}"))
    page.on("pageerror", lambda error: page.problems.append(f"error: {error}"))
    page.on("response", lambda r: r.status >= 400 and page.problems.append(f"{r.status}: {r.url}"))
    yield page
    context.close()


def settle(page):
    """Wait until formulas and widgets are drawn."""
    page.evaluate("() => window.MathJax?.startup?.promise.then(() => {})")
    page.wait_for_function("document.querySelectorAll('.widget-live > script:only-child').length === 0")
    page.wait_for_load_state("networkidle")

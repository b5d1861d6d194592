"""Pages in a browser that is kept from the network."""

from contextlib import contextmanager

from publish import chromium

# Refused here, as a request that Playwright has to let pass costs more than its answer.
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
HERE = ("http://127.0.0.1:", "http://127.0.0.1/", "file:", "blob:", "data:")
UNDRAWN = ".widget:not(:has(.widget-still[hidden], .widget-message))"
DRAWN = """async () => {
    await document.fonts.ready;
    // What watches sizes draws in the frame after they changed.
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    const all = (selector, holds) => [...document.querySelectorAll(selector)].every(holds);
    return (
        document.readyState === "complete" &&
        // Asked again and again: the promise of a transition's end is not always kept. Scrolling ends with the reader.
        document.getAnimations().every(
            (move) => move.timeline !== document.timeline || move.effect.getComputedTiming().endTime === Infinity
        ) &&
        all("UNDRAWN", (widget) => !widget.checkVisibility()) &&
        all("html.fontawesome-i2svg-active", (html) => html.matches(".fontawesome-i2svg-complete"))
    );
}""".replace("UNDRAWN", UNDRAWN)

# The theme lets the keyboard reach boxes that scroll, some time after the window changed. Folded ones are not reached.
BOXES = 'html:has(script[src*="pydata"]) :is(pre, .cell_output > .output, .pst-scrollable-table-container)'
REACHED = f"""() => [...document.querySelectorAll('{BOXES}')].every(
    (box) =>
        !box.checkVisibility({{ contentVisibilityAuto: true }}) ||
        (box.tabIndex === 0) === (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight)
)"""

# What the page draws takes a few draws a slice, however fast the machine is, and stands still after the fiftieth slice
# until the test says goOn().
HELD = """() => {
    let [time, slices] = [0, 0];
    const held = [];
    const { postMessage } = MessagePort.prototype;
    performance.now = () => (time += 4);
    MessagePort.prototype.postMessage = function (message) {
        const post = () => postMessage.call(this, message);
        if (++slices > 50) held.push(post);
        else post();
    };
    window.goOn = () => {
        slices = 0;
        for (const post of held.splice(0)) post();
    };
}"""


def started(path):
    """Start the browser of that path; a context that stops it at its end."""
    return chromium.started(path, NO_NETWORK)


@contextmanager
def watched_page(browser, *, width=1440, scheme="light", **options):
    """Open an empty page whose `problems` lists errors and requests to other hosts, which are refused."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    page = context.new_page()
    page.problems = []
    context.on("request", lambda r: r.url.startswith(HERE) or page.problems.append(f"request to {r.url}"))
    page.on("console", lambda m: m.type == "error" and page.problems.append(f"console: {m.text}"))
    page.on("pageerror", lambda error: page.problems.append(f"error: {error}"))
    page.on("response", lambda r: r.status >= 400 and page.problems.append(f"{r.status}: {r.url}"))
    yield page
    context.close()


# A widget is drawn when it comes near the window. The browser scrolls to what the address names in the first frames.
VISITED = """async () => {
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    const { scrollX, scrollY } = window;
    for (const widget of document.querySelectorAll("UNDRAWN")) {
        widget.scrollIntoView({ behavior: "instant" });
        for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    }
    window.scrollTo({ left: scrollX, top: scrollY, behavior: "instant" });
}""".replace("UNDRAWN", UNDRAWN)

# Adds up how far what is drawn moves by itself.
MOVED = """() => {
    window.moved = 0;
    new PerformanceObserver((list) => {
        for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) moved += value;
    }).observe({ type: "layout-shift", buffered: true });
}"""


def settle(page):
    """Wait until all is drawn: formulas, widgets and icons, in the colors that they keep."""
    page.evaluate(VISITED)
    page.wait_for_function(DRAWN)


def wait_for_menus(page):
    """Wait for the theme's scripts, which a page asks for when it is there."""
    page.wait_for_load_state("networkidle")


def turn(page, width, scheme):
    """Show a page of the site in another window, to readers whose system prefers a color scheme."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    if "/widgets/" in page.url:  # these choose their colors when they open
        page.reload()
        lay_out_all(page)
    page.wait_for_function("(scheme) => document.documentElement.dataset.theme === scheme", arg=scheme)
    page.wait_for_function(REACHED)
    settle(page)


def lay_out_all(page):
    """Let the page lay out all its sections, those far from the window too, as whoever reads on will see them."""
    page.add_style_tag(content="article :is(section, dl, tr) { content-visibility: visible !important }")
    page.evaluate("document.querySelector('article')?.dispatchEvent(new Event('contentvisibilityautostatechange'))")

"""Pages of the built site: what each weighs, and how soon its widget answers."""

import gzip
import statistics

from publish import chromium, contents
from publish.book import SITE

ANSWER = 50  # milliseconds from an input to the picture that follows it
ROUNDS = 6
# Each control is moved in turn. The clock runs from the event until the browser has drawn the frame after it.
MOVE = """async (rounds) => {
    const drawn = () => new Promise((done) => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = done;
        port2.postMessage(null);
    }));
    const controls = [...document.querySelectorAll(".widget-live :is(input[type=range], select)")];
    const times = [];
    for (let round = 0; round < rounds; round++) {
        for (const control of controls) {
            const turned = control.matches("select");
            const last = turned ? control.options.length - 1 : Number(control.max);
            const least = turned ? 0 : Number(control.min);
            const goal = Math.round(least + ((last - least) * ((2 * round + 1) % 7)) / 6);
            await drawn();
            const start = performance.now();
            if (turned) control.selectedIndex = goal;
            else control.value = goal;
            control.dispatchEvent(new Event(turned ? "change" : "input", { bubbles: true }));
            await drawn();
            times.push(performance.now() - start);
        }
    }
    return times;
}"""


def run():
    """Print the size of each page, and the times of each widget."""
    if not (SITE / "index.html").exists():
        print("skipped: the site is not built; run `make book`")
        return
    names = [*contents.read().pages]
    names += sorted(path.relative_to(SITE).with_suffix("").as_posix() for path in SITE.glob("widgets/*.html"))
    print_weights(names)
    browser = chromium.find()
    if browser is None:
        print(f"\nwidgets skipped: {chromium.MISSING}")
        return
    print_answers(names, browser)


def print_weights(names):
    """Print how many bytes each page has, and how many when a host sends it compressed."""
    print(f"kB of a page{'':>20}{'file':>11}{'gzip':>11}")
    for name in names:
        content = (SITE / f"{name}.html").read_bytes()
        print(f"{name:>32}{len(content) / 1e3:>11.1f}{len(gzip.compress(content)) / 1e3:>11.1f}")


def print_answers(names, browser):
    """Print how long each widget takes from an input to the next picture."""
    print(f"\nms from an input to the new picture, of every slider and list (limit {ANSWER} for the first)")
    print(f"{'':>32}{'first':>11}{'median':>11}{'worst':>11}{'inputs':>11}")
    with chromium.started(browser) as window:
        for name in names:
            page = window.new_page(viewport={"width": 1280, "height": 900})
            page.goto((SITE / f"{name}.html").as_uri())
            if page.locator(".widget-live").count():
                page.wait_for_function("document.querySelectorAll('.widget-live > script:only-child').length === 0")
                times = page.evaluate(MOVE, ROUNDS)
                print_times(name, times)
            page.close()


def print_times(name, times):
    """Print one line of the table."""
    if times:
        slow = "  above the limit" if times[0] > ANSWER else ""
        numbers = "".join(f"{value:>11.1f}" for value in (times[0], statistics.median(times), max(times)))
        print(f"{name:>32}{numbers}{len(times):>11}{slow}")

"""Pages on which something is trained: what they say, and when they rest."""

TRAINED = "document.querySelector('.tts-training button').textContent === 'Train another'"
IDLE = "['Train', 'Go on'].includes(document.querySelector('.tts-training button').textContent)"
HIDE = """() => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
PICTURES = """() => {
    window.pictures = 0;
    new MutationObserver((all) => { window.pictures += all.length; })
        .observe(document.querySelector(".tts-stage"), { childList: true });
}"""


def status(page):
    """What the widget says of its picture."""
    return page.locator(".tts-status").inner_text()


def button(page, name):
    """The button of this name."""
    return page.get_by_role("button", name=name)


def train(page):
    """Train until the end."""
    button(page, "Train").click()
    page.wait_for_function(TRAINED)

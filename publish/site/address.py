"""Where the site will be found, as far as the environment of the build knows."""

from urllib.parse import urlsplit


def site(environ):
    """Return the address of the site, with a slash at its end, or None.

    Parameters
    ----------
    environ : mapping of str to str
        TTSBOOK_SITE is the full address. Without it, the address that GitHub Pages gives to the
        repository which GITHUB_REPOSITORY names.

    Returns
    -------
    str or None
    """
    if address := environ.get("TTSBOOK_SITE"):
        return address.rstrip("/") + "/"
    if name := environ.get("GITHUB_REPOSITORY"):
        owner, _, repository = name.lower().partition("/")
        folder = "" if repository == f"{owner}.github.io" else f"{name.partition('/')[2]}/"
        return f"https://{owner}.github.io/{folder}"
    return None


def root(environ):
    """Return the path of the site's first page on its host: `/` where the address is not known."""
    return urlsplit(site(environ) or "/").path

"""Pack the built site, the notebooks and the package for use without a network: `python -m publish.archive`."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

from publish import filled
from publish.book import ROOT, SITE, TITLE
from publish.pdf import FIRST_DAY, PDF, version

NAME = "when-does-thinking-longer-help"
LEFT_OUT = {".buildinfo", "objects.inv", "printed.html"}


def archive(site, target, *, pdf=None, root=ROOT):
    """Write the archive: the same bytes for the same files and the same commit.

    Parameters
    ----------
    site : pathlib.Path
        Folder of the built site.
    target : pathlib.Path
        The archive that is written.
    pdf : pathlib.Path, optional
        The book as PDF; left out where it is missing.
    root : pathlib.Path
        Repository whose tracked files are packed.
    """
    number, commit, date = version()
    folder = f"{NAME}-{number}"
    files = {f"site/{path.relative_to(site).as_posix()}": path for path in site.rglob("*") if path.is_file()}
    files = {name: path for name, path in files.items() if path.name not in LEFT_OUT}
    files |= {f"source/{name}": root / name for name in tracked(root)}
    printed = pdf is not None and pdf.is_file()
    if printed:
        files[pdf.name] = pdf
    readme = filled.page("archive.txt", title=TITLE, version=number, commit=commit, pdf=printed and pdf.name)
    day = tuple(int(part) for part in (date or FIRST_DAY).split("-"))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        _add(packed, f"{folder}/README.txt", f"{readme}\n".encode(), day)
        for name in sorted(files):
            _add(packed, f"{folder}/{name}", files[name].read_bytes(), day)


def tracked(root):
    """Names of the files under version control that are there."""
    listing = ["git", "-C", root, "ls-files", "-z"]
    found = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in found if name and (root / name).is_file()]


def _add(packed, name, content, day):
    entry = zipfile.ZipInfo(name, date_time=(*day, 0, 0, 0))
    entry.create_system = 3  # as on Unix, wherever it is made
    entry.external_attr = 0o644 << 16
    packed.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED, compresslevel=9)


def write_checksum(path):
    """Write beside a file what `sha256sum --check` compares it with."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name(f"{path.name}.sha256").write_text(f"{digest}  {path.name}\n", encoding="utf-8")


def main():
    """Pack what is built."""
    if not (SITE / "index.html").exists():
        sys.exit("the site is not built: run `make book`")
    target = Path(SITE.parent, f"{NAME}-{version()[0]}.zip")
    archive(SITE, target, pdf=PDF)
    write_checksum(target)
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

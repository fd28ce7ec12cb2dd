"""Look at a report.html in headless Chromium: `python tests/browser/check_report.py REPORT [--shots FOLDER]`.

Checks at two widths, light and dark, that the page loads without an error in the console, that nothing
runs over its right edge, that it asks no host for anything, and that no script in it can run. It needs a
`chromium`, `chromium-browser` or `google-chrome` on PATH (Debian: `apt-get install chromium`) and nothing
from Python's side. It exits with 0, 1 (the page is wrong) or 2 (there is no browser).
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

WIDTHS = (390, 1200)
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
    "--hide-scrollbars",
)
# Added to a copy of the page without its policy: says whether anything is wider than the window.
PROBE = """<script>addEventListener("load", () => {
  for (const d of document.querySelectorAll("details")) d.open = true;
  const wide = [...document.querySelectorAll("body *")].filter(e => !e.closest(".scroll") &&
    e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + "." + (e.getAttribute("class") || ""));
  document.documentElement.dataset.wide = JSON.stringify(wide.slice(0, 5));
});</script></body>"""
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("--shots", type=Path, help="Keep a picture at each width in this folder.")
    given = parser.parse_args()
    browser = find_browser()
    if browser is None:
        print("There is no chromium on PATH. On Debian: apt-get install chromium", file=sys.stderr)
        return 2
    problems = look(browser, given.report.read_text("utf-8"), given.shots)
    for problem in problems:
        print(problem)
    print(f"{given.report}: {len(problems)} problem(s) at widths {WIDTHS}, light and dark")
    return 1 if problems else 0


def find_browser() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def look(
    browser: str,
    html: str,
    shots: Path | None = None,
    ways: Sequence[tuple[int, bool]] = tuple((width, dark) for dark in (False, True) for width in WIDTHS),
) -> list[str]:
    """Return what is wrong with a page, a sentence each, looked at in `ways`: at a width, and dark or light."""
    with tempfile.TemporaryDirectory() as name:
        return [problem for width, dark in ways for problem in check(browser, html, Path(name), width, dark, shots)]


class Quiet(HTTPServer):
    """A server that says nothing when the browser hangs up."""

    def handle_error(self, *_: object) -> None:
        pass


def check(browser: str, html: str, work: Path, width: int, dark: bool, shots: Path | None) -> list[str]:
    asked: list[str] = []

    class Server(BaseHTTPRequestHandler):
        """Serves the page and notes everything that is asked of the proxy."""

        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def do_CONNECT(self) -> None:
            asked.append(self.path)
            self.send_error(403)

        def log_message(self, *_: object) -> None:
            pass

    where = f"{width} px, {'dark' if dark else 'light'}"
    theme = ("--force-dark-mode", "--blink-settings=preferredColorScheme=0") if dark else ()
    (work / "page.html").write_text(html, encoding="utf-8")
    (work / "probe.html").write_text(POLICY.sub("", html).replace("</body>", PROBE), encoding="utf-8")
    server = Quiet(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # Every request of the page, whatever its host, goes to this proxy; the browser's own are told apart below.
    proxy = f"--proxy-server=http://127.0.0.1:{server.server_port}"
    options = [browser, *QUIET, *theme, proxy, f"--user-data-dir={work / 'profile'}", f"--window-size={width},1000"]
    log = run([*options, "--enable-logging=stderr", "--v=0", "--dump-dom", "http://page.test/"])
    dom = run([*options, "--virtual-time-budget=3000", "--dump-dom", (work / "probe.html").as_uri()]).stdout
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
        picture = shots / f"report-{width}-{'dark' if dark else 'light'}.png"
        run([*options, f"--screenshot={picture}", (work / "page.html").as_uri()])
    server.shutdown()
    server.server_close()
    problems = [f"{where}: console: {m}" for m in re.findall(r"CONSOLE[^\n]*", log.stderr)]
    own = {"http://page.test/"}
    browsers = ("google", "gvt1", "gstatic", "chrome", "localhost")
    problems += [f"{where}: asked for {a}" for a in asked if a not in own and not any(b in a for b in browsers)]
    if "http://page.test/" not in asked or "<h1>" not in log.stdout:
        problems.append(f"{where}: the page did not load")
    found = re.search(r'data-wide="([^"]*)"', dom)
    if found is None:
        problems.append(f"{where}: the width could not be measured")
    elif found[1] != "[]":
        problems.append(f"{where}: wider than the window: {found[1]}")
    return problems


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:  # a page that hangs is told as one that did not load
        return subprocess.CompletedProcess(command, 1, "", "")


if __name__ == "__main__":
    sys.exit(main())

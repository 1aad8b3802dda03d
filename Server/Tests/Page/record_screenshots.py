"""Writes the screenshots of Documentation/Server.md: of a trace whose clients are made up."""

import datetime
import pathlib
import random
import subprocess
import time

from lab import ROOT, Browser, Network, Served

FOLDER = ROOT / "Documentation/Server"
PROGRAMS = {
    b"firefox": ["www.example.com", "cdn.example.com", "images.example.org", "fonts.example.com", "api.shop.example.org"],
    b"curl": ["packages.example.org", "mirror-3.example.com"],
    b"postgres": ["replica-2.db.example.org"],
    b"chronyd": ["0.pool.example.org", "1.pool.example.org"],
    b"node": ["api.payments.example.com", "telemetry.example.org", "absent.test", "old-backend.test"],
    b"sshd": ["bastion.example.com"],
    b"python3": ["models.example.org", "wpad.test"],
}


def fill(network: Network, rounds: int, pause: float = 0) -> None:
    choose = random.Random(7)
    for _ in range(rounds):
        process = choose.choice(list(PROGRAMS))
        names = choose.sample(PROGRAMS[process], min(2, len(PROGRAMS[process])))
        network.ask(*names, process=process, qtype=choose.choice([1, 1, 1, 28]))
        # Not to wait for something: the charts show a time.
        time.sleep(pause * choose.random())


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    served, network = Served("--no-args"), Network()
    try:
        since = datetime.datetime.now(datetime.UTC)
        fill(network, 120, pause=0.4)
        span = f"since={since:%Y-%m-%dT%H:%M:%SZ}"
        browser = Browser(served)
        for theme in ["light", "dark"]:
            browser.set_theme(theme)
            for view, path in {"live": "/live", "search": f"/search?{span}&name=*.example.com", "overview": f"/overview?{span}",
                               "process": f"/process?{span}&process=node", "health": "/health"}.items():
                browser.open(path)
                browser.wait(lambda: browser.all(".scroll .row, .panel table"))
                fill(network, 5)
                if view == "live":
                    browser.wait(lambda: "/s" in browser.text(".status"))
                save(browser, f"{view}-{theme}")
            browser.open(f"/search?{span}&process=node")
            browser.wait(lambda: browser.rows())
            browser.script("document.querySelector('.scroll .row').click()")
            browser.wait(lambda: "QDCOUNT" in browser.text("#record"))
            save(browser, f"exchange-{theme}")
        browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": 390, "height": 780, "deviceScaleFactor": 1, "mobile": True})
        browser.open("/live")
        browser.wait(lambda: browser.rows())
        save(browser, "phone-dark")
        browser.close()
    finally:
        network.close()
        served.close()


def save(browser: Browser, name: str) -> None:
    # Two frames, so that what was just put into the document is drawn.
    browser.driver.execute_async_script(
        "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))")
    path = FOLDER / f"{name}.png"
    browser.driver.save_screenshot(str(path))
    shrink(path)


def shrink(path: pathlib.Path) -> None:
    """Fewer colours: a third of the octets."""
    subprocess.run(["pngquant", "--force", "--output", str(path), "--speed", "1", "128", str(path)], check=True)


if __name__ == "__main__":
    main()

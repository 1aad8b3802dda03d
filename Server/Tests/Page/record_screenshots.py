"""Writes the screenshots of Documentation/Server.md: of a trace whose clients are made up."""

import datetime
import pathlib
import random
import subprocess
import time

from lab import ROOT, Browser, Client, Network, Served

FOLDER = ROOT / "Documentation/Server"
# Command lines, their users, and the names that they ask for.
PROGRAMS: list[tuple[list[str], str, list[str]]] = [
    (["restic", "backup", "/srv"], "backup", ["storage-1.example.com", "storage-2.example.com"]),
    (["curl", "--silent", "https://packages.example.org/index.json"], "root", ["packages.example.org"]),
    (["postgres", "-D", "/var/lib/postgresql/15/main"], "nobody", ["replica-2.db.example.org"]),
    (["chronyd", "-F", "1"], "daemon", ["0.pool.example.org", "1.pool.example.org"]),
    (["node", "/srv/shop/server.js", "--port", "8080"], "www-data",
     ["api.payments.example.com", "telemetry.example.org", "absent.test", "old-backend.test"]),
    (["sshd", "-D"], "root", ["bastion.example.com"]),
    (["squid", "--foreground"], "proxy",
     ["www.example.com", "cdn.example.com", "images.example.org", "fonts.example.com", "shop.example.org", "wpad.test"]),
]
NAMES = [name for _, _, names in PROGRAMS for name in names if not name.endswith(".test")]
ADDRESSES = [f"--address=/{name}/{address}" for place, name in enumerate(NAMES, 10)
             for address in (f"203.0.113.{place}", f"2001:db8::{place}")]


class Programs:
    """The programs, each a process."""

    def __init__(self, network: Network) -> None:
        self.choose = random.Random(7)
        self.all = [(Client(network, command, user), names) for command, user, names in PROGRAMS]

    def ask(self, rounds: int, pause: float = 0) -> None:
        for _ in range(rounds):
            client, names = self.choose.choice(self.all)
            for name in self.choose.sample(names, min(2, len(names))):
                client.ask(name, qtype=self.choose.choice([1, 1, 1, 28]))
            # Not to wait for something: the charts show a time.
            time.sleep(pause * self.choose.random())

    def close(self) -> None:
        for client, _ in self.all:
            client.close()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    network = Network([*ADDRESSES, "--local=/test/"])
    # Nothing else of this host is in it.
    served, programs = Served("--cgroup", str(network.cgroup)), Programs(network)
    try:
        since = datetime.datetime.now(datetime.UTC)
        programs.ask(120, pause=0.4)
        span = f"since={since:%Y-%m-%dT%H:%M:%SZ}"
        browser = Browser(served)
        for theme in ["light", "dark"]:
            browser.set_theme(theme)
            for view, path in {"live": "/live", "search": f"/search?{span}&name=*.example.com", "overview": f"/overview?{span}",
                               "process": f"/process?{span}&process=node", "health": "/health"}.items():
                browser.open(path)
                browser.wait(lambda: browser.all(".scroll .row, .panel table"))
                programs.ask(5)
                if view == "health":
                    browser.wait(lambda: "adds up" in browser.text(".cards"))
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
        programs.close()
        served.close()
        network.close()


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

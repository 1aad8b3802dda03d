// The views, the address bar and the keyboard.

import { el } from "./dom.js";
import { Health } from "./health.js";
import { listAddress } from "./list.js";
import { Live } from "./live.js";
import { Overview } from "./overview.js";
import { close, open } from "./record.js";
import { Search } from "./search.js";

const views = {
  live: () => new Live({ open }),
  search: () => new Search({ open }),
  overview: () => new Overview({ go }),
  process: () => new Overview({ go, isProcess: true }),
  health: () => new Health(),
};
const main = document.getElementById("view");
let view;

function show() {
  view?.leave();
  const { pathname, searchParams } = new URL(location);
  const name = pathname.slice(1) in views ? pathname.slice(1) : "live";
  view = views[name]();
  // The view of a process has its name as its heading.
  main.replaceChildren(...name === "process" ? [] : [el("h1", { class: "unseen" }, view.title)], ...view.element);
  document.title = `${view.title} – querent`;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === name || name === "process" && link.dataset.view === "overview") link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  showRecord(searchParams.get("id"));
}

function showRecord(id) {
  if (id) open(id);
  else close();
}

export function go(address) {
  history.pushState(null, "", address);
  show();
}

addEventListener("popstate", () => {
  // Only the exchange was opened or closed: the list stays as it is.
  if (view.list?.address === listAddress()) showRecord(new URL(location).searchParams.get("id"));
  else show();
});
document.querySelector(".skip").addEventListener("click", event => {
  event.preventDefault();
  main.focus();
});
addEventListener("click", event => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || !(url.pathname.slice(1) in views)) return;
  event.preventDefault();
  go(url.pathname + url.search);
});

// Themes: light, dark, or as the system has it.
const dark = matchMedia("(prefers-color-scheme: dark)");
const themes = ["system", "light", "dark"];
const themeButton = document.getElementById("theme");
let stored;
try { stored = localStorage.getItem("theme"); } catch { /* Not allowed: the system's. */ }
let theme = themes.includes(stored) ? stored : "system";

function paint() {
  document.documentElement.dataset.theme = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
  themeButton.textContent = { system: "Auto", light: "Light", dark: "Dark" }[theme];
  themeButton.setAttribute("aria-label", `Theme: ${theme}`);
}
themeButton.addEventListener("click", () => {
  theme = themes[(themes.indexOf(theme) + 1) % themes.length];
  try { localStorage.setItem("theme", theme); } catch { /* It lasts until the page is left. */ }
  paint();
});
dark.addEventListener("change", paint);

// The keyboard.
const help = document.getElementById("help");
const keys = [
  ["g l", "Live"], ["g s", "Search"], ["g o", "Overview"], ["g h", "Health"], ["/", "Filter"], ["j k ↓ ↑", "Next, previous exchange"],
  ["Enter", "Open the exchange"], ["Esc", "Close"], ["Space", "Pause, go on (Live)"], ["t", "Theme"], ["?", "This list"],
];
help.append(el("button", { type: "button", class: "quiet close", "aria-label": "Close", title: "Close (Esc)", onclick: () => help.close() }, "✕"),
  el("h2", {}, "Keyboard"), el("table", {}, el("tbody", {}, ...keys.map(([key, what]) =>
  el("tr", {}, el("td", {}, ...key.split(" ").flatMap(each => [el("kbd", {}, each), " "])), el("td", {}, what))))));
help.addEventListener("click", event => { if (event.target === help) help.close(); });
document.getElementById("keys").addEventListener("click", () => help.showModal());

let prefix = "";
addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    if (event.target.matches?.("input, select")) event.target.blur();
    else if (!help.open) close();
    return;
  }
  if (event.target.matches?.("input, select, textarea") || help.open) return;
  const key = prefix + event.key;
  prefix = event.key === "g" ? "g" : "";
  const target = { gl: "/live", gs: "/search", go: "/overview", gh: "/health" }[key];
  if (target) go(target);
  else if (key === "/") view.focusFilter?.();
  else if (key === "?") help.showModal();
  else if (key === "t") themeButton.click();
  else if (key === " " && event.target.matches?.("button, a, summary")) return;
  else if (["j", "k"].includes(key) && view.list && !view.list.scroll.contains(event.target)) view.list.focus(), view.list.key(event);
  else if (!view.key?.(event)) return;
  event.preventDefault();
});

paint();
show();

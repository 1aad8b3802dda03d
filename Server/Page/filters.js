// The filter of a view: fields that are kept in the page's URL.

import { el } from "./dom.js";

/** The parameters that the API has; see openapi.json. */
export const names = ["process", "pid", "user", "container", "pod", "namespace", "name", "type", "rcode", "server", "told", "slow", "failed", "unanswered"];

export function parameters(extra = []) {
  const wanted = new URLSearchParams();
  for (const [key, value] of new URL(location).searchParams) {
    if (value && (names.includes(key) || extra.includes(key))) wanted.append(key, value);
  }
  return wanted;
}

/** Puts values into the page's URL; empty ones are removed. */
export function change(values, isNew = true) {
  const url = new URL(location);
  for (const [key, value] of Object.entries(values)) {
    if (value) url.searchParams.set(key, value);
    else url.searchParams.delete(key);
  }
  if (url.href === location.href) return false;
  history[isNew ? "pushState" : "replaceState"](null, "", url);
  return true;
}

const fields = {
  name: ["Name", "*.example.com"], process: ["Process", "curl, /usr/bin/*"], told: ["Told address", "203.0.113.7"],
  pid: ["Pid", "1234"], user: ["User", "www-data"], container: ["Container", "web-*"], pod: ["Pod", "web-*"],
  namespace: ["Namespace", "shop"], type: ["Type", "AAAA"],
  rcode: ["Response code", "NXDOMAIN"], server: ["Server", "192.0.2.53"], slow: ["Slower than", "200ms"],
};

/** Fields of a form, with the values that the URL has. `apply` is called after a change. */
export class Filters {
  constructor(main, apply) {
    this.inputs = new Map();
    const wanted = new URL(location).searchParams;
    const input = key => {
      const [title, example] = fields[key];
      const element = el("input", {
        type: "search", name: key, placeholder: `${title}: ${example}`, "aria-label": title, class: "grow mono",
        autocomplete: "off", autocapitalize: "off", spellcheck: false, value: wanted.get(key) ?? "",
      });
      element.value = wanted.get(key) ?? "";
      element.addEventListener("change", () => this.submit(apply));
      this.inputs.set(key, element);
      return element;
    };
    const check = (key, title) => {
      const box = el("input", { type: "checkbox", name: key });
      box.checked = wanted.get(key) === "true";
      box.addEventListener("change", () => this.submit(apply));
      this.inputs.set(key, box);
      return el("label", { class: "check" }, box, title);
    };
    this.main = [...main.map(input), check("failed", "failed only")];
    const others = Object.keys(fields).filter(key => !main.includes(key));
    this.more = el("div", { class: "more", hidden: !others.some(key => wanted.get(key)) }, ...others.map(key => {
      const element = input(key);
      element.classList.remove("grow");
      element.placeholder = fields[key][1];
      return el("label", {}, fields[key][0], element);
    }), check("unanswered", "unanswered only"));
    this.toggle = el("button", {
      type: "button", "aria-expanded": String(!this.more.hidden), onclick: () => {
        this.more.hidden = !this.more.hidden;
        this.toggle.setAttribute("aria-expanded", String(!this.more.hidden));
      },
    }, "More filters");
  }

  submit(apply) {
    const values = {};
    for (const [key, input] of this.inputs) values[key] = input.type === "checkbox" ? (input.checked ? "true" : "") : input.value.trim();
    if (change({ ...values, id: "" })) apply();
  }

  focus() { this.inputs.values().next().value?.focus(); }
}

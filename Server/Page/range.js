// The time that a view is about: the last hours, or from one moment to another.

import { el } from "./dom.js";
import { change } from "./filters.js";
import { dateTime } from "./format.js";

const spans = [["5m", "5 minutes"], ["15m", "15 minutes"], ["1h", "1 hour"], ["6h", "6 hours"], ["24h", "24 hours"], ["7d", "7 days"], ["30d", "30 days"]];

/** Adds the time to the parameters of a request. */
export function addRange(wanted, otherwise) {
  const { searchParams } = new URL(location);
  for (const key of ["since", "until"]) if (searchParams.get(key)) wanted.set(key, searchParams.get(key));
  if (!searchParams.get("since")) {
    const last = searchParams.get("last") ?? otherwise;
    if (last) wanted.set("last", last);
  }
  return wanted;
}

export class Range {
  constructor(apply, { otherwise = "1h" } = {}) {
    this.apply = apply;
    this.otherwise = otherwise;
    this.select = el("select", { "aria-label": "Time", onchange: () => this.chooseLast() });
    const moment = (key, title) => {
      const input = el("input", { type: "datetime-local", step: "1", "aria-label": title, title });
      input.addEventListener("change", () => {
        const date = new Date(input.value);
        change({ [key]: input.value && !Number.isNaN(+date) ? date.toISOString() : "", last: "", id: "" });
        this.update();
        apply();
      });
      return input;
    };
    this.from = moment("since", "From");
    this.to = moment("until", "To");
    this.element = el("span", { class: "range" }, this.select);
    this.moments = [el("label", {}, "From", this.from), el("label", {}, "To", this.to)];
    this.update();
  }

  update() {
    const { searchParams } = new URL(location);
    const since = searchParams.get("since"), until = searchParams.get("until");
    const local = text => {
      const date = new Date(text ?? "");
      return Number.isNaN(+date) ? "" : new Date(date - date.getTimezoneOffset() * 6e4).toISOString().slice(0, 19);
    };
    this.from.value = local(since);
    this.to.value = local(until);
    const options = spans.map(([value, title]) => el("option", { value }, `last ${title}`));
    if (since || until) {
      const text = [since, until].map(each => each ? dateTime(new Date(each)) : "now");
      options.unshift(el("option", { value: "" }, since ? text.join(" – ") : `until ${text[1]}`));
    }
    this.select.replaceChildren(...options);
    this.select.value = since || until ? "" : searchParams.get("last") ?? this.otherwise;
  }

  chooseLast() {
    change({ last: this.select.value === this.otherwise ? "" : this.select.value, since: "", until: "", id: "" });
    this.update();
    this.apply();
  }

  choose(from, to) {
    change({ since: from.toISOString(), until: to.toISOString(), last: "", id: "" });
    this.update();
    this.apply();
  }
}

// The time that a view is about: the last hours, or from one moment to another.

import { el, state } from "./dom.js";
import { change } from "./filters.js";
import { dateTime } from "./format.js";

const spans = [["5m", "5 minutes"], ["15m", "15 minutes"], ["1h", "1 hour"], ["6h", "6 hours"], ["24h", "24 hours"], ["7d", "7 days"], ["30d", "30 days"]];

const units = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 };

/** Adds the time to the parameters of a request. With an end alone it begins `last` or `otherwise` before the end, where the API's `last` is before now. */
export function addRange(wanted, otherwise) {
  const { searchParams } = new URL(location);
  const since = searchParams.get("since"), until = searchParams.get("until"), last = searchParams.get("last") || otherwise;
  if (since) wanted.set("since", since);
  if (until) wanted.set("until", until);
  if (since || !last) return wanted;
  const [, count, unit] = /^(\d+)(ms|[smhd])$/.exec(last) ?? [];
  const start = new Date(Date.parse(until) - count * units[unit]);
  if (Number.isNaN(+start)) wanted.set("last", last);
  else wanted.set("since", start.toISOString());
  return wanted;
}

/** Says why a view has no answer, with a way to go on if its time may be the reason. */
export function failure(error, range) {
  const { searchParams } = new URL(location);
  const hasTime = ["since", "until", "last"].some(key => searchParams.get(key));
  return state(error.message, error.detail, error.status === 400 && hasTime
    ? el("p", {}, el("button", { type: "button", onclick: () => range.clear() }, `Take the last ${title(range.otherwise)}`)) : null);
}

/** What the fields and the URL call `1h`: 1 hour. */
function title(last) { return spans.find(([value]) => value === last)?.[1] ?? last; }

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
    const last = searchParams.get("last") || this.otherwise;
    const options = spans.map(([value, title]) => el("option", { value }, `last ${title}`));
    if (since || until) {
      // A moment that can't be read is shown as it is: the answer to the request says what is wrong.
      const [from, to] = [since, until].map(each => !each ? "now" : Number.isNaN(Date.parse(each)) ? each : dateTime(new Date(each)));
      options.unshift(el("option", { value: "" }, since ? `${from} – ${to}` : `${title(last)} until ${to}`));
    } else if (!spans.some(([value]) => value === last)) options.unshift(el("option", { value: last }, `last ${last}`));
    this.select.replaceChildren(...options);
    this.select.value = since || until ? "" : last;
  }

  clear() {
    this.select.value = this.otherwise;
    this.chooseLast();
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

// Search: the history, with a chart; the URL has the whole state.

import { get } from "./api.js";
import { Chart } from "./chart.js";
import { el, state } from "./dom.js";
import { Filters, parameters } from "./filters.js";
import { number } from "./format.js";
import { List } from "./list.js";
import { addRange, Range } from "./range.js";

export class Search {
  constructor({ open }) {
    this.range = new Range(() => this.start());
    this.filters = new Filters(["name", "process", "told"], () => this.start());
    this.chart = new Chart((from, to) => this.range.choose(from, to));
    this.list = new List({ load: cursor => this.load(cursor), open: entry => open(entry.id), status: (list, error) => this.tell(list, error) });
    this.status = el("span", { class: "status", role: "status" });
    this.note = el("p", { class: "note", role: "status", hidden: true });
    this.format = el("select", { "aria-label": "Export", onchange: () => this.export() },
      el("option", { value: "" }, "Export …"), el("option", { value: "json" }, "JSON"),
      el("option", { value: "csv" }, "CSV"), el("option", { value: "pcapng" }, "pcapng"));
    this.place = el("div");
    this.filters.more.append(...this.range.moments);
    this.element = [
      el("div", { class: "bar" }, ...this.filters.main, this.range.element, this.filters.toggle, this.format, this.status),
      this.filters.more, this.chart.element, this.note, this.list.element,
    ];
    this.start();
  }

  get title() { return "Search"; }

  wanted() { return addRange(parameters(), "1h"); }

  async start() {
    this.abort?.abort();
    const abort = this.abort = new AbortController();
    this.status.textContent = "Searching …";
    this.note.hidden = true;
    this.place.remove();
    const series = async () => {
      const wanted = this.wanted();
      wanted.set("buckets", String(Math.max(40, Math.min(240, Math.floor(this.chart.width / 6)))));
      const answer = await get("series", wanted, abort.signal);
      this.chart.show(answer);
      this.series = answer;
      this.tell(this.list);
    };
    const results = await Promise.allSettled([this.list.restart(), series()]);
    const failure = results.find(result => result.status === "rejected" && result.reason.name !== "AbortError");
    if (failure && !abort.signal.aborted) this.tell(this.list, failure.reason);
  }

  async load(cursor) {
    const wanted = this.wanted();
    wanted.set("limit", "200");
    if (cursor) wanted.set("before", cursor);
    return get("exchanges", wanted, this.abort.signal);
  }

  tell(list, error) {
    if (error) {
      if (error.name === "AbortError") return;
      this.status.textContent = "";
      this.show(state(error.message, error.detail));
      return;
    }
    const total = this.series?.buckets.reduce((sum, [count]) => sum + count, 0);
    this.status.textContent = this.series && !this.series.partial ? `${number(total)} exchanges` : `${number(list.count)}${list.isComplete ? "" : "+"} exchanges`;
    this.note.hidden = !this.series?.partial;
    if (this.series?.partial) {
      this.note.textContent = `There are too many to count at once: the chart begins at ${new Date(this.series.counted_since).toLocaleString("en-GB")}. Choose a shorter time, or scroll on.`;
    }
    if (list.count === 0 && list.isComplete) {
      this.show(state("Nothing found", "No exchange in this time matches. Choose a longer time, or fewer conditions."));
    } else if (list.count === 0 && list.pages.at(-1)?.partial) {
      this.show(state("Nothing found so far", "The search took too long and stopped before the end. ",
        el("p", {}, el("button", { type: "button", onclick: () => list.loadMore() }, "Search further back"))));
    } else this.place.remove();
  }

  show(element) {
    this.place.replaceChildren(element);
    this.list.scroll.append(this.place);
  }

  export() {
    const wanted = this.wanted();
    wanted.set("format", this.format.value);
    this.format.value = "";
    el("a", { href: `/api/v1/export?${wanted}`, download: "" }).click();
  }

  focusFilter() { this.filters.focus(); }

  leave() {
    this.abort?.abort();
    this.list.remove();
    this.chart.remove();
  }
}

// Search: the history, with a chart; the URL has the whole state.

import { get, pause } from "./api.js";
import { Chart } from "./chart.js";
import { el, state } from "./dom.js";
import { Filters, parameters } from "./filters.js";
import { number } from "./format.js";
import { List } from "./list.js";
import { addRange, failure, Range } from "./range.js";

export class Search {
  constructor({ open }) {
    this.range = new Range(() => this.start());
    this.filters = new Filters(["name", "process", "told"], () => this.start());
    this.chart = new Chart((from, to) => this.range.choose(from, to));
    this.list = new List({ load: cursor => this.load(cursor), open: entry => open(entry.id), status: (list, error) => this.tell(list, error) });
    this.status = el("span", { class: "status", role: "status" });
    this.note = el("p", { class: "note", role: "status", hidden: true });
    this.format = el("select", { "aria-label": "Format of the export" }, el("option", { value: "json" }, "JSON"),
      el("option", { value: "csv" }, "CSV"), el("option", { value: "pcapng" }, "pcapng"));
    this.download = el("button", { type: "button", onclick: () => this.export() }, "Export");
    this.place = el("div");
    this.filters.more.append(...this.range.moments);
    this.element = [
      el("div", { class: "bar" }, ...this.filters.main, this.range.element, this.filters.toggle,
        el("span", { class: "pair" }, this.format, this.download), this.status),
      this.filters.more, this.chart.element, this.note, this.list.element,
    ];
    this.start();
  }

  get title() { return "Search"; }

  wanted() { return addRange(parameters(), "1h"); }

  async start({ isAgain } = {}) {
    this.abort?.abort();
    clearTimeout(this.timer);
    const abort = this.abort = new AbortController();
    this.series = null;
    this.status.textContent = "Searching …";
    this.note.hidden = true;
    if (!isAgain) this.place.remove();
    const series = async () => {
      const wanted = this.wanted();
      wanted.set("buckets", String(Math.max(40, Math.min(240, Math.floor(this.chart.width / 6)))));
      const answer = await get("series", wanted, abort.signal);
      this.chart.show(answer);
      this.series = answer;
      this.tell(this.list);
    };
    const results = await Promise.allSettled([this.list.restart(), series()]);
    const failed = results.find(result => result.status === "rejected" && result.reason.name !== "AbortError");
    if (failed && !abort.signal.aborted) this.tell(this.list, failed.reason);
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
      this.show(failure(error, this.range));
      clearTimeout(this.timer);
      if (error.isPassing) this.timer = setTimeout(() => this.goOn(), pause);
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

  /** After a problem that may have passed: the same search, or the rows that are missing of it. */
  goOn() {
    if (!this.series || !this.list.pages.length) return this.start({ isAgain: true });
    this.place.remove();
    this.list.draw();
  }

  show(element) {
    // What is shown already is not announced again.
    if (this.place.isConnected && this.place.textContent === element.textContent) return;
    this.place.replaceChildren(element);
    this.list.scroll.append(this.place);
  }

  /** Asks first: a browser that gets no file says nothing of the reason. */
  async export() {
    const wanted = this.wanted(), first = this.wanted();
    wanted.set("format", this.format.value);
    first.set("limit", "1");
    this.download.disabled = true;
    try {
      await get("exchanges", first);
      el("a", { href: `/api/v1/export?${wanted}`, download: "" }).click();
    } catch (error) {
      this.note.hidden = false;
      this.note.textContent = `Nothing was exported. ${error.message}. ${error.detail}`;
    }
    this.download.disabled = false;
  }

  focusFilter() { this.filters.focus(); }

  leave() {
    this.abort?.abort();
    clearTimeout(this.timer);
    this.list.remove();
    this.chart.remove();
  }
}

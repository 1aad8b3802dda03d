// Overview: numbers and rankings, of the whole host or of one process.

import { get, pause } from "./api.js";
import { Chart } from "./chart.js";
import { el, outside, state } from "./dom.js";
import { change, parameters } from "./filters.js";
import { duration, exactly, number, percent, rate, time } from "./format.js";
import { card, page, panel, replace } from "./panels.js";
import { addRange, failure, Range } from "./range.js";

export class Overview {
  constructor({ go, isProcess }) {
    this.go = go;
    this.isProcess = isProcess;
    this.range = new Range(() => this.start());
    this.chart = new Chart((from, to) => this.range.choose(from, to));
    this.body = page(this.title, state("Counting …"));
    this.status = el("span", { class: "status", role: "status" });
    this.search = el("button", { type: "button", onclick: () => go(`/search${location.search}`) }, "Search these");
    const bar = [this.range.element, this.search, this.status];
    if (isProcess) {
      this.input = el("input", {
        type: "search", class: "grow mono", "aria-label": "Process", placeholder: "Process: curl, /usr/bin/*", spellcheck: false, autocomplete: "off",
      });
      this.input.value = new URL(location).searchParams.get("process") ?? "";
      this.input.addEventListener("change", () => { if (change({ process: this.input.value.trim() })) this.start(); });
      bar.unshift(this.input);
    }
    this.element = [el("div", { class: "bar" }, ...bar), this.body];
    this.start();
  }

  get title() { return this.isProcess ? new URL(location).searchParams.get("process") ?? "Process" : "Overview"; }

  focusFilter() { this.input?.focus(); }

  async start() {
    this.abort?.abort();
    const abort = this.abort = new AbortController();
    clearTimeout(this.timer);
    this.status.textContent = "Counting …";
    try {
      const wanted = addRange(parameters(), "1h");
      wanted.set("limit", "12");
      const answer = await get("overview", wanted, abort.signal);
      this.status.textContent = answer.partial ? `counted since ${time(answer.counted_since)}` : "";
      this.show(answer);
      // A moving time moves on.
      if (!new URL(location).searchParams.get("until")) this.again(10000);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.status.textContent = "";
      replace(this.body, failure(error, this.range));
      if (error.isPassing) this.again(pause);
    }
  }

  again(milliseconds) { this.timer = setTimeout(() => this.start(), milliseconds); }

  show(answer) {
    const { total } = answer;
    const seconds = answer.bucket_ns * answer.buckets.length / 1e9;
    const title = this.isProcess ? [el("h1", {}, outside(new URL(location).searchParams.get("process") ?? ""))] : [];
    if (total.count === 0) {
      replace(this.body, ...title, state("Nothing in this time", "Choose a longer time above, or wait for the next query."));
      return;
    }
    const latency = total.latency_ns;
    const cards = el("div", { class: "cards" },
      card("Exchanges", number(total.count)), card("Rate", rate(total.count, seconds), "/s"),
      card("Failed", percent(total.failed, total.count), number(total.failed)),
      card("No answer", percent(total.unanswered, total.count), number(total.unanswered)),
      card("Median", duration(latency.p50)), card("95 %", duration(latency.p95)), card("99 %", duration(latency.p99)));
    const chart = el("section", { class: "panel" }, this.chart.element);
    const to = (view, parameters) => {
      const wanted = addRange(new URLSearchParams(parameters), "");
      if (view === "search" && this.isProcess && this.input.value) wanted.set("process", this.input.value);
      return `/${view}?${wanted}`;
    };
    const panels = [
      this.isProcess ? null : ranking("Processes", answer.processes, each => [
        each.process ? el("a", { href: to("process", { process: each.process }) }, outside(each.process)) : "unknown",
        each.container ? el("span", { class: "muted" }, " in ", outside(each.container)) : "",
        each.user ? el("span", { class: "muted" }, " ", outside(each.user)) : ""]),
      ranking("Names", answer.names, each => [el("a", { href: to("search", { name: exactly(each.name) }), class: "mono" }, outside(each.name))]),
      ranking("Servers", answer.servers, each => [
        el("a", { href: to("search", { server: each.address ?? "" }), class: "mono" }, outside(each.address ?? each.transport)),
        el("span", { class: "muted" }, ` ${each.transport}${each.port && each.port !== 53 ? ` port ${each.port}` : ""}`)]),
      this.isProcess ? ranking("Executables", answer.processes, each => [outside(each.executable || each.process || "unknown", "mono"),
        each.container ? el("span", { class: "muted" }, " in ", outside(each.container)) : "",
        each.user ? el("span", { class: "muted" }, " ", outside(each.user)) : ""]) : null,
      ranking("Response codes", answer.codes.map(each => ({ ...each, failed: each.code === "NOERROR" ? 0 : each.count })), each => [
        each.code ? el("a", { href: to("search", { rcode: each.code }) }, each.code) : el("a", { href: to("search", { unanswered: "true" }) }, "no answer")]),
      this.isProcess ? null : fresh(answer.new_names, to),
    ].filter(Boolean);
    replace(this.body, ...title, cards, chart, el("div", { class: "panels" }, ...panels));
    this.chart.show(answer);
  }

  leave() {
    this.abort?.abort();
    clearTimeout(this.timer);
    this.chart.remove();
  }
}

function ranking(title, rows, content) {
  const most = Math.max(1, ...rows.map(each => each.count));
  const body = rows.map(each => {
    const share = el("span", { class: "share" });
    share.style.width = `${96 * each.count / most}%`;
    return el("tr", {}, el("td", {}, share, el("span", {}, ...content(each))), el("td", { class: "num" }, number(each.count)),
      el("td", { class: `num ${each.failed ? "bad" : "muted"}` }, each.failed ? number(each.failed) : "–"));
  });
  return panel(title, rows.length
    ? el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, ""), el("th", { class: "num" }, "count"), el("th", { class: "num" }, "failed"))), el("tbody", {}, ...body))
    : el("p", {}, "None in this time."));
}

function fresh(rows, to) {
  return panel("New names", rows.length
    ? el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, ""), el("th", {}, "first asked by"), el("th", { class: "num" }, "first seen"))),
      el("tbody", {}, ...rows.map(each => el("tr", {}, el("td", {}, el("a", { href: to("search", { name: exactly(each.name) }), class: "mono" }, outside(each.name))),
        el("td", {}, outside(each.process ?? "unknown")), el("td", { class: "num muted" }, time(each.first).slice(0, -4))))))
    : el("p", {}, "No name was seen for the first time."));
}

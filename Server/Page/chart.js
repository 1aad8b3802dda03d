// Bars of answered and failed exchanges over time, in SVG. A time range is chosen by dragging, or with the keyboard in the fields
// next to it.

import { el } from "./dom.js";
import { clockTime, dateTime, number, rate, shortTime } from "./format.js";

const height = 92, foot = 16, top = 6;

function svg(name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

export class Chart {
  /** @param choose is called with two dates. */
  constructor(choose) {
    this.choose = choose;
    this.graph = svg("svg", { role: "img", "aria-label": "Exchanges over time" });
    this.caption = el("figcaption");
    this.element = el("figure", { class: "chart" }, this.graph, this.caption);
    this.resizing = new ResizeObserver(() => this.draw());
    this.resizing.observe(this.element);
    if (choose) this.listen();
  }

  show(series) {
    this.series = series;
    this.draw();
  }

  get width() { return this.graph.clientWidth || 600; }

  date(x) {
    const { since, bucket_ns, buckets } = this.series;
    const length = bucket_ns * buckets.length / 1e6;
    return new Date(Date.parse(since) + Math.max(0, Math.min(1, x / this.width)) * length);
  }

  draw() {
    if (!this.series) return;
    const { buckets, bucket_ns } = this.series;
    const most = Math.max(1, ...buckets.map(([count]) => count));
    const step = this.width / buckets.length;
    const inner = height - foot - top;
    const parts = [svg("line", { class: "axis", x1: 0, x2: this.width, y1: height - foot + .5, y2: height - foot + .5 })];
    for (const [place, [count, failed]] of buckets.entries()) {
      const bars = [["ok", count - failed, failed], ["failed", failed, 0]];
      for (const [kind, value, below] of bars) {
        if (!value) continue;
        const tall = Math.max(1, value / most * inner);
        parts.push(svg("rect", {
          class: kind, x: place * step, width: Math.max(.6, step - (step > 4 ? 1 : 0)),
          y: height - foot - below / most * inner - tall, height: tall,
        }));
      }
    }
    const label = bucket_ns * buckets.length < 9e11 ? clockTime : shortTime;
    const labels = Math.max(2, Math.floor(this.width / 150));
    for (let place = 0; place <= labels; place += 1) {
      const x = this.width * place / labels;
      const anchor = place === 0 ? "start" : place === labels ? "end" : "middle";
      parts.push(svg("text", { x, y: height - 3, "text-anchor": anchor }, label(this.date(x))));
    }
    this.selection = svg("rect", { class: "selection", y: 0, height: height - foot, x: 0, width: 0 });
    parts.push(this.selection);
    this.graph.setAttribute("viewBox", `0 0 ${this.width} ${height}`);
    this.graph.replaceChildren(...parts);
    const total = buckets.reduce((sum, [count]) => sum + count, 0);
    const failed = buckets.reduce((sum, [, count]) => sum + count, 0);
    const seconds = bucket_ns / 1e9;
    this.summary = [
      el("span", { class: "key" }, `${number(total - failed)} answered`),
      el("span", { class: "key failed" }, `${number(failed)} failed`),
      el("span", {}, `highest ${rate(most, seconds)}/s`),
      this.choose ? el("span", { class: "muted" }, "drag to choose a time") : "",
    ];
    this.caption.replaceChildren(...this.summary);
  }

  listen() {
    let start = null;
    const x = event => event.clientX - this.graph.getBoundingClientRect().left;
    this.graph.addEventListener("pointerdown", event => {
      if (!this.series) return;
      start = x(event);
      this.graph.setPointerCapture(event.pointerId);
    });
    this.graph.addEventListener("pointermove", event => {
      if (!this.series) return;
      const end = Math.max(0, Math.min(this.width, x(event)));
      if (start === null) {
        const place = Math.min(this.series.buckets.length - 1, Math.floor(end / this.width * this.series.buckets.length));
        const [count, failed] = this.series.buckets[place] ?? [0, 0];
        this.caption.replaceChildren(el("span", {}, `${dateTime(this.date(end))}: ${number(count)} exchanges, ${number(failed)} failed`));
        return;
      }
      this.selection.setAttribute("x", Math.min(start, end));
      this.selection.setAttribute("width", Math.abs(end - start));
      const [from, to] = [Math.min(start, end), Math.max(start, end)].map(place => dateTime(this.date(place)));
      this.caption.replaceChildren(el("span", {}, `${from} – ${to}`));
    });
    this.graph.addEventListener("pointerup", event => {
      if (start === null) return;
      const end = Math.max(0, Math.min(this.width, x(event)));
      const range = [Math.min(start, end), Math.max(start, end)].map(place => this.date(place));
      if (Math.abs(end - start) > 4) this.choose(...range);
      start = null;
      this.selection.setAttribute("width", 0);
    });
    this.graph.addEventListener("pointerleave", () => {
      if (start === null && this.summary) this.caption.replaceChildren(...this.summary);
    });
  }

  remove() { this.resizing.disconnect(); }
}

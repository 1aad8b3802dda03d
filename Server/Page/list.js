// A list of exchanges of any length: only the rows in view are in the document, and only some pages are in memory.

import { el, outside } from "./dom.js";
import { duration, summary, timeParts } from "./format.js";

const rowHeight = 30;
const mostPages = 40;

export const columns = ["Time", "Process", "Name", "Type", "Answer", "Latency", "Server"];

/** A row; all texts of it are from the network or from processes. */
export function row(entry) {
  const item = summary(entry.record);
  const process = item.process
    ? [outside(item.process), item.pid ? el("span", { class: "pid" }, String(item.pid)) : ""]
    : [el("span", { class: "muted" }, item.unknown ? `unknown: ${item.unknown}` : "unknown")];
  const [second, fraction] = timeParts(item.at);
  if (item.via) process.push(el("span", { class: "via" }, " ", outside(item.via)));
  const answer = outside(item.answer, item.kind);
  if (item.late) answer.prepend(el("span", { class: "warn" }, `${item.late} `));
  const cells = [
    el("span", { class: "time" }, second, el("span", { class: "fraction" }, fraction)),
    el("span", { class: "process", title: [item.executable || item.process, item.via].filter(Boolean).join(" ") }, ...process),
    el("span", { class: "name", title: item.name }, outside(item.name)),
    el("span", { class: "type muted" }, item.type),
    el("span", { class: "answer mono" }, answer),
    el("span", { class: "latency num" }, item.latency === undefined ? "" : duration(item.latency)),
    el("span", { class: "server mono", title: item.server }, outside(item.server)),
  ];
  for (const cell of cells) cell.setAttribute("role", "gridcell");
  return el("div", { class: "row", role: "row", id: `row-${entry.id}`, "data-id": entry.id }, ...cells);
}

/** Whether an exchange is in the history after another: an id is a day and a number. */
export function isNewer({ id }, { id: other }) {
  const [[day, place], [otherDay, otherPlace]] = [id.split("."), other.split(".")];
  return day === otherDay ? Number(place) > Number(otherPlace) : day > otherDay;
}

/** The page's address without the exchange that is open. */
export function listAddress() {
  const url = new URL(location);
  url.searchParams.delete("id");
  return url.pathname + url.search;
}

export class List {
  /**
   * @param load gives a page from a cursor on: `{exchanges, next, partial}`; null for a list that is fed by `prepend`.
   * @param open is called with an entry.
   */
  constructor({ load, open, status }) {
    this.load = load;
    this.open = open;
    this.status = status ?? (() => {});
    this.pages = [];
    this.picked = null;
    this.drawn = new Map();
    const classes = ["time", "process", "name", "type", "answer", "latency num", "server"];
    this.head = el("div", { class: "row head", role: "row", id: "list-head", "aria-rowindex": "1" }, ...columns.map((title, place) =>
      el("span", { class: classes[place], role: "columnheader" }, title)));
    this.space = el("div", { role: "rowgroup", id: "list-rows" });
    this.space.style.position = "relative";
    // It keeps the focus, and names the row that is picked.
    this.grid = el("div", { role: "grid", tabindex: "0", "aria-label": "Exchanges", "aria-owns": "list-head list-rows" }, this.space);
    this.scroll = el("div", { class: "scroll", onscroll: () => this.draw() }, this.grid);
    this.element = el("div", { class: "list" }, this.head, this.scroll);
    this.scroll.addEventListener("click", event => {
      const target = event.target.closest(".row");
      if (target && !getSelection().toString()) this.pick(Number(target.dataset.index), true);
    });
    this.scroll.addEventListener("keydown", event => this.key(event));
    this.resizing = new ResizeObserver(() => this.draw());
    this.resizing.observe(this.scroll);
  }

  get count() { return this.pages.reduce((sum, page) => sum + page.count, 0); }

  get isComplete() { return this.pages.length > 0 && !this.pages.at(-1).next; }

  /** Begins anew. */
  async restart() {
    this.clear();
    this.loading = null;
    this.run = (this.run ?? 0) + 1;
    this.scroll.scrollTop = 0;
    await this.loadMore();
  }

  clear() {
    this.address = listAddress();
    this.pages = [];
    this.picked = null;
    this.draw();
  }

  /** Loads the next page, or one again whose rows were dropped. */
  async loadMore(place = this.pages.length) {
    if (this.loading || !this.load) return;
    const run = this.run;
    const cursor = place === 0 ? undefined : this.pages[place - 1].next;
    if (place > 0 && !cursor) return;
    this.loading = (async () => {
      const answer = await this.load(cursor);
      if (run !== this.run) return;
      if (place === this.pages.length) this.pages.push({ count: answer.exchanges.length, next: answer.next });
      Object.assign(this.pages[place], { rows: answer.exchanges, partial: answer.partial });
      this.forget(place);
    })();
    try {
      await this.loading;
    } finally {
      if (run === this.run) this.loading = null;
    }
    if (run !== this.run) return;
    this.status(this);
    this.pickOpened();
  }

  /** Drops the rows of the pages that are furthest away; their cursors stay. */
  forget(place) {
    const kept = this.pages.map((page, index) => [Math.abs(index - place), page]).filter(([, page]) => page.rows);
    kept.sort((a, b) => b[0] - a[0]);
    for (const [, page] of kept.slice(0, Math.max(0, kept.length - mostPages))) page.rows = null;
  }

  /** Puts new entries, the newest last, at the top; drops the oldest beyond `most`. */
  prepend(entries, most) {
    const rows = [...entries.slice().reverse(), ...(this.pages[0]?.rows ?? [])].slice(0, most);
    if (this.picked !== null) this.picked += entries.length;
    if (this.picked >= rows.length) this.picked = null;
    this.pages = [{ count: rows.length, rows }];
    if (this.scroll.scrollTop > 0) this.scroll.scrollTop += entries.length * rowHeight;
    this.pickOpened();
  }

  /** Draws; picks the exchange that the page's address names, as soon as it is loaded. */
  pickOpened() {
    const id = this.picked === null && new URL(location).searchParams.get("id");
    const index = id ? this.pages.flatMap(page => page.rows ?? Array(page.count).fill()).findIndex(entry => entry?.id === id) : -1;
    if (index < 0) this.draw();
    else this.pick(index);
  }

  /** The entry at a place, the page that it is in, and whether that has to be loaded. */
  at(index) {
    let first = 0;
    for (const [place, page] of this.pages.entries()) {
      if (index < first + page.count) return { place, entry: page.rows?.[index - first] };
      first += page.count;
    }
    return {};
  }

  draw() {
    const count = this.count;
    this.space.style.height = `${count * rowHeight}px`;
    const first = Math.max(0, Math.floor(this.scroll.scrollTop / rowHeight) - 8);
    const last = Math.min(count, Math.ceil((this.scroll.scrollTop + this.scroll.clientHeight) / rowHeight) + 8);
    const drawn = new Map();
    let missing;
    for (let index = first; index < last; index += 1) {
      const { place, entry } = this.at(index);
      if (!entry) {
        missing ??= place;
        continue;
      }
      const element = this.drawn.get(entry) ?? row(entry);
      element.dataset.index = index;
      element.style.top = `${index * rowHeight}px`;
      element.setAttribute("aria-selected", String(index === this.picked));
      element.setAttribute("aria-rowindex", String(index + 2));
      drawn.set(entry, element);
    }
    for (const [entry, element] of this.drawn) if (!drawn.has(entry)) element.remove();
    // A row stays the same element: a screen reader is reading it.
    let next = this.space.firstChild;
    for (const element of drawn.values()) {
      if (element === next) next = next.nextSibling;
      else this.space.insertBefore(element, next);
    }
    this.drawn = drawn;
    this.grid.setAttribute("aria-rowcount", String(this.load && !this.isComplete ? -1 : count + 1));
    const picked = this.picked === null ? undefined : drawn.get(this.at(this.picked).entry);
    if (picked) this.grid.setAttribute("aria-activedescendant", picked.id);
    else this.grid.removeAttribute("aria-activedescendant");
    if (missing !== undefined) this.loadMore(missing).catch(error => this.status(this, error));
    else if (this.load && last >= count - 20 && !this.isComplete && this.pages.length) {
      this.loadMore().catch(error => this.status(this, error));
    }
  }

  pick(index, isOpened) {
    const count = this.count;
    if (!count) return;
    this.picked = Math.max(0, Math.min(count - 1, index));
    const top = this.picked * rowHeight;
    const { scrollTop, clientHeight } = this.scroll;
    if (top < scrollTop) this.scroll.scrollTop = top;
    else if (top + rowHeight > scrollTop + clientHeight) this.scroll.scrollTop = top + rowHeight - clientHeight;
    this.draw();
    const { entry } = this.at(this.picked);
    if (isOpened && entry) this.open(entry);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const pageRows = Math.max(1, Math.floor(this.scroll.clientHeight / rowHeight) - 1);
    const isOpen = !document.getElementById("record").hidden;
    const from = this.picked ?? -1;
    const target = {
      ArrowDown: from + 1, j: from + 1, ArrowUp: Math.max(0, from - 1), k: Math.max(0, from - 1),
      PageDown: from + pageRows, PageUp: from - pageRows, Home: 0, End: this.count - 1,
    }[event.key];
    if (target !== undefined) this.pick(target, isOpen);
    else if (event.key === "Enter" && this.picked !== null) {
      this.pick(this.picked, true);
      document.getElementById("record").focus();
    }
    else return;
    event.preventDefault();
  }

  focus() { this.grid.focus({ preventScroll: true }); }

  remove() { this.resizing.disconnect(); }
}

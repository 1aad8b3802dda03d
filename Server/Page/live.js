// Live: exchanges as they end.

import { get, Problem } from "./api.js";
import { el, state } from "./dom.js";
import { Filters, parameters } from "./filters.js";
import { number } from "./format.js";
import { List } from "./list.js";

const mostRows = 2000;

export class Live {
  constructor({ open }) {
    this.list = new List({ load: null, open: entry => open(entry.id) });
    this.filters = new Filters(["name", "process"], () => this.start());
    this.dot = el("span", { class: "dot" });
    this.text = el("span", {}, "Connecting …");
    this.pause = el("button", { type: "button", title: "Pause or go on (space)", onclick: () => this.toggle() }, "Pause");
    this.note = el("p", { class: "note", role: "status", hidden: true });
    this.empty = state("Waiting for the next query", "Each DNS exchange of this host appears here when it has ended.");
    this.empty.hidden = true;
    this.waiting = [];
    this.missed = 0;
    this.element = [
      el("div", { class: "bar" }, ...this.filters.main, this.filters.toggle, this.pause,
        el("span", { class: "status" }, this.dot, this.text)),
      this.filters.more, this.note, this.list.element,
    ];
    this.list.scroll.append(this.empty);
    document.addEventListener("visibilitychange", this.visibility = () => { if (!document.hidden) this.flush(); });
    this.start();
  }

  get title() { return "Live"; }

  async start() {
    this.source?.close();
    const wanted = parameters();
    this.list.pages = [];
    this.list.draw();
    // The newest ones first, so that there is something to see.
    try {
      const before = new URLSearchParams(wanted);
      before.set("limit", "100");
      const { exchanges } = await get("exchanges", before);
      this.list.prepend(exchanges.reverse(), mostRows);
      this.empty.hidden = this.list.count > 0;
    } catch (error) {
      this.fail(error);
      if (error.status === 400 || error.status === 401) return;
    }
    this.source = new EventSource(`/api/v1/live?${wanted}`);
    this.source.addEventListener("open", () => this.connected(true));
    this.source.addEventListener("error", () => this.lost());
    this.source.addEventListener("exchanges", event => this.receive(JSON.parse(event.data)));
    this.source.addEventListener("problem", event => {
      const problem = JSON.parse(event.data);
      this.fail(new Problem(problem.status, problem.title, problem.detail));
    });
  }

  connected(isOn) {
    this.dot.className = `dot ${isOn ? "on" : "off"}`;
    if (isOn && !this.isPaused) this.text.textContent = "live";
  }

  /** The browser connects again by itself, unless the server has refused. */
  async lost() {
    this.connected(false);
    this.text.textContent = "not connected";
    if (this.source.readyState !== EventSource.CLOSED) return;
    try {
      await get("health");
      this.again = setTimeout(() => this.start(), 3000);
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error) {
    this.note.hidden = false;
    this.note.textContent = error.detail ? `${error.message}. ${error.detail}` : error.message;
  }

  receive({ count, exchanges }) {
    this.note.hidden = count <= exchanges.length;
    if (!this.note.hidden) {
      this.note.textContent = `Sampled: ${number(exchanges.length)} of the ${number(count)} exchanges of the last second are shown. Search has all of them.`;
    }
    this.empty.hidden = true;
    this.waiting.push(...exchanges);
    this.missed += count;
    this.waiting.splice(0, this.waiting.length - mostRows);
    if (this.isPaused) this.text.textContent = `paused, ${number(this.missed)} since`;
    else {
      this.text.textContent = `${number(count)}/s`;
      this.flush();
    }
  }

  flush() {
    if (this.isPaused || document.hidden) return;
    if (this.waiting.length) this.list.prepend(this.waiting, mostRows);
    this.waiting = [];
    this.missed = 0;
  }

  toggle() {
    this.isPaused = !this.isPaused;
    this.pause.textContent = this.isPaused ? "Go on" : "Pause";
    this.text.textContent = this.isPaused ? "paused" : "live";
    this.flush();
  }

  key(event) {
    if (event.key !== " ") return false;
    this.toggle();
    return true;
  }

  focusFilter() { this.filters.focus(); }

  leave() {
    this.source?.close();
    clearTimeout(this.again);
    document.removeEventListener("visibilitychange", this.visibility);
    this.list.remove();
  }
}

// Live: exchanges as they end.

import { get, Problem } from "./api.js";
import { el, state } from "./dom.js";
import { Filters, parameters } from "./filters.js";
import { dateTime, number } from "./format.js";
import { ended } from "./health.js";
import { isNewer, List } from "./list.js";

const mostRows = 2000;

// The server sends an event each second; milliseconds without one after which it counts as silent.
const longestSilence = 5000;

export class Live {
  constructor({ open }) {
    this.list = new List({ load: null, open: entry => open(entry.id) });
    this.filters = new Filters(["name", "process"], () => this.start());
    this.dot = el("span", { class: "dot" });
    this.text = el("span");
    this.pause = el("button", { type: "button", title: "Pause or go on (space)", onclick: () => this.toggle() }, "Pause");
    this.note = el("p", { class: "note", role: "status", hidden: true });
    this.empty = state("Waiting for the next query", "Each DNS exchange of this host appears here when it has ended.");
    this.empty.hidden = true;
    this.element = [
      el("div", { class: "bar" }, ...this.filters.main, this.filters.toggle, this.pause,
        el("span", { class: "status" }, this.dot, this.text)),
      this.filters.more, this.note, this.list.element,
    ];
    this.list.scroll.append(this.empty);
    // A browser has six connections for all tabs: one that nobody sees must not keep any.
    document.addEventListener("visibilitychange", this.visibility = () => {
      if (!document.hidden) return this.connect();
      this.wasHidden = true;
      this.stop();
    });
    this.watch = setInterval(() => this.listen(), 1000);
    this.start();
  }

  get title() { return "Live"; }

  /** Begins anew, with the filter that the address has. */
  start() {
    this.list.clear();
    this.empty.hidden = true;
    this.waiting = [];
    this.missed = 0;
    this.rate = undefined;
    this.tell("");
    if (document.hidden) this.stop();
    else this.connect();
  }

  /** Opens the stream. Only what the newest stream says counts. */
  connect() {
    this.stop();
    this.wanted = parameters();
    this.heard = performance.now();
    this.isCaughtUp = false;
    const source = this.source = new EventSource(`/api/v1/live?${this.wanted}`);
    const on = (name, act) => source.addEventListener(name, event => { if (source === this.source) act(event.data); });
    on("open", () => {
      this.connection = "on";
      this.heard = performance.now();
      this.catchUp(source);
    });
    on("error", () => this.lost(source));
    on("exchanges", data => this.receive(JSON.parse(data)));
    on("problem", data => {
      const problem = JSON.parse(data);
      this.heard = performance.now();
      this.fail(new Problem(problem.status, problem.title, problem.detail));
    });
    this.show();
  }

  stop() {
    this.source?.close();
    this.source = null;
    this.abort?.abort();
    clearTimeout(this.again);
    this.connection = "";
  }

  /** Adds the newest ones that ended before the stream began; gives whether that was possible. */
  async catchUp(source) {
    this.isCaughtUp = false;
    this.abort?.abort();
    this.abort = new AbortController();
    const wanted = new URLSearchParams(this.wanted);
    wanted.set("limit", "100");
    let problem;
    try {
      const { exchanges } = await get("exchanges", wanted, this.abort.signal);
      if (source !== this.source) return false;
      const [shown, next] = [this.list.at(0).entry, this.waiting[0]];
      const added = exchanges.filter(each => (!shown || isNewer(each, shown)) && (!next || isNewer(next, each))).reverse();
      if (this.list.count === 0) this.list.prepend(added, mostRows);
      else this.waiting.unshift(...added);
    } catch (error) {
      if (source !== this.source || error.name === "AbortError") return false;
      problem = error;
      this.fail(error);
    }
    this.isCaughtUp = true;
    this.flush();
    return !problem || ![400, 401].includes(problem.status);
  }

  /** The browser connects again by itself, unless the server has refused. */
  async lost(source) {
    this.connection = "off";
    this.show();
    if (source.readyState !== EventSource.CLOSED) return;
    const isWorthwhile = await this.catchUp(source);
    if (isWorthwhile && source === this.source) this.again = setTimeout(() => this.connect(), 3000);
  }

  /** Notices that the server says nothing any more. */
  listen() {
    if (!this.source || this.connection === "off" || performance.now() - this.heard < longestSilence) return;
    this.connection = "silent";
    this.show();
  }

  fail(error) { this.tell(error.detail ? `${error.message}. ${error.detail}` : error.message); }

  /** A screen reader says it, so the same text is not set again. */
  tell(text) {
    this.note.hidden = !text;
    if (this.note.textContent !== text) this.note.textContent = text;
  }

  receive({ count, exchanges, now, metrics_written: written }) {
    this.heard = performance.now();
    this.connection = "on";
    this.rate = count;
    // With a filter, the newest one is not the last that was written.
    const newest = String(this.wanted) ? undefined : this.list.at(0).entry;
    const since = count ? null : ended({ now, traces: newest ? [{ last: newest.record["@timestamp"] }] : [], ledger: written && { written } });
    this.hasEnded = since !== null;
    if (since) this.tell(`No trace has written since ${dateTime(since)}.`);
    else if (count > exchanges.length) this.tell(`Sampled: ${number(exchanges.length)} of the ${number(count)} exchanges of the last second are shown. Search has all of them.`);
    else this.tell("");
    this.waiting.push(...exchanges);
    this.missed += count;
    this.waiting.splice(0, this.waiting.length - mostRows);
    this.flush();
  }

  /** Shows the state of the connection and of the trace. */
  show() {
    const { connection } = this;
    this.dot.className = `dot ${connection === "on" && !this.hasEnded ? "on" : connection ? "off" : ""}`;
    const rate = this.rate === undefined ? "live" : `live, ${number(this.rate)}/s`;
    this.text.textContent = connection === "off" ? "not connected" : connection === "silent" ? "the server does not answer"
      : !connection ? "Connecting …" : this.isPaused ? `paused, ${number(this.missed)}${this.wasHidden ? "+" : ""} since` : this.hasEnded ? "no trace runs" : rate;
  }

  flush() {
    if (!this.isPaused) [this.missed, this.wasHidden] = [0, false];
    if (!this.isPaused && this.isCaughtUp && this.waiting.length) {
      this.list.prepend(this.waiting, mostRows);
      this.waiting = [];
    }
    this.empty.hidden = !this.isCaughtUp || this.list.count > 0;
    this.show();
  }

  toggle() {
    this.isPaused = !this.isPaused;
    this.pause.textContent = this.isPaused ? "Go on" : "Pause";
    this.flush();
  }

  key(event) {
    if (event.key !== " ") return false;
    this.toggle();
    return true;
  }

  focusFilter() { this.filters.focus(); }

  leave() {
    this.stop();
    clearInterval(this.watch);
    document.removeEventListener("visibilitychange", this.visibility);
    this.list.remove();
  }
}

// Health: whether everything is seen, and how processes are known.

import { get } from "./api.js";
import { el, outside, state } from "./dom.js";
import { ago, dateTime, number, percent, size, time } from "./format.js";
import { card, page, panel, replace, widePanel } from "./panels.js";

const methods = {
  sender: "the process that was sending the packet", owner: "the process that used the socket last", paired: "known from the other message",
  connector: "the process that connected the socket", binder: "the process that bound the socket", creator: "the process that made the socket",
  backfill: "a process that has the socket open; it is older than the trace", recorded: "named in the capture file", none: "not known",
};

export class Health {
  constructor() {
    this.body = page(this.title, state("Asking …"));
    this.element = [this.body];
    this.start();
  }

  get title() { return "Health"; }

  async start() {
    try {
      const answer = await get("health");
      // What is on its way is not in any part yet; it is missing if it is still not when nothing else has come.
      const isAtRest = answer.ledger?.seen === this.seen;
      this.seen = answer.ledger?.seen;
      replace(this.body, ...content(answer, isAtRest));
    } catch (error) {
      replace(this.body, state(error.message, error.detail));
    }
    if (!this.isLeft) this.timer = setTimeout(() => this.start(), 5000);
  }

  leave() {
    this.isLeft = true;
    clearTimeout(this.timer);
  }
}

// A trace writes its counts every 15 seconds, and exchanges when there are any.
const [quietCounts, quietHistory] = [60, 3600];

/** The moment since which no trace writes; null if one does. */
export function ended({ now, traces: [newest], ledger }) {
  const written = ledger?.written ?? newest?.last;
  if (!written) return null;
  const last = Math.max(Date.parse(written), Date.parse(newest?.last ?? written));
  return (Date.parse(now) - last) / 1000 > (ledger?.written ? quietCounts : quietHistory) ? new Date(last) : null;
}

function content(answer, isAtRest) {
  const [newest] = answer.traces;
  const last = newest?.last ? ago((Date.parse(answer.now) - Date.parse(newest.last)) / 1000, new Date(newest.last)) : ["none"];
  const { ledger } = answer;
  const accounts = ledger ? [ledger.packets, ledger.messages, ...ledger.outputs.map(each => each.received)] : [];
  const isBalanced = accounts.every(each => each.difference === 0);
  const lost = accounts.flatMap(each => each.parts).filter(each => ["ring-full", "unassembled", "lost", "unwritten", "not-written"].includes(each.name)).reduce((sum, each) => sum + each.count, 0);
  const since = ended(answer);
  const [adds, doesNot] = since ? ["added up", "did not add up"] : ["adds up", "does not add up"];
  return [
    since && el("p", { class: "warn", role: "status" }, `No trace has written since ${dateTime(since)}.${ledger ? " The counts are those of that time." : ""}`),
    el("div", { class: "cards" },
      card("Last exchange", ...last),
      card("Tier", ledger?.tier ?? newest?.tier ?? "–"),
      card("Ledger", ledger ? (isBalanced ? el("span", { class: since ? "" : "good" }, adds) : isAtRest || since ? el("span", { class: "bad" }, doesNot) : "is counting") : "–"),
      card("Lost", ledger ? el("span", { class: lost ? "bad" : "" }, number(lost)) : "–"),
      card("History", size(answer.history.octets), answer.history.first_day ? `since ${answer.history.first_day}` : ""),
      card("Version", answer.version)),
    el("div", { class: "panels" },
      attribution(answer),
      ledger ? account("Packets that were recognised as DNS", ledger.packets, isAtRest, `${number(ledger.seen)} packets were seen.`) : missing(),
      ledger ? account("Messages", ledger.messages, isAtRest) : null,
      ...(ledger?.outputs ?? []).map(each => account(`Output: ${each.output}`, each.received, isAtRest)),
      traces(answer.traces)),
  ];
}

function attribution({ methods: rows, methods_since }) {
  const total = rows.reduce((sum, each) => sum + each.count, 0);
  if (!total) return panel("How processes are known", el("p", {}, "No exchange in the last hour."));
  return panel("How processes are known", el("table", {}, el("tbody", {}, ...rows.map(each => {
    const share = el("span", { class: "share" });
    share.style.width = `${96 * each.count / total}%`;
    return el("tr", {}, el("td", {}, share, el("span", {}, el("span", { class: each.method === "none" ? "warn" : "" }, each.method),
      el("span", { class: "muted" }, ` ${each.reason ?? methods[each.method] ?? ""}`))),
    el("td", { class: "num" }, number(each.count)), el("td", { class: "num muted" }, percent(each.count, total)));
  }))), el("p", {}, `Exchanges since ${time(methods_since)}.`));
}

function account(title, { total, parts, difference }, isAtRest, note) {
  return panel(title, el("table", {}, el("tbody", {}, ...parts.filter(each => each.count).map(each => el("tr", {}, el("td", {}, each.name), el("td", { class: "num" }, number(each.count)))),
    el("tr", {}, el("td", {}, el("strong", {}, "all")), el("td", { class: "num" }, el("strong", {}, number(total)))))),
  el("p", { class: difference && isAtRest ? "bad" : "" }, difference ? `${number(Math.abs(difference))} ${isAtRest ? "are not accounted for" : "are on their way"}. ` : "Every one is accounted for. ", note ?? ""));
}

function missing() {
  return panel("Ledger", el("p", {}, "The trace's counts are not known. Give querent --metrics FILE, and querent-server --metrics-file FILE; querent serve does both."));
}

function traces(rows) {
  return widePanel("Traces", rows.length ? el("table", { class: "keep" }, el("thead", {}, el("tr", {}, el("th", {}, "began"), el("th", {}, "host"), el("th", {}, "version"), el("th", {}, "tier"), el("th", { class: "num" }, "exchanges"))),
    el("tbody", {}, ...rows.map(each => el("tr", {}, el("td", {}, time(each.started, true).slice(0, -4)), el("td", {}, outside(each.host ?? "")), el("td", {}, each.version), el("td", {}, each.tier ?? "–"), el("td", { class: "num" }, number(each.exchanges)))))) : el("p", {}, "None has written into this history."));
}

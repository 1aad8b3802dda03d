// One exchange: what it says, its octets, and ways to go on.

import { get } from "./api.js";
import { copy, el, outside, state } from "./dom.js";
import { duration, exactly, summary, time } from "./format.js";

const panel = document.getElementById("record");
let asked = 0;

let returnTo;

export function close() {
  if (panel.hidden) return;
  asked += 1;
  const hadFocus = panel.contains(document.activeElement);
  panel.hidden = true;
  panel.replaceChildren();
  if (hadFocus) (returnTo?.isConnected ? returnTo : document.querySelector("[role=grid]") ?? document.getElementById("view")).focus({ preventScroll: true });
  const url = new URL(location);
  if (!url.searchParams.has("id")) return;
  // The state before it was opened, if that is this page's.
  if (history.state?.isRecord) history.back();
  else {
    url.searchParams.delete("id");
    history.replaceState(null, "", url);
  }
}

/** Shows an exchange; its id becomes part of the page's URL. The browser's Back closes it. */
export async function open(id) {
  const turn = asked += 1;
  const url = new URL(location);
  const opened = url.searchParams.get("id");
  if (opened !== id) {
    url.searchParams.set("id", id);
    if (opened) history.replaceState(history.state, "", url);
    else history.pushState({ isRecord: true }, "", url);
  }
  const { activeElement } = document;
  if (!panel.contains(activeElement)) returnTo = activeElement === document.body ? null : activeElement;
  if (panel.hidden) panel.replaceChildren(head("Exchange"));
  panel.hidden = false;
  try {
    const answer = await get(`exchanges/${encodeURIComponent(id)}`);
    if (turn === asked) panel.replaceChildren(...content(answer));
  } catch (error) {
    if (turn === asked) panel.replaceChildren(head("Exchange"), state(error.message, error.detail));
  }
}

function head(title) {
  return el("header", {}, el("h2", { id: "record-name" }, title), el("button", { type: "button", class: "quiet", onclick: close, "aria-label": "Close", title: "Close (Esc)" }, "✕"));
}

function content({ record, wire }) {
  const item = summary(record);
  return [
    head(outside(item.name || "(no name)")),
    facts(record, item),
    actions(record, item),
    ...messages(wire),
    el("h3", {}, "Record (Elastic Common Schema)"),
    el("div", { class: "tree" }, ...tree(record, true)),
  ];
}

function facts(record, item) {
  const list = el("dl", { class: "facts" });
  const add = (name, ...values) => list.append(el("dt", {}, name), el("dd", {}, ...values));
  const process = record.process;
  add("Process", process ? outside(process.name ?? "?") : el("span", { class: "muted" }, `unknown: ${item.unknown ?? ""}`),
    process ? ` ${process.pid}` : "", process?.user ? ["  user ", process.user.name ?? process.user.id].join("") : "");
  if (process?.args) add("Command", outside(process.args.join(" "), "mono"));
  else if (item.executable) add("Executable", outside(item.executable, "mono"));
  if (record.container) add("Container", outside(record.container.name ?? record.container.id));
  add("Asked", `${item.type} `, outside(item.name, "mono"));
  add("Answer", outside(item.answer, item.kind), item.late ? ` (${item.late})` : "");
  add("Server", outside(`${item.server}${record.destination?.port ? ` port ${record.destination.port}` : ""}, ${record.network?.transport ?? ""}`, "mono"));
  add("When", time(item.at, true), item.latency === undefined ? "" : `, took ${duration(item.latency)}`);
  const method = record.querent?.attribution?.method;
  if (method) add("Known by", method);
  const answeredBy = record.querent?.answered_by?.process;
  if (answeredBy) add("Answered by", outside(answeredBy.name ?? "?"), ` ${answeredBy.pid}`);
  for (const client of record.querent?.on_behalf_of ?? []) {
    add("On behalf of", outside(client.process?.name ?? client.client?.ip ?? "another host"), ` (${client.evidence})`);
  }
  for (const query of record.querent?.forwarded ?? []) {
    add("Forwarded to", outside(query.server?.ip ?? query.protocol ?? "?", "mono"), query.duration ? `, took ${duration(query.duration)}` : "");
  }
  return list;
}

// MARK: Actions

/** A word for a POSIX shell, whatever is in it. */
export const quoted = text => `'${String(text).replaceAll("'", "'\\''")}'`;

export function dig(record) {
  const question = record.dns?.question ?? {};
  const name = record.querent?.question?.raw ?? question.name ?? ".";
  const words = ["dig"];
  if (record.destination?.ip) words.push(quoted(`@${record.destination.ip}`));
  if (record.destination?.port && record.destination.port !== 53) words.push("-p", String(record.destination.port));
  if (record.network?.transport === "tcp") words.push("+tcp");
  // -q and -t, because a name may begin with a hyphen, an @ or a +.
  return [...words, "-q", quoted(name), "-t", quoted(question.type ?? "A"), "-c", quoted(question.class ?? "IN")].join(" ");
}

export function wireshark(record) {
  const parts = [`dns.id == 0x${Number(record.dns?.id ?? 0).toString(16).padStart(4, "0")}`];
  const transport = record.network?.transport === "tcp" ? "tcp" : "udp";
  if (record.source?.port) parts.push(`${transport}.port == ${Number(record.source.port)}`);
  const address = record.destination?.ip;
  if (address && /^[0-9a-f.:]+$/i.test(address)) parts.push(`${address.includes(":") ? "ipv6" : "ip"}.addr == ${address}`);
  return parts.join(" && ");
}

function actions(record, item) {
  const button = (title, text, what) => el("button", { type: "button", onclick: () => copy(text(), what) }, title);
  const link = (title, view, parameters) => el("a", { href: `/${view}?${new URLSearchParams(parameters)}` }, title);
  return el("div", { class: "actions" },
    button("Copy as JSON", () => JSON.stringify(record, null, 2), "the record"),
    button("Copy as dig", () => dig(record), "the command"),
    button("Copy Wireshark filter", () => wireshark(record), "the filter"),
    item.name && link("This name", "search", { name: exactly(record.dns.question.name) }),
    item.process && link("This process", "process", { process: item.executable || item.process }),
    record.dns?.resolved_ip?.[0] && link("Who was told this address", "search", { told: record.dns.resolved_ip[0] }));
}

// MARK: Octets

function messages(wire) {
  return ["query", "answer"].filter(name => wire[name]).flatMap(name => [
    el("h3", {}, `${name === "query" ? "Query" : "Answer"}: ${wire[name].octets.length / 2} octets, ${time(wire[name].time)}`),
    octets(wire[name]),
  ]);
}

const mostShown = 1024;

function octets({ octets, fields }) {
  const bytes = octets.match(/../g) ?? [];
  const spans = [];
  const view = el("div", { class: "hex", tabindex: "0", "aria-label": "Octets" });
  const rows = new Map();
  const mark = place => {
    for (const span of spans) span.classList.toggle("on", span.dataset.field === String(place));
    for (const [index, row] of rows) row.classList.toggle("on", index === place);
  };
  const draw = count => {
    spans.length = 0;
    const lines = [];
    for (let start = 0; start < Math.min(count, bytes.length); start += 16) {
      lines.push(el("span", { class: "o" }, `${start.toString(16).padStart(4, "0")}  `));
      for (let place = start; place < Math.min(start + 16, bytes.length); place += 1) {
        const field = fields.findIndex(each => place >= each.offset && place < each.offset + each.length);
        const span = el("b", { class: field < 0 ? "" : `s${field % 3}`, "data-field": String(field) }, bytes[place]);
        span.addEventListener("mouseenter", () => mark(field));
        spans.push(span);
        const isLast = field >= 0 && place + 1 >= fields[field].offset + fields[field].length;
        lines.push(span, place % 16 === 15 ? "" : isLast ? " " : " ");
      }
      lines.push("\n");
    }
    if (count < bytes.length) {
      lines.push(el("button", { type: "button", onclick: () => draw(bytes.length) }, `Show all ${bytes.length} octets`));
    }
    view.replaceChildren(...lines);
  };
  draw(mostShown);
  const body = fields.map((field, place) => {
    const row = el("tr", { tabindex: "0", onmouseenter: () => mark(place), onfocus: () => mark(place) },
      el("td", { class: "num muted" }, String(field.offset)),
      el("td", { class: "muted" }, field.section),
      el("td", {}, field.name),
      el("td", { class: "mono" }, outside(field.value)));
    rows.set(place, row);
    return row;
  });
  const table = el("table", { class: "fields" }, el("tbody", {}, ...body));
  view.addEventListener("mouseleave", () => mark(-2));
  return el("div", { class: "wire" }, view, el("details", { open: fields.length < 40 }, el("summary", { class: "muted" }, `${fields.length} fields`), table));
}

// MARK: The record as a tree

function tree(value, isOpen) {
  return Object.entries(value).map(([key, inner]) => {
    if (inner !== null && typeof inner === "object" && Object.keys(inner).length) {
      const isShort = Array.isArray(inner) && inner.every(each => typeof each !== "object");
      if (isShort) return el("div", {}, el("span", { class: "k" }, outside(key), ": "), ...inner.flatMap((each, place) => [place ? ", " : "", outside(each)]));
      return el("details", { open: isOpen }, el("summary", {}, el("span", { class: "k" }, outside(key))), ...tree(inner, false));
    }
    return el("div", {}, el("span", { class: "k" }, outside(key), ": "), outside(typeof inner === "object" ? JSON.stringify(inner) : inner));
  });
}

// What Overview and Health consist of.

import { el } from "./dom.js";

export function card(label, value, small) {
  return el("div", { class: "card" }, el("div", { class: "label" }, label),
    el("div", { class: "value" }, value, small ? el("small", {}, ` ${small}`) : ""));
}

export function panel(title, ...children) { return el("section", { class: "panel" }, el("h2", {}, title), ...children); }

/** A panel whose table may be wider than it: it scrolls, also with the keyboard. */
export function widePanel(title, ...children) {
  const element = panel(title, ...children);
  element.tabIndex = 0;
  element.setAttribute("aria-label", title);
  return element;
}

/** The part of a view below its bar; it scrolls, also with the keyboard. */
export function page(title, ...children) {
  return el("div", { class: "page", tabindex: "0", role: "region", "aria-label": title }, ...children);
}

/** Puts new content into a page; what has the focus keeps it: the same link of the same panel, otherwise the page. */
export function replace(body, ...children) {
  const focused = document.activeElement;
  const isInside = focused !== body && body.contains(focused);
  const key = isInside && identity(focused);
  body.replaceChildren(...children.filter(Boolean));
  if (!isInside) return;
  const same = [...body.querySelectorAll("a, button, [tabindex]")].find(each => identity(each) === key);
  (same ?? body).focus({ preventScroll: true });
}

function identity(element) {
  const title = element.closest(".panel")?.querySelector("h2")?.textContent;
  return JSON.stringify([title, element.tagName, element.getAttribute("href"), element.closest("td")?.textContent]);
}

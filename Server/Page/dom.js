// Elements and texts. Nothing here takes markup: what comes from the network is text.

/** Makes an element. Properties that begin with "on" are listeners; children are nodes or strings. */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "class") element.className = value;
    else if (key in element && typeof value !== "string") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter(child => child !== undefined && child !== null && child !== false));
  return element;
}

// Control characters, those that change the direction of text, and those that nobody sees.
const hidden = /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\uffff]|[\u{e0000}-\u{e0fff}]|\p{Co}|\p{Cn}/gu;

/** Text from outside: isolated from the direction of what is around it, and with every hidden character written out. */
export function outside(text, className) {
  const node = el("bdi", { class: className });
  let end = 0;
  text = String(text);
  for (const match of text.matchAll(hidden)) {
    node.append(text.slice(end, match.index));
    const code = match[0].codePointAt(0).toString(16).padStart(4, "0");
    node.append(el("span", { class: "esc" }, `\\u{${code}}`));
    end = match.index + match[0].length;
  }
  node.append(text.slice(end));
  return node;
}

export function state(title, detail, ...more) {
  return el("div", { class: "state", role: "status" }, el("strong", {}, title), detail ?? "", ...more);
}

let timer;
export function notify(text) {
  const notice = document.getElementById("notice");
  notice.textContent = text;
  notice.classList.add("on");
  clearTimeout(timer);
  timer = setTimeout(() => notice.classList.remove("on"), 2200);
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    notify(`Copied: ${what}`);
  } catch {
    // Without the clipboard's permission the text can still be marked.
    const area = el("textarea", { readonly: true });
    area.value = text;
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    notify(isCopied ? `Copied: ${what}` : "The browser does not allow copying");
  }
}

// Requests to the server that this page is from.

export class Problem extends Error {
  constructor(status, title, detail) {
    super(title);
    this.status = status;
    this.detail = detail;
  }

  /** Whether the same request may succeed later. */
  get isPassing() { return this.status === 0 || this.status >= 500; }
}

/** Milliseconds until a view asks again after a problem that passes. */
export const pause = 3000;

export async function get(path, parameters, signal) {
  const query = parameters?.toString();
  let response;
  try {
    response = await fetch(`/api/v1/${path}${query ? `?${query}` : ""}`, { signal, headers: { Accept: "application/json" } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "The server does not answer", "It may have ended. This page goes on when it is back.");
  }
  if (response.ok) return response.json();
  if (response.status === 401) {
    throw new Problem(401, "This session has ended", "Open a new link: querent prints one at its start, and querent-server on SIGUSR1.");
  }
  let problem = {};
  try { problem = await response.json(); } catch { /* Not from this server. */ }
  throw new Problem(response.status, problem.title ?? `The server answered ${response.status}`, problem.detail ?? "");
}

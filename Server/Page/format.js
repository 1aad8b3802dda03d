// Numbers and times for people.

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dayOfYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const whole = new Intl.NumberFormat("en-GB");

export const number = value => whole.format(value);

/** The local day; with the year unless it is this one. */
const dayText = date => (date.getFullYear() === new Date().getFullYear() ? day : dayOfYear).format(date);

/** The local time, with thousandths; the date too unless it is today; with its year only if the date is wanted. */
export function time(text, withDate = false) {
  const date = new Date(text);
  const millis = String(date.getMilliseconds()).padStart(3, "0");
  const isToday = date.toDateString() === new Date().toDateString();
  const ofDay = withDate ? dayText(date) : isToday ? "" : day.format(date);
  return `${ofDay} `.trimStart() + clock.format(date) + "." + millis;
}

/** The local time in two parts, of which the second may be left out. */
export const timeParts = text => [time(text).slice(0, -4), time(text).slice(-4)];

export const clockTime = date => clock.format(date);

export const shortTime = date =>
  clock.format(date).slice(0, 5);

export const dateTime = date => `${dayText(date)} ${clock.format(date)}`;

/** How long ago a moment was, in two parts; above a day, the moment. */
export function ago(seconds, date) {
  if (seconds < 2) return ["now", ""];
  if (seconds < 120) return [`${Math.round(seconds)} s`, "ago"];
  if (seconds < 7200) return [`${Math.round(seconds / 60)} min`, "ago"];
  if (seconds < 86400) return [`${Math.round(seconds / 3600)} h`, "ago"];
  return [dayText(date), shortTime(date)];
}

/** A duration in nanoseconds. */
export function duration(nanoseconds) {
  if (nanoseconds === undefined || nanoseconds === null) return "–";
  if (nanoseconds < 1e6) return `${Math.round(nanoseconds / 1e3)} µs`;
  if (nanoseconds < 1e8) return `${(nanoseconds / 1e6).toFixed(1)} ms`;
  if (nanoseconds < 1e9) return `${Math.round(nanoseconds / 1e6)} ms`;
  return `${(nanoseconds / 1e9).toFixed(2)} s`;
}

export function percent(part, total) {
  if (!total) return "–";
  const share = 100 * part / total;
  return share > 0 && share < 0.1 ? "< 0.1 %" : `${share.toFixed(1)} %`;
}

export function rate(count, seconds) {
  const value = count / seconds;
  return value >= 100 ? number(Math.round(value)) : value >= 1 ? value.toFixed(1) : value.toFixed(2);
}

export function size(octets) {
  const units = ["octets", "kB", "MB", "GB", "TB"];
  let place = 0;
  while (octets >= 1000 && place < units.length - 1) {
    octets /= 1000;
    place += 1;
  }
  return `${place ? octets.toFixed(1) : octets} ${units[place]}`;
}

/** What a record says, as the list shows it. */
export function summary(record) {
  const code = record.dns?.response_code;
  const reason = record.event?.reason;
  const answers = record.dns?.answers ?? [];
  let answer, kind = "";
  if (record.event?.outcome === "unknown") [answer, kind] = ["pending", "muted"];
  else if (reason === "timeout") [answer, kind] = ["no answer", "bad"];
  else if (code && code !== "NOERROR") [answer, kind] = [code, code === "NXDOMAIN" ? "warn" : "bad"];
  else if (answers.length === 0) [answer, kind] = [code === "NOERROR" ? "no records" : code ?? "", "muted"];
  else {
    const last = answers.filter(each => each.type !== "CNAME");
    const shown = last.length ? last : answers;
    answer = shown.slice(0, 3).map(each => each.data).join(", ") + (shown.length > 3 ? ` +${shown.length - 3}` : "");
  }
  const client = record.querent?.on_behalf_of?.[0]?.process?.name;
  return {
    at: record["@timestamp"],
    process: record.process?.name ?? "",
    executable: record.process?.executable ?? "",
    pid: record.process?.pid,
    unknown: record.querent?.attribution?.reason,
    name: record.querent?.question?.unicode ?? record.dns?.question?.name ?? "",
    type: record.dns?.question?.type ?? "",
    answer, kind,
    late: ["late", "repeated", "unsolicited"].includes(reason) ? reason : "",
    latency: record.event?.duration,
    server: record.destination?.ip ?? record.network?.protocol ?? "",
    via: client ? `for ${client}` : "",
  };
}

/** The pattern that matches one name and no other: a star that is in a name is no wildcard. */
export const exactly = name => name.replace(/[*?]/g, "\\$&");

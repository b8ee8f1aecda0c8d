// Times as they are written on a line: UTC first, the date-time group, the local time beside it.

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

const two = (value: number) => String(value).padStart(2, "0");

const LAST_MS = 8_640_000_000_000_000, DAY_MS = 86_400_000;

// A peer may claim more than any calendar here has.
export const dateOf = (ms: number) => new Date(Math.min(ms, LAST_MS));

// 14:07:31Z
export const clock = (ms: number): string => `${dateOf(ms).toISOString().slice(-13, -5)}Z`;

// 281407Z NOV 26; the year of another century whole
export function dateTimeGroup(ms: number): string {
  const at = dateOf(ms), year = at.getUTCFullYear();
  return `${two(at.getUTCDate())}${two(at.getUTCHours())}${two(at.getUTCMinutes())}Z ${MONTHS[at.getUTCMonth()]} ${year >= 2000 && year < 2100 ? two(year % 100) : year}`;
}

export const dayOf = (ms: number) => Math.floor(ms / DAY_MS);

// How far a clock is off: +0.3
export const offset = (ms: number) => `${ms > 0 ? "+" : ""}${(ms / 1000).toFixed(1)}`.replace("-0.0", "0.0");

// 23:07, on this terminal's own clock
export const local = (ms: number): string => dateOf(ms).toTimeString().slice(0, 5);

// The same on the clocks of a zone; of one that this browser does not know, nothing.
export function localIn(ms: number, zone: string | undefined): string | undefined {
  try {
    return zone && dateOf(ms).toLocaleTimeString("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
  } catch {
    return undefined;
  }
}

// What was typed as 281407Z NOV 26, with all of the year or its last two digits, or as 2026-11-28T14:07Z; NaN if it is neither.
export function readMoment(text: string): number {
  const group = /^((\d\d)(\d\d)(\d\d)Z ([A-Z]{3}) )(?:20)?(\d\d|\d{4})$/.exec(text.trim().toUpperCase());
  if (group !== null) {
    const [, before, day, hour, minute, month, year] = group;
    const at = Date.UTC(year.length === 2 ? 2000 + Number(year) : Number(year), MONTHS.indexOf(month), Number(day), Number(hour), Number(minute));
    return MONTHS.includes(month) && dateTimeGroup(at) === before + year ? at : NaN;
  }
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/.exec(text.trim().toUpperCase());
  return iso === null ? NaN : Date.parse(iso[0]);
}

export interface Span { unit: "s" | "min" | "h" | "d"; value: number; rest: number }

// The two largest units of a length of time; rest: of the smaller one.
export function span(ms: number): Span {
  const s = Math.max(0, Math.floor(ms / 1000)), of = (unit: Span["unit"], large: number, small: number) => ({ unit, value: Math.floor(s / large), rest: Math.floor(s % large / small) });
  return s < 60 ? of("s", 1, 1) : s < 3600 ? of("min", 60, 1) : s < 86400 ? of("h", 3600, 60) : of("d", 86400, 3600);
}

// 00:01:12, or what is over: -00:01:12
export function countdown(ms: number): string {
  const s = Math.abs(Math.trunc(ms / 1000));
  return `${ms <= -1000 ? "-" : ""}${two(Math.floor(s / 3600))}:${two(Math.floor(s % 3600 / 60))}:${two(s % 60)}`;
}

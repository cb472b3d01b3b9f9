const [HOUR, DAY] = [3_600, 86_400];

/** Seconds, and from two hours on also how many hours or days that is: `93600 s (26 h)`, `20737200 s (about 240 d)`. */
export function spanWords(seconds: number): string {
  if (seconds < 2 * HOUR) return `${seconds} s`;
  const [unit, name] = seconds < 3 * DAY ? [HOUR, "h"] : [DAY, "d"];
  return `${seconds} s (${seconds % unit === 0 ? "" : "about "}${Math.round(seconds / unit)} ${name})`;
}

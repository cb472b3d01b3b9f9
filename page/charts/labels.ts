const TO_THE_MINUTE = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });
const TO_THE_SECOND = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/**
 * Times of day for the marks of an axis that are `step` seconds apart, with enough digits to distinguish
 * them.
 */
export function timeLabels(seconds: readonly number[], step: number): readonly string[] {
  const clock = step % 60 === 0 ? TO_THE_MINUTE : TO_THE_SECOND;
  return seconds.map((each) => clock.format(each * 1_000));
}

/**
 * Numbers for the marks of an axis that are `step` apart, shortened by thousands, with enough digits to
 * distinguish them.
 */
export function numberLabels(numbers: readonly number[], step: number): readonly string[] {
  const thousands = Math.floor(Math.log10(Math.max(1, ...numbers)) / 3);
  const maximumFractionDigits = Math.max(0, Math.ceil(Math.log10(1_000 ** thousands / step)));
  const format = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits });
  return numbers.map((each) => format.format(each));
}

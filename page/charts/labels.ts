const TO_THE_MINUTE = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });
const TO_THE_SECOND = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** Times of day beside an axis, of marks that are `step` seconds apart: as exact as tells them apart. */
export function timeLabels(seconds: readonly number[], step: number): readonly string[] {
  const clock = step % 60 === 0 ? TO_THE_MINUTE : TO_THE_SECOND;
  return seconds.map((each) => clock.format(each * 1_000));
}

/** Numbers beside an axis that are `step` apart, shortened by thousands, with as many digits as tell them apart. */
export function numberLabels(numbers: readonly number[], step: number): readonly string[] {
  const thousands = Math.floor(Math.log10(Math.max(1, ...numbers)) / 3);
  const maximumFractionDigits = Math.max(0, Math.ceil(Math.log10(1_000 ** thousands / step)));
  const format = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits });
  return numbers.map((each) => format.format(each));
}

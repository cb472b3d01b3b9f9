/** True if `npm run nightly -- tests` runs this: the long form of tests whose short form `npm test` runs. */
export const IS_NIGHTLY = process.env["TEST_NIGHTLY"] === "1";

/** The long form of a number of rounds, operations or kills, or the short one. */
export function byNight<Value>(long: Value, short: Value): Value {
  return IS_NIGHTLY ? long : short;
}

import { RestError } from "./rest-error.ts";

/** A member of a body that is an object in JSON, whatever it is; undefined where it is missing. Throws RestError. */
export function memberOf(body: string, name: string, example: string): unknown {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    throw new RestError(400, "Invalid", `the body is not valid JSON; send ${example}`);
  }
  return typeof given === "object" && given !== null && Object.hasOwn(given, name)
    ? (given as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

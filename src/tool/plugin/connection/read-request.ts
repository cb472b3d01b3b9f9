import type * as v from "valibot";
import { check, optionName, said } from "../../../ecosystem/options/problems.ts";
import { REQUESTS } from "../api/requests.ts";
import { pluginError } from "../plugin-error.ts";

/** Checks a request; throws a plugin error that names the option in the user's spelling. */
export function readRequest<Name extends keyof typeof REQUESTS>(
  name: Name,
  options: unknown,
): v.InferOutput<(typeof REQUESTS)[Name]> {
  const checked = check(REQUESTS[name], options);
  if ("value" in checked) return checked.value as v.InferOutput<(typeof REQUESTS)[Name]>;
  const [problem] = checked.problems;
  throw pluginError(problem === undefined ? "" : said(`${name}: ${optionName(problem.path)}`, problem));
}

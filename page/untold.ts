import type { EcosystemInfo } from "./answers.ts";

/** What stands in place of an answer of a chain that gave none: it is paused, or only its readers may read it. */
export function untold({ chains }: EcosystemInfo, chain: string): "paused" | "not told" {
  return chains.find(({ name }) => name === chain)?.stopped === true ? "paused" : "not told";
}

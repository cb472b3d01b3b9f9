import type { EcosystemInfo } from "./answers.ts";

/** Text in place of the answer of a chain that gave none: it is paused, or only its readers may read it. */
export function untold({ chains }: EcosystemInfo, chain: string): "paused" | "not told" {
  return chains.find(({ name }) => name === chain)?.stopped === true ? "paused" : "not told";
}

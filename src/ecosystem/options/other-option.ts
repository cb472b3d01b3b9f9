import { configSchema } from "./config.ts";
import { check, type OptionPath } from "./problems.ts";
import { flaggedOptions, type SpawnFlag } from "./spawn-flags.ts";

/** Name of any chain, as the documentation has it. */
const ANY_CHAIN = "x";

/** Advice to set a value by the option of the config that takes it, after a flag's refusal; empty if none does. */
export function otherThanFlag(flag: string, text: string): string {
  const options = flaggedOptions().flatMap(([option, name]) => (name === (flag as SpawnFlag) ? [option.split(".")] : []));
  return adviceFor(
    options.flatMap((path) => [["chains", ANY_CHAIN, ...path], path]),
    valuesOf(text),
  );
}

/** Advice to set a value by the same option of a chain, or of the ecosystem, after the other's refusal; else empty. */
export function otherLevel(path: OptionPath, value: unknown): string {
  const [first, , ...inChain] = path;
  return adviceFor([first === "chains" ? inChain : ["chains", ANY_CHAIN, ...path]], [value]);
}

function adviceFor(paths: readonly OptionPath[], values: readonly unknown[]): string {
  const taking = paths.find((path) => path.length > 0 && values.some((value) => takes(path, value)));
  return taking === undefined ? "" : `; set it by hyperchains.${taking.join(".")}`;
}

function takes(path: OptionPath, value: unknown): boolean {
  const config = path.toReversed().reduce((inner: unknown, key) => ({ [key]: inner }), value);
  return value !== undefined && "value" in check(configSchema, config);
}

/** A text of the command line as a value of the config: a text, or what it is as JSON. */
function valuesOf(text: string): readonly unknown[] {
  try {
    return [text, JSON.parse(text)];
  } catch {
    return [text];
  }
}

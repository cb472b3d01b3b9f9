import type * as v from "valibot";
import { otherThanFlag } from "../../../../ecosystem/options/other-option.ts";
import { check, said } from "../../../../ecosystem/options/problems.ts";
import { flagName, kindOf, SPAWN_FLAGS, type GivenFlags, type SpawnFlag } from "../../../../ecosystem/options/spawn-flags.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";

/** Options that every task for a running ecosystem has. */
export interface EcosystemArguments {
  readonly url: string | undefined;
  readonly json: boolean;
}

/** Values of a variadic argument, for which Hardhat passes undefined if there are none. */
export function valuesOf(values: readonly (string | undefined)[] | undefined): readonly string[] {
  return (values ?? []).filter((value) => value !== undefined);
}

/**
 * The value of an option's text, by the option's schema; undefined for an absent option. Throws a plugin error that names the
 * option for what the schema refuses.
 */
export function readOption<const S extends v.GenericSchema>(
  option: string,
  text: string | undefined,
  schema: S,
  advice?: () => string,
): v.InferOutput<S> | undefined {
  return text === undefined ? undefined : checked(option, text, schema, advice);
}

/** Reads an option that is a number. Throws a plugin error for an invalid one. */
export function readNumber<const S extends v.GenericSchema>(
  option: string,
  text: string | undefined,
  schema: S,
  advice?: () => string,
): v.InferOutput<S> | undefined {
  return text === undefined ? undefined : checked(option, /^\d+$/.test(text) ? Number(text) : text, schema, advice);
}

/** Reads an option that is a list with commas. Throws a plugin error for an invalid one. */
function readList<const S extends v.GenericSchema>(
  option: string,
  text: string | undefined,
  schema: S,
  advice?: () => string,
): v.InferOutput<S> | undefined {
  return text === undefined
    ? undefined
    : checked(
        option,
        text.split(",").map((part) => part.trim()),
        schema,
        advice,
      );
}

/** Values of the flags of `hyperchain:spawn`. Throws a plugin error that names the first invalid one. */
export function readFlags(args: Readonly<Partial<Record<SpawnFlag, string | undefined>>>): GivenFlags {
  const readers = { number: readNumber, list: readList, text: readOption };
  const names = Object.keys(SPAWN_FLAGS) as SpawnFlag[];
  return Object.fromEntries(
    names.map((name) => {
      const text = args[name];
      const advice = (): string => (text === undefined ? "" : otherThanFlag(name, text));
      return [name, readers[kindOf(name)](name, text, SPAWN_FLAGS[name], advice)];
    }),
  );
}

function checked<const S extends v.GenericSchema>(
  option: string,
  value: unknown,
  schema: S,
  advice = (): string => "",
): v.InferOutput<S> {
  const result = check(schema, value);
  if ("value" in result) return result.value;
  const [problem] = result.problems;
  throw pluginError(problem === undefined ? "" : `${said(flagName(option), problem)}${advice()}`);
}

/** Checks a hash, and returns it unchanged. Throws a plugin error for any other text. */
export function readHash(text: string): Hex {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase() as Hex;
  throw pluginError(`'${text}' is not a hash: 0x and 64 hex digits`);
}

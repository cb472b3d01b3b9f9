import * as v from "valibot";
import { CHAIN_OPTIONS } from "./chain.ts";
import { chainName } from "./chain-name.ts";
import { MAX_CHAINS } from "./config.ts";
import { ECOSYSTEM_OPTIONS } from "./ecosystem.ts";
import { flag, type OptionFlag } from "./fields/flag.ts";
import type { Flagged } from "./fields/field.ts";
import { list, option, text, wholeNumber } from "./fields/values.ts";

const file = text(/\S/, 'the path of a file, such as "./world.dump"');

/** Flags that set no option of the config. */
const OWN_FLAGS = {
  chains: flag(wholeNumber(1, MAX_CHAINS, 2), "how many chains", "those of the config, else 2"),
  names: flag(list(chainName, "names with commas: alpha,beta"), "the chains' names", "those of the config"),
  load: flag(
    file,
    "dump of an ecosystem, by hyperchain:dump, to resume in the folder that --data names, which must be empty",
    "none; without --data what follows ends with the process",
  ),
} as const;

type Options = Readonly<Record<string, Flagged>>;
type Union<T> = (T extends unknown ? (each: T) => void : never) extends (all: infer All) => void ? All : never;
/** The flags of all these options. */
type FlagsOf<O extends Options> = Union<O[keyof O]["flags"]>;

function flagsOf<const O extends Options>(options: O): FlagsOf<O> {
  return Object.assign({}, ...Object.values(options).map(({ flags }) => flags)) as FlagsOf<O>;
}

/** Every flag of `hyperchain:spawn` that has a value; those of options come before the config. */
const FLAGS = { ...OWN_FLAGS, ...flagsOf(CHAIN_OPTIONS), ...flagsOf(ECOSYSTEM_OPTIONS) };

/** A flag of `hyperchain:spawn` that has a value. */
export type SpawnFlag = keyof typeof FLAGS;

type Schemas = {
  readonly [Flag in SpawnFlag]: (typeof FLAGS)[Flag] extends OptionFlag<infer S> ? v.OptionalSchema<S, undefined> : never;
};

/** Schema of each flag, with its text. */
export const SPAWN_FLAGS = Object.fromEntries(
  Object.entries<OptionFlag>(FLAGS).map(([name, { schema, doc, byDefault }]) => [name, option(schema, doc, byDefault)]),
) as unknown as Schemas;

/** Value of each given flag, by its name. */
export type GivenFlags = { readonly [Flag in SpawnFlag]?: v.InferOutput<Schemas[Flag]> };

/** The values of options, where a flag is given what that says; of the chain in this place. */
export function withFlags<const Said extends object>(options: Options, said: Said, given: GivenFlags, place = 0): Said {
  const valueOf = (name: string, flags: Flagged["flags"]): unknown =>
    Object.entries(flags).reduce(
      (value, [flag, { into }]) => {
        const by = (given as Readonly<Record<string, unknown>>)[flag];
        if (by === undefined) return value;
        return into === undefined ? by : (into as (...all: unknown[]) => unknown)(by, value, place);
      },
      (said as Readonly<Record<string, unknown>>)[name],
    );
  const flagged = Object.entries(options).filter(([, { flags }]) => Object.keys(flags).length > 0);
  return { ...said, ...Object.fromEntries(flagged.map(([name, { flags }]) => [name, valueOf(name, flags)])) };
}

/** Options that flags set, by their names in messages. */
export function flaggedOptions(): readonly (readonly [option: string, flag: SpawnFlag])[] {
  return Object.entries<Flagged>({ ...CHAIN_OPTIONS, ...ECOSYSTEM_OPTIONS }).flatMap(([name, { flags }]) =>
    Object.entries(flags).map(([flag, { part }]) => [part === undefined ? name : `${name}.${part}`, flag as SpawnFlag] as const),
  );
}

/** Type of a flag's value. */
export function kindOf(flag: SpawnFlag): "number" | "list" | "text" {
  const { schema }: OptionFlag = FLAGS[flag];
  if (schema.type === "array") return "list";
  const { type = schema.type } = v.getMetadata(schema) as { readonly type?: string };
  return type === "number" ? "number" : "text";
}

/** Flag name for the command line, such as `--block-ms`. */
export function flagName(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Help text of a flag. */
export function flagHelp(name: SpawnFlag): string {
  const { doc, byDefault }: OptionFlag = FLAGS[name];
  return `${doc.charAt(0).toUpperCase()}${doc.slice(1)} (default: ${byDefault})`;
}

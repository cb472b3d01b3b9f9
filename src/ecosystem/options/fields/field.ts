import type * as v from "valibot";
import type { OptionFlag } from "./flag.ts";

/** Origin of an ecosystem: `hyperchain:spawn`, a test run, or a program. */
export type Use = "spawn" | "test" | "devnet";

/**
 * Group of a chain's plan, which one stage takes; undefined for the chain's identity, which is in no group.
 */
export type Group =
  | "firstState"
  | "serving"
  | "protocol"
  | "proving"
  | "ordering"
  | "execution"
  | "availability"
  | "validators"
  | "settlement"
  | undefined;

/** Values from which a chain's plan follows, in addition to the chain's options. */
export interface Around {
  readonly use: Use;
  /** The chain's own. */
  readonly chainId: bigint;
  /** Whether the ecosystem ends with this process, and only this machine reaches it. */
  readonly isForThisMachine: boolean;
  /** Default for chains without this option. */
  readonly execution: "proven" | "trusted";
  readonly allowUnlimitedContractSize: boolean;
  /** True if chains start with the Superchain's contracts. */
  readonly superchain: boolean;
  readonly distinctTimestamps: boolean;
  /** Whether Hardhat collects coverage or gas statistics of what runs in its networks. */
  readonly isMeasured: boolean;
  /** Whether a hub of the ecosystem names the chain as a member. */
  readonly isInHub: boolean;
}

/** Schemas, plan value and L1 fields of one option of a chain. */
export interface ChainOption<
  G extends Group = Group,
  Config extends v.GenericSchema | undefined = v.GenericSchema | undefined,
  Devnet extends v.GenericSchema | undefined = v.GenericSchema | undefined,
  Planned = unknown,
  Key extends string | undefined = string | undefined,
> {
  /** Group of the plan. */
  readonly group: G;
  /** Name in the plan, if it differs from the config's. */
  readonly key?: Key;
  /** "once" if a stored ecosystem has the value permanently; "each start" if each start sets it. */
  readonly said: "once" | "each start";
  /** In `hyperchains.chains.x` and `hyperchain_addChain`: schema, text and default. Undefined: it is not said of a chain. */
  readonly config: Config;
  /** In `DevnetOptions`. */
  readonly devnet: Devnet;
  /** Returns the plan's value for the value that the user set, or the default. */
  readonly planned: (value: never, around: Around) => Planned;
  /** Value for stored plans that are older than the option. Default: undefined. */
  readonly older?: unknown;
  /** The fields of the chain's configuration on L1 that it becomes. */
  readonly onL1?: (planned: never) => object;
}

/** Flags of `hyperchain:spawn` that set an option, by their names. */
export interface Flagged<Flags = Readonly<Record<string, OptionFlag>>> {
  readonly flags: Flags;
}
type NoFlags = Readonly<Record<never, OptionFlag>>;

type Output<S extends v.GenericSchema | undefined> = S extends v.GenericSchema ? v.InferOutput<S> : undefined;

interface Details<G extends Group, Planned, Key extends string | undefined> {
  readonly group: G;
  readonly key?: Key;
  readonly said: "once" | "each start";
  readonly older?: unknown;
  readonly onL1?: (planned: NoInfer<Planned>) => object;
}

/** An option that the config and `DevnetOptions` take alike, or each in its way (`devnet`). */
export function chainOption<
  const G extends Group,
  Config extends v.GenericSchema | undefined,
  Devnet extends v.GenericSchema | undefined = Config,
  Planned = Output<Config>,
  const Key extends string | undefined = undefined,
  Flags extends Readonly<Record<string, OptionFlag>> = NoFlags,
>(
  record: Details<G, Planned, Key> & {
    readonly config: Config;
    readonly devnet?: Devnet;
    readonly planned?: (value: Output<Config> | Output<Devnet>, around: Around) => Planned;
    readonly flags?: Flags;
  },
): ChainOption<G, Config, Devnet, Planned, Key> & Flagged<Flags> {
  const { planned = (value: unknown) => value, devnet = record.config, flags = {}, ...rest } = record;
  return { ...rest, devnet, planned, flags } as unknown as ChainOption<G, Config, Devnet, Planned, Key> & Flagged<Flags>;
}

/** An option of the whole ecosystem that each chain's plan has too. */
export function ecosystemWide<const G extends Group, Planned>(
  record: Details<G, Planned, undefined> & { readonly planned: (around: Around) => Planned },
): ChainOption<G, undefined, undefined, Planned, undefined> & Flagged<NoFlags> {
  const { planned, ...rest } = record;
  return { ...rest, config: undefined, devnet: undefined, flags: {}, planned: (_said, around) => planned(around) };
}

/** A default that differs by what starts the ecosystem. */
export function byUse<T>(values: Readonly<Record<Use, T>>): (value: T | undefined, around: Pick<Around, "use">) => T {
  return (value, { use }) => value ?? values[use];
}

/**
 * Schemas and flags of one option of an ecosystem: in the config, in `DevnetOptions`, on the command line.
 */
export interface EcosystemOption<
  Config extends v.GenericSchema = v.GenericSchema,
  Devnet extends v.GenericSchema | undefined = v.GenericSchema | undefined,
> {
  readonly config: Config;
  /** Undefined where a devnet's is another option. */
  readonly devnet: Devnet;
}

/** An option that the config and `DevnetOptions` take alike, with the same default. */
export function ecosystemOption<S extends v.GenericSchema, Flags extends Readonly<Record<string, OptionFlag>> = NoFlags>(
  config: S,
  flags?: Flags,
): EcosystemOption<S, S> & Flagged<Flags> {
  return { config, devnet: config, flags: flags ?? ({} as Flags) };
}

/** An option of the config alone, or of `DevnetOptions` with another default. */
export function configOption<
  S extends v.GenericSchema,
  D extends v.GenericSchema | undefined = undefined,
  Flags extends Readonly<Record<string, OptionFlag>> = NoFlags,
>(config: S, { devnet, flags }: { readonly devnet?: D; readonly flags?: Flags } = {}): EcosystemOption<S, D> & Flagged<Flags> {
  return { config, devnet: devnet as D, flags: flags ?? ({} as Flags) };
}

type Entries<Options, Where extends "config" | "devnet"> = {
  [
    Name in keyof Options as Options[Name] extends { readonly [W in Where]: v.GenericSchema } ? Name : never
  ]: Options[Name] extends { readonly [W in Where]: infer S extends v.GenericSchema } ? S : never;
};

/** The fields of the options that can be said in one place. */
export function entriesOf<
  const Options extends Readonly<Record<string, Pick<ChainOption | EcosystemOption, "config" | "devnet">>>,
  Where extends "config" | "devnet",
>(options: Options, where: Where): Entries<Options, Where> {
  const said = Object.entries(options).flatMap(([name, option]) =>
    option[where] === undefined ? [] : [[name, option[where]] as const],
  );
  return Object.fromEntries(said) as Entries<Options, Where>;
}

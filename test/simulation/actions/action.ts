import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { L2Chain } from "../l2/l2-chain.ts";
import type { FormedBatch } from "../l2/form.ts";
import type { Founding, Records } from "../l2/records.ts";
import type { Call, World } from "../model/world.ts";
import type { Choices } from "../support/random.ts";
import type { Scene } from "../support/scene.ts";

/** State of an episode at a step. */
export interface Situation {
  readonly scene: Scene;
  readonly world: World;
  readonly records: Records;
  readonly random: Choices;
  /** The second at which L1 will judge. */
  readonly now: bigint;
  /** Remembers a batch, so that its chain knows it when L1 has taken it. */
  remember(formed: FormedBatch): void;
  /** Remembers who runs a chain that is about to be created. */
  found(chainId: bigint, founding: Founding): void;
}

/** A call that someone wants to make. */
export interface Intent {
  readonly call: Call;
  /** The caller, an account or a third party's contract, where not anyone will do. */
  readonly by?: Hex;
  /** Whether the caller must send the call itself, not the input of another. */
  readonly isOwnInput?: boolean;
  /** Only to be tried: no transaction could come from this caller. */
  readonly isImpossible?: boolean;
  /** Which third party it is, where the call itself says it. */
  readonly party?: string;
}

/** A contract to be deployed: what its constructor refuses. */
export interface Deployment {
  readonly artifact: string;
  readonly args: readonly unknown[];
  /** From the address that the contract would get, the error. */
  readonly refusal: (address: Hex) => { readonly error: string; readonly args: readonly unknown[] };
}

/** Something that happens, chosen by name; what exactly follows from the situation and the step's seed. */
export interface Action {
  readonly name: string;
  /** Aims of the action, as `Contract.function` or `Contract.Error`: it is chosen while they were reached rarely. */
  readonly aims: readonly string[];
  /** Relative frequency without an aim; 0: only for its aims. */
  readonly weight: number;
  /** Nothing where the situation does not allow it. */
  readonly make: (situation: Situation) => Intent | Deployment | undefined;
}

/** Chains that have not stopped. */
export function running({ records }: Situation): L2Chain[] {
  return records.chains.filter(({ chain }) => !chain.exited.value);
}

/** Chains whose operators still commit batches. */
export function operated(situation: Situation): L2Chain[] {
  return running(situation).filter(({ leavesAt }) => situation.now < leavesAt);
}

export function stopped({ records }: Situation): L2Chain[] {
  return records.chains.filter(({ chain }) => chain.exited.value);
}

/** A call without value. */
export function callOf(to: Hex, fn: string, ...args: readonly unknown[]): Call {
  return { to, fn, args, value: 0n };
}

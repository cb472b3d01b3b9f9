import type { Provider } from "ethers";
import { hyperchainInterface } from "../sending/contract-interfaces.ts";
import { isGuarded, type Ecosystem, type EcosystemChain } from "../ecosystem/ecosystem.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";

/** Facts on which an account's money on a chain depends, in addition to the proofs. */
export interface ChainStanding {
  /** True if a committee has its data. The committee can freeze the money by withholding them. */
  readonly validium: boolean;
  /** True if guardians store its data: guardians with enough weight can withhold them, like a committee. */
  readonly isGuarded: boolean;
  /** True if it is paused: it makes no blocks and refuses its clients until it is started. */
  readonly stopped: boolean;
  /**
   * Exit state: L1 lets any account end the chain ("open"), or has ended it and pays its accounts
   * ("activated").
   */
  readonly exit: "closed" | "open" | "activated";
  /** Batches that L1 has committed and not executed. */
  readonly batchesBehind: number;
}

/**
 * Facts of a chain from L1; `validium`, `isGuarded` and `stopped` are the ecosystem's. Rejects with L1's
 * error.
 */
async function chainStanding(chain: EcosystemChain, l1: Provider): Promise<ChainStanding> {
  const ask = async (name: string): Promise<bigint> =>
    BigInt(await l1.call({ to: chain.hyperchain, data: hyperchainInterface.encodeFunctionData(name) }));
  const [exited, opensAt, committed, executed, block] = await Promise.all([
    ask("exited"),
    ask("exitOpensAt"),
    ask("getTotalBatchesCommitted"),
    ask("getTotalBatchesExecuted"),
    l1.getBlock("latest"),
  ]);
  const isOpen = block !== null && BigInt(block.timestamp) >= opensAt;
  return {
    validium: chain.dataAvailability === "validium",
    isGuarded: isGuarded(chain),
    stopped: chain.stopped === true,
    exit: exited === 1n ? "activated" : isOpen ? "open" : "closed",
    batchesBehind: Number(committed - executed),
  };
}

/** Reasons why money on a chain may be out of reach, as text; empty if there is none. */
export function cautions({ validium, isGuarded, stopped, exit }: ChainStanding): readonly string[] {
  return [
    ...(validium ? ["its data committee can freeze the money there, by withholding its data"] : []),
    ...(isGuarded ? ["its guardians can freeze all assets on it, by withholding its data"] : []),
    ...(stopped && exit !== "activated" ? ["it is paused (hyperchain:start resumes it)"] : []),
    ...(exit === "open" ? ["any account can end it: it has not taken an operation of L1's queue in time"] : []),
    ...(exit === "activated" ? ["it has ended: L1 pays out what accounts held (hyperchain:exit)"] : []),
  ];
}

/** Why a chain does nothing, and what helps. */
interface StandingStill {
  readonly why: string;
  readonly help: string;
}

/** A chain that its user has paused. */
export function pausedChain(name: string): StandingStill {
  return { why: `${name} is paused`, help: `'npx hardhat hyperchain:start ${name}' resumes it` };
}

/** Reason for a chain whose exit was activated, which no start resumes. `layer` is its settlement layer. */
export function endedChain(name: string, layer: string): StandingStill {
  return {
    why: `${name} has ended: it no longer accepts anything, and ${layer} pays out what accounts held there`,
    help: `'npx hardhat hyperchain:exit ${name}' claims it`,
  };
}

/** The standing of each chain that L1 tells, or the chain on which it settles, by chain id. */
export async function standings(
  ecosystem: Ecosystem,
  providerOf: (chainId: number) => Provider,
): Promise<ReadonlyMap<number, ChainStanding>> {
  const toldOf = (chain: EcosystemChain): Promise<ChainStanding> =>
    chainStanding(chain, providerOf(ecosystemOf(ecosystem, chain).l1.chainId));
  const told = await Promise.allSettled(ecosystem.chains.map(toldOf));
  return new Map(
    told.flatMap((each, i) => {
      const chain = ecosystem.chains[i];
      return each.status === "fulfilled" && chain !== undefined ? [[chain.chainId, each.value] as const] : [];
    }),
  );
}

import type { Contract } from "ethers";
import type { AtomicFlow, FlowLeg } from "../../../../src/ground/protocol/atomic-flow.ts";
import { wordToHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../../src/ground/protocol/predeploys.ts";
import { START, type FlowWorld } from "./flow-world.ts";

export const COIN: Hex = PREDEPLOYS.L2BaseToken;
export const DEADLINE = START + 1_000n;
export const NO_CALL = wordToHex(0n);

/** Accounts that have nothing before, one per leg. */
export const recipientOf = (leg: number): Hex => `0x${(0xf10000n + BigInt(leg)).toString(16).padStart(40, "0")}`;
/** The user that brings a leg. */
export const partyOf = (leg: number): number => leg + 1;

let salts = 0n;

/** Differences from a flow of three legs of coins, one on each chain, of which the last is the pivot. */
export interface SampleShape {
  readonly count?: number;
  /** -1 if there is none. */
  readonly pivot?: number;
  readonly legs?: Readonly<Record<number, Partial<FlowLeg>>>;
  readonly deadline?: bigint;
}

/** Returns a flow with a unique name. */
export function sampleFlow(world: FlowWorld, shape: SampleShape = {}): AtomicFlow {
  const { count = 3, pivot = count - 1, legs = {}, deadline = DEADLINE } = shape;
  return {
    salt: wordToHex(++salts),
    deadline,
    legs: Array.from({ length: count }, (_, i) => ({
      chainId: world.chains[i % 3]!.chainId,
      isPivot: i === pivot,
      party: world.chains[0].users[partyOf(i)]!.address.toLowerCase() as Hex,
      token: COIN,
      amount: 100n + BigInt(i),
      recipient: recipientOf(i),
      callHash: NO_CALL,
      ...legs[i],
    })),
  };
}

/** The chain and contract of a leg. */
export const chainOf = (world: FlowWorld, flow: AtomicFlow, leg: number): FlowWorld["chains"][number] =>
  world.chains.find(({ chainId }) => chainId === flow.legs[leg]!.chainId)!;

export async function prepare(world: FlowWorld, flow: AtomicFlow, leg: number): Promise<void> {
  const chain = chainOf(world, flow, leg);
  const { token, amount } = flow.legs[leg]!;
  await chain.send(chain.flows, partyOf(leg), "prepare", [flow, leg], token === COIN ? amount : 0n);
}

export const contractAt = async (world: FlowWorld, chain: 0 | 1 | 2, name: string, ...args: unknown[]): Promise<Contract> =>
  (await world.chains[chain].ethers.deployContract(name, args, world.chains[chain].users[9])) as unknown as Contract;

import { isHostileCode } from "../model/hostile-code.ts";
import { reservationReason } from "../model/reserved-addresses.ts";
import type { Mempool } from "../mempool/mempool.ts";
import { faultOf, type StateCheat } from "../../ground/protocol/state-cheat.ts";
import { fromHex, type Hex } from "../../ground/protocol/hex.ts";
import type { BlockProducer } from "./block-producer.ts";
import { SequencerError } from "./sequencer-error.ts";

interface CheatCheckDependencies {
  readonly mempool: Mempool;
  readonly producer: BlockProducer;
  /** Maximum size of an account's code. */
  readonly mostCodeBytes: number;
}

/** Reason for which a chain takes state cheats at no time. */
export type CheatBar = keyof typeof BARS;

const BARS = {
  contract: "its contract on L1 does not allow them (option cheats, which is set when the chain is created)",
  inputs: "it publishes its inputs alone, all accounts can run its batches again from these, and a cheat is not an input",
  validators: "its validators run every batch again from its transactions, without cheats",
  queue: "its order is L1's queue alone, which has operations alone",
} as const;

/**
 * Throws SequencerError CheatRefused on a chain that takes no cheats, also for a transaction without its sender's signature.
 * `cheatBar`: default "contract".
 */
export function requireCheatsAllowed({
  cheatsAllowed = false,
  cheatBar = "contract",
}: {
  readonly cheatsAllowed?: boolean;
  readonly cheatBar?: CheatBar | undefined;
}): void {
  if (cheatsAllowed) return;
  throw refusal(`this chain takes no state cheats and impersonates no account: ${BARS[cheatBar]}`);
}

/** Throws SequencerError CheatRefused for an account of the protocol's own, which no cheat changes or sends from. */
export function requireFree(address: Hex): void {
  const reason = reservationReason(address);
  if (reason !== undefined)
    throw refusal(`no state cheat changes ${address}, or sends from it: ${reason}; take another account, 0x30000 or above`);
}

/**
 * Cheats that make a change. An account that would have storage, and neither code nor nonce, gets nonce 1 first:
 * transactions cannot produce this, and engines do not agree on a creation at its address. Throws
 * SequencerError CheatRefused for a change that is impossible in the present state.
 */
export async function possibleCheats(cheat: StateCheat, dependencies: CheatCheckDependencies): Promise<readonly StateCheat[]> {
  await requirePossible(cheat, dependencies);
  if (!(await leavesBareStorage(cheat, dependencies.producer))) return [cheat];
  const nonce = { type: "nonce", address: cheat.address, nonce: 1n } as const;
  await requirePossible(nonce, dependencies);
  return [nonce, cheat];
}

/** True if the account would have storage, and neither code nor nonce, behind the cheat. */
async function leavesBareStorage(cheat: StateCheat, producer: BlockProducer): Promise<boolean> {
  const { type, address } = cheat;
  const writes = type === "storage" && cheat.value !== 0n;
  const removesCode = type === "code" && cheat.code === "0x";
  if (!(writes || removesCode) || (await producer.nonceOf(address)) > 0n) return false;
  return writes ? (await producer.codeOf(address)) === "0x" : producer.hasStorage(address);
}

async function requirePossible(cheat: StateCheat, { mempool, producer, mostCodeBytes }: CheatCheckDependencies): Promise<void> {
  requireFree(cheat.address);
  const fault = faultOf(cheat, mostCodeBytes);
  if (fault !== undefined) throw refusal(fault);
  if (cheat.type === "code" && isHostileCode(fromHex(cheat.code))) {
    throw refusal("the code begins with an incomplete PUSH20, which this chain's engine cannot run");
  }
  if (cheat.type !== "nonce") return;
  const { address } = cheat;
  if (mempool.hasWaiting(address)) throw refusal(`transactions of ${address} wait for a block; its nonce cannot be changed now`);
  const nonce = await producer.nonceOf(address);
  if (cheat.nonce < nonce) throw refusal(`the nonce of ${address} is ${nonce} and cannot become smaller`);
}

function refusal(reason: string): SequencerError {
  return new SequencerError("CheatRefused", reason);
}

import { BOOTLOADER_ADDRESS } from "../../../../ground/protocol/l2-log.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { EcosystemInfo } from "../books/ecosystem-info.ts";
import type { BlockTimes } from "./block-times.ts";

/**
 * Sender of a transaction. `chain`: the chain itself, its operator where it settles, or the set-up, also of a chain that is added
 * later. `relayer`: the ecosystem's own relayer.
 */
export type Actor = "user" | "relayer" | "chain";

/** Fields of a transaction by which its actor is known. */
export interface ActorsTransaction {
  readonly hash: Hex;
  readonly from: Hex;
  readonly type: string;
}

interface BlockPlace {
  readonly chainId: number;
  readonly number: number;
}

const PRIORITY_OPERATION = 255;

/** Tells the actors of the ecosystem's transactions. */
export function actors(
  { l1, chains, relayer }: Pick<EcosystemInfo, "l1" | "chains" | "relayer">,
  blockTimes: Pick<BlockTimes, "setUpTo" | "isOwn">,
): (block: BlockPlace, transaction: ActorsTransaction) => Actor {
  const operators = new Set<string>(chains.map(({ operator }) => operator));
  return ({ chainId, number }, { hash, from, type }) => {
    const isSetUp = number <= blockTimes.setUpTo(chainId);
    if (isSetUp || from === BOOTLOADER_ADDRESS || (chainId === l1.chainId && operators.has(from))) return "chain";
    if (blockTimes.isOwn(hash)) return "chain";
    return from === relayer?.address && Number(type) !== PRIORITY_OPERATION ? "relayer" : "user";
  };
}

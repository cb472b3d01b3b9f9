import type { ChainName } from "../../client/ecosystem.ts";
import type { Hex } from "../../protocol/hex.ts";

/** Which messages a fault is about: one by its hash, or all. */
export type FaultTarget = Hex | { readonly hash: Hex } | "all";

/** Bad days for a dapp. Each fault lasts until `clear`, or until what ends it is called. */
export interface Faults {
  /** The relayer never delivers it. Anyone else still could. */
  drop(target?: FaultTarget): Promise<void>;
  /** The relayer leaves it be for so many relays. */
  delay(target: FaultTarget, relays: number): Promise<void>;
  /** The relayer delivers it twice; the second delivery must be refused by the chain. */
  duplicate(target?: FaultTarget): Promise<void>;
  /** The relayer delivers what waits for a chain newest first. */
  reorder(): Promise<void>;
  /** The relayer does nothing at all. */
  stopRelayer(): Promise<void>;
  startRelayer(): Promise<void>;
  /** The chain takes transactions but makes no blocks, takes nothing from L1 and seals nothing. */
  stopSequencer(chain: ChainName): Promise<void>;
  startSequencer(chain: ChainName): Promise<void>;
  /** One bit of the next proof of the chain is wrong, so L1 refuses it and the chain's settlement stands still. */
  tamperNextProof(chain: ChainName): Promise<void>;
  /** Ends all faults that can be ended. */
  clear(): Promise<void>;
}

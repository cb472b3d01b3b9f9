import type { ChainName } from "../../client/ecosystem.ts";
import type { Hex } from "../../protocol/hex.ts";

/** Which messages a fault is about: one by its hash, or all. */
export type FaultTarget = Hex | { readonly hash: Hex } | "all";

/**
 * Bad days for a dapp. Each fault lasts until `clear`, or until what ends it is called, or until a snapshot from before is
 * returned to: so a fixture ends it too.
 */
export interface Faults {
  /** The relayer never delivers it. Anyone else still could. */
  drop(target?: FaultTarget): Promise<void>;
  /** The relayer leaves it be until the ecosystem's clock has moved by so many seconds. */
  delay(target: FaultTarget, seconds: number): Promise<void>;
  /** The relayer delivers it twice; the second delivery must be refused by the chain. */
  duplicate(target?: FaultTarget): Promise<void>;
  /** The relayer delivers what waits for a chain newest first. */
  reorder(): Promise<void>;
  /** The relayer does nothing at all. */
  stopRelayer(): Promise<void>;
  startRelayer(): Promise<void>;
  /** The chain takes transactions but makes no blocks by itself, takes nothing from L1 and seals nothing. */
  stopSequencer(chain: ChainName): Promise<void>;
  startSequencer(chain: ChainName): Promise<void>;
  /** One byte of the next proof of the chain is wrong, so L1 refuses it and the chain's settlement stands still. */
  tamperNextProof(chain: ChainName): Promise<void>;
  /** Ends all faults. A settlement that stands still goes on only after a return to a snapshot. */
  clear(): Promise<void>;
}

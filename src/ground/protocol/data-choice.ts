import { bytesWord, keccakOfWords, uintWord } from "./abi-words.ts";
import { keccak, type Hex } from "./hex.ts";

/** How a batch's data are made available. It is chosen before the batch's commitment exists, which binds it. */
export interface DataChoice {
  /** Of each policy on the way that leaves a choice, the member that was chosen, the outermost first. */
  readonly path: readonly number[];
  /** Whether the commit carries the pubdata; otherwise L1 gets their hash and the logs that it must read. */
  readonly publishes: boolean;
  /** What the chain's policy answers on L1. */
  readonly bound: Hex;
}

/** What kind of place a chain's data are in, by its policy. */
export interface DataFacts {
  /** Whether its commits carry the pubdata: "sometimes" where each batch has its own choice. */
  readonly publishes: "always" | "sometimes" | "never";
  /**
   * Source from which a reader with rights rebuilds the chain: "l1" has its changes, "inputs" are on L1 and are executed
   * again, "base" is the chain on which it settles, "holders" have its data. "owners" have their held accounts, and only these.
   */
  readonly rebuiltFrom: "l1" | "inputs" | "base" | "holders" | "owners";
  /** Whether its data, and so its state, are for everybody, or for accounts with sessions. */
  readonly readers: "everybody" | "sessions";
}

/** What policies answer that bind nothing of their own. */
export const NOTHING_BOUND: Hex = keccak();

/** Published by the commit, as of a rollup. */
export const PUBLISHED: DataChoice = { path: [], publishes: true, bound: NOTHING_BOUND };

/** Kept from L1, as of a validium. */
export const WITHHELD: DataChoice = { path: [], publishes: false, bound: NOTHING_BOUND };

/** What `AllOfPolicy` answers, of its members' answers in order. */
export function boundOfAll(bounds: readonly Hex[]): Hex {
  return keccakOfWords(bounds.map((bound) => bytesWord(bound)));
}

/** What `AnyOfPolicy` answers, where this member answers so. */
export function boundOfAny(member: number, bound: Hex): Hex {
  return keccakOfWords([uintWord(BigInt(member)), bytesWord(bound)]);
}

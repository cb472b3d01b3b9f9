import { bytesWord, keccakOfWords, uintWord } from "./abi-words.ts";
import { keccak, type Hex } from "./hex.ts";

/** Choice of a batch's data publication, made before the batch's commitment exists, which binds it. */
export interface DataChoice {
  /** Index of the chosen member in each policy that allows a choice, the outermost first. */
  readonly path: readonly number[];
  /** Whether the commit carries the pubdata; otherwise L1 gets their hash and the logs that it must read. */
  readonly publishes: boolean;
  /** Answer of the chain's policy on L1. */
  readonly bound: Hex;
}

/** Publication of a chain's data, by its policy. */
export interface DataFacts {
  /** Rule for the pubdata in commits: "sometimes" if each batch has a separate choice. */
  readonly publishes: "always" | "sometimes" | "never";
  /**
   * Source from which a reader with rights rebuilds the chain: "l1" has its changes, "inputs" are on L1 and are executed
   * again, "base" is the chain on which it settles, "holders" have its data. "owners" have their held accounts, and only these.
   */
  readonly rebuiltFrom: "l1" | "inputs" | "base" | "holders" | "owners";
  /** Readers of its data and state: everybody, or accounts with sessions. */
  readonly readers: "everybody" | "sessions";
}

/** Answer of policies that bind no data. */
export const NOTHING_BOUND: Hex = keccak();

/** Published by the commit, as of a rollup. */
export const PUBLISHED: DataChoice = { path: [], publishes: true, bound: NOTHING_BOUND };

/** Kept from L1, as of a validium. */
export const WITHHELD: DataChoice = { path: [], publishes: false, bound: NOTHING_BOUND };

/** Answer of `AllOfPolicy`, from its members' answers in order. */
export function boundOfAll(bounds: readonly Hex[]): Hex {
  return keccakOfWords(bounds.map((bound) => bytesWord(bound)));
}

/** Answer of `AnyOfPolicy`, from this member's answer. */
export function boundOfAny(member: number, bound: Hex): Hex {
  return keccakOfWords([uintWord(BigInt(member)), bytesWord(bound)]);
}

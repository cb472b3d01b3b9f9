import { BLOCK_GAS_LIMIT } from "../../../ground/transaction/gas-limits.ts";
import type { StatedPart, StatementForm } from "../../circuits/boundary/statement-form.ts";
import { limbsOf } from "../../circuits/shapes/word.ts";
import { BOUNDARY_WORDS, type Boundary } from "../../machine/interpreter/environment.ts";
import { ENVIRONMENT_PLACES, KERNEL_PLACES, placeOfVariable } from "../memory-places.ts";
import { type StatedProgram, statedElements } from "../run-statement.ts";

/** Base fee of every block (decision 20). */
export const BASE_FEE_WEI = 0n;

/** Number of limbs of each of a boundary's words in a statement. */
const BOUNDARY_FORMS: Readonly<Record<keyof Boundary, number | "digest">> = {
  nextBatch: 2,
  open: 1,
  blockNumber: 4,
  timestamp: 4,
  coinbase: 10,
  blockHashes: "digest",
  cheatCount: 2,
};
const VERSION_LIMBS = 2;
const CHAIN_ID_LIMBS = 4;
const DIGEST_ELEMENTS = 8;
/** So that the statement and a segment's index and flags, eight elements, fill whole blocks of a hash. */
const RESERVED = 4;

/** Whether a statement can say that a boundary has this word. */
export function isStated(name: keyof Boundary, word: bigint): boolean {
  return statedElements(BOUNDARY_FORMS[name], word) !== undefined;
}

/** Whether a statement can say that a chain has this id. */
export function isStatedChainId(chainId: bigint): boolean {
  return statedElements(CHAIN_ID_LIMBS, chainId) !== undefined;
}

/** The kernel of a protocol version, as far as statements about its runs name it. */
export function statedKernel(protocolVersion: bigint): Required<StatedProgram> {
  return { places: KERNEL_PLACES, statement: kernelStatement(protocolVersion) };
}

/**
 * Form of a statement about a run of the kernel, 120 elements: version 2 ‖ chain id 4 ‖ boundary before 55 ‖ the same
 * after 55 ‖ 0⁴. A boundary is the state's root 8 ‖ a second root 8, which is 0 ‖ next batch 2 ‖ open 1 ‖ block number 4
 * ‖ timestamp 4 ‖ coinbase 10 ‖ chain of blocks' hashes 8 ‖ cheats 2 ‖ claims 8, which are 0. Numbers are in limbs of 16
 * bits, lowest first.
 */
function kernelStatement(protocolVersion: bigint): StatementForm {
  const zeros: StatedPart = { kind: "constant", elements: new Array<number>(DIGEST_ELEMENTS).fill(0) };
  const words = BOUNDARY_WORDS.map((name): StatedPart => {
    const [place, limbs] = [placeOfVariable(name), BOUNDARY_FORMS[name]];
    return limbs === "digest" ? { kind: "digest", place } : { kind: "word", place, limbs };
  });
  return {
    once: [
      { kind: "constant", elements: limbsOf(protocolVersion, VERSION_LIMBS) },
      { kind: "word", place: ENVIRONMENT_PLACES.chainId, limbs: CHAIN_ID_LIMBS },
    ],
    ends: [{ kind: "root" }, zeros, ...words, zeros],
    reserved: RESERVED,
    fixed: [
      { place: ENVIRONMENT_PLACES.baseFee, word: BASE_FEE_WEI },
      { place: ENVIRONMENT_PLACES.blockGasLimit, word: BLOCK_GAS_LIMIT },
    ],
  };
}

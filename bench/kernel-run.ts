import { secp256k1 } from "@noble/curves/secp256k1.js";
import { referenceCompressor } from "../src/chain/state/batch-compressor.ts";
import { StateTree } from "../src/chain/state/state-tree.ts";
import { blockHints, endHints } from "../src/proofs/machine/hints/transaction-hints.ts";
import { MACHINE, STORE_ARRAY } from "../src/proofs/machine/instructions/privileged.ts";
import { kernelRows } from "../src/proofs/machine/interpreter/kernel.ts";
import { translate } from "../src/proofs/machine/rom/translate.ts";
import { LeafKind } from "../src/ground/protocol/domain-tags.ts";
import { programSystem, provenRun, type ProvenRun } from "./proven-run.ts";

const [POP, MSTORE, STOP] = [0x50, 0x52, 0x00];
const ACCOUNT = 0xabcdefn;

/** A run of the kernel that opens blocks, a second apart. */
export function blocksRun(blocks: number): ProvenRun {
  const hints = [...Array.from({ length: blocks }, (_, i) => blockHints(BigInt(i + 1))).flat(), ...endHints()];
  return provenRun(programSystem("the kernel", kernelRows()), hints);
}

/** A program that writes slots of an account, every second of which is not there before, in a state of twenty times as many leaves. */
export function leavesRun(count: number): ProvenRun {
  const code = Array.from({ length: count }, (_, i) => [
    ...[push(BigInt(i + 5)), push(BigInt(i)), push(ACCOUNT), push(BigInt(LeafKind.storage))].flat(),
    MACHINE.key.code,
    STORE_ARRAY,
  ]).flat();
  const slots = Array.from({ length: 20 * count }, (_, i) => BigInt(2 * i));
  const tree = StateTree.genesis(
    slots.map((slot) => ({ leafKind: LeafKind.storage, address: ACCOUNT, slot, value: slot + 1n })),
    { compressor: referenceCompressor },
  );
  return provenRun(programSystem("leaves", rowsOf(code)), [], tree);
}

/** A program that recovers the keys of signatures of as many hashes. */
export function signaturesRun(count: number): ProvenRun {
  const code = Array.from({ length: count }, (_, i) => {
    const message = BigInt(i + 1) << 200n;
    const signed = secp256k1.sign(bytesOf(message), bytesOf(0xc0ffeen), { prehash: false, format: "recovered" });
    const { r, s, recovery } = secp256k1.Signature.fromBytes(signed, "recovered");
    const words = [message, BigInt(recovery ?? 0), r, s];
    const stores = words.flatMap((word, k) => [...push(word), ...push(BigInt(32 * k)), MSTORE]);
    return [...stores, ...push(0n), MACHINE.recover.code, POP];
  }).flat();
  return provenRun(programSystem("signatures", rowsOf(code)), []);
}

const rowsOf = (code: readonly number[]) => translate(Uint8Array.from([...code, STOP]), { fused: true });

function bytesOf(word: bigint): Uint8Array {
  return Buffer.from(word.toString(16).padStart(64, "0"), "hex");
}

/** The shortest push of a number, of at least one byte. */
function push(value: bigint): number[] {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, "hex");
  return [0x5f + bytes.length, ...bytes];
}

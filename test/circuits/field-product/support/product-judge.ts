import { bn254 } from "@noble/curves/bn254.js";
import { fieldProductAir } from "../../../../src/proofs/circuits/field-product/field-product-air.ts";
import { PRODUCT_OFFSET } from "../../../../src/proofs/circuits/buses.ts";
import { LIMBS, limbsOf } from "../../../../src/proofs/circuits/shapes/word.ts";
import { rowRange } from "../../../../src/proofs/stark/constraints/column-arithmetic.ts";
import { messagesOf } from "../../../execution-proof/support/judge.ts";
import { checkConstraints } from "../../../stark/check-traces.ts";
import type { Row } from "../../arithmetic/support/judge.ts";
import { truthOf } from "../../arithmetic/support/true-messages.ts";
import { integerOf } from "./product-rows.ts";

/** Space of the memory in these tests. */
export const SPACE = 32;
export const air = fieldProductAir(SPACE);

/** An access of a word: the message that the row receives and the one that it sends. */
interface Access {
  readonly received: readonly number[];
  readonly sent: readonly number[];
}

interface Judgement {
  /** Constraints that do not hold and lookups that are false, by name. */
  readonly refusals: readonly string[];
  /** The row's messages to the memory and to the table that requests the product. */
  readonly claim: string;
  /** True if the claim is one that a memory and a processor may be balanced with, and is false. */
  readonly isFalse: boolean;
}

/** Judges rows one by one, because the table has no constraint between rows. */
export function judgeProducts(rows: readonly Row[]): Judgement[] {
  const judged: Judgement[] = [];
  for (let first = 0; first < rows.length; first += CHUNK_ROWS) judged.push(...judgeChunk(rows.slice(first, first + CHUNK_ROWS)));
  return judged;
}

/** Rows judged together, so that the messages of a wide table stay few. */
const CHUNK_ROWS = 64;

function judgeChunk(rows: readonly Row[]): Judgement[] {
  const height = 2 ** Math.ceil(Math.log2(rows.length));
  const main = air.columnNames.map((_, c) => Uint32Array.from({ length: height }, (_row, i) => (rows[i] ?? rows[0]!)[c]!));
  const broken = rows.map((): string[] => []);
  for (const { constraint, row } of checkConstraints(air, { preprocessed: [], main }, [], { limit: 1e6 }))
    broken[row]?.push(constraint);
  const messages = messagesOf(air, main, [], rowRange(0, height));
  return rows.map((_, row) => {
    const own = air.interactions.map((_interaction, i) => messages[i * height + row]!);
    const carried = own.filter(({ interaction: { bus } }) => bus.kind === "carried");
    const looked = own.filter(({ interaction: { bus } }) => bus.kind === "local");
    const untrue = looked.filter(({ interaction: { bus }, message }) => truthOf(bus.name, message) === "false");
    return {
      refusals: [...broken[row]!, ...untrue.map(({ name }) => name)].sort(),
      claim: JSON.stringify(carried.map(({ name, multiplicity, message }) => [name, multiplicity, message])),
      isFalse: carried.every(({ multiplicity }) => multiplicity === 1) && isFalseClaim(carried),
    };
  });
}

interface Message {
  readonly interaction: { readonly bus: { readonly name: string }; readonly direction: "send" | "receive" };
  readonly message: readonly number[];
}

/** True of a claim with another index or time, an operand that changes, or a result that differs from that of noble's Fp2. */
function isFalseClaim(carried: readonly Message[]): boolean {
  const ofMemory = carried.filter(({ interaction }) => interaction.bus.name === "memory");
  const accesses: Access[] = Array.from({ length: 8 }, (_, i) => ({
    received: ofMemory[2 * i]!.message,
    sent: ofMemory[2 * i + 1]!.message,
  }));
  const [request] = carried.filter(({ interaction }) => interaction.bus.name === "memoryTask");
  const [space, offset, time = NaN, ...limbs] = request!.message;
  const indexes = limbs.slice(0, 4).reverse();
  // The memory holds words alone.
  if (accesses.some(({ received }) => wordIn(received).some((limb) => limb >= 2 ** 16))) return false;
  const isRight = accesses.every(({ received, sent }, i) => {
    const index = 32 * (indexes[i >> 1]! + (i & 1));
    const isPlaced = [received, sent].every((message) => message[0] === SPACE && message[1] === index);
    const isInOrder = received[2]! < time + (i >> 1) && sent[2] === time + (i >> 1);
    const isKept = i > 5 || wordIn(received).join() === wordIn(sent).join();
    return isPlaced && isInOrder && isKept;
  });
  const read = accesses.slice(0, 6).map(({ received }) => integerOf(wordIn(received), 16n));
  const expected = multiplyAdd(read).flatMap((part) => limbsOf(part));
  const isTask = space === SPACE && offset === PRODUCT_OFFSET && limbs.slice(4).every((limb) => limb === 0);
  return (
    !isTask ||
    !isRight ||
    expected.join() !==
      accesses
        .slice(6)
        .flatMap(({ sent }) => wordIn(sent))
        .join()
  );
}

function wordIn(message: readonly number[]): readonly number[] {
  return message.slice(-LIMBS);
}

/** a · b + c by noble, for parts of any size. */
export function multiplyAdd(parts: readonly bigint[]): [bigint, bigint] {
  const { Fp, Fp2 } = bn254.fields;
  const element = (i: number) => ({ c0: Fp.create(parts[2 * i]!), c1: Fp.create(parts[2 * i + 1]!) });
  const { c0, c1 } = Fp2.add(Fp2.mul(element(0), element(1)), element(2));
  return [c0, c1];
}

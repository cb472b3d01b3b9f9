import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { Interface } from "ethers";

import { ERROR_FUNCTIONS, errorSelector } from "../../../scripts/verifier-generator/errors.ts";
import { hex, lanes, lanesOf, MONTGOMERY, PRIME } from "../../../scripts/verifier-generator/lanes.ts";
import { domainFunctions } from "../../../scripts/verifier-generator/yul-domain.ts";
import { EXTENSION_FUNCTIONS } from "../../../scripts/verifier-generator/yul-extension.ts";
import {
  FINAL_CHUNK,
  FINAL_CHUNK_BYTES,
  finalChunkFunction,
  foldFunction,
  READ_FINAL,
  readLeafFunction,
} from "../../../scripts/verifier-generator/yul-fri.ts";
import { merkleFunction } from "../../../scripts/verifier-generator/yul-merkle.ts";
import { COEFFICIENT_TABLE, rowSumFunction, UNPACK_VALUES } from "../../../scripts/verifier-generator/yul-opening.ts";
import { transcriptFunctions } from "../../../scripts/verifier-generator/yul-transcript.ts";
import { createExtension, type Ext } from "../../../src/proofs/field/extension.ts";
import { mul, P, reduce } from "../../../src/proofs/field/koala-bear.ts";
import { BASE31_GROUP, packElements, packedLength, unpackElements } from "../../../src/proofs/kernels/leaf-encoding.ts";
import { multiproofSteps } from "../../../src/proofs/kernels/multiproof.ts";
import { challengePowers, evaluatePolynomial, foldCoset, pointAt } from "../../../src/proofs/stark/openings/fri.ts";
import { packExtensions, packOpenings } from "../../../src/proofs/stark/openings/proof.ts";
import { createTranscript } from "../../../src/proofs/stark/transcripts/transcript.ts";
import { type CodeChain, deployYul, startCodeChain, wordBytes } from "./support/chain.ts";
import { createRandom } from "./support/random.ts";

/*
 * Every block three ways: the Yul of the generated verifier, its twin in plain Solidity, and the engine's TypeScript. Where
 * both contracts measure themselves, the block must be cheaper than its twin, or it would not be written in assembly.
 */

const field = createExtension(5);
const word = (a: Ext): bigint => lanes(a.map(BigInt));
const montgomery = (a: Ext): bigint => lanes(a.map((x) => (BigInt(x) * MONTGOMERY) % PRIME));
const canonical = (w: bigint): number[] => lanesOf(w).map(reduce);
const concat = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const EDGE: Ext = [P - 1, P - 1, P - 1, P - 1, P - 1];

const MEMORY = {
  table: 0x2000,
  prefix: 0x8000,
  source: 0x9000,
  leaf: 0x1000,
  bytes: 0x1200,
  out: 0x800,
  stack: 0x4000,
  buffer: 0x5000,
};
const ROW_WIDTHS = [
  { width: 140, prefix: 63 },
  { width: 40, prefix: 0 },
  { width: 4, prefix: 3 },
  { width: 16, prefix: 8 },
  { width: 9, prefix: 9 },
  { width: 240, prefix: 233 },
];

/** Body that measures `call` and returns `words` result words from `out`, then its gas. */
const measured = (setup: string, call: string, words: number): string => `
${setup}
let before := gas()
${call}
mstore(${hex(MEMORY.out + 32 * words)}, sub(before, gas()))
return(${hex(MEMORY.out)}, ${32 * words + 32})`;

/** Calldata to memory, from the given offset. */
const copy = (to: number, from: number, length: string): string => `calldatacopy(${hex(to)}, ${from}, ${length})`;

let chain: CodeChain;
let yul: Awaited<ReturnType<typeof deployYul>>;
let twinAddress: string;
const twin = JSON.parse(
  readFileSync(
    new URL("../../../artifacts/test/contracts/solidity/verifier/PlainStark.sol/PlainStark.json", import.meta.url),
    "utf8",
  ),
) as { readonly abi: ConstructorParameters<typeof Interface>[0]; readonly bytecode: string; readonly deployedBytecode: string };
const twinAbi = new Interface(twin.abi);

before(async () => {
  chain = await startCodeChain();
  twinAddress = await chain.deploy({ creation: twin.bytecode, runtime: twin.deployedBytecode });
  const out = hex(MEMORY.out);
  const rowSums = Object.fromEntries(
    ROW_WIDTHS.map(({ width, prefix }) => {
      const padded = 32 * 8 * Math.ceil(width / 8);
      return [
        `RowSum${width}`,
        {
          body: measured(
            `${copy(MEMORY.source, 0, String(32 * width))} packCoefficients(${hex(MEMORY.source)}, ${hex(MEMORY.table)}, ${padded / 256}) let sum let faults`,
            `sum, faults := rowSum(${32 * width}) mstore(${out}, sum) mstore(add(${out}, 32), faults) mstore(add(${out}, 64), mload(${hex(MEMORY.prefix)}))`,
            3,
          ),
          functions:
            EXTENSION_FUNCTIONS +
            COEFFICIENT_TABLE +
            rowSumFunction({ name: "rowSum", width, table: MEMORY.table, prefix, prefixAddress: MEMORY.prefix }),
        },
      ];
    }),
  );
  yul = await deployYul(chain, {
    Multiply: {
      body: measured("let r", `r := extMul(calldataload(0), calldataload(32)) mstore(${out}, r)`, 1),
      functions: EXTENSION_FUNCTIONS,
    },
    Inverse: { body: measured("let r", `r := extInverse(calldataload(0)) mstore(${out}, r)`, 1), functions: EXTENSION_FUNCTIONS },
    Fold: {
      body: measured(copy(MEMORY.leaf, 32, "256"), `mstore(${out}, foldLeaf(calldataload(0)))`, 1),
      functions: EXTENSION_FUNCTIONS + foldFunction(MEMORY.leaf),
    },
    Leaf: {
      body: `let hash, padding, bad := readLeaf(64, calldataload(0), calldataload(32)) mstore(${out}, hash) mstore(add(${out}, 32), padding) mstore(add(${out}, 64), bad)
      mcopy(add(${out}, 96), ${hex(MEMORY.leaf)}, 256) return(${out}, 352)`,
      functions: EXTENSION_FUNCTIONS + readLeafFunction({ bytes: MEMORY.bytes, leaf: MEMORY.leaf }),
    },
    Final: {
      body: measured(
        `let padding, bad := readFinal(64, calldataload(32), ${hex(MEMORY.source)}) let r := 0 let chunks := shr(6, add(calldataload(32), 63))`,
        `for { } chunks { } { chunks := sub(chunks, 1) mcopy(${hex(MEMORY.table)}, add(${hex(MEMORY.source)}, mul(chunks, ${FINAL_CHUNK_BYTES})), ${FINAL_CHUNK_BYTES}) r := finalChunk(r, calldataload(0)) }
        mstore(${out}, r) mstore(add(${out}, 32), padding) mstore(add(${out}, 64), bad)`,
        3,
      ),
      functions: EXTENSION_FUNCTIONS + READ_FINAL + finalChunkFunction(MEMORY.table),
    },
    Point: {
      body: `mstore(${out}, rootAt(calldataload(0))) mstore(add(${out}, 32), inverseRootAt(calldataload(0))) return(${out}, 64)`,
      functions: domainFunctions(24),
    },
    Challenge: {
      body: `mstore(${out}, challenge(calldataload(0))) return(${out}, 32)`,
      functions: ERROR_FUNCTIONS + transcriptFunctions(MEMORY.buffer),
    },
    Absorb: {
      body: `mstore(${out}, absorb(calldataload(0), 32, sub(calldatasize(), 32))) return(${out}, 32)`,
      functions: ERROR_FUNCTIONS + transcriptFunctions(MEMORY.buffer),
    },
    Positions: {
      body: `let before := gas() drawPositions(calldataload(0), ${out}, calldataload(32), calldataload(64)) before := sub(before, gas())
      let end := add(${out}, shl(5, calldataload(32))) mstore(end, before) return(${out}, sub(add(end, 32), ${out}))`,
      functions: ERROR_FUNCTIONS + transcriptFunctions(MEMORY.buffer),
    },
    Unpack: {
      body: `let count := calldataload(0) let padding, bad := unpackValues(32, div(sub(calldatasize(), 32), 5), count, add(${out}, 64))
      mstore(${out}, padding) mstore(add(${out}, 32), bad) return(${out}, add(64, shl(5, count)))`,
      functions: EXTENSION_FUNCTIONS + UNPACK_VALUES,
    },
    ...Object.fromEntries(
      [16, 26, 32].map((digestBytes) => [
        `Merkle${digestBytes}`,
        {
          // depth, count, leaves, hashes, siblings
          body: measured(
            `let depth := calldataload(0) let count := calldataload(32) let size := shl(5, count) ${copy(MEMORY.source, 64, "size")} calldatacopy(${hex(MEMORY.table)}, add(64, size), size) let root let end`,
            `root, end := merkleRoot(depth, count, ${hex(MEMORY.source)}, ${hex(MEMORY.table)}, add(64, mul(2, size)))
            mstore(${out}, root) mstore(add(${out}, 32), sub(calldatasize(), end)) mstore(add(${out}, 64), siblingCount(depth, count, ${hex(MEMORY.source)}))`,
            3,
          ),
          functions: merkleFunction(digestBytes, MEMORY.stack),
        },
      ]),
    ),
    ...rowSums,
  });
});
after(() => chain.close());

/** Calls the plain Solidity twin. */
async function plain(name: string, ...args: readonly unknown[]): Promise<readonly unknown[]> {
  const result = await chain.call(twinAddress, twinAbi.encodeFunctionData(name, args));
  assert.ok(result.ok, `${name} of the twin reverted`);
  return [...twinAbi.decodeFunctionResult(name, result.data)];
}

const numbers = (value: unknown): number[] => (value as readonly bigint[]).map(Number);

test("multiplies and inverts", async () => {
  const random = createRandom(41);
  for (let i = 0; i < 12; i++) {
    const [a, b] = i === 0 ? [EDGE, EDGE] : [random.extension(), random.extension()];
    const expected = field.mul(a, b);
    const [product, gas] = await plain("multiplyGas", a, b);
    assert.deepEqual(numbers(product), expected);
    const [result = 0n, yulGas = 0n] = await yul("Multiply", [montgomery(a), word(b)]);
    assert.deepEqual(canonical(result), expected);
    assert.ok(yulGas < (gas as bigint) / 4n, `${yulGas} gas against ${gas}`);
  }
  const a = random.extension();
  const [inverse, gas] = await plain("inverse", a);
  assert.deepEqual(numbers(inverse), field.inv(a));
  const [result = 0n, yulGas = 0n] = await yul("Inverse", [montgomery(a)]);
  assert.deepEqual(canonical(result), canonical(montgomery(field.inv(a))));
  assert.ok(yulGas < (gas as bigint) / 4n, `${yulGas} gas against ${gas}`);
});

test("finds the point of a position and its inverse", async () => {
  const random = createRandom(42);
  for (const logDomain of [3, 9, 16, 24]) {
    for (const position of [0, 1, 2 ** logDomain - 1, random.below(2 ** logDomain)]) {
      const [root = 0n, inverse = 0n] = await yul("Point", [BigInt(position)]);
      const point = mul(3, Number(root));
      assert.equal(point, pointAt(position, logDomain, 0));
      assert.deepEqual(await plain("pointAt", position, logDomain), [BigInt(point)]);
      assert.equal(mul(Number(root), Number(inverse)), 1);
    }
  }
});

test("folds a FRI leaf", async () => {
  const random = createRandom(43);
  for (let i = 0; i < 10; i++) {
    const values = Array.from({ length: 8 }, () =>
      i === 0 ? EDGE : i === 1 && random.below(2) === 0 ? field.zero : i === 1 ? EDGE : random.extension(),
    );
    const y = i === 0 ? EDGE : random.extension();
    const expected = foldCoset(field, values, 1, challengePowers(field, y, 8));
    const [sum, gas] = await plain("fold", values, y);
    assert.deepEqual(numbers(sum), expected);
    const [result = 0n, yulGas = 0n] = await yul("Fold", [montgomery(y), ...values.map(word)]);
    assert.deepEqual(canonical(result), expected);
    assert.ok(yulGas < (gas as bigint) / 4n, `${yulGas} gas against ${gas}`);
  }
});

test("reads a FRI leaf around its derived value", async () => {
  const random = createRandom(44);
  for (let slot = 0; slot < 8; slot++) {
    const values = Array.from({ length: 8 }, (_, i) => (i === 3 ? EDGE : random.extension()));
    const sent = packExtensions(
      values.filter((_, i) => i !== slot),
      5,
    );
    const header = wordBytes([BigInt(slot), word(values[slot] ?? [])]);
    const [hash = 0n, padding, bad, ...read] = await yul("Leaf", concat(header, sent));
    assert.equal(hash, BigInt(`0x${Buffer.from(keccak_256(packExtensions(values, 5))).toString("hex")}`));
    assert.deepEqual([padding, bad], [0n, 0n]);
    assert.deepEqual(read, values.map(word));
    for (let i = 0; i < 7; i++) {
      const padded = sent.slice();
      padded[20 * i]! |= 8 << random.below(5);
      assert.notEqual((await yul("Leaf", concat(header, padded)))[1], 0n);
      const large = sent.slice();
      large.set(
        packElements(
          Array.from({ length: 5 }, (_, c) => (c === i % 5 ? P : 0)),
          5,
        ),
        20 * i,
      );
      const [, clean, carries] = await yul("Leaf", concat(header, large));
      assert.equal(clean, 0n);
      assert.notEqual(carries, 0n);
    }
  }
});

test("evaluates the final polynomial", async () => {
  const random = createRandom(45);
  for (const count of [1, 2, 4, 8, 64, 128, 256]) {
    const coefficients = Array.from({ length: count }, () => (count === 64 ? EDGE : random.extension()));
    const x = count === 64 ? P - 1 : random.element();
    const packed = packExtensions(coefficients, 5);
    const input = (bytes: Uint8Array): Uint8Array =>
      concat(wordBytes([BigInt(x), BigInt(count)]), bytes, new Uint8Array(80).fill(255));
    const expected = evaluatePolynomial(field, coefficients, x);
    const [sum, gas] = await plain("evaluate", coefficients, x);
    assert.deepEqual(numbers(sum), expected);
    const [result = 0n, padding, bad, yulGas = 0n] = await yul("Final", input(packed));
    assert.deepEqual([lanesOf(result).map(Number), padding, bad], [expected, 0n, 0n]);
    if (count >= FINAL_CHUNK) assert.ok(yulGas < (gas as bigint) / 4n, `${yulGas} gas against ${gas}`);
    const at = random.below(count);
    const padded = packed.slice();
    padded[20 * at]! |= 0x80;
    assert.notEqual((await yul("Final", input(padded)))[1], 0n);
    const large = packed.slice();
    large.set(packElements([0, 0, P, 0, 0], 5), 20 * at);
    assert.notEqual((await yul("Final", input(large)))[2], 0n);
  }
});

test("sums rows, whole and up to the columns opened at the next row", async () => {
  const random = createRandom(46);
  for (const { width, prefix } of ROW_WIDTHS) {
    for (let i = 0; i < 4; i++) {
      // Round 0 fills every lane of elements and coefficients: the top lane of the sums is at its limit for 240 columns.
      const coefficients = Array.from({ length: width }, () => (i === 0 ? EDGE : random.extension()));
      const elements = Array.from({ length: width }, () => (i === 0 ? P - 1 : random.element()));
      const row = packElements(elements, BASE31_GROUP);
      const sumOf = (count: number): Ext =>
        coefficients.slice(0, count).reduce<Ext>((sum, c, k) => field.add(sum, field.scale(c, elements[k] ?? 0)), field.zero);
      const [sum, gas] = await plain("rowSum", coefficients, row);
      assert.deepEqual(numbers(sum), sumOf(width));
      const input = (bytes: Uint8Array): Uint8Array => concat(wordBytes(coefficients.map(word)), bytes);
      const [result = 0n, faults, prefixSum = 0n, yulGas = 0n] = await yul(`RowSum${width}`, input(row));
      assert.equal(result, word(sumOf(width)));
      assert.equal(faults, 0n);
      if (prefix > 0) assert.equal(prefixSum, word(sumOf(prefix)));
      assert.ok(yulGas < (gas as bigint) / 4n, `${yulGas} gas against ${gas}`);
      const at = random.below(width);
      const large = packElements(
        elements.map((element, k) => (k === at ? P + random.below(2) * (0x7fffffff - P) : element)),
        BASE31_GROUP,
      );
      assert.ok((await yul(`RowSum${width}`, input(large)))[1]! >> 31n !== 0n, `column ${at} of ${width}`);
      if (width % 8 !== 0) {
        const padded = row.slice();
        padded[packedLength(width - (width % 8), BASE31_GROUP)]! |= 0x80;
        assert.ok(((await yul(`RowSum${width}`, input(padded)))[1]! & 0x7fffffffn) !== 0n);
      }
    }
  }
});

test("unpacks opened values", async () => {
  const random = createRandom(47);
  for (const count of [1, 3, 8, 9, 63, 180]) {
    const values = Array.from({ length: count }, (_, i) => (i % 5 === 0 ? EDGE : random.extension()));
    const packed = packOpenings(values, 5);
    const input = (bytes: Uint8Array): Uint8Array => concat(wordBytes([BigInt(count)]), bytes);
    const [padding, bad, ...read] = await yul("Unpack", input(packed));
    assert.deepEqual([padding, bad], [0n, 0n]);
    assert.deepEqual(read, values.map(montgomery));
    const rowLength = packed.length / 5;
    for (let c = 0; c < 5; c++) {
      const large = packed.slice();
      const row = unpackElements(packed.subarray(c * rowLength, (c + 1) * rowLength), count, BASE31_GROUP) ?? [];
      large.set(
        packElements(
          row.map((x, i) => (i === c % count ? P : x)),
          BASE31_GROUP,
        ),
        c * rowLength,
      );
      assert.notEqual((await yul("Unpack", input(large)))[1], 0n);
      if (count % 8 === 0) continue;
      const padded = packed.slice();
      padded[c * rowLength + packedLength(count - (count % 8), BASE31_GROUP)]! |= 0x80;
      assert.notEqual((await yul("Unpack", input(padded)))[0], 0n);
    }
  }
});

test("draws challenges and positions", async () => {
  const random = createRandom(48);
  const bytesOf = (value: bigint): Uint8Array => wordBytes([value]);
  for (let i = 0; i < 20; i++) {
    const seed = Uint8Array.from({ length: 7 + i }, () => random.below(256));
    const transcript = createTranscript(5, [{ label: "statement", bytes: seed }]);
    const state = BigInt(`0x${Buffer.from(transcript.grindingSeed()).toString("hex")}`);
    const [challenge = 0n] = await yul("Challenge", [state]);
    assert.deepEqual(lanesOf(challenge).map(Number), transcript.challenge("composition"));
    for (const [count, logDomain] of [
      [23, 20],
      [14, 5],
      [4, 3],
      [1, 24],
      [8, 4],
    ] as const) {
      const expected = transcript.queries(logDomain, count);
      const result = await yul("Positions", [state, BigInt(count), BigInt(logDomain)]);
      assert.deepEqual(result.slice(0, -1).map(Number), expected);
      const [drawn, gas] = await plain("positions", bytesOf(state), count, logDomain);
      assert.deepEqual(numbers(drawn), expected);
      assert.ok((result.at(-1) ?? 0n) < (gas as bigint), `${result.at(-1)} gas against ${gas}`);
    }
    transcript.absorb("mainRoot", seed);
    // Nine positions out of eight do not exist: the draw must end all the same.
    assert.equal(transcript.queries(3, 9), undefined);
    await assert.rejects(yul("Positions", [state, 9n, 3n]), (error: Error) =>
      error.message.includes(errorSelector("positionsExhausted")),
    );
    const [absorbed = 0n] = await yul("Absorb", concat(bytesOf(state), seed));
    assert.deepEqual(bytesOf(absorbed), transcript.grindingSeed());
  }
});

test("recomputes the root of a pruned multiproof", async () => {
  const random = createRandom(49);
  for (const [depth, count, digestBytes] of [
    [0, 1, 26],
    [1, 2, 26],
    [3, 3, 16],
    [3, 8, 32],
    [20, 23, 26],
    [14, 20, 26],
    [5, 17, 32],
    [24, 2, 26],
  ] as const) {
    const chosen = new Set<number>();
    while (chosen.size < count) chosen.add(random.below(2 ** depth));
    const leaves = [...chosen].sort((a, b) => a - b);
    const hashes = leaves.map((leaf) => keccak_256(Uint8Array.of(leaf & 255, digestBytes)));
    // The engine's steps, with random siblings: whatever they are, all three must have the same root.
    const siblings: Uint8Array[] = [];
    const stack: Uint8Array[] = [];
    let node = new Uint8Array(32);
    const join = (left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> =>
      keccak_256(concat(left.subarray(0, digestBytes), right.subarray(0, digestBytes))) as Uint8Array<ArrayBuffer>;
    for (const step of multiproofSteps(leaves, depth)) {
      if (step.kind === "leaf") node = (hashes[step.position] ?? node) as Uint8Array<ArrayBuffer>;
      else if (step.kind === "wait") stack.push(node);
      else if (step.kind === "merge") node = join(stack.pop() ?? node, node);
      else {
        const sibling = Uint8Array.from({ length: digestBytes }, () => random.below(256));
        siblings.push(sibling);
        node = step.siblingIndex % 2 === 1 ? join(node, sibling) : join(sibling, node);
      }
    }
    const input = concat(wordBytes([BigInt(depth), BigInt(count), ...leaves.map(BigInt)]), ...hashes, ...siblings);
    const [root = 0n, left, siblingCount, yulGas = 0n] = await yul(`Merkle${digestBytes}`, input);
    assert.deepEqual(wordBytes([root]), Uint8Array.from(node), `depth ${depth}, ${count} leaves`);
    assert.deepEqual([left, siblingCount], [0n, BigInt(siblings.length)]);
    const [plainRoot, gas] = await plain("merkleRoot", depth, {
      digestBytes,
      leaves,
      hashes,
      siblings: concat(...siblings),
      cursor: 0,
    });
    assert.equal(BigInt(plainRoot as string), root);
    if (siblings.length > 0) assert.ok(yulGas < (gas as bigint), `${yulGas} gas against ${gas}`);
  }
});

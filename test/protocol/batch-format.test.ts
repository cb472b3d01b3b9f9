import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { prevRandaoOf } from "../../src/ground/protocol/prev-randao.ts";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import { codeDigest, codeDigestWord } from "../../src/ground/protocol/code-digest.ts";
import { diffListDigest } from "../../src/ground/protocol/diff-digest.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { keccak, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { encodePubdata } from "../../src/ground/protocol/pubdata.ts";
import { hashConfiguration } from "../../src/ground/protocol/genesis.ts";
import { hashImportOutputs, hashImports } from "../../src/ground/protocol/imports.ts";
import { hashOutputs } from "../../src/ground/protocol/outputs.ts";
import { isProvenOnL1, nextGeneration, versionParts } from "../../src/ground/protocol/protocol-version.ts";
import { lengthFirstDigest } from "../machine/support/length-first-digest.ts";
import { readFormatVectors } from "./format-vectors.ts";

const VECTORS = readFormatVectors();
const { compress } = createCompressor();

describe("the format, as an independent derivation has it", () => {
  test("outputs have the coinbase", () => {
    for (const { hash, ...outputs } of VECTORS.outputs) assert.equal(hashOutputs(outputs), hash);
  });

  test("a configuration's hash has the mode of sequencing where that is not 0", () => {
    for (const { hashes, ...configuration } of VECTORS.configurations)
      for (const [mode, hash] of hashes.entries()) assert.equal(hashConfiguration(configuration, mode), hash, `mode ${mode}`);
  });
});

describe("the format, in the leaves of codes and in blocks", () => {
  test("a code's digest has the length last; tests of the kernel have the form with the length first", () => {
    for (const { length, lengthFirst, digest } of VECTORS.codes) {
      const code = Uint8Array.from({ length }, (_, i) => 131 * i + 7);
      assert.equal(wordToHex(lengthFirstDigest(code)), lengthFirst, `${length} bytes`);
      assert.equal(digestToHex(codeDigest(code, compress)), digest, `${length} bytes`);
      assert.equal(codeDigestWord(code, compress), length === 0 ? 0n : BigInt(digest));
    }
  });

  test("the list, D and pubdata of a batch that exchanges a predeploy: the code's hash, its digest and the outputs, and the code", () => {
    const { codeLength, outputsHash, indices, values, diffDigest, pubdataHash, pubdataLength } = VECTORS.converting;
    const code = Uint8Array.from({ length: codeLength }, (_, i) => 131 * i + 7);
    assert.deepEqual([keccak(code), wordToHex(codeDigestWord(code, compress))], values);
    const update = (index: number, value: Hex, isCode = false) =>
      ({ type: "update", index, value: BigInt(value), isCode }) as const;
    const changes = [update(indices[0], values[0], true), update(indices[1], values[1])];
    assert.equal(digestToHex(diffListDigest([...changes, update(1, outputsHash)], compress)), diffDigest);
    const pubdata = encodePubdata({ logs: [], bytecodes: [code], changes }, 5_000_000);
    assert.deepEqual([pubdata.length, keccak(pubdata)], [pubdataLength, pubdataHash]);
  });

  test("PREVRANDAO is two multiplications of chain and number", () => {
    for (const { chainId, blockNumber, prevRandao } of VECTORS.randomness)
      assert.equal(prevRandaoOf(chainId, blockNumber), prevRandao);
  });
});

test("imports: their data's digest and each write into the outputs slot equal an independent derivation", () => {
  for (const { chainId, pubdataHashes, importData, outputs } of VECTORS.imports) {
    assert.equal(hashImports(pubdataHashes), importData);
    assert.deepEqual(
      pubdataHashes.map((pubdataHash, number) => hashImportOutputs(chainId, number, pubdataHash)),
      outputs,
    );
  }
});

describe("the number of a protocol version", () => {
  for (const { number, parts } of VECTORS.versions) {
    if (typeof parts === "string")
      test(`${number} is refused: ${parts}`, () => {
        assert.throws(() => versionParts(number), { name: "ProtocolVersionError", code: parts });
      });
    else
      test(`${number} is generation ${parts.generation} on machine ${parts.machine}`, () => {
        assert.deepEqual(versionParts(number), parts);
      });
  }

  test("the next generation has the same format and execution", () => {
    assert.equal(nextGeneration(0x2n), 0x102n);
    assert.equal(nextGeneration(0x8000_0003n), 0x8000_0103n);
  });

  test("an odd version is a proven one", () => {
    assert.deepEqual([0x2n, 0x3n, 0x102n, 0x103n, 0x203n].map(isProvenOnL1), [false, true, false, true, true]);
  });
});

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
import {
  exportedCoinbase,
  isProvenOnL1,
  nextGeneration,
  ProtocolVersionError,
  versionParts,
} from "../../src/ground/protocol/protocol-version.ts";
import { readFormatVectors } from "./format-vectors.ts";

const VECTORS = readFormatVectors();
const { compress } = createCompressor();

describe("format 3, as an independent derivation has it", () => {
  test("outputs with a coinbase have a separate tag; those without a coinbase are format 2's", () => {
    for (const { hash, hashOfFormat2, ...outputs } of VECTORS.outputs) {
      assert.equal(hashOutputs(outputs), hash);
      assert.equal(hashOutputs({ ...outputs, coinbase: undefined }), hashOfFormat2);
    }
  });

  test("a configuration's hash has the mode of sequencing where that is not 0", () => {
    for (const { hashes, ...configuration } of VECTORS.configurations)
      for (const [mode, hash] of hashes.entries()) assert.equal(hashConfiguration(configuration, mode), hash, `mode ${mode}`);
  });
});

describe("format 3, in the leaves of codes and in blocks", () => {
  test("a code's digest has the length at its end, and format 2's is unchanged: 0 bytes to the maximum, around elements and blocks", () => {
    for (const { length, lengthFirst, digest } of VECTORS.codes) {
      const code = Uint8Array.from({ length }, (_, i) => 131 * i + 7);
      assert.equal(digestToHex(codeDigest(code, 2, compress)), lengthFirst, `${length} bytes`);
      assert.equal(digestToHex(codeDigest(code, 3, compress)), digest, `${length} bytes`);
      assert.equal(codeDigestWord(code, 3, compress), length === 0 ? 0n : BigInt(digest));
    }
  });

  test("a converting opening's list, D and pubdata: the code's hash, its digest and the outputs, and the code", () => {
    const { codeLength, outputsHash, indices, values, diffDigest, pubdataHash, pubdataLength } = VECTORS.converting;
    const code = Uint8Array.from({ length: codeLength }, (_, i) => 131 * i + 7);
    assert.deepEqual([keccak(code), wordToHex(codeDigestWord(code, 3, compress))], values);
    const update = (index: number, value: Hex, isCode = false) =>
      ({ type: "update", index, value: BigInt(value), isCode }) as const;
    const changes = [update(indices[0], values[0], true), update(indices[1], values[1])];
    assert.equal(digestToHex(diffListDigest([...changes, update(1, outputsHash)], compress)), diffDigest);
    const pubdata = encodePubdata({ logs: [], bytecodes: [code], changes }, 5_000_000);
    assert.deepEqual([pubdata.length, keccak(pubdata)], [pubdataLength, pubdataHash]);
  });

  test("PREVRANDAO is two multiplications of chain and number", () => {
    for (const { chainId, blockNumber, prevRandao } of VECTORS.randomness)
      assert.equal(prevRandaoOf(chainId, blockNumber, 3), prevRandao);
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
      test(`${number} is generation ${parts.generation} of format ${parts.format} on machine ${parts.machine}`, () => {
        assert.deepEqual(versionParts(number), parts);
      });
  }

  test("the next generation has the same format", () => {
    assert.equal(nextGeneration(0x2n), 0x102n);
    assert.equal(nextGeneration(0x8000_0003n), 0x8000_0103n);
  });

  test("L1 is shown the execution of later generations of format 3, and of no other version", () => {
    assert.deepEqual([0x2n, 0x3n, 0x102n, 0x103n, 0x203n].map(isProvenOnL1), [false, false, false, true, true]);
  });

  test("format 2 exports no coinbase, format 3 the one of the commit", () => {
    const coinbase = `0x${"c0".repeat(20)}` as const;
    assert.equal(exportedCoinbase(0x102n, coinbase), undefined);
    assert.equal(exportedCoinbase(0x3n, coinbase), coinbase);
    assert.throws(() => exportedCoinbase(1n, coinbase), ProtocolVersionError);
  });
});

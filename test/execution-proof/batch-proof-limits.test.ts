import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeBatchProof, encodeBatchProof } from "../../src/proofs/execution-proof/batch/batch-proof.ts";
import { BOUNDARY_WORDS, type Boundary } from "../../src/proofs/machine/interpreter/environment.ts";

const ZEROS = [0, 0, 0, 0, 0, 0, 0, 0];

describe("bytes of a batch's proof", () => {
  const boundary = Object.fromEntries(BOUNDARY_WORDS.map((name) => [name, 0n])) as Record<keyof Boundary, bigint>;
  const withChunks = (count: number): Uint8Array =>
    encodeBatchProof({
      ...{ program: new Uint8Array(32), protocolVersion: 1n, chainId: 271n, batchNumber: 1n, blockHashes: 0n },
      rootBefore: ZEROS,
      chunks: Array.from({ length: count }, () => ({ boundary, root: ZEROS, proof: new Uint8Array() })),
      relisting: undefined,
    });

  it("name at most 4,096 chunks, and one at least", () => {
    assert.equal(decodeBatchProof(withChunks(4096)).chunks.length, 4096);
    const room = { code: "Malformed", message: /4097 chunks, where there is room for 4096/ };
    assert.throws(() => decodeBatchProof(withChunks(4097)), room);
    assert.throws(() => decodeBatchProof(withChunks(0)), { code: "Malformed", message: /no chunk/ });
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keccak256 } from "ethers";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { createTranscript } from "../../src/proofs/stark/transcripts/transcript.ts";

/* The expected values are computed here from the written definition, with another keccak implementation and BigInt. */

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const hex = (data: Uint8Array): string => Buffer.from(data).toString("hex");
const hash = (data: string): string => keccak256(`0x${data}`).slice(2);
const start = (degree: number) =>
  createTranscript(degree, [
    { label: "verificationKey", bytes: bytes(1, 2) },
    { label: "header", bytes: bytes(3) },
  ]);

function coordinates(state: string, degree: number): number[] {
  const word = BigInt(`0x${state}`);
  const width = BigInt(Math.floor(255 / degree));
  return Array.from({ length: degree }, (_, i) => Number(((word >> (width * BigInt(i))) % (1n << width)) % BigInt(P)));
}

describe("the transcript", () => {
  it("starts from the hash of its inputs and chains what it absorbs", () => {
    const transcript = start(5);
    assert.equal(hex(transcript.grindingSeed()), hash("010203"));
    transcript.absorb("mainRoot", bytes(0xaa, 0xbb));
    assert.equal(hex(transcript.grindingSeed()), hash(`${hash("010203")}aabb`));
  });

  for (const degree of [4, 5, 6]) {
    it(`draws challenges of degree ${degree} from the state, rehashing between two in a row`, () => {
      const transcript = start(degree);
      transcript.absorb("mainRoot", bytes(7));
      const state = hash(`${hash("010203")}07`);
      assert.deepEqual(transcript.challenge("lookupFold"), coordinates(state, degree));
      assert.deepEqual(transcript.challenge("lookupOffset"), coordinates(hash(state), degree));
      transcript.absorb("quotientRoot", bytes(9));
      assert.deepEqual(transcript.challenge("point"), coordinates(hash(`${hash(state)}09`), degree));
    });
  }

  it("counts the leading zero bits of the state that the nonce leads to", () => {
    let found = 0;
    for (let nonce = 0; nonce < 600; nonce++) {
      const nonceBytes = bytes(0, 0, 0, 0, 0, 0, nonce >> 8, nonce & 255);
      const state = BigInt(`0x${hash(hash("010203") + hex(nonceBytes))}`);
      const zeros = 256 - state.toString(2).length;
      const transcript = start(5);
      assert.equal(transcript.grind(nonceBytes), zeros);
      assert.equal(hex(transcript.grindingSeed()), state.toString(16).padStart(64, "0"));
      found = Math.max(found, zeros);
    }
    assert.ok(found >= 8, "some nonce reaches the second byte");
  });

  it("draws distinct positions, lowest bits first, and sorts them", () => {
    for (const [logDomain, count] of [
      [4, 8],
      [7, 40],
      [20, 23],
    ] as const) {
      const expected = new Set<number>();
      for (let counter = 0; expected.size < count; counter++) {
        let word = BigInt(`0x${hash(hash("010203") + counter.toString(16).padStart(64, "0"))}`);
        for (let i = 0; i < Math.floor(256 / logDomain) && expected.size < count; i++) {
          expected.add(Number(word % 2n ** BigInt(logDomain)));
          word /= 2n ** BigInt(logDomain);
        }
      }
      const queries = start(5).queries(logDomain, count) ?? [];
      assert.deepEqual(
        queries,
        [...expected].sort((a, b) => a - b),
      );
      assert.equal(new Set(queries).size, count);
    }
  });
});

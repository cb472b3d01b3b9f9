import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OpenLinks } from "../../../src/ecosystem/devnet/links/open-links.ts";

const [A, B, C] = [271n, 272n, 273n];

describe("open links", () => {
  function open() {
    const executed = new Map<bigint, bigint>();
    const time = { now: 1_000n };
    const links = new OpenLinks({ executed: (chainId) => executed.get(chainId) ?? 0n, nowSeconds: () => time.now });
    const add = (one: bigint, other: bigint, batchNumber: bigint): void => {
      links.require(one, other);
      links.add({ chainId: one, batchNumber }, { chainId: other, batchNumber });
    };
    const refusal = (one: bigint, other: bigint): unknown => {
      try {
        links.require(one, other);
      } catch (error) {
        return (error as { code?: string }).code;
      }
      return undefined;
    };
    return { executed, time, links, add, refusal };
  }

  test("ring of three: a chain with an open peer links with no other chain, in either direction", () => {
    const { add, refusal, executed } = open();
    add(A, B, 5n);
    for (const [one, other] of [
      [B, C],
      [C, B],
      [A, C],
      [C, A],
    ] as const)
      assert.equal(refusal(one, other), "PeerOpen");
    executed.set(A, 6n);
    assert.equal(refusal(B, C), "PeerOpen", "B's batch is open");
    executed.set(B, 6n);
    assert.equal(refusal(B, C), undefined);
  });

  test("endless links: four batches of a chain are open at most", () => {
    const { add, refusal, executed } = open();
    for (let i = 0n; i < 4n; i++) add(A, B, i);
    assert.equal(refusal(B, A), "LinkedTooMuch");
    executed.set(A, 1n).set(B, 1n);
    assert.equal(refusal(B, A), undefined);
  });

  test("peer stays open: after a void link its chains link with others, and with each other an hour later", () => {
    const { add, refusal, links, time } = open();
    add(A, B, 5n);
    links.shutOut(B, A);
    assert.equal(refusal(A, C), undefined);
    assert.equal(refusal(A, B), "PeerShutOut");
    time.now += 3_599n;
    assert.equal(refusal(B, A), "PeerShutOut");
    time.now += 1n;
    assert.equal(refusal(B, A), undefined);
  });
});

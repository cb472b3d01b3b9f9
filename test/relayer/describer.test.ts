import assert from "node:assert/strict";
import { test } from "node:test";
import { id, toBeHex } from "ethers";
import type { Hex } from "../../src/protocol/hex.ts";
import { Describer } from "../../src/relayer/describer.ts";
import type { DescriberDependencies } from "../../src/relayer/describer.ts";
import type { Journey } from "../../src/relayer/journey.ts";

const [STALLED, HEALTHY, HERE] = [1n, 2n, 3n];

/** A transfer of a token that was born on this chain. */
function transferOf(originChainId: bigint, token: number): Journey {
  const transfer = { originChainId, originToken: toBeHex(token, 20) as Hex };
  return { sourceChainId: originChainId, content: { type: "transfer", transfer } } as unknown as Journey;
}

test("attack: names that a stalled chain announced, and that no root holds, delay no name of another chain", async () => {
  const looked: bigint[] = [];
  let questions = 0;
  const dependencies = {
    // L1 has no batch with any of them.
    l1View: {
      messages(chainId: bigint) {
        looked.push(chainId);
        return [];
      },
    },
    announcementOf: (sourceChainId: bigint) => ({ sourceChainId, messageHash: id("announced") as Hex }),
    signer: {},
    provider: { call: () => Promise.reject(new Error(`no question is needed: ${++questions}`)) },
  } as unknown as DescriberDependencies;
  const describer = new Describer({ chainId: HERE, policy: {} }, dependencies);
  const stalled = Array.from({ length: 16 }, (_, index) => transferOf(STALLED, index + 1));
  for (let look = 1; look <= 3; look++) {
    await describer.describe([...stalled, transferOf(HEALTHY, 99)], 7n);
    assert.equal(looked.filter((chainId) => chainId === HEALTHY).length, look, "looked up at once when its root may be there");
  }
  assert.equal(questions, 0);
});

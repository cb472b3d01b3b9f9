import assert from "node:assert/strict";
import { it } from "node:test";
import { ETHEREUM_CODE_LIMITS } from "../../../src/proofs/rules/code-limits.ts";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import type { InputBlock } from "../../../src/chain/verification/batch-inputs.ts";
import { decodeBatch } from "../../../src/chain/verification/decode-batch.ts";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { TRUSTED_VERSION } from "../../../src/ground/protocol/protocol-version.ts";
import { CHAIN_ID, COINBASE } from "../support/engine.ts";

const BLOCKS = 2_000;

it("attack: a validator looks at each block of a batch a few times, however many empty ones it is shown", async () => {
  const prevRandao = wordToHex(0n);
  const environment = (number: number): InputBlock["environment"] => {
    return { number: BigInt(number), timestamp: 1n, prevRandao, coinbase: COINBASE, gasLimit: 30_000_000n, isMetered: false };
  };
  const shown = Array.from({ length: BLOCKS }, (_, i): InputBlock => {
    return { environment: environment(i + 1), hash: wordToHex(BigInt(i)), transactions: [] };
  });
  let looks = 0;
  const blocks = new Proxy(shown, {
    get(target, name) {
      if (typeof name === "string" && /^\d+$/.test(name)) looks++;
      return Reflect.get(target, name) as unknown;
    },
  });
  const none = () => Promise.reject(new Error("nothing of L1 is in empty blocks"));
  const { commands } = await decodeBatch(
    { batchNumber: 1n, parentHash: wordToHex(0n), blocks },
    {
      rules: chainRules(CHAIN_ID, ETHEREUM_CODE_LIMITS),
      operationsTaken: 0n,
      l1: { operation: none, hasRoot: none, versionOf: () => TRUSTED_VERSION },
      carriedOut: () => assert.fail("nothing of L1 is in empty blocks"),
    },
  );
  assert.equal(commands.length, BLOCKS - 2);
  assert.ok(looks < 5 * BLOCKS, `${looks} looks at ${BLOCKS} blocks`);
});

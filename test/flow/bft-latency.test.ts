import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Transaction } from "ethers";
import { signDigest } from "../../src/ground/transaction/digest-signature.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ALICE, BOB, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

const CHAIN_ID = 271n;
/** Other processes disturb a round; the quietest one counts. The first also compiles the code. */
const ROUNDS = 6;
const TRANSFERS = 100;
const MAX_MS = 50;

describe("E2: a chain that four nodes of one process decide, on a quiet machine", () => {
  let devnet: FlowDevnet;
  before(async () => {
    devnet = await startFlowDevnet([{ chainId: CHAIN_ID, sequencing: { by: "bft", nodes: 4 } }], UNPROVEN);
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  function transferOf(nonce: number): Hex {
    const to = devnet.accounts.wallet(BOB).address;
    const fees = { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gasLimit: 21_000n };
    const transaction = Transaction.from({ type: 2, chainId: CHAIN_ID, nonce, to, value: 1n, ...fees });
    const { privateKey } = devnet.accounts.wallet(ALICE);
    transaction.signature = signDigest(privateKey as Hex, transaction.unsignedHash as Hex);
    return transaction.serialized as Hex;
  }

  test(`decides 99 of 100 transfers within ${MAX_MS} ms, in sequence`, async () => {
    const { provider } = devnet.chains[0]!;
    const slowest: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const raws = Array.from({ length: TRANSFERS }, (_, i) => transferOf(round * TRANSFERS + i));
      const waits: number[] = [];
      for (const raw of raws) {
        const start = performance.now();
        await provider.request({ method: "eth_sendRawTransactionSync", params: [raw] });
        waits.push(performance.now() - start);
      }
      waits.sort((a, b) => a - b);
      slowest.push(Math.round(waits.at(-2) ?? Infinity));
      if (slowest.some((ms) => ms <= MAX_MS)) return;
    }
    assert.fail(`the 99th of 100 took ${slowest.join(", ")} ms`);
  });
});

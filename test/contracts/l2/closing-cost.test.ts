import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Contract } from "ethers";
import { keccak, type Hex } from "../../../src/ground/protocol/hex.ts";
import { hashL2Log, l2LogTreeRoot, messageLog } from "../../../src/ground/protocol/l2-log.ts";
import { BOOTLOADER, startLocalL2, type LocalL2, COINBASE } from "./support/local-l2.ts";

/** Bytes that one permutation of keccak256 takes in; padding takes at least one more byte. */
const RATE = 136;
const HASHES: Hex = `0x${"01".repeat(32)}`;

interface Step {
  readonly op: string;
  readonly stack: readonly string[];
}

interface Cost {
  readonly permutations: number;
  readonly stores: number;
}

function costOf(steps: readonly Step[]): Cost {
  const lengthOf = ({ stack }: Step): number => Number(BigInt(`0x${stack.at(-2)?.replace(/^0x/, "") ?? ""}`));
  const hashes = steps.filter(({ op }) => op === "KECCAK256" || op === "SHA3");
  return {
    permutations: hashes.reduce((sum, step) => sum + Math.floor(lengthOf(step) / RATE) + 1, 0),
    stores: steps.filter(({ op }) => op === "SSTORE").length,
  };
}

// A proof of execution pays for each permutation and each store of the chain's own transactions, in every batch.
describe("what opening and closing a batch costs a proof of execution", () => {
  let l2: LocalL2;
  let context: Contract;
  let messenger: Contract;
  before(async () => {
    l2 = await startLocalL2(270, {
      l1ChainId: 1n,
      l1SharedBridge: `0x${"22".repeat(20)}`,
      baseTokenOriginChainId: 1n,
      baseTokenOriginToken: `0x${"11".repeat(20)}`,
      bornAt: 0n,
    });
    context = await l2.predeploy("SystemContext", await l2.impersonate(BOOTLOADER));
    messenger = await l2.predeploy("L1Messenger");
  });
  after(() => l2.close());

  async function cost(name: string, ...args: unknown[]): Promise<Cost> {
    const sent = (await context.getFunction(name).send(...args)) as { hash: string; wait(): Promise<unknown> };
    await sent.wait();
    const { structLogs } = (await l2.ethers.provider.send("debug_traceTransaction", [sent.hash])) as { structLogs: Step[] };
    return costOf(structLogs);
  }

  test("needs no hash and two stores for opening, and the four permutations of the outputs, two of the configuration and one of the extensions for closing an empty batch", async () => {
    assert.deepEqual(await cost("openBatch", 1, 0, COINBASE), { permutations: 0, stores: 2 });
    assert.deepEqual(await cost("closeBatch", 0, HASHES), { permutations: 7, stores: 4 });
  });

  test("is the tree's fourteen levels more for one log, and a store for each level that it used", async () => {
    await cost("openBatch", 2, 0, COINBASE);
    await (await messenger.getFunction("sendToL1").send("0x01")).wait();
    assert.deepEqual(await cost("closeBatch", 0, HASHES), { permutations: 21, stores: 6 });
  });

  test("computes the tree's root for every number of logs up to 70", async () => {
    const leaves: Hex[] = [];
    const sender = (await l2.ethers.getSigners())[0]?.address.toLowerCase() as Hex;
    for (let count = 0; count <= 70; count++) {
      assert.equal(await messenger.getFunction("logsRoot").staticCall(), l2LogTreeRoot(leaves), `${count} logs`);
      const body = new Uint8Array([count]);
      assert.equal(await messenger.getFunction("sendToL1").staticCall(body), keccak(body));
      await messenger.getFunction("sendToL1").send(body);
      leaves.push(hashL2Log(messageLog(sender, body)));
    }
  });
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BOB, settleNow } from "./support/devnet.ts";
import { Kept } from "./support/kept.ts";

describe("E2: a chain whose blocks seven nodes decide, in a folder", () => {
  const kept = new Kept([{ chainId: 271n, sequencing: { by: "bft", nodes: 7 } }]);
  before(() => kept.start());
  after(() => kept.end());

  const nodesNow = () => {
    const { nodes } = kept.chain().pipeline;
    assert.ok(nodes !== undefined);
    return nodes.status;
  };

  test("continues after a restart with its blocks, its nodes' addresses and two silent nodes", async () => {
    await kept.pay(2n);
    await settleNow(kept.chain());
    await kept.pay(3n);
    const balance = (): Promise<bigint> => kept.client().getBalance(kept.wallet(BOB).address);
    const [first, paid, { members }] = [await kept.client().getBlockNumber(), await balance(), nodesNow()];
    await kept.restart();
    assert.deepEqual([await kept.client().getBlockNumber(), await balance()], [first, paid]);
    assert.deepEqual(
      nodesNow().members.map(({ address }) => address),
      members.map(({ address }) => address),
    );
    for (const node of [1, 4])
      await kept.request("hyperchain_setFault", { type: "node", chainId: 271, node, condition: "silent" });
    for (let i = 0; i < 3; i++) await kept.pay(1n);
    await settleNow(kept.chain());
    assert.equal(await balance(), paid + 3n);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { requireChangeable } from "../../src/ecosystem/client/governing/terms.ts";
import { ALICE, BOB, ETHER, settleNow } from "./support/devnet.ts";
import { transferOf } from "./support/interop.ts";
import { Kept } from "./support/kept.ts";

const [A, B] = [271n, 272n];
const CAROL = "0x00000000000000000000000000000000000ca201";

describe("E2: a chain whose blocks four nodes decide, in an ecosystem with another chain", () => {
  const kept = new Kept([{ chainId: A, sequencing: { by: "bft", nodes: 4 } }, B], { relayer: true });
  before(() => kept.start());
  after(() => kept.end());

  const nodesNow = () => {
    const { nodes } = kept.chain().pipeline;
    assert.ok(nodes !== undefined);
    return nodes.status;
  };
  const setFault = async (fault: object): Promise<void> => {
    assert.equal(await kept.request("hyperchain_setFault", fault), true);
  };
  const paidToBob = (): Promise<bigint> => kept.client().getBalance(kept.wallet(BOB).address);

  test("seals transactions under leaders that rotate, one in each block", async () => {
    const leaders = new Set<number>();
    const [first, paid] = [await kept.client().getBlockNumber(), await paidToBob()];
    for (let i = 0; i < 5; i++) {
      leaders.add(nodesNow().leader);
      await kept.pay(3n);
    }
    assert.equal(leaders.size, 4);
    assert.deepEqual([await kept.client().getBlockNumber(), await paidToBob()], [first + 5, paid + 15n]);
  });

  test("other validators: are refused, because its nodes are its validators", async () => {
    const [chain, other] = kept.devnet.info().chains;
    const [status] = (await kept.devnet.status()).chains;
    assert.equal(chain?.orderedBy?.kind, "nodes");
    assert.match(chain.orderedBy.sentence, /^4 nodes of this process decide each block by 3 equal votes/);
    const addresses = nodesNow().members.map(({ address }) => address);
    assert.deepEqual(chain.quorum, { members: addresses.toSorted(), threshold: 3 });
    assert.deepEqual([status?.nodes?.quorum, status?.nodes?.evidence], [3, []]);
    assert.deepEqual([other?.orderedBy, other?.quorum.members.length], [undefined, 1]);
    const quorum = { threshold: 1n, validators: addresses };
    assert.throws(() => requireChangeable(chain, { quorum }), { code: "ValidatorsFixed" });
    requireChangeable(chain, { isGoverned: true });
    assert.ok(other !== undefined);
    requireChangeable(other, { quorum });
  });

  test("takes deposits, sends a message that another chain executes, and settles", async () => {
    await kept.deposit();
    await kept.pollL1();
    await (await kept.wallet(ALICE).sendTransaction(transferOf(B, ETHER / 10n, CAROL))).wait();
    const { batch } = await settleNow(kept.chain());
    assert.ok(batch.outputs.batchNumber >= 0n);
    await kept.devnet.relay();
    assert.equal(await kept.client(1).getBalance(CAROL), ETHER / 10n);
    await (await kept.wallet(ALICE, 1).sendTransaction(transferOf(A, 7n, CAROL))).wait();
    await settleNow(kept.chain(1));
    await kept.devnet.relay();
    assert.equal(await kept.client().getBalance(CAROL), 7n);
  });

  test("never decides undone blocks after a return to a snapshot", async () => {
    const [first, paid, { view }] = [await kept.client().getBlockNumber(), await paidToBob(), nodesNow()];
    const mark = await kept.request("evm_snapshot");
    for (let i = 0; i < 2; i++) await kept.pay(1n);
    assert.equal(await kept.request("evm_revert", mark), true);
    assert.deepEqual([await kept.client().getBlockNumber(), await paidToBob()], [first, paid]);
    await kept.pay(10n);
    assert.deepEqual([await kept.client().getBlockNumber(), await paidToBob()], [first + 1, paid + 10n]);
    assert.ok(nodesNow().view > view);
  });

  test("mines, changes state and impersonates on request", async () => {
    const first = await kept.client().getBlockNumber();
    await kept.request("hardhat_mine", "0x3");
    await kept.request("hardhat_setBalance", CAROL, "0x10");
    await kept.request("evm_setAutomine", false);
    const { hash } = await kept.wallet(ALICE).sendTransaction({ to: CAROL, value: 1n });
    assert.equal(await kept.client().getTransactionReceipt(hash), null);
    await kept.request("evm_mine");
    await kept.request("evm_setAutomine", true);
    assert.equal(await kept.client().getBalance(CAROL), 17n);
    assert.equal(await kept.client().getBlockNumber(), first + 4);
  });

  test("decides with each fault of one node: crash, restart, withheld messages, lag, equivocation, partition, heal", async () => {
    const paid = await paidToBob();
    const chainId = Number(A);
    const faults: readonly (readonly [fault: object, isShown: () => boolean])[] = [
      [{ type: "node", chainId, node: 1, condition: "crashed" }, () => nodesNow().members[1]?.view === undefined],
      [{ type: "node", chainId, node: 1, condition: "honest" }, () => nodesNow().members[1]?.view !== undefined],
      [{ type: "withhold", chainId, node: 0, from: [1, 2, 3] }, () => nodesNow().members[0]?.withholdsFrom?.length === 3],
      [{ type: "withhold", chainId, node: 0, from: [] }, () => nodesNow().members[0]?.withholdsFrom === undefined],
      [{ type: "lag", chainId, node: 2, ms: 50 }, () => nodesNow().members[2]?.lagMs === 50],
      [{ type: "node", chainId, node: 3, condition: "equivocating" }, () => nodesNow().members[3]?.condition === "equivocating"],
      [{ type: "clear" }, () => nodesNow().members.every(({ condition }) => condition === "honest")],
      [{ type: "partition", chainId, groups: [[0, 1, 2], [3]] }, () => nodesNow().groups?.length === 2],
      [{ type: "partition", chainId, groups: [] }, () => nodesNow().groups === undefined],
    ];
    let payments = 0n;
    for (const [fault, isShown] of faults) {
      await setFault(fault);
      assert.ok(isShown(), JSON.stringify(fault));
      // Each node leads.
      for (let i = 0; i < 4; i++, payments++) await kept.pay(1n);
    }
    assert.equal(await paidToBob(), paid + payments);
    const accused = new Set(nodesNow().evidence.map(({ signer }) => signer));
    assert.deepEqual([...accused], [nodesNow().members[3]?.address]);
  });

  test("continues with one silent node, and refuses faults of nodes that do not exist", async () => {
    await setFault({ type: "node", chainId: Number(A), node: 1, condition: "silent" });
    for (let i = 0; i < 4; i++) await kept.pay(1n);
    assert.equal(nodesNow().members[1]?.condition, "silent");
    await setFault({ type: "clear" });
    assert.equal(nodesNow().members[1]?.condition, "honest");
    for (const fault of [
      { type: "node", chainId: Number(A), node: 4, condition: "silent" },
      { type: "partition", chainId: Number(B), groups: [[0]] },
    ])
      await assert.rejects(kept.request("hyperchain_setFault", fault), { data: { code: "UnknownFault" } });
  });
});

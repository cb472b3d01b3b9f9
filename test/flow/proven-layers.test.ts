import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { send } from "../../src/client/transfers/send.ts";
import { reconstruct } from "../../src/devnet/reconstruction/reconstruct.ts";
import { reconstructCarried } from "../../src/devnet/reconstruction/reconstruct-carried.ts";
import { digestToHex } from "../../src/protocol/digest.ts";
import { ImportKind, importKindOf } from "../../src/protocol/import-kinds.ts";
import { hyperchainInterface, proofAggregatorInterface } from "../../src/settlement-layer/reader/contract-interfaces.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { ALICE, clientOf, dependencies, refusalOf, settleNow, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";

const B = 271n;
const [X, Y] = [B + (1n << 32n), B + (2n << 32n)];
const CAROL = "0x00000000000000000000000000000000000ca201";
const PROVEN = { execution: "proven" } as const;

describe("proven chains on a proven chain", () => {
  let devnet: FlowDevnet;
  let blocks: number;
  const clients = new Map<bigint, JsonRpcProvider>();
  const chainOf = (id: bigint) => devnet.chains.find(({ chainId }) => chainId === id)!;
  const contractOf = (id: bigint) => chainOf(id).pipeline.created.hyperchain;
  const on = (id: bigint): JsonRpcProvider => clients.get(id)!;
  const stateOf = (id: bigint) => digestToHex(chainOf(id).pipeline.chain.tree.root);
  const pay = (chain: bigint, to: bigint, amount: bigint) =>
    send(devnet.info(), { chain, to: { chain: to, account: CAROL }, amount }, devnet.accounts.wallet(ALICE).connect(on(chain)));

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: B, name: "beta", ...PROVEN },
        { chainId: X, name: "x", settlesOn: "beta", ...PROVEN },
        { chainId: Y, name: "y", settlesOn: "beta", ...PROVEN },
      ],
      { ...UNPROVEN, relayer: true },
    );
    for (const chain of devnet.chains) clients.set(chain.chainId, clientOf(chain));
    await devnet.settle(B);
    blocks = await devnet.l1.provider.getBlockNumber();
  });

  after(async () => {
    for (const client of clients.values()) client.destroy();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  test("D3: a message between two of them uses no block of L1", async () => {
    const sent = await pay(X, Y, 7n);
    assert.deepEqual(sent.bridges, ["hyperbridge"]);
    await settleNow(chainOf(X));
    await devnet.relay();
    assert.equal(await on(Y).getBalance(CAROL), 7n);
    await settleNow(chainOf(Y));
    await devnet.relay();
    const message = (await devnet.messages()).find(({ messageHash }) => messageHash === sent.messageHash);
    assert.deepEqual(
      message?.steps.map(({ step, chainId }) => [step, BigInt(chainId)]),
      [
        ["initiated", X],
        ["settled", B],
        ["inTransactionRoot", B],
        ["imported", Y],
        ["delivered", Y],
        ["executed", Y],
        ["importSettled", B],
      ],
    );
    assert.equal(await devnet.l1.provider.getBlockNumber(), blocks);
  });

  test("one transaction on L1 proves the batches of all three, and beta is executed with two statements", async () => {
    const settled = await settleNow(chainOf(B));
    const { prove, execute } = settled.receipts;
    const proving = await devnet.l1.provider.getTransaction(prove!.hash);
    const [items] = proofAggregatorInterface.parseTransaction(proving!)!.args as unknown as [readonly { chainId: bigint }[]];
    assert.deepEqual(items.map(({ chainId }) => chainId), [X, Y, B]);
    const executing = await devnet.l1.provider.getTransaction(execute!.hash);
    const imports = hyperchainInterface.parseTransaction(executing!)!.args.getValue("imports") as readonly {
      registryIndex: bigint;
    }[];
    const kinds = imports.map(({ registryIndex }) => importKindOf(registryIndex));
    assert.equal(kinds.filter((kind) => kind === ImportKind.statement).length, 2);
    assert.deepEqual(chainOf(B).pipeline.progress().executed, chainOf(B).pipeline.progress().sealed);
  });

  test("all three are rebuilt from L1 alone", async () => {
    const genesis = await genesisOf();
    const base = await reconstruct({ l1: devnet.l1.url, hyperchain: contractOf(B), genesis });
    assert.equal(base.stateRoot, stateOf(B));
    for (const id of [X, Y]) {
      const rebuilt = await reconstructCarried(
        { base, hyperchain: contractOf(id), genesis },
        { connect: dependencies.connectChain, clock: systemClock },
      );
      assert.equal(rebuilt.stateRoot, stateOf(id));
    }
  });

  test("a statement is refused by name: of a chain that is not on the base, of a batch that is not next, without its proof", async () => {
    const stored = await chainOf(X).pipeline.settled(0n);
    const record = Object.fromEntries(Object.entries(stored.stored).map(([field, value]) => [field, String(value)]));
    const refused = async (changes: object): Promise<string | undefined> => {
      const shown = { chainId: String(X), stored: record, program: "none", proof: "0x00", ...changes };
      return (await refusalOf(on(B), "hyperchain_importStatement", [shown])).data?.code;
    };
    assert.equal(await refused({ chainId: "999", stored: { ...record, commitment: `0x${"01".repeat(32)}` } }), "ChainNotListed");
    assert.equal(await refused({ stored: { ...record, commitment: `0x${"01".repeat(32)}` } }), "BatchNotStored");
    assert.equal((await refusalOf(on(B), "hyperchain_importStatement", [{ chainId: String(X) }])).code, -32602);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { reconstructCarried } from "../../src/ecosystem/devnet/reconstruction/reconstruct-carried.ts";
import { statementImport } from "../../src/ground/protocol/carried-statement.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import type { FactBatch } from "../../src/ground/protocol/fact-evidence.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { ImportKind, importKindOf } from "../../src/ground/protocol/import-kinds.ts";
import { hyperchainInterface, proofAggregatorInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { ALICE, clientOf, dependencies, settleNow, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
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

  test("D3: a message between two chains on the base uses no block of L1", async () => {
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
    assert.deepEqual(
      items.map(({ chainId }) => chainId),
      [X, Y, B],
    );
    const executing = await devnet.l1.provider.getTransaction(execute!.hash);
    const [[execution]] = hyperchainInterface.parseTransaction(executing!)!.args as unknown as [
      readonly { readonly imports: readonly { readonly registryIndex: bigint }[] }[],
    ];
    const kinds = execution!.imports.map(({ registryIndex }) => importKindOf(registryIndex));
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

  test("a statement is refused by name: of a chain of another base, of a version, of a batch that is not next or not stored", async () => {
    const { stored } = await chainOf(X).pipeline.settled(0n);
    const of = (changes: Partial<FactBatch>): Promise<bigint> =>
      chainOf(B).pipeline.importStatement({
        chainId: X,
        stored,
        program: "none",
        proof: new Uint8Array(1),
        imports: [],
        flows: [],
        ...changes,
      });
    const other = { ...stored, newStateRoot: wordToHex(1n) };
    const { executed } = chainOf(X).pipeline.progress();
    await assert.rejects(of({ chainId: 272n + (1n << 32n), stored: other }), { code: "ChainNotListed" });
    await assert.rejects(of({ stored: { ...other, protocolVersion: stored.protocolVersion + 256n } }), {
      code: "VersionMismatch",
    });
    await assert.rejects(of({ stored: other }), { code: "BatchNotStored", message: /is not the next one to be proven/ });
    await assert.rejects(of({ stored: { ...other, batchNumber: BigInt(executed) } }), {
      code: "BatchNotStored",
      message: /contract stores/,
    });
    // A statement that the base has is answered with its index, and imported once.
    assert.equal(await of({}), statementImport({ chainId: X, batch: stored }).registryIndex);
    await assert.rejects(
      chainOf(X).pipeline.importStatement({
        chainId: Y,
        stored,
        program: "none",
        proof: new Uint8Array(),
        imports: [],
        flows: [],
      }),
      {
        code: "ChainNotListed",
      },
    );
  });
});

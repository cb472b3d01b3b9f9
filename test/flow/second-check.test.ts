import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BatchInfo } from "../../src/ecosystem/devnet/view/batches/batch-on-l1.ts";
import type { SettledBatchInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { MAX_TRANSACTION_GAS, secondCheckGas } from "../../src/ground/protocol/way-to-l1.ts";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";

const CHAIN_ID = 271n;

describe("G6: a chain that requires a second check, with real proofs", () => {
  let devnet: FlowDevnet;
  before(async () => {
    devnet = await startFlowDevnet([{ chainId: CHAIN_ID, secondCheck: true }]);
  });
  after(() => devnet?.close());

  const chain = () => devnet.chains[0]!;
  const settled = async (): Promise<SettledBatchInfo> => {
    const client = clientOf(chain());
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    await (await alice.sendTransaction({ to: devnet.accounts.wallet(BOB).address, value: 1n })).wait();
    client.destroy();
    return (await devnet.settle(CHAIN_ID)).at(-1)!;
  };
  const batchOf = (number: number): Promise<BatchInfo> =>
    chain().provider.request({ method: "hyperchain_batch", params: [Number(CHAIN_ID), number] }) as Promise<BatchInfo>;

  test("takes each batch through the second verifier between proof and execution, in one transaction", async (context) => {
    const { batchNumber, l1Gas, l1Transactions, proof } = await settled();
    const receipts = await Promise.all(
      (["commit", "prove", "secondCheck", "execute"] as const).map(async (stage) => {
        const receipt = await devnet.l1.provider.getTransactionReceipt(l1Transactions[stage]!);
        assert.equal(receipt?.status, 1, stage);
        return receipt;
      }),
    );
    const places = receipts.map(({ blockNumber, index }) => 1_000 * blockNumber + index);
    assert.deepEqual(
      places.toSorted((a, b) => a - b),
      places,
    );
    const [, , check] = receipts;
    const [event] = check!.logs.map((log) => hyperchainInterface.parseLog(log));
    const hash = hyperchainInterface.encodeFunctionData("storedBatchHash", [batchNumber]);
    const { hyperchain } = chain().pipeline.created;
    assert.deepEqual(
      [event!.name, event!.args["batchHash"]],
      ["BatchConfirmed", await devnet.l1.provider.call({ to: hyperchain, data: hash })],
    );
    const limit = secondCheckGas(proof!.bytes);
    context.diagnostic(`${check!.gasUsed} of ${limit} gas for ${proof!.bytes} bytes`);
    assert.ok(Number(check!.gasUsed) <= limit && limit < MAX_TRANSACTION_GAS);
    assert.equal(l1Gas.secondCheck, Number(check!.gasUsed));
  });

  test("shows the check in the chain's status and in the batch", async () => {
    assert.equal(devnet.info().chains[0]!.secondCheck, true);
    const { l1, l1Gas } = await batchOf(0);
    assert.ok(l1.secondCheck!.timestamp >= l1.prove!.timestamp);
    assert.ok(l1Gas.secondCheck! > l1Gas.prove!);
    assert.deepEqual(devnet.faults, []);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { executeGas, fits, NO_USAGE, PROTOCOL_LIMITS } from "../../../src/chain/ordering/limits.ts";
import { AssetMessageKind } from "../../../src/ground/protocol/asset-message.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { assetMessage } from "../l1/support/assets.ts";
import { TestChain } from "../l1/support/chain.ts";
import { defaultConfiguration, deployEcosystem, send, view, type Ecosystem } from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";

const MESSAGE_BYTES = 190;
const LEAVES = 1024;
const IMPORTS = 256;

// Any account can send a grain of a token to hundreds of chains, whether they exist or not. If the sequencer took more of
// them into a batch than L1 executes, L1 would refuse the batch and the chain would halt.
describe("a flood of asset flows", () => {
  let ecosystem: Ecosystem;
  before(async () => {
    ecosystem = await deployEcosystem();
  });
  after(() => ecosystem.l1.close());

  const batchOf = (flows: number) => ({
    ...NO_USAGE,
    messages: flows,
    messageBytes: MESSAGE_BYTES * flows,
    importedRoots: IMPORTS,
  });
  const fitting = (): number => {
    let flows = 0;
    while (fits(batchOf(flows + 1), PROTOCOL_LIMITS, LEAVES)) flows++;
    return flows;
  };

  test("L1 takes the largest batch that the sequencer makes, with all its imports, and not many more", async () => {
    const flows = fitting();
    const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 270n));
    const root = await view<Hex>(ecosystem.roots, "rootAt", 0n);
    const importedRoots = Array.from({ length: IMPORTS }, () => ({ registryIndex: 0n, root }));
    const sends = (count: number) =>
      Array.from({ length: count }, (_, i) =>
        assetMessage(ecosystem, {
          kind: AssetMessageKind.hyperbridgeSend,
          destinationChainId: BigInt(1_000_000 + i),
          // Created on the chain: needs no balance.
          originChainId: 270n,
          amount: 2n ** 127n,
          nonce: BigInt(i),
        }),
      );
    const tooMany = await chain.form({ logs: sends(flows + 1), importedRoots });
    const approval = await chain.sign(tooMany.expected.commitment);
    await assertReverts(
      send(chain.contract, "commitBatches", tooMany.previous, [{ batch: tooMany.commit, approval: approval }]),
      "ExecutionTooExpensive",
    );

    const formed = await chain.form({ logs: sends(flows), importedRoots });
    const { stored } = await chain.commit(formed);
    await chain.prove(stored);
    const receipt = await chain.execute(stored, formed);
    assert.equal(formed.flows.length, flows);
    assert.ok(receipt.gasUsed < 2n ** 24n, `EIP-7825: ${receipt.gasUsed}`);
  });

  test("what is to come counts as the worst that its gas can do", () => {
    const imports = IMPORTS * 3000;
    const least = 100 * (24 + MESSAGE_BYTES) + 3500;
    assert.equal(executeGas(batchOf(2)), imports + 2 * 34_100);
    assert.equal(executeGas(batchOf(2), { transactions: 2, gas: BigInt(42_000 + 3 * least) }), imports + 5 * 34_100);
    // Plain transfers have no gas for messages, and short messages contain no flows.
    assert.equal(executeGas(NO_USAGE, { transactions: 100, gas: 100n * 21_000n }), 0);
    assert.equal(executeGas({ ...NO_USAGE, messages: 100, messageBytes: 189 }), 0);
  });
});

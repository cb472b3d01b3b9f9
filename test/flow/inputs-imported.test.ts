import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TransactionReceipt } from "ethers";
import { reconstruct, type Reconstruction } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { startReconstructedChain } from "../../src/ecosystem/devnet/reconstruction/start-reconstructed-chain.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { SUPERCHAIN } from "../../src/ground/protocol/superchain.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { calledCommits } from "../../src/chain/settlement-layer/reader/commit-call.ts";
import { ALICE, clientOf, dependencies, settleNow, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";

/** Adds one to its first slot. */
const COUNT: Hex = "0x5f546001015f5500";
const COUNTER: Hex = `0x${"c0".repeat(20)}`;
const IMPORTED = { [COUNTER]: { nonce: "1", balance: "5", code: COUNT, storage: { "0x0": "0x29" } } };
const common = { dataAvailability: "inputs", import: IMPORTED } as const;

/** Nothing is proven: L1 accepts markers. */
describe("chains that publish their inputs after an imported state with the Superchain's contracts", () => {
  let devnet: FlowDevnet;
  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: 271n, ...common },
        { chainId: 272n, ...common, quorum: { members: 1, threshold: 1 } },
        { chainId: 273n, ...common, execution: "proven" },
      ],
      { ...UNPROVEN, bridges: { superchain: {} } },
    );
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  for (const [place, name] of ["trusted", "with a validator in another process", "proven"].entries())
    test(`${name}: no change is on L1 but the import's, and the chain is rebuilt by executing the inputs on it`, async () => {
      const chain = devnet.chains[place]!;
      const { created } = chain.pipeline;
      const client = clientOf(chain);
      const receipts: TransactionReceipt[] = [];
      try {
        assert.ok(created.configuration.importBatches > 0n);
        assert.notEqual(await client.getCode(SUPERCHAIN.L2ToL2CrossDomainMessenger), "0x");
        const alice = devnet.accounts.wallet(ALICE).connect(client);
        await chain.pipeline.pollL1();
        for (let i = 0; i < 2; i++) {
          receipts.push((await (await alice.sendTransaction({ to: COUNTER, gasLimit: 100_000 })).wait())!);
          const { receipts: onL1, stored } = await settleNow(chain);
          const [call] = (await calledCommits(devnet.l1.provider, onL1.commit!.hash as Hex, stored.commitment))!;
          assert.equal(call!.pubdata.length, 0);
        }
        assert.equal(BigInt(await client.getStorage(COUNTER, 0n)), 43n);
        const rebuilt = await rebuild(created.hyperchain);
        assert.equal(rebuilt.stateRoot, digestToHex(chain.pipeline.chain.tree.root));
        const node = await startReconstructedChain(rebuilt, {}, { connect: dependencies.connectChain, clock: systemClock });
        const reader = clientOf({ chainId: chain.chainId, url: node.url });
        try {
          for (const { hash } of receipts) {
            const [asked, told] = ["eth_getTransactionReceipt", [hash]] as const;
            assert.deepEqual(await reader.send(asked, [...told]), await client.send(asked, [...told]));
          }
          assert.equal(await reader.getBalance(COUNTER), 5n);
        } finally {
          reader.destroy();
          await node.close();
        }
      } finally {
        client.destroy();
      }
    });

  const rebuild = async (hyperchain: Hex): Promise<Reconstruction> =>
    reconstruct({ l1: devnet.l1.provider, hyperchain, genesis: await genesisOf() });
});

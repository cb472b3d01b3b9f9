import assert from "node:assert/strict";
import { test } from "node:test";
import { Interface } from "ethers";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import type { BatchInfo } from "../../src/ecosystem/devnet/view/batches/batch-on-l1.ts";
import { genesisOf } from "./support/genesis.ts";
import { Kept } from "./support/kept.ts";

const CHAIN = 271n;
const views = new Interface(["function members() view returns (address[])", "function root() view returns (bytes32, bytes32)"]);

test("G4: a devnet's chain commits with attestations, reports that their root is for tests, continues after a restart, is rebuilt from L1", async () => {
  const dataAvailability = { allOf: ["rollup", { attested: { root: "test" } }] } as const;
  const kept = new Kept([{ chainId: CHAIN, dataAvailability, quorum: { members: 2, threshold: 2 } }]);
  await kept.start();
  try {
    await kept.pay(1n);
    await kept.devnet.settle();
    const [info] = kept.devnet.info().chains;
    assert.equal(info!.dataAvailability, "rollup");
    assert.equal(info!.attestation?.root, "test");
    assert.match(info!.attestation.sentence, /under the root for tests: its key is public/);
    const before = await batchOf(kept, 0);
    assert.equal(before.signers!.validators.length, 2);
    assert.equal(before.signers!.committee, undefined);

    // L1's time may have been put forward since: each batch has a key that is valid then.
    await kept.devnet.l1.eip1193.request({ method: "evm_increaseTime", params: [7_200] });
    await kept.devnet.l1.eip1193.request({ method: "evm_mine", params: [] });
    await kept.restart();
    await kept.pay(2n);
    await kept.devnet.settle();
    const after = await batchOf(kept, 1);
    assert.notEqual(after.signers!.attestor!.x, before.signers!.attestor!.x);

    const { created, signers } = kept.chain().pipeline;
    const ask = async (to: string, name: string): Promise<readonly unknown[]> =>
      views.decodeFunctionResult(name, await kept.devnet.l1.provider.call({ to, data: views.encodeFunctionData(name) }));
    const [members] = await ask(signers.policy!.address, "members");
    const [, member] = members as readonly string[];
    assert.equal((await ask(member!, "root")).length, 2);
    // The key of the first batch has expired since.
    const { hyperchain } = created;
    const { stateRoot, onL1, batches } = await reconstruct({
      l1: kept.devnet.l1.provider,
      hyperchain,
      genesis: await genesisOf(),
    });
    assert.equal(stateRoot, onL1.executedStateRoot);
    assert.equal(batches.length, 2);
  } finally {
    await kept.end();
  }
});

async function batchOf(kept: Kept, number: number): Promise<BatchInfo> {
  const params = [`chain-${CHAIN}`, number];
  return (await kept.chain().provider.request({ method: "hyperchain_batch", params })) as BatchInfo;
}

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { ChainContractReader } from "../../src/ecosystem/devnet/chain-on-l1/chain-contract.ts";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { startFlowDevnet } from "../flow/support/devnet.ts";
import { genesisOf } from "../flow/support/genesis.ts";
import {
  crossAndAnswer,
  ETH_BRIDGE,
  INBOX,
  MESSENGER,
  options,
  SuperchainWorld,
  TOKEN_BRIDGE,
} from "./support/superchain-world.ts";

const [A, B] = [271n, 272n];
/** Comes with the config's own import. */
const BORN = `0x${"b0".repeat(20)}`;

describe("C14 the Superchain on chains of protocol version 3", () => {
  let world: SuperchainWorld | undefined;
  after(() => world?.close());

  test("a chain's creation binds its contracts, which imports bring; messages go both ways, and L1 alone rebuilds it", async () => {
    const proven = { chainId: A, execution: "proven", import: { [BORN]: { nonce: "7" } } } as const;
    world = new SuperchainWorld(await startFlowDevnet([proven, { chainId: B, execution: "proven" }], options));
    await crossAndAnswer(world);
    assert.equal(await world.clients[0]!.getTransactionCount(BORN), 7);
    await world.devnet.settle();
    const l1 = world.devnet.l1.provider;
    for (const { pipeline } of world.devnet.chains) {
      const { hyperchain, configuration, fromBlock } = pipeline.created;
      const record = await new ChainContractReader(l1, hyperchain, await l1.getBlockNumber()).firstRecord(fromBlock);
      assert.equal(record.newStateRoot, configuration.importStateRoot);
      const rebuilt = await reconstruct({ l1, hyperchain, genesis: await genesisOf() });
      assert.equal(rebuilt.stateRoot, digestToHex(pipeline.chain.tree.root));
      const found = rebuilt.state.accounts().map(({ address }) => address.toLowerCase());
      for (const address of [INBOX, MESSENGER, ETH_BRIDGE, TOKEN_BRIDGE]) assert.ok(found.includes(address));
    }
  });
});

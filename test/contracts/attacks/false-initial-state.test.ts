import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  configurationOnL1,
  hashConfiguration,
  hashExtensions,
  type ChainConfiguration,
} from "../../../src/ground/protocol/genesis.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { TestChain } from "../l1/support/chain.ts";
import { addressOf, defaultConfiguration, deployEcosystem, hexAddress, view, type Ecosystem } from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";

/** A chain's first state names the bridge whose alias mints there, and from when on transfers are the chain's own. */
describe("attack 21: false initial state", () => {
  let ecosystem: Ecosystem;
  let configuration: ChainConfiguration;
  let chain: TestChain;
  before(async () => {
    ecosystem = await deployEcosystem();
    const settings = await defaultConfiguration(ecosystem, 270n);
    chain = await TestChain.create(ecosystem, settings);
    configuration = configurationOnL1({
      settlementChainId: ecosystem.chainId,
      bridge: await hexAddress(ecosystem.bridge),
      baseToken: settings.baseToken as Hex,
      bornAt: await view<bigint>(ecosystem.factory, "bornAt", 270n),
    });
  });
  after(() => ecosystem.l1.close());

  const extensionsWith = (change: Partial<ChainConfiguration>): Hex =>
    hashExtensions(hashConfiguration({ ...configuration, ...change }));

  test("of another L1, bridge, base token or birth leads to other outputs than L1 computes: no batch of it is committed", async () => {
    const lies: readonly Partial<ChainConfiguration>[] = [
      { l1ChainId: 1n },
      { l1SharedBridge: addressOf(0xbad) },
      { baseTokenOriginChainId: 1n },
      { baseTokenOriginToken: addressOf(0xbad) },
      { bornAt: 0n },
      { bornAt: configuration.bornAt + 1n },
    ];
    for (const lie of lies) {
      const formed = await chain.form({ extensions: extensionsWith(lie) });
      await assertReverts(chain.commit(formed), "CommitmentMismatch");
    }
    for (const extensions of [wordToHex(0n), hashConfiguration(configuration)]) {
      await assertReverts(chain.commit(await chain.form({ extensions })), "CommitmentMismatch");
    }
  });

  test("differs from the true one, whose batch is committed and is in the record", async () => {
    const { stored } = await chain.settle({ extensions: extensionsWith({}) });
    assert.equal(stored.extensions, chain.extensions.usual);
  });
});

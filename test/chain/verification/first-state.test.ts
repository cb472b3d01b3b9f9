import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { firstStateAccounts } from "../../../src/ecosystem/devnet/described/first-state.ts";
import { UNLIMITED_CONTRACT_SIZE } from "../../../src/ground/protocol/genesis.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { COINBASE } from "../support/engine.ts";
import { configuration } from "../support/predeploys.ts";
import { startVerifiedChain } from "../support/verified-chain.ts";
import { TestWallet } from "../support/wallet.ts";

const BRIDGE: GenesisAccount = { address: `0x${"b1".repeat(20)}`, nonce: 1n, code: "0x00" };
const BRIDGES = firstStateAccounts({ allowUnlimitedContractSize: false, bridges: [BRIDGE] });
const FUNDED: GenesisAccount = { address: `0x${"fd".repeat(20)}`, balanceWei: 1n };
const UNLIMITED: GenesisAccount = {
  address: UNLIMITED_CONTRACT_SIZE.address,
  storage: [{ slot: BigInt(UNLIMITED_CONTRACT_SIZE.slot), value: 1n }],
};

/** Commitments of the first batch: the sequencer's, and the one to which a validator with this first state comes. */
async function commitments(
  shown: readonly GenesisAccount[],
  own: readonly GenesisAccount[],
): Promise<readonly (Hex | undefined)[]> {
  const wallet = new TestWallet(79);
  const test = await startVerifiedChain({
    accounts: [{ address: wallet.address, balanceWei: 10n ** 18n }],
    initialState: shown,
    validatorsInitialState: [...configuration, ...own],
  });
  try {
    await test.chain.submit(await wallet.signRaw({ to: COINBASE, value: 1n }));
    const formed = await test.chain.seal();
    const verified = await test.verifier.verify(test.inputs(0n));
    return [formed?.commitment, verified.commitment];
  } finally {
    await test.chain.close();
  }
}

describe("attack 21: a false first state", () => {
  it("must equal the validators' initial state", async () => {
    const [shown, own] = await commitments(BRIDGES, BRIDGES);
    assert.equal(shown, own);
  });

  for (const [what, shown] of [
    ["with money out of nothing", [...BRIDGES, FUNDED]],
    ["with a rule that was not agreed on", [...BRIDGES, UNLIMITED]],
    ["without a contract that everyone expects", BRIDGES.slice(1)],
    [
      "with other code at a well-known address",
      BRIDGES.map((account) => (account.code === undefined ? account : { ...account, code: `${account.code}00` as const })),
    ],
  ] as const) {
    it(`${what} leads validators to another commitment than the sequencer's, which they do not sign`, async () => {
      const [theirs, own] = await commitments(shown, BRIDGES);
      assert.notEqual(theirs, own);
    });
  }
});

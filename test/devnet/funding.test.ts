import assert from "node:assert/strict";
import { test } from "node:test";
import { VoidSigner, type Provider } from "ethers";
import { requireFunds } from "../../src/ecosystem/devnet/chains/funding.ts";
import { ETH_BASE_TOKEN } from "../../src/ground/protocol/base-token.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const OWN_TOKEN: Hex = `0x${"77".repeat(20)}`;
const chain = (baseToken: Hex, settlesOn?: string) => ({ protocol: { baseToken }, settlesOn }) as never;
/** Two chains with ETH on L1, one of them under a chain with ETH, and one with a custom token. */
const CHAINS = [chain(ETH_BASE_TOKEN), chain(ETH_BASE_TOKEN), chain(ETH_BASE_TOKEN, "a"), chain(OWN_TOKEN)];

function payerWith(balance: bigint): VoidSigner {
  const provider = { getBalance: () => Promise.resolve(balance) } as unknown as Provider;
  return new VoidSigner(`0x${"11".repeat(20)}`, provider);
}

test("the payer has what the funded accounts get on every chain with ETH, and bridges' keys on those that settle on L1", async () => {
  const each = { fundedAccounts: [1, 2], fundingWei: 10n };
  // Two accounts on three chains; one and two keys on two.
  for (const [bridges, needed] of [
    [undefined, 60n],
    [{}, 60n],
    [{ layerzero: {} }, 80n],
    [{ ccip: {}, hyperlane: {} }, 100n],
  ] as const) {
    const options = { ...each, ...(bridges === undefined ? {} : { bridges }) };
    await requireFunds(options, CHAINS, payerWith(needed));
    await assert.rejects(
      requireFunds(options, CHAINS, payerWith(needed - 1n)),
      bridges === undefined || Object.keys(bridges).length === 0
        ? /pays for the funded accounts and has/
        : /pays for the funded accounts and the bridges' keys and has/,
    );
  }
});

test("bridges' keys alone are paid for too", async () => {
  const keysAlone = { fundedAccounts: [], fundingWei: 10n, bridges: { superchain: {} } };
  await requireFunds(keysAlone, CHAINS, payerWith(20n));
  await assert.rejects(requireFunds(keysAlone, CHAINS, payerWith(19n)), /it needs 0\.00000000000000002:/);
});

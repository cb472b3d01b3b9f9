import assert from "node:assert/strict";
import { test } from "node:test";
import { sendListed } from "../../src/ecosystem/client/transfers/transfer-list.ts";
import { ALICE, clientOf, ETHER, RELAYER, settleNow, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { bridgedTokenAddress } from "../../src/ground/protocol/holding.ts";
import { measureListCosts, tokenOfL1 } from "./support/list-costs.ts";
import { depositTestToken } from "./support/tokens.ts";

const CAROL = "0x0000000000000000000000000000000000c12ca1";

test("C12: 100 listed transfers take at most 2.5 times the bytes of transfers to new accounts, and 3 times the gas, by night an ERC-20's too, and with real proofs", async () => {
  const proofs = IS_NIGHTLY ? "stark" : "none";
  const options = { relayer: true, fundedAccounts: [ALICE, RELAYER], fundingWei: 20n * ETHER, proofs } as const;
  const devnet = await startFlowDevnet([271n, 272n], options);
  try {
    const costs = await measureListCosts(devnet, 100);
    const { plainToNew, plainToHolders, listedToNew, listedToHolders } = costs;
    assert.equal(plainToHolders.gas, 21_000);
    assert.ok(listedToNew.bytes <= 2.5 * plainToNew.bytes, JSON.stringify(costs));
    assert.ok(listedToHolders.gas <= 3 * plainToHolders.gas, JSON.stringify(costs));
    // Each entry is another one than in the list before: recipient and amount, 27 bytes, have to be on L1.
    const { bytes } = listedToHolders;
    assert.ok(bytes >= plainToHolders.bytes + 27 && bytes <= 3.3 * plainToHolders.bytes, JSON.stringify(costs));

    // An ERC-20 keeps to the same bounds; by day test/contracts/l2/transfer-lists sends them.
    if (IS_NIGHTLY) await measureToken(devnet);

    // One by the client, alone in its list.
    const [alpha, beta] = devnet.chains;
    const [onAlpha, onBeta] = [clientOf(alpha!), clientOf(beta!)];
    const alice = devnet.accounts.wallet(ALICE).connect(onAlpha);
    const sent = await sendListed(devnet.info(), { chain: 271, to: { chain: 272, account: CAROL }, amount: 7n }, alice, onBeta);
    assert.equal(sent.place, 0);
    await settleNow(alpha!);
    await devnet.relay();
    assert.equal(await onBeta.getBalance(CAROL), 7n);
    onAlpha.destroy();
    onBeta.destroy();
  } finally {
    await devnet.close();
  }
  assert.deepEqual(devnet.faults, []);
});

async function measureToken(devnet: FlowDevnet): Promise<void> {
  const token = await depositTestToken(devnet, 271n, ALICE, 1_000n * ETHER);
  const costs = await measureListCosts(devnet, 100, tokenOfL1(bridgedTokenAddress(devnet.l1.chainId, token)));
  const { plainToNew, plainToHolders, listedToNew, listedToHolders } = costs;
  assert.ok(listedToNew.bytes <= 2.5 * plainToNew.bytes, JSON.stringify(costs));
  assert.ok(listedToHolders.gas <= 3 * plainToHolders.gas, JSON.stringify(costs));
}

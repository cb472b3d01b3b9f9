import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Wallet } from "ethers";
import { claimWithdrawal, deposit } from "../../src/client.ts";
import { createDevelopmentAccounts } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { Hex } from "../../src/kit.ts";
import { PAYMENTS, startPayments, type PaymentsNextToEvm } from "./support/payments-chain.ts";

const accounts = createDevelopmentAccounts();
const nameOf = ({ address }: { readonly address: string }): Hex => address.toLowerCase() as Hex;
const carol = new Wallet(`0x${"c0".repeat(32)}`);

describe("B10: a payments chain and L1", () => {
  let chains: PaymentsNextToEvm;
  before(async () => {
    chains = await startPayments();
  });
  after(() => chains?.close());

  test("takes deposits of L1's queue, and withdraws to L1", async () => {
    const { ecosystem, l1, node, payments, ledger } = chains;
    const payer = accounts.wallet(3).connect(l1);
    await deposit(ecosystem, { chain: "payments", amount: 5_000n, to: carol.address }, payer);
    await payments.pollL1();
    assert.equal(ledger.account(nameOf(carol)).balance, 5_000n);
    const to = nameOf(Wallet.createRandom());
    const out = await chains.pay(carol, { to, toChain: node.l1.chainId, amount: 2_000n, nonce: 0n });
    await payments.settle();
    // What L1 minted for the deposit's gas is the payer's.
    assert.equal(await chains.heldFor(PAYMENTS), ledger.supply);
    await claimWithdrawal(ecosystem, { chain: "payments", messageHash: out.messageHashes[0] ?? "0x" }, payer);
    assert.equal(await l1.getBalance(to), 2_000n);
  });

  test("gets back what it sent to an id that no chain has", async () => {
    const { payments, ledger, ecosystem, l1, example } = chains;
    const before = ledger.account(nameOf(carol)).balance;
    const lost = await chains.pay(carol, { to: nameOf(carol), toChain: 999n, amount: 100n, nonce: 1n });
    await payments.settle();
    const messageHash = lost.messageHashes[0] ?? "0x";
    const message = await example.proveToPayments(payments, { ecosystem, l1, messageHash, from: "payments" });
    await assert.rejects(payments.refund(message, [998n]), { code: "NotRefused" });
    await payments.refund(message, [999n]);
    await assert.rejects(payments.refund(message, [999n]), { code: "AlreadyDelivered" });
    assert.equal(ledger.account(nameOf(carol)).balance, before);
    await payments.settle();
    assert.equal(await chains.heldFor(PAYMENTS), ledger.supply);
  });

  test("is the same in the next process with its commands, and does not start without them", async () => {
    const { supply } = chains.ledger;
    await assert.rejects(chains.restart([]), { name: "EnvironmentError", code: "CommandsMissing" });
    await chains.restart([...chains.kept]);
    assert.equal(chains.ledger.supply, supply);
    await chains.pay(carol, { to: nameOf(carol), toChain: PAYMENTS, amount: 1n, nonce: 2n });
    await chains.payments.settle();
    const { sealed, executed } = chains.payments.progress();
    assert.equal(executed, sealed);
    assert.ok(executed >= 4, String(executed));
  });
});

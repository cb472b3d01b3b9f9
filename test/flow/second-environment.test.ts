import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Wallet } from "ethers";
import type { PaymentReceipt } from "../../fixtures/kit/payments/environment.ts";
import { createDevelopmentAccounts } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import {
  startEnvironment,
  type EnvironmentPlan,
  type ExecutionEnvironment,
  type Hex,
  type LeafWrite,
  type StepEffects,
} from "../../src/kit.ts";
import { EVM, PAYMENTS, startPayments, type PaymentsNextToEvm } from "./support/payments-chain.ts";

const accounts = createDevelopmentAccounts();
const nameOf = ({ address }: { readonly address: string }): Hex => address.toLowerCase() as Hex;
const [bob, carol, mallory] = [accounts.wallet(2), new Wallet(`0x${"c0".repeat(32)}`), new Wallet(`0x${"de".repeat(32)}`)];

/** The header of an account, kind 1: balance in the high 192 bits, number of payments in the low 64. */
const header = (account: Wallet | typeof bob, balance: bigint): LeafWrite => ({
  leafKind: 1,
  address: BigInt(account.address),
  slot: 0n,
  value: balance * 2n ** 64n,
});

/** An environment that no chain runs. */
class NoEnvironment implements ExecutionEnvironment<never> {
  readonly name = "none";

  execute(): never {
    throw new TypeError("no chain runs");
  }

  mark(): void {
    // It has no state.
  }

  returnTo(): void {
    // It has no state.
  }
}

describe("B10: a payments chain without an EVM", () => {
  let chains: PaymentsNextToEvm;
  /** Effects that the operator invents for the next step. */
  let lie: StepEffects<PaymentReceipt> | undefined;
  before(async () => {
    chains = await startPayments((own) => ({
      name: own.name,
      mark: () => own.mark(),
      returnTo: (mark) => own.returnTo(mark as ReturnType<typeof own.mark>),
      execute(step) {
        const effects = lie ?? own.execute(step);
        lie = undefined;
        return effects;
      },
    }));
  });
  after(() => chains?.close());

  test("receives from a chain with an EVM, pays, and sends back; L1 moves each amount once", async () => {
    const { node, evm, ecosystem, payments, ledger, example, l1 } = chains;
    const evmHeld = await chains.heldFor(EVM);
    const { receipt, command } = await chains.fund(bob, 1_000n);
    assert.deepEqual(receipt, { type: "arrival", to: nameOf(bob), amount: 1_000n });
    assert.ok(command.type === "delivery");
    await assert.rejects(payments.deliver(command.message), { name: "EnvironmentRefusal", code: "AlreadyDelivered" });

    await chains.pay(bob, { to: nameOf(carol), toChain: PAYMENTS, amount: 400n, nonce: 0n });
    const back = await chains.pay(carol, { to: nameOf(carol), toChain: EVM, amount: 150n, nonce: 0n });
    const again = { to: nameOf(carol), toChain: EVM, amount: 150n, nonce: 0n };
    await assert.rejects(chains.pay(carol, again), { code: "AgainstRules" });
    assert.deepEqual([ledger.account(nameOf(bob)).balance, ledger.account(nameOf(carol)).balance], [600n, 250n]);
    const settled = await payments.settle();
    assert.deepEqual(
      settled.map(({ batchNumber }) => BigInt(batchNumber)),
      [0n],
    );
    // L1 holds for the chain exactly what its accounts have; 150 are in transit.
    assert.equal(await chains.heldFor(PAYMENTS), 850n);
    assert.equal(ledger.supply, 850n);

    await example.deliverToEvm(ecosystem, back.messageHashes[0] ?? "0x", accounts.wallet(8).connect(l1));
    await node.pollL1();
    await node.settle();
    assert.equal(await evm.getBalance(carol.address), 150n);
    assert.equal(await chains.heldFor(EVM), evmHeld - 1_000n + 150n);
  });

  test("refuses by name what needs an EVM", async () => {
    const { payments, node } = chains;
    await assert.rejects(payments.request({ method: "eth_call" }), { name: "EnvironmentError", code: "NeedsEvm" });
    assert.equal(await payments.request({ method: "eth_chainId" }), "0x110");
    const plan: EnvironmentPlan = {
      chainId: 273n,
      l1: { url: node.l1.url, deployed: node.deployed },
      operatorKey: accounts.wallet(7).privateKey as Hex,
    };
    for (const option of [{ execution: "proven" }, { accountAbstraction: true }, { quorum: {} }])
      await assert.rejects(startEnvironment({ ...plan, ...option }, { environment: new NoEnvironment(), sources: [] }), {
        ...{ name: "EnvironmentError", code: "NeedsEvm" },
      });
  });

  test("attack: an operator that invents effects takes its users' coins, and cannot mint", async () => {
    const { payments } = chains;
    const [held, evmHeld] = [await chains.heldFor(PAYMENTS), await chains.heldFor(EVM)];
    const someCommand = { to: nameOf(carol), toChain: PAYMENTS, amount: 1n, nonce: 1n };
    // The state's proof shows that leaves changed as published, and not that Bob agreed: the operator is trusted for that.
    lie = {
      writes: [header(bob, 0n), header(mallory, 600n)],
      receipt: { type: "command", to: nameOf(mallory), amount: 600n },
    };
    await chains.pay(bob, someCommand);
    await payments.settle();
    assert.equal(await chains.heldFor(PAYMENTS), held);

    // A balance that L1 does not hold for the chain leaves it by no way.
    const amount = held + 1n;
    const asset = { originChainId: chains.node.l1.chainId, originToken: `0x${"00".repeat(20)}` as Hex };
    lie = {
      writes: [header(mallory, 10n ** 21n)],
      transfers: [{ destinationChainId: EVM, ...asset, amount, recipient: nameOf(mallory), sender: nameOf(mallory) }],
      receipt: { type: "command", to: nameOf(mallory), amount },
    };
    await chains.pay(bob, someCommand);
    await assert.rejects(payments.settle(), /BalanceOverdraft/);
    assert.match(String(payments.fault()), /BalanceOverdraft/);
    assert.deepEqual([await chains.heldFor(PAYMENTS), await chains.heldFor(EVM)], [held, evmHeld]);
  });
});

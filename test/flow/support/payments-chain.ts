import { BrowserProvider, Contract, JsonRpcProvider, NonceManager, type Signer } from "ethers";
import type { PaymentReceipt, Payments } from "../../../fixtures/kit/payments/environment.ts";
import type { Payment, SignedPayment } from "../../../fixtures/kit/payments/payment.ts";
import type { PaymentsResult, RunningPayments } from "../../../fixtures/kit/payments/tour.ts";
import { sharedBridgeAbi } from "../../../src/ground/abi/shared-bridge.ts";
import type { Ecosystem } from "../../../src/client.ts";
import { createDevelopmentAccounts } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import {
  startEnvironment,
  startNode,
  type EnvironmentCommand,
  type ExecutionEnvironment,
  type Hex,
  type KitNode,
} from "../../../src/kit.ts";
import { assetId } from "../../../src/ground/protocol/asset-message.ts";
import { resolvePackageNames } from "../../support/package-names.ts";

const ETH: Hex = "0x0000000000000000000000000000000000000000";
export const [EVM, PAYMENTS] = [271n, 272n];
const accounts = createDevelopmentAccounts();

async function loadExample() {
  resolvePackageNames();
  const [{ Payments: Environment }, tour] = await Promise.all([
    import("../../../fixtures/kit/payments/environment.ts"),
    import("../../../fixtures/kit/payments/tour.ts"),
  ]);
  return { Environment, ...tour };
}

/** An L1 with a chain that has an EVM, next to a payments chain. */
export interface PaymentsNextToEvm {
  readonly example: Awaited<ReturnType<typeof loadExample>>;
  readonly node: KitNode;
  readonly l1: JsonRpcProvider;
  readonly evm: BrowserProvider;
  readonly ecosystem: Ecosystem;
  readonly payments: RunningPayments;
  /** Balances by the environment. */
  readonly ledger: Payments;
  /** Decided commands, as a disk has them. */
  readonly kept: EnvironmentCommand<SignedPayment>[];
  /** Wei that L1 holds for a chain. */
  heldFor(chainId: bigint): Promise<bigint>;
  pay(signer: Signer, payment: Omit<Payment, "from">): Promise<PaymentsResult>;
  /** Sends coins from the chain with an EVM, and delivers them. */
  fund(to: Signer, amount: bigint): Promise<PaymentsResult>;
  /** A new process with these commands. */
  restart(commands: readonly EnvironmentCommand<SignedPayment>[]): Promise<void>;
  close(): Promise<void>;
}

/** `around`: what runs instead of the payments. */
export async function startPayments(
  around: (own: Payments) => ExecutionEnvironment<SignedPayment, PaymentReceipt> = (own) => own,
): Promise<PaymentsNextToEvm> {
  const example = await loadExample();
  const node = await startNode({ chain: { chainId: EVM }, proofs: "none" });
  const l1 = new JsonRpcProvider(node.l1.url, Number(node.l1.chainId), { cacheTimeout: -1, pollingInterval: 50 });
  const evm = new BrowserProvider(node.provider as ConstructorParameters<typeof BrowserProvider>[0], Number(EVM), {
    cacheTimeout: -1,
  });
  const kept: EnvironmentCommand<SignedPayment>[] = [];
  const open = async (commands: readonly EnvironmentCommand<SignedPayment>[]) => {
    const ledger = new example.Environment({ chainId: PAYMENTS, settlementChainId: node.l1.chainId });
    const queue = example.paymentQueue();
    const payments = await startEnvironment<SignedPayment, PaymentReceipt>(
      {
        chainId: PAYMENTS,
        l1: { url: node.l1.url, deployed: node.deployed },
        operatorKey: accounts.wallet(7).privateKey as Hex,
        proofs: "none",
      },
      {
        environment: around(ledger),
        sources: [queue],
        stored: commands,
        sink: { append: (command) => void kept.push(command), truncate: (length) => void (kept.length = length) },
      },
    );
    return { ledger, queue, payments };
  };
  let running = await open([]);
  const { chains } = (await evm.send("hyperchain_info", [])) as Ecosystem;
  const ecosystem = example.ecosystemOf(node, running.payments, chains[0]?.hyperchain ?? "0x");
  // Its first batch began before the payments chain was created, and could send nothing there.
  await node.settle();
  // Nor may the next one begin in the second of the creation.
  await evm.send("evm_increaseTime", ["0x1"]);
  const sender = new NonceManager(accounts.wallet(1).connect(evm));
  return {
    ...{ example, node, l1, evm, ecosystem, kept },
    get payments() {
      return running.payments;
    },
    get ledger() {
      return running.ledger;
    },
    heldFor: (chainId) =>
      new Contract(node.deployed.addresses.bridge, sharedBridgeAbi, l1).getFunction("chainBalance")(
        chainId,
        assetId(node.l1.chainId, ETH),
      ),
    pay: (signer, payment) => example.pay(running.queue, { ...payment, signer, chainId: PAYMENTS }),
    async fund(to, amount) {
      const messageHash = await example.sendToPayments(sender, running.payments, amount, await to.getAddress());
      await node.settle();
      const message = await example.proveToPayments(running.payments, { ecosystem, l1, messageHash });
      return running.payments.deliver(message);
    },
    async restart(commands) {
      await running.payments.close();
      running = await open(commands);
    },
    async close() {
      await running.payments.close();
      l1.destroy();
      evm.destroy();
      await node.close();
    },
  };
}

import type { HDNodeWallet, JsonRpcProvider, Provider, Signer } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { createDevelopmentAccounts } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import {
  createL1Retry,
  type L1RetryDependencies,
  type L1RetryOptions,
} from "../../../src/chain/settlement/l1-sender/l1-retry.ts";
import { createTransactor, type Transactor, type TransactorOptions } from "../../../src/chain/settlement/l1-sender/transactor.ts";
import type { SenderContext } from "../../../src/chain/settlement/l1-sender/sender-context.ts";
import { SigningRecord } from "../../../src/chain/settlement/signing/signing-record.ts";
import type { SettledChain } from "./settled-l1.ts";

const NO_WAIT = { delay: () => Promise.resolve() };
const accounts = createDevelopmentAccounts();
const wallets = new Map(Array.from({ length: 20 }, (_, i) => [accounts.wallet(i).address, accounts.wallet(i)]));

/** Wallet of one of the local L1's accounts, which signs locally, like an operator's. */
export function walletOf({ address, provider }: HardhatEthersSigner): HDNodeWallet {
  return wallets.get(address)!.connect(provider);
}

/** A provider some of whose methods are replaced, and which takes signed transactions as is said here. */
export function alteredProvider(
  provider: Provider,
  methods: Partial<Record<keyof Provider, unknown>>,
  broadcast?: (raw: Hex) => Promise<Hex>,
): Provider {
  const send = (method: string, params: readonly unknown[]): Promise<unknown> =>
    method === "eth_sendRawTransaction" && broadcast !== undefined
      ? broadcast(params[0] as Hex)
      : (provider as JsonRpcProvider).send(method, [...params]);
  return new Proxy(provider, {
    get(target, name) {
      if (name === "send") return send;
      if (Object.hasOwn(methods, name)) return methods[name as keyof Provider];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Transactor with separate retry times, which does not wait by default. */
export function transactorOf(
  signer: Signer,
  options: TransactorOptions & L1RetryOptions = {},
  waiting: L1RetryDependencies = NO_WAIT,
): Transactor {
  return createTransactor(options, { signer, patience: createL1Retry(options, waiting) });
}

/** Common context of a chain's stages, with a clock that does not wait. */
export function senderContext(
  chain: Pick<SettledChain, "contract" | "created">,
  account: HardhatEthersSigner,
  { onTrouble, ...overrides }: Partial<SenderContext> & Pick<L1RetryDependencies, "onTrouble"> = {},
  options: TransactorOptions = {},
): SenderContext {
  const delay: SenderContext["delay"] = overrides.delay ?? NO_WAIT.delay;
  const patience = createL1Retry({}, { delay: (ms) => delay(ms, "commit"), ...(onTrouble && { onTrouble }) });
  const signer = walletOf(account);
  return {
    provider: signer.provider!,
    transactor: createTransactor(options, { signer, patience }),
    hyperchain: chain.contract.hyperchain,
    settlementChainId: chain.contract.settlementChainId,
    fromBlock: chain.created.fromBlock,
    delay,
    patience,
    approvals: new SigningRecord(),
    confirmations: 1,
    onBroadcast: () => Promise.resolve(),
    ...overrides,
  };
}

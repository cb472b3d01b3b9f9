import type { BaseContract, ContractTransactionReceipt } from "ethers";
import { keccak, toHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import { chainAccountAddress, encodeL1Call, type L1Call } from "../../../../src/ground/protocol/l1-call.ts";
import { l2LogProof } from "../../../../src/ground/protocol/log-proof.ts";
import { TestChain } from "./chain.ts";
import { as, defaultConfiguration, deployEcosystem, hexAddress, send, view, type Ecosystem } from "./ecosystem.ts";

export const ALICE: Hex = `0x${"a1".repeat(20)}`;
export const BOB: Hex = `0x${"b0".repeat(20)}`;
export const FOREVER = 2n ** 64n - 1n;

/** A message of a sender on a chain, and where it is: the arguments of `execute`. */
export interface PlacedCall {
  readonly chainId: bigint;
  readonly batchNumber: bigint;
  readonly index: number;
  readonly message: { readonly txNumberInBatch: number; readonly sender: Hex; readonly data: Hex };
  readonly proof: readonly Hex[];
}

/** Parts of a call that a test chooses; the rest is this contract's, and plenty of gas and time. */
export type WantedCall = { readonly sender?: Hex; readonly to: Hex } & Partial<L1Call>;

/** Contract of chains' calls, with an ecosystem with the chains 271 and 272. */
export interface L1CallsWorld {
  readonly ecosystem: Ecosystem;
  readonly accounts: BaseContract;
  readonly chains: readonly TestChain[];
  /** Sends these calls from a chain in one batch, and executes it. */
  settle(chain: TestChain, ...calls: readonly WantedCall[]): Promise<readonly PlacedCall[]>;
  /** Forms and commits such a batch; `prove` and `finish` do the rest. */
  commit(
    chain: TestChain,
    ...calls: readonly WantedCall[]
  ): Promise<{ readonly calls: readonly PlacedCall[]; prove(): Promise<void>; finish(): Promise<void> }>;
  execute(call: PlacedCall, options?: { readonly gasLimit?: bigint; readonly by?: number }): Promise<ContractTransactionReceipt>;
  accountOf(chain: TestChain, sender?: Hex): Hex;
  isClosed(chain: TestChain, call: PlacedCall): Promise<boolean>;
  /** Wei for an account. */
  fund(account: Hex, value: bigint): Promise<void>;
}

export async function startL1Calls(): Promise<L1CallsWorld> {
  const ecosystem = await deployEcosystem();
  const accounts = await ecosystem.l1.deploy("ChainAccounts", await hexAddress(ecosystem.factory));
  const address = await hexAddress(accounts);
  const chains: TestChain[] = [];
  for (const chainId of [271n, 272n])
    chains.push(await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, chainId)));
  let nonce = 0n;
  const bodyOf = ({ sender: _, ...call }: WantedCall): Uint8Array => {
    const place = { l1ChainId: ecosystem.chainId, accounts: address, nonce: nonce++ };
    return encodeL1Call({ ...place, lastSecond: FOREVER, gasLimit: 100_000n, value: 0n, data: "0x", ...call });
  };
  const logsOf = (calls: readonly WantedCall[]) =>
    calls.map((call) => ({ type: "message" as const, sender: call.sender ?? ALICE, body: bodyOf(call) }));
  const placed = (chain: TestChain, logs: ReturnType<typeof logsOf>, leaves: readonly Hex[]): readonly PlacedCall[] =>
    logs.map(({ sender, body }, index) => ({
      ...{ chainId: chain.configuration.chainId, batchNumber: chain.batchCount - 1n, index },
      message: { txNumberInBatch: 0, sender, data: toHex(body) },
      proof: l2LogProof(leaves, index),
    }));
  return {
    ...{ ecosystem, accounts, chains },
    async settle(chain, ...calls) {
      const logs = logsOf(calls);
      const { formed } = await chain.settle({ logs });
      return placed(chain, logs, formed.logLeaves);
    },
    async commit(chain, ...calls) {
      const logs = logsOf(calls);
      const formed = await chain.form({ logs });
      const { stored } = await chain.commit(formed);
      const prove = async (): Promise<void> => void (await chain.prove(stored));
      const finish = async (): Promise<void> => void (await chain.execute(stored, formed));
      return { calls: placed(chain, logs, formed.logLeaves), prove, finish };
    },
    execute(call, { gasLimit, by = 5 } = {}) {
      const overrides = gasLimit === undefined ? [] : [{ gasLimit }];
      return send(as(accounts, ecosystem.accounts[by]!), "execute", ...executionOf(call), ...overrides);
    },
    accountOf: ({ configuration: { chainId } }, sender = ALICE) => chainAccountAddress(address, chainId, sender),
    isClosed({ configuration: { chainId } }, { message, batchNumber, index }) {
      return view<boolean>(accounts, "isClosed", chainAccountAddress(address, chainId, message.sender), batchNumber, index);
    },
    async fund(to, value) {
      await (await ecosystem.accounts[9]!.sendTransaction({ to, value })).wait();
    },
  };
}

/** The arguments of `execute`. */
export function executionOf({ chainId, batchNumber, index, message, proof }: PlacedCall): readonly unknown[] {
  return [chainId, batchNumber, index, message, proof];
}

/** A message's name. */
export function hashOf({ message }: PlacedCall): Hex {
  return keccak(Buffer.from(message.data.slice(2), "hex"));
}

import assert from "node:assert/strict";
import type { Contract, TransactionReceipt } from "ethers";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../../src/ground/protocol/predeploys.ts";
import { eventsOf, messagesOf } from "./bundles.ts";
import { ETH, L1_TOKEN, startEcosystem, type Ecosystem, type MessageInclusionProof, type SimulatedChain } from "./ecosystem.ts";

/** A bundle that was sent: its message, and what a relayer brings to the other side once it is settled. */
export interface SentBundle {
  readonly sender: Hex;
  readonly body: Hex;
  readonly hash: Hex;
  arguments(): [MessageInclusionProof, MessageInclusionProof[]];
}

/** Three chains and contracts that call each other over them. */
export interface InteropFixture {
  readonly ecosystem: Ecosystem;
  /** Pays gas in ETH, as b does. */
  readonly a: SimulatedChain;
  readonly b: SimulatedChain;
  /** Pays gas in an L1 token. */
  readonly c: SimulatedChain;
  /** On b: takes messages. */
  readonly recipient: Contract;
  /** On b: takes calls. */
  readonly target: Contract;
  /** On a: sends bundles and listens to their outcomes. */
  readonly caller: Contract;
  center(chain: SimulatedChain, user?: number): Promise<Contract>;
  handler(chain: SimulatedChain, user?: number): Promise<Contract>;
  ethBalance(chain: SimulatedChain, address: string): Promise<bigint>;
  statusOf(chain: SimulatedChain, hash: string): Promise<bigint>;
  /** The bundle that a transaction sent. */
  bundleOf(receipt: TransactionReceipt): SentBundle;
  execute(chain: SimulatedChain, bundle: SentBundle, user?: number): Promise<TransactionReceipt>;
  /** Success and result of the bundle that a transaction executed. */
  outcomeOf(receipt: TransactionReceipt): Promise<[boolean, string]>;
}

/** A call as `sendBundle` takes it. */
export function callStarter(
  to: string,
  data: string,
  ...callAttributes: string[]
): { to: string; data: string; callAttributes: string[] } {
  return { to, data, callAttributes };
}

export async function startInteropFixture(): Promise<InteropFixture> {
  const ecosystem = await startEcosystem([ETH, ETH, L1_TOKEN]);
  const [a, b, c] = ecosystem.chains as [SimulatedChain, SimulatedChain, SimulatedChain];
  const deploy = async (chain: SimulatedChain, name: string, ...args: unknown[]): Promise<Contract> =>
    (await chain.ethers.deployContract(name, args)) as unknown as Contract;
  const caller = await deploy(a, "InteropCaller", PREDEPLOYS.InteropCenter);
  for (const chain of [a, b]) await chain.deposit(chain.users[0]!.address, ETH, 10n ** 20n);
  await a.deposit(await caller.getAddress(), ETH, 10n ** 18n);
  const handler = (chain: SimulatedChain, user = 1): Promise<Contract> => chain.predeploy("InteropHandler", chain.users[user]);

  return {
    ecosystem,
    a,
    b,
    c,
    recipient: await deploy(b, "InteropRecipient"),
    target: await deploy(b, "CallTarget"),
    caller,
    center: (chain, user = 0) => chain.predeploy("InteropCenter", chain.users[user]),
    handler,
    ethBalance: (chain, address) => chain.ethers.provider.getBalance(address),
    statusOf: async (chain, hash) => (await (await handler(chain)).getFunction("bundleStatus").staticCall(hash)) as bigint,
    bundleOf(receipt) {
      const messages = messagesOf(receipt);
      const bundle = messages.at(-1)!;
      assert.equal(bundle.sender, PREDEPLOYS.InteropCenter);
      return {
        ...bundle,
        arguments: () => [ecosystem.prove(bundle.hash), messages.slice(0, -1).map(({ hash }) => ecosystem.prove(hash))],
      };
    },
    execute: async (chain, bundle, user = 1) => chain.send(await handler(chain, user), "executeBundle", ...bundle.arguments()),
    async outcomeOf(receipt) {
      const [executed] = await eventsOf(receipt, "InteropHandler", "BundleExecuted");
      return [executed![3] as boolean, executed![4] as string];
    },
  };
}

import assert from "node:assert/strict";
import { Interface, type JsonRpcProvider, type Provider } from "ethers";
import { interopCenterAbi } from "../../../src/ground/abi/interop-center.ts";
import { l2AssetRouterAbi } from "../../../src/ground/abi/l2-asset-router.ts";
import type { DevnetOptions } from "../../../src/ecosystem/devnet/devnet.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { JOURNEY_STEPS, type JourneyStep } from "../../../src/ground/protocol/cross-chain-message.ts";
import type { DeliveryPolicy } from "../../../src/ecosystem/relayer/delivery-policy.ts";
import type { Journey } from "../../../src/ecosystem/relayer/journey.ts";
import { createRelayer, type Relayer } from "../../../src/ecosystem/relayer/relayer.ts";
import { attribute, interoperable } from "../../contracts/l2/support/bundles.ts";
import { clientOf, RELAYER, startFlowDevnet, type FlowDevnet } from "./devnet.ts";

const router = new Interface(l2AssetRouterAbi);
const center = new Interface(interopCenterAbi);

/** A transaction that sends base token to an account on another chain. */
export function transferOf(destinationChainId: bigint, amount: bigint, recipient: string) {
  return { ...tokenTransferOf(destinationChainId, PREDEPLOYS.L2BaseToken, amount, recipient), value: amount };
}

/** A transaction that sends a bridged token to an account on another chain. */
export function tokenTransferOf(destinationChainId: bigint, token: string, amount: bigint, recipient: string) {
  const data = router.encodeFunctionData("sendToChain", [destinationChainId, token, amount, recipient]);
  return { to: PREDEPLOYS.L2AssetRouter, data };
}

/** A transaction that sends a bridged token of L1 back to L1. */
export function tokenWithdrawalOf(token: string, amount: bigint, recipient: string) {
  const data = router.encodeFunctionData("withdraw(address,address,uint256)", [recipient, token, amount]);
  return { to: PREDEPLOYS.L2AssetRouter, data };
}

/** Settles every open batch, has every chain look at L1, and then the relayer at all of them. */
export async function moveOn(devnet: FlowDevnet, relayer: Relayer): Promise<void> {
  for (const { pipeline } of devnet.chains) {
    const batch = await pipeline.seal();
    if (batch !== undefined) await pipeline.settled(batch.outputs.batchNumber);
  }
  for (const { pipeline } of devnet.chains) await pipeline.pollL1();
  await relayer.poll();
}

/** A transaction that has the sender's account on another chain call a contract there, with value, and rewards the relayer. */
export function callOf(destinationChainId: bigint, call: { to: Hex; data: string; value: bigint; reward: bigint }) {
  const starter = {
    to: interoperable(destinationChainId, call.to),
    data: call.data,
    callAttributes: [attribute("interopCallValue", call.value), attribute("shadowAccount")],
  };
  const attributes = [attribute("relayerReward", call.reward)];
  const data = center.encodeFunctionData("sendBundle", [interoperable(destinationChainId), [starter], attributes]);
  return { to: PREDEPLOYS.InteropCenter, data, value: call.value + call.reward };
}

/** Two chains, and a relayer that moves between them on command. */
export interface RelayedPair {
  readonly devnet: FlowDevnet;
  readonly clients: readonly JsonRpcProvider[];
  readonly relayer: Relayer;
  /** Closes all of it, and asserts that nothing has failed meanwhile. */
  close(): Promise<void>;
}

/** Their batches are proven, unless the options say that they are not. */
export async function startRelayedPair(
  chainIds: readonly [bigint, bigint],
  options: Partial<DevnetOptions> = {},
): Promise<RelayedPair> {
  const devnet = await startFlowDevnet([...chainIds], options);
  const clients = devnet.chains.map(clientOf);
  return {
    ...{ devnet, clients, relayer: relayerOf(devnet, clients) },
    async close() {
      for (const client of clients) client.destroy();
      await devnet.close();
      assert.deepEqual(devnet.faults, []);
    },
  };
}

/** A relayer between all chains of the devnet, paid from a development account. */
export function relayerOf(
  devnet: FlowDevnet,
  clients: readonly JsonRpcProvider[],
  account: number = RELAYER,
  l1Client: Provider = devnet.l1.provider,
  policy: DeliveryPolicy = {},
  factsFrom: (chainId: bigint) => readonly bigint[] = () => [],
  promisesFrom: (chainId: bigint) => readonly bigint[] = () => [],
): Relayer {
  const { ecosystem, chains, accounts, l1 } = devnet;
  return createRelayer(
    {
      settlementChainId: l1.chainId,
      registry: ecosystem.addresses.roots,
      fromBlock: ecosystem.fromBlock,
      policy,
      chains: chains.map(({ chainId, pipeline }, i) => ({
        chainId,
        hyperchain: pipeline.created.hyperchain,
        factsFrom: () => factsFrom(chainId),
        promisesFrom: () => promisesFrom(chainId),
        signer: accounts.wallet(account).connect(clients[i] ?? null),
      })),
    },
    { l1: l1Client },
  );
}

/** The last step before the first that is missing: an import can settle before the message is delivered. */
export function journeyStatus(journey: Pick<Journey, "steps">): JourneyStep {
  let last: JourneyStep = "initiated";
  for (const step of JOURNEY_STEPS) {
    if (!journey.steps.has(step)) break;
    last = step;
  }
  return last;
}

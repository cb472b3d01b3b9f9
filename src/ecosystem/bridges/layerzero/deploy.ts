import { getCreateAddress } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BridgeMember, GatewayTo } from "../bridge-member.ts";
import { CALL_GAS, connectPeers, stepTowards } from "../connect-peers.ts";
import { createStep, deployFixed, idChanged, WEI_PER_GAS, type SetUpStep, type Transmit } from "../fixed-deployment.ts";
import { publishedCode, type OwnArtifacts } from "../published-code.ts";
import { devnetExecutor, endpoint, library, PACKAGES, PUBLISHED } from "./interfaces.ts";

/** Addresses of the contracts, the same on every member, since one key creates them in one order. */
export interface LayerZeroContracts {
  readonly endpoint: Hex;
  readonly sendLib: Hex;
  readonly receiveLib: Hex;
  readonly dvn: Hex;
  readonly executor: Hex;
}

/** Creation code of the contracts; LayerZero's comes from the project's packages. */
interface LayerZeroCode {
  readonly endpoint: string;
  readonly sendLib: string;
  readonly receiveLib: string;
  readonly dvn: string;
  readonly executor: string;
}

/** Rejects with PublishedCodeError. `folder` is the project's. */
export async function layerZeroCode(folder: string, artifacts: OwnArtifacts): Promise<LayerZeroCode> {
  const code = (part: keyof typeof PUBLISHED): string => publishedCode(folder, PUBLISHED[part], PACKAGES);
  return {
    endpoint: code("endpoint"),
    sendLib: code("sendLibrary"),
    receiveLib: code("receiveLibrary"),
    dvn: (await artifacts("ProvenDvn")).bytecode,
    executor: (await artifacts("DevnetExecutor")).bytecode,
  };
}

/** The key's first five transactions create them. */
export function layerZeroContracts(operator: string): LayerZeroContracts {
  const at = (nonce: number): Hex => getCreateAddress({ from: operator, nonce }).toLowerCase() as Hex;
  return { endpoint: at(0), sendLib: at(1), receiveLib: at(2), dvn: at(3), executor: at(4) };
}

/** Limits of public networks. No treasury is set, so neither limit binds. */
const TREASURY = { gasLimit: 100_000, feeCap: 0 };
const MAX_MESSAGE_BYTES = 10_000;
/** A DVN here counts none: what it passes is final. */
const CONFIRMATIONS = 1;

/** Puts the contracts on a member, or what is missing of them. Rejects with BridgeSetUpError. */
export async function deployLayerZero(member: BridgeMember, code: LayerZeroCode, transmit: Transmit): Promise<void> {
  const operator = member.wallet.address;
  const contracts = layerZeroContracts(operator);
  const register = (kind: string, lib: Hex): SetUpStep => ({
    what: `register ${kind}`,
    transaction: { to: contracts.endpoint, data: endpoint.encodeFunctionData("registerLibrary", [lib]), gasLimit: CALL_GAS },
  });
  const { endpoint: at, sendLib, receiveLib } = contracts;
  const steps = [
    createStep("the endpoint", code.endpoint, ["uint32", "address"], [member.id, operator]),
    createStep("the send library", code.sendLib, ["address", "uint256", "uint256"], [at, TREASURY.gasLimit, TREASURY.feeCap]),
    createStep("the receive library", code.receiveLib, ["address"], [at]),
    createStep("the DVN", code.dvn, ["address", "address", "address"], [operator, sendLib, receiveLib]),
    createStep("the executor", code.executor, ["address", "address", "address"], [operator, at, sendLib]),
    register("the send library", sendLib),
    register("the receive library", receiveLib),
  ];
  const isThere = async (): Promise<boolean> => (await member.provider.getCode(contracts.executor)) !== "0x";
  await deployFixed(member, steps, isThere, transmit);
  const eid = BigInt(await member.provider.call({ to: at, data: endpoint.encodeFunctionData("eid") }));
  if (eid !== member.id) throw idChanged("LayerZero", member, eid);
}

/**
 * Connects each member with each other one; existing connections are unchanged. Rejects with
 * BridgeSetUpError.
 */
export function connectLayerZero(members: readonly BridgeMember[], gatewayTo: GatewayTo, transmit: Transmit): Promise<void> {
  const [first] = members;
  if (first === undefined) return Promise.resolve();
  const { dvn: peer } = layerZeroContracts(first.wallet.address);
  return connectPeers(members, { peer, gatewayTo, stepsTowards, transmit });
}

async function stepsTowards(here: BridgeMember, others: readonly BridgeMember[]): Promise<readonly SetUpStep[]> {
  const { dvn, executor, sendLib, receiveLib } = layerZeroContracts(here.wallet.address);
  const step = (to: Hex, data: string): SetUpStep => ({
    what: `connect with ${others.map(({ name }) => name).join(", ")}`,
    transaction: { to, data, gasLimit: CALL_GAS * BigInt(others.length) },
  });
  const uln = {
    confirmations: CONFIRMATIONS,
    requiredDVNCount: 1,
    optionalDVNCount: 0,
    optionalDVNThreshold: 0,
    requiredDVNs: [dvn],
    optionalDVNs: [],
  };
  const ulnConfigs = library.encodeFunctionData("setDefaultUlnConfigs", [others.map(({ id }) => ({ eid: id, config: uln }))]);
  const execution = others.map(({ id }) => ({ eid: id, config: { maxMessageSize: MAX_MESSAGE_BYTES, executor } }));
  const steps = await Promise.all(others.map((there) => stepsTowardsOne(here, there)));
  return [
    step(sendLib, ulnConfigs),
    step(receiveLib, ulnConfigs),
    step(sendLib, library.encodeFunctionData("setDefaultExecutorConfigs", [execution])),
    ...steps.flat(),
  ];
}

async function stepsTowardsOne(here: BridgeMember, there: BridgeMember): Promise<readonly SetUpStep[]> {
  const { executor, sendLib, receiveLib, endpoint: to } = layerZeroContracts(here.wallet.address);
  const eid = there.id;
  const isUnset = async (name: "defaultSendLibrary" | "defaultReceiveLibrary"): Promise<boolean> => {
    const data = endpoint.encodeFunctionData(name, [eid]);
    return BigInt((await here.provider.call({ to, data })).slice(0, 66)) === 0n;
  };
  const price = there.isL1 ? WEI_PER_GAS.l1 : WEI_PER_GAS.chain;
  const destination = devnetExecutor.encodeFunctionData("setDestination", [eid, price, here.coin === there.coin]);
  const steps = [stepTowards(there, executor, destination)];
  // These two are refused where they change nothing.
  if (await isUnset("defaultSendLibrary"))
    steps.push(stepTowards(there, to, endpoint.encodeFunctionData("setDefaultSendLibrary", [eid, sendLib])));
  if (await isUnset("defaultReceiveLibrary"))
    steps.push(stepTowards(there, to, endpoint.encodeFunctionData("setDefaultReceiveLibrary", [eid, receiveLib, 0])));
  return steps;
}

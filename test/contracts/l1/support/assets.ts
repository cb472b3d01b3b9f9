import { AbiCoder } from "ethers";
import {
  ASSET_ROUTER_ADDRESS,
  AssetMessageKind,
  encodeAssetMessage,
  type AssetTransfer,
} from "../../../../src/ground/protocol/asset-message.ts";
import { type Hex, toHex } from "../../../../src/ground/protocol/hex.ts";
import { l2LogProof } from "../../../../src/ground/protocol/log-proof.ts";
import type { PubdataLog } from "../../../../src/ground/protocol/pubdata.ts";
import type { FormedBatch, TestChain } from "./chain.ts";
import { eventsOf, send, view, type Ecosystem } from "./ecosystem.ts";

export const ZERO_ADDRESS: Hex = "0x0000000000000000000000000000000000000000";

/** A message of the asset router: a withdrawal of L1's ETH unless told otherwise. */
export function assetMessage(
  ecosystem: Ecosystem,
  overrides: Partial<AssetTransfer> & { from?: Hex } = {},
): PubdataLog & { type: "message" } {
  const { from = ASSET_ROUTER_ADDRESS, ...rest } = overrides;
  const body = encodeAssetMessage({
    kind: AssetMessageKind.withdrawal,
    destinationChainId: ecosystem.chainId,
    originChainId: ecosystem.chainId,
    originToken: ZERO_ADDRESS,
    amount: 1n,
    recipient: "0x00000000000000000000000000000000000000ee",
    sender: "0x00000000000000000000000000000000000000ff",
    nonce: 0n,
    ...rest,
  });
  return { type: "message", sender: from, body };
}

/** The claim of a batch's message. */
export function claimOf(chain: TestChain, formed: FormedBatch, index: number, log: PubdataLog & { type: "message" }) {
  return {
    chainId: chain.configuration.chainId,
    l2BatchNumber: formed.expected.batchNumber,
    l2MessageIndex: index,
    l2Sender: log.sender,
    // Clients send different numbers here; it is ignored.
    l2TxNumberInBatch: 12_345n,
    message: toHex(log.body),
    merkleProof: l2LogProof(formed.logLeaves, index),
  };
}

/** Deposits a token (or ETH) through the second bridge; returns the operation's hash. */
export async function depositToken(
  ecosystem: Ecosystem,
  chain: TestChain,
  token: string,
  amount: bigint,
  options: { receiver?: string; secondBridgeCalldata?: string; secondBridgeValue?: bigint } = {},
): Promise<Hex> {
  const mintValue = 10n ** 7n;
  const receiver = options.receiver ?? ecosystem.accounts[1]!.address;
  const data =
    options.secondBridgeCalldata ??
    AbiCoder.defaultAbiCoder().encode(["address", "uint256", "address"], [token, amount, receiver]);
  const isEther = BigInt(token) <= 1n;
  const secondBridgeValue = options.secondBridgeValue ?? (isEther ? amount : 0n);
  const isEtherChain = BigInt(chain.configuration.baseToken) === 1n;
  const receipt = await send(
    ecosystem.factory,
    "requestL2TransactionTwoBridges",
    {
      chainId: chain.configuration.chainId,
      mintValue,
      l2Value: 0n,
      l2GasLimit: 500_000n,
      l2GasPerPubdataByteLimit: 800n,
      refundRecipient: ZERO_ADDRESS,
      secondBridgeAddress: await ecosystem.bridge.getAddress(),
      secondBridgeValue,
      secondBridgeCalldata: data,
    },
    { value: (isEtherChain ? mintValue : 0n) + secondBridgeValue },
  );
  const [event] = eventsOf(chain.contract, receipt, "NewPriorityRequestId");
  return event!.args["txHash"] as Hex;
}

/** A chain's balance, claim pot and transit of an L1 token. */
export async function accountsOf(
  ecosystem: Ecosystem,
  chainId: bigint,
  token: string,
): Promise<[balance: bigint, pot: bigint, transit: bigint]> {
  const id = await view<string>(ecosystem.bridge, "assetId", token);
  return Promise.all([
    view<bigint>(ecosystem.bridge, "chainBalance", chainId, id),
    view<bigint>(ecosystem.bridge, "claimPot", chainId, id),
    view<bigint>(ecosystem.bridge, "transit", chainId, id),
  ]);
}

import { AbiCoder, Interface } from "ethers";
import {
  assetId,
  AssetMessageKind,
  decodeAssetMessage,
  isAssetSender,
  MAX_ASSET_AMOUNT,
} from "../../../src/ground/protocol/asset-message.ts";
import type { AssetFlow } from "../../../src/ground/protocol/asset-flows.ts";
import { fromHex, hashTag, keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { ImportKind, importKindOf } from "../../../src/ground/protocol/import-kinds.ts";
import { hashL2Log, messageLogOfHash, priorityOpLog } from "../../../src/ground/protocol/l2-log.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { callerOnL2, ETH, plain, ZERO_ADDRESS } from "./aliases.ts";
import { depositCalldata } from "./deposit-calldata.ts";
import type { TokenDeposit } from "./exits.ts";
import type { Frame } from "./frame.ts";
import { rootOfLog } from "./log-inclusion.ts";
import { hashWords } from "./quorum.ts";
import type { DirectRequest } from "./factory.ts";
import { requireChain, rootAt } from "./registries.ts";
import { Refusal, requireThat } from "./refusal.ts";
import { pull, send } from "./transfers.ts";

export const TWO_BRIDGES_MAGIC = wordToHex(BigInt(hashTag("TWO_BRIDGES_MAGIC_VALUE")) - 1n);
const DEPOSIT_TAG = hashTag("hyperchain.token-deposit.v1");
const MAX_BASE_TOKEN = 1n << 126n;
const IMPORT_GAS = 150_000n;
const IMPORTS = new Interface(["function importRootFromL1(uint256 registryIndex, bytes32 root)"]);
const ASSET_ROUTER: Hex = "0x0000000000000000000000000000000000010003";

const refuse = (error: string, ...args: readonly unknown[]): never => {
  throw new Refusal("SharedBridge", error, args);
};

/** Runs while no other guarded function of the bridge does. */
function guarded<T>({ world }: Frame, body: () => T): T {
  const { entered } = world.bridge;
  requireThat(!entered.value, "SharedBridge", "Reentered");
  entered.value = true;
  const result = body();
  entered.value = false;
  return result;
}

function requireFactory({ world, sender }: Frame): void {
  const { factory } = world.addresses;
  requireThat(sender === factory, "SharedBridge", "OnlyFactory", () => [factory, sender]);
}

function requireStateExit({ world, sender }: Frame): void {
  const { stateExit } = world.addresses;
  requireThat(sender === stateExit, "SharedBridge", "OnlyStateExit", () => [stateExit, sender]);
}

/** Id of an L1 token. */
export function idOf({ world }: Pick<Frame, "world">, token: Hex): Hex {
  return assetId(world.l1ChainId, plain(token));
}

function receive(frame: Frame, chainId: bigint, token: Hex, payer: Hex, amount: bigint): Hex {
  const { bridge } = frame.world;
  if (amount > MAX_ASSET_AMOUNT) refuse("AmountTooLarge", MAX_ASSET_AMOUNT, amount);
  const expectedEther = token === ZERO_ADDRESS ? amount : 0n;
  if (frame.value !== expectedEther) refuse("EtherAmountMismatch", expectedEther, frame.value);
  const id = idOf(frame, token);
  bridge.tokenAddress.set(token === ZERO_ADDRESS ? ETH : token, id);
  bridge.balance.add(amount, chainId, id);
  if (token !== ZERO_ADDRESS) {
    const received = pull(frame, token, payer, amount);
    if (received !== amount) refuse("TokenAmountMismatch", amount, received);
  }
  return id;
}

function debit({ world }: Frame, chainId: bigint, id: Hex, amount: bigint): void {
  const available = world.bridge.balance.get(chainId, id);
  if (amount > available) refuse("BalanceOverdraft", chainId, id, available, amount);
  world.bridge.balance.add(-amount, chainId, id);
}

function debitTransit({ world }: Frame, chainId: bigint, id: Hex, amount: bigint): void {
  const available = world.bridge.transit.get(chainId, id);
  if (amount > available) refuse("TransitOverdraft", chainId, id, available, amount);
  world.bridge.transit.add(-amount, chainId, id);
}

export function depositHash(depositor: Hex, token: Hex, amount: bigint): Hex {
  return hashWords(DEPOSIT_TAG, depositor, token, amount);
}

function refundToken(frame: Frame, chainId: bigint, hash: Hex, { depositor, token, amount }: TokenDeposit): void {
  const { bridge } = frame.world;
  const recorded = bridge.deposits.get(chainId, hash) ?? wordToHex(0n);
  const shown = depositHash(depositor, token, amount);
  if (shown !== recorded) refuse("DepositUnknown", recorded, shown);
  if (bridge.refunded.get(chainId, hash)) refuse("DepositAlreadyRefunded", hash);
  bridge.refunded.set(true, chainId, hash);
  debit(frame, chainId, idOf(frame, token), amount);
  send(frame, token, depositor, amount);
}

/** Decodes a deposit for the second bridge, in either encoding. */
function decodeDeposit(frame: Frame, data: Hex): { amount: bigint; receiver: Hex; token: Hex } {
  if (data === "0x") refuse("MalformedDepositData");
  try {
    if (!data.startsWith("0x01")) {
      const [token, amount, receiver] = AbiCoder.defaultAbiCoder().decode(["address", "uint256", "address"], data);
      return { token: plain(lower(token)), amount: amount as bigint, receiver: lower(receiver) };
    }
    const [id, inner] = AbiCoder.defaultAbiCoder().decode(["bytes32", "bytes"], `0x${data.slice(4)}`);
    const [amount, receiver, named] = AbiCoder.defaultAbiCoder().decode(["uint256", "address", "address"], inner as string);
    const token = plain(lower(named));
    if (idOf(frame, token) !== id) refuse("UnknownAsset", idOf(frame, token), id);
    return { token, amount: amount as bigint, receiver: lower(receiver) };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal("SharedBridge", "0x");
  }
}

const lower = (address: unknown): Hex => String(address).toLowerCase() as Hex;

/** The root of an executed batch's logs, to which the proof must lead. */
function requireIncluded(frame: Frame, chainId: bigint, batch: bigint, leaf: Hex, index: bigint, proof: readonly Hex[]): void {
  const chain = frame.world.chains.get(chainId);
  if (chain === undefined) return refuse("UnknownChain", chainId);
  const expected = chain.logRoots.get(batch);
  if (expected === undefined) return refuse("BatchNotExecuted", chainId, batch);
  const actual = rootOfLog("SharedBridge", leaf, index, proof);
  if (actual !== expected) refuse("LogNotIncluded", expected, actual);
}

/** A withdrawal to be claimed. */
export interface WithdrawalClaim {
  readonly chainId: bigint;
  readonly l2BatchNumber: bigint;
  readonly l2MessageIndex: bigint;
  readonly l2Sender: Hex;
  readonly l2TxNumberInBatch: bigint;
  readonly message: Hex;
  readonly merkleProof: readonly Hex[];
}

function decodeWithdrawal(frame: Frame, { message, l2Sender }: WithdrawalClaim): { token: Hex; amount: bigint; recipient: Hex } {
  const { l1ChainId } = frame.world;
  const transfer = decodeAssetMessage(fromHex(message));
  if (transfer?.kind !== AssetMessageKind.withdrawal || transfer.destinationChainId !== l1ChainId)
    return refuse("NotAWithdrawal");
  if (!isAssetSender(l2Sender)) refuse("NotAnAssetSender", l2Sender);
  const { originChainId, originToken, amount, recipient } = transfer;
  if (originChainId !== l1ChainId) refuse("AssetNotOnL1", originChainId, originToken);
  return { token: plain(originToken), amount, recipient };
}

export const bridge = {
  sendRoot(frame: Frame, chainId: bigint, rootIndex: bigint): unknown {
    if (importKindOf(rootIndex) >= ImportKind.fact) refuse("NotARoot", rootIndex);
    const root = rootAt(frame.world, rootIndex);
    const request: DirectRequest = {
      chainId,
      mintValue: 0n,
      l2Contract: PREDEPLOYS.ImportedRoots,
      l2Value: 0n,
      l2Calldata: IMPORTS.encodeFunctionData("importRootFromL1", [rootIndex, root]) as Hex,
      l2GasLimit: IMPORT_GAS,
      l2GasPerPubdataByteLimit: 0n,
      factoryDeps: [],
      refundRecipient: ZERO_ADDRESS,
    };
    return frame.call({ to: frame.world.addresses.factory, fn: "requestL2TransactionDirect", args: [request], value: 0n });
  },

  depositBaseToken(frame: Frame, chainId: bigint, token: Hex, payer: Hex, amount: bigint): void {
    guarded(frame, () => {
      requireFactory(frame);
      const id = receive(frame, chainId, token, payer, amount);
      const total = frame.world.bridge.balance.get(chainId, id);
      if (total > MAX_BASE_TOKEN) refuse("BaseTokenLimitExceeded", MAX_BASE_TOKEN, total);
    });
  },

  bridgehubDeposit(frame: Frame, chainId: bigint, caller: Hex, l2Value: bigint, data: Hex): unknown {
    return guarded(frame, () => {
      requireFactory(frame);
      if (l2Value !== 0n) refuse("L2ValueNotZero", l2Value);
      const { amount, receiver, token } = decodeDeposit(frame, data);
      const { baseToken } = frame.world.chains.get(chainId)!.configuration;
      if (token === plain(baseToken)) refuse("BaseTokenThroughSecondBridge", token);
      const id = receive(frame, chainId, token, caller, amount);
      return {
        magicValue: TWO_BRIDGES_MAGIC,
        l2Contract: ASSET_ROUTER,
        l2Calldata: depositCalldata(
          frame.world,
          id,
          caller,
          receiver === ZERO_ADDRESS ? callerOnL2(frame, caller) : receiver,
          token,
          amount,
        ),
        factoryDeps: [],
        txDataHash: depositHash(caller, token, amount),
      };
    });
  },

  bridgehubConfirmL2Transaction(frame: Frame, chainId: bigint, txDataHash: Hex, txHash: Hex): void {
    requireFactory(frame);
    frame.world.bridge.deposits.set(txDataHash, chainId, txHash);
  },

  applyFlows(
    frame: Frame,
    chainId: bigint,
    batchNumber: bigint,
    firstTimestamp: bigint,
    flows: readonly AssetFlow[],
  ): readonly bigint[] {
    const { world } = frame;
    const refused: bigint[] = [];
    requireChain(frame, "SharedBridge", chainId);
    const isDelivery = ({ kind }: AssetFlow): boolean => kind === AssetMessageKind.hyperbridgeDelivery;
    for (const { originChainId, originToken, amount } of flows.filter(isDelivery)) {
      const id = assetId(originChainId, originToken);
      debitTransit(frame, chainId, id, amount);
      if (originChainId !== chainId) world.bridge.balance.add(amount, chainId, id);
    }
    for (const flow of flows) {
      if (isDelivery(flow)) continue;
      const id = assetId(flow.originChainId, flow.originToken);
      const isWithdrawal = flow.kind === AssetMessageKind.withdrawal;
      if (!isWithdrawal && (world.chains.get(flow.destinationChainId)?.bornAt ?? firstTimestamp) >= firstTimestamp) {
        const place = [chainId, batchNumber, flow.destinationChainId] as const;
        if (world.bridge.refusals.get(...place) === undefined) refused.push(flow.destinationChainId);
        world.bridge.refusals.set(true, ...place);
        continue;
      }
      if (flow.originChainId !== chainId) debit(frame, chainId, id, flow.amount);
      if (isWithdrawal) world.bridge.pot.add(flow.amount, chainId, id);
      else world.bridge.transit.add(flow.amount, flow.destinationChainId, id);
    }
    return refused;
  },

  refundBaseToken(frame: Frame, chainId: bigint, hash: Hex, baseToken: Hex, payer: Hex, mintValue: bigint): void {
    guarded(frame, () => {
      const { baseTokenRefunded } = frame.world.bridge;
      requireChain(frame, "SharedBridge", chainId);
      if (baseTokenRefunded.get(chainId, hash)) refuse("DepositAlreadyRefunded", hash);
      baseTokenRefunded.set(true, chainId, hash);
      debit(frame, chainId, idOf(frame, baseToken), mintValue);
      send(frame, baseToken, payer, mintValue);
    });
  },

  refundTokenDeposit(frame: Frame, chainId: bigint, hash: Hex, deposit: TokenDeposit): void {
    guarded(frame, () => {
      requireChain(frame, "SharedBridge", chainId);
      refundToken(frame, chainId, hash, deposit);
    });
  },

  payHolding(frame: Frame, chainId: bigint, token: Hex, recipient: Hex, amount: bigint): void {
    guarded(frame, () => {
      requireStateExit(frame);
      debit(frame, chainId, idOf(frame, token), amount);
      send(frame, token, recipient, amount);
    });
  },

  payTransit(frame: Frame, chainId: bigint, token: Hex, recipient: Hex, amount: bigint): void {
    guarded(frame, () => {
      requireStateExit(frame);
      debitTransit(frame, chainId, idOf(frame, token), amount);
      send(frame, token, recipient, amount);
    });
  },

  finalizeDeposit(frame: Frame, claim: WithdrawalClaim): void {
    guarded(frame, () => {
      const { world } = frame;
      const { token, amount, recipient } = decodeWithdrawal(frame, claim);
      const { chainId, l2BatchNumber: batch, l2MessageIndex: index, merkleProof } = claim;
      const leaf = hashL2Log(messageLogOfHash(claim.l2Sender, keccak(fromHex(claim.message))));
      requireIncluded(frame, chainId, batch, leaf, index, merkleProof);
      if (world.bridge.finalized.get(chainId, batch, index)) refuse("WithdrawalAlreadyFinalized", chainId, batch, index);
      world.bridge.finalized.set(true, chainId, batch, index);
      const id = idOf(frame, token);
      const pot = world.bridge.pot.get(chainId, id);
      if (amount > pot) refuse("ClaimPotOverdraft", chainId, id, pot, amount);
      world.bridge.pot.add(-amount, chainId, id);
      send(frame, token, recipient, amount);
    });
  },

  bridgeRecoverFailedTransfer(
    frame: Frame,
    chainId: bigint,
    depositor: Hex,
    id: Hex,
    assetData: Hex,
    hash: Hex,
    batch: bigint,
    index: bigint,
    _txNumber: bigint,
    proof: readonly Hex[],
  ): void {
    guarded(frame, () => {
      requireIncluded(frame, chainId, batch, hashL2Log(priorityOpLog(hash, false)), index, proof);
      const [amount, , named] = AbiCoder.defaultAbiCoder().decode(["uint256", "address", "address"], assetData);
      const token = plain(lower(named));
      if (idOf(frame, token) !== id) refuse("UnknownAsset", idOf(frame, token), id);
      refundToken(frame, chainId, hash, { depositor, token, amount: amount as bigint });
    });
  },
};

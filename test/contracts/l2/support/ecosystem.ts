import assert from "node:assert/strict";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { AbiCoder, Interface, type Contract, type ContractTransactionResponse, type TransactionReceipt } from "ethers";
import hre from "hardhat";
import { assetId } from "../../../../src/ground/protocol/asset-message.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import type { BatchRecord } from "../../../../src/ground/protocol/batch-record.ts";
import { hashL2Log, l2LogTreeRoot, messageLog, priorityOpLog } from "../../../../src/ground/protocol/l2-log.ts";
import { encodeMessageProof, l2LogTreeProof } from "../../../../src/ground/protocol/message-proof.ts";
import { aliasOf } from "../../../../src/ground/protocol/address-alias.ts";
import { PREDEPLOYS } from "../../../../src/ground/protocol/predeploys.ts";
import { transactionTreeProof } from "../../../../src/ground/protocol/transaction-tree.ts";
import { BOOTLOADER, startLocalL2, type LocalL2, COINBASE } from "./local-l2.ts";
import { SettlementModel, type SentMessage } from "./settlement-model.ts";

export const L1_CHAIN_ID = 31337n;
export const SHARED_BRIDGE: Hex = "0xb41d6e00000000000000000000000000000b41d6";
export const ETH: Hex = "0x0000000000000000000000000000000000000000";
/** An L1 token that may be a chain's base token. */
export const L1_TOKEN: Hex = "0x70ce000000000000000000000000000000070ce0";

/** The argument with which contracts take a message and its proof. */
export interface MessageInclusionProof {
  readonly chainId: bigint;
  readonly l1BatchNumber: bigint;
  readonly l2MessageIndex: bigint;
  readonly message: { readonly txNumberInBatch: number; readonly sender: Hex; readonly data: Hex };
  readonly proof: readonly Hex[];
}

/** One chain whose batches a test seals by hand. */
export interface SimulatedChain extends LocalL2 {
  readonly baseAsset: Hex;
  readonly users: readonly HardhatEthersSigner[];
  /** Sends a call and waits for its receipt. */
  send(contract: Contract, name: string, ...args: unknown[]): Promise<TransactionReceipt>;
  /** Closes the open batch, compares its root with TypeScript's, executes it in the model and opens the next one. */
  sealBatch(): Promise<void>;
  /** Gives the chain the newest root of the registry. */
  importRoot(): Promise<void>;
  /** Deposits an L1 asset as the shared bridge does, or pays base token out as the bootloader does. */
  deposit(to: string, originToken: Hex, amount: bigint, metadata?: Hex): Promise<void>;
}

export interface Ecosystem {
  readonly settlement: SettlementModel;
  readonly chains: readonly SimulatedChain[];
  /** Proof of an executed message against the newest root, by the hash of its body. */
  prove(messageHash: string): MessageInclusionProof;
  /** The chain ids that L1 refused in the batch of an executed message. */
  refusedWith(messageHash: string): readonly bigint[];
  /** Seals all chains' batches, then imports the newest root everywhere. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

interface ExecutedMessage extends SentMessage {
  readonly chainId: bigint;
  readonly batchNumber: bigint;
  readonly index: number;
  readonly leaves: readonly Hex[];
  readonly registryIndex: number;
  readonly record: BatchRecord;
  readonly refused: readonly bigint[];
}

/** When the first batch of each chain begins. */
export const FIRST_TIMESTAMP = 1_000n;

/**
 * Chains that share one modelled L1; `baseTokens` gives each chain's base token on L1, and their number; `bornAt` when L1
 * created each, 0 where it says nothing. Each batch begins 10 seconds after the one before, the first at `FIRST_TIMESTAMP`.
 */
export async function startEcosystem(baseTokens: readonly Hex[], bornAt: readonly bigint[] = []): Promise<Ecosystem> {
  const settlement = new SettlementModel();
  const executed = new Map<string, ExecutedMessage>();
  const chains: SimulatedChain[] = [];
  for (const i of baseTokens.keys()) settlement.bornAt.set(BigInt(270 + i), bornAt[i] ?? 0n);
  for (const [i, baseToken] of baseTokens.entries())
    chains.push(await startChain(270 + i, baseToken, bornAt[i] ?? 0n, settlement, executed));

  return {
    settlement,
    chains,
    prove(messageHash) {
      const message = executed.get(messageHash);
      if (message === undefined) throw new Error(`no executed batch has message ${messageHash}`);
      return {
        chainId: message.chainId,
        l1BatchNumber: message.batchNumber,
        l2MessageIndex: BigInt(message.index),
        message: { txNumberInBatch: 0, sender: message.sender, data: `0x${Buffer.from(message.body).toString("hex")}` },
        proof: encodeMessageProof({
          logSiblings: l2LogTreeProof(message.leaves, message.index),
          registryLeafIndex: BigInt(message.registryIndex),
          registrySiblings: transactionTreeProof(settlement.registryLeaves, message.registryIndex),
          registryRootIndex: settlement.latestRoot.registryIndex,
          record: message.record,
        }),
      };
    },
    refusedWith(messageHash) {
      return executed.get(messageHash)?.refused ?? [];
    },
    async settle() {
      for (const chain of chains) await chain.sealBatch();
      for (const chain of chains) await chain.importRoot();
    },
    async close() {
      for (const chain of chains) await chain.close();
    },
  };
}

async function startChain(
  chainId: number,
  baseToken: Hex,
  bornAt: bigint,
  settlement: SettlementModel,
  executed: Map<string, ExecutedMessage>,
): Promise<SimulatedChain> {
  const l2 = await startLocalL2(chainId, {
    l1ChainId: L1_CHAIN_ID,
    l1SharedBridge: SHARED_BRIDGE,
    baseTokenOriginChainId: L1_CHAIN_ID,
    baseTokenOriginToken: baseToken,
    bornAt,
  });
  const bootloader = await l2.impersonate(BOOTLOADER);
  const bridge = await l2.impersonate(aliasOf(270n, SHARED_BRIDGE));
  const context = await l2.predeploy("SystemContext", bootloader);
  const messengerAbi = new Interface((await hre.artifacts.readArtifact("L1Messenger")).abi);
  const contextAbi = new Interface((await hre.artifacts.readArtifact("SystemContext")).abi);
  const send = async (contract: Contract, name: string, ...args: unknown[]): Promise<TransactionReceipt> => {
    const response = (await contract.getFunction(name).send(...args)) as ContractTransactionResponse;
    const receipt = await response.wait();
    assert.ok(receipt);
    return receipt;
  };
  let batchNumber = 1n;
  let firstBlock = (await l2.ethers.provider.getBlockNumber()) + 1;
  let imported = 0n;
  let firstTimestamp = FIRST_TIMESTAMP;
  await send(context, "openBatch", batchNumber, 0, COINBASE);
  const baseAsset = assetId(L1_CHAIN_ID, baseToken);

  return {
    ...l2,
    baseAsset,
    users: (await l2.ethers.getSigners()).slice(1, 6),
    send,
    async sealBatch() {
      const receipt = await send(context, "closeBatch", 0, wordToHex(0n));
      const logs = await l2.ethers.provider.getLogs({
        address: PREDEPLOYS.L1Messenger,
        fromBlock: firstBlock,
        toBlock: receipt.blockNumber,
      });
      const leaves: Hex[] = [];
      const messages: (SentMessage & { index: number })[] = [];
      for (const log of logs) {
        const event = messengerAbi.parseLog(log);
        assert.ok(event);
        if (event.name === "L1MessageSent") {
          const sender = (event.args[0] as string).toLowerCase() as Hex;
          const body = fromHex(event.args[2] as string);
          messages.push({ sender, body, index: leaves.length });
          leaves.push(hashL2Log(messageLog(sender, body)));
        } else {
          leaves.push(hashL2Log(priorityOpLog(event.args[0] as Hex, event.args[1] as boolean)));
        }
      }
      const root = l2LogTreeRoot(leaves);
      // The closing may send lists of transfers before.
      const closed = contextAbi.parseLog(receipt.logs.at(-1)!);
      assert.equal((closed?.args[2] as { l2LogsTreeRoot: string }).l2LogsTreeRoot, root);
      const registryIndex = settlement.registryLeaves.length;
      const { record, refused } = settlement.execute(l2.chainId, batchNumber, root, messages, firstTimestamp);
      for (const message of messages) {
        executed.set(keccak(message.body), {
          ...message,
          chainId: l2.chainId,
          batchNumber,
          leaves,
          registryIndex,
          record,
          refused,
        });
      }
      firstBlock = receipt.blockNumber + 1;
      firstTimestamp += 10n;
      await send(context, "openBatch", ++batchNumber, 0, COINBASE);
    },
    async importRoot() {
      const { registryIndex, root } = settlement.latestRoot;
      if (registryIndex === imported) return;
      imported = registryIndex;
      await send(await l2.predeploy("ImportedRoots", bootloader), "importRoot", registryIndex, root);
    },
    async deposit(to, originToken, amount, metadata = "0x") {
      const asset = assetId(L1_CHAIN_ID, originToken);
      settlement.deposit(l2.chainId, asset, amount);
      if (asset === baseAsset) {
        await send(await l2.predeploy("L2BaseToken", bootloader), "payout", to, amount);
        return;
      }
      const data = AbiCoder.defaultAbiCoder().encode(
        ["address", "address", "address", "uint256", "bytes"],
        [SHARED_BRIDGE, to, originToken, amount, metadata],
      );
      await send(await l2.predeploy("L2AssetRouter", bridge), "finalizeDeposit", L1_CHAIN_ID, asset, data);
    },
  };
}

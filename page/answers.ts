import type {
  CallFailure,
  EcosystemInfo,
  EcosystemStatus,
  MessageInfo,
  MessageTrace,
  TracedCall,
} from "../src/ecosystem/devnet/view/books/ecosystem-info.ts";

import type { AccountHistory } from "../src/ecosystem/devnet/view/feed/account-history.ts";
import type { ChainPowersInfo } from "../src/ecosystem/devnet/view/governing/chain-powers.ts";
import type { GovernanceInfo } from "../src/ecosystem/devnet/view/governing/governance-info.ts";
import type { Deployable } from "../src/ecosystem/devnet/view/contracts/deployable.ts";
import type { Description } from "../src/ecosystem/devnet/view/books/describe.ts";

import type { Found } from "../src/ecosystem/devnet/view/looking/search.ts";

import type { Prepared } from "../src/ecosystem/devnet/view/acts/prepare.ts";

import type { BatchProofInfo } from "../src/ecosystem/devnet/view/batches/proof-on-l1.ts";

import type { MessageState, PagedMessages } from "../src/ecosystem/devnet/view/books/paged-messages.ts";
import type { BatchSummary } from "../src/ecosystem/devnet/view/batches/batch-info.ts";
import type { BatchInfo } from "../src/ecosystem/devnet/view/batches/batch-on-l1.ts";
import type { FeedEntry } from "../src/chain/rpc/transport/feed.ts";
import type { ToldEntry } from "../src/tool/page-server/blocks-in-words.ts";
import type { DumpAnswer } from "../src/ecosystem/devnet/view/ecosystem-methods.ts";
import type { SourceSteps } from "../src/ecosystem/devnet/view/contracts/source-steps.ts";
import type { StorageChanges } from "../src/ecosystem/devnet/view/contracts/storage-changes.ts";
import type { ActInfo } from "../src/ecosystem/devnet/view/feed/act-book.ts";
import type { TransactionsPage } from "../src/ecosystem/devnet/view/transactions/transactions-page.ts";
import type { Deployment, DeploymentsPage } from "../src/ecosystem/devnet/view/transactions/deployments.ts";
import type { ActivityBlock, ActivityTransaction } from "../src/ecosystem/devnet/view/feed/activity.ts";

import type { HubBlockInfo, HubInfo } from "../src/ecosystem/devnet/view/books/hub-info.ts";

import type { BridgeDelivery, BridgesInfo } from "../src/ecosystem/devnet/view/books/bridge-info.ts";

export type { HubBlockInfo, HubInfo };
export type { ActInfo, ActivityBlock, ActivityTransaction, BridgeDelivery, StorageChanges };
/** Answer of `hyperchain_bridges`; empty if the options name no bridge. */
export type BridgesAnswer = Partial<BridgesInfo>;
export type {
  AccountHistory,
  BatchInfo,
  BatchProofInfo,
  BatchSummary,
  ChainPowersInfo,
  GovernanceInfo,
  MessageState,
  PagedMessages,
  Deployable,
  Deployment,
  DeploymentsPage,
  TransactionsPage,
  Description,
  DumpAnswer,
  FeedEntry,
  Found,
  Prepared,
  SourceSteps,
  ToldEntry,
};
export type { CallFailure, EcosystemInfo, EcosystemStatus, MessageInfo, MessageTrace, TracedCall };

export interface LogAnswer {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly logIndex: string;
}

/** Answer of `eth_getTransactionByHash`. */
export interface TransactionAnswer {
  readonly hash: string;
  readonly type: string;
  readonly from: string;
  readonly to: string | null;
  readonly value: string;
  readonly input: string;
  readonly nonce: string;
  readonly gas: string;
  readonly gasPrice?: string;
  readonly blockNumber: string | null;
  readonly l1BatchNumber?: string | null;
}

/** Answer of `eth_getTransactionReceipt`. */
export interface ReceiptAnswer {
  readonly transactionHash: string;
  readonly status: string;
  readonly gasUsed: string;
  readonly effectiveGasPrice: string;
  readonly contractAddress: string | null;
  readonly blockNumber: string;
  readonly l1BatchNumber?: string | null;
  readonly logs: readonly LogAnswer[];
}

/** Answer of `eth_getBlockByNumber` with whole transactions. */
export interface BlockAnswer {
  readonly number: string;
  readonly hash: string;
  readonly parentHash: string;
  readonly timestamp: string;
  readonly gasUsed: string;
  readonly miner: string;
  readonly l1BatchNumber?: string | null;
  readonly transactions: readonly TransactionAnswer[];
}

/** Progress of a batch's proof, until L1 has accepted it. */
export type ProofInTheMaking = NonNullable<EcosystemStatus["chains"][number]["proving"]>[number];

/** Answer of `zks_getL1BatchDetails`. */
export interface BatchAnswer {
  readonly number: number;
  readonly timestamp: number;
  readonly l1TxCount: number;
  readonly l2TxCount: number;
  readonly rootHash: string;
  readonly commitment: string;
  readonly commitTxHash: string | null;
  readonly proveTxHash: string | null;
  /** Absent until a second verifier has confirmed the batch. */
  readonly secondCheckTxHash?: string;
  readonly executeTxHash: string | null;
}

/** Answer of `hyperchain_wallet`: amounts are smallest units in digits. */
export interface WalletAnswer {
  /** L1 first. */
  readonly members: readonly {
    readonly name: string;
    readonly chainId: number;
    readonly tokens: readonly TokenAnswer[];
    readonly unavailable?: string;
  }[];
  readonly inFlight: readonly TransferAnswer[];
  readonly unread?: readonly { readonly name: string; readonly reason: string }[];
}

export interface TokenAnswer {
  readonly address: string;
  readonly symbol: string;
  readonly decimals: number;
  readonly amount: string;
  /** Origin of the token. */
  readonly origin: { readonly chainId: number; readonly token: string };
}

export interface TransferAnswer {
  readonly type: "deposit" | "transfer" | "withdrawal";
  readonly sourceChainId: number;
  readonly destinationChainId: number;
  readonly originToken: string;
  readonly amount: string;
  readonly transactionHash: string;
  readonly hash: string;
  readonly waitingFor: string;
}

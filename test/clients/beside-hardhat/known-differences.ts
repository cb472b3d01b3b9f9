import type { Difference } from "./compare.ts";

/** Differences with a reason. Empty patterns match everything. */
interface KnownDifference {
  readonly methods: RegExp;
  /** Paths of fields. */
  readonly at: RegExp;
  readonly params?: RegExp;
  readonly reason: string;
  /** Whether there may be no such difference: both were asked in the same second. */
  readonly isByTime?: true;
}

const BLOCKS = /^eth_(getBlockBy|subscription)/;
const TRANSACTIONS = /^eth_(getBlockBy|getTransaction|pendingTransactions)/;
const TRACES = /^debug_trace/;

/** Answers that differ from those of Hardhat's network, with reasons. The list only shrinks. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    methods: /./,
    at: /^error\.(message|data(\.code|\.message)?)$/,
    reason: "each says refusals in its own words; chains add the name of the error",
  },
  {
    methods: /^eth_(get|pending|subscription)/,
    at: /(l1BatchNumber|l1BatchTxIndex|l1BatchTimestamp|l2ToL1Logs|logType|transactionLogIndex)$/,
    reason: "ZK Stack's fields",
  },
  {
    methods: /./,
    at: /./,
    params: /^\["[^"]*",?("[^"]*",)?"(safe|finalized)"|^\["(safe|finalized)"/,
    reason: "safe and finalized are what L1 has, and L1 has nothing of this history",
  },
  {
    methods: BLOCKS,
    at: /(stateRoot|mixHash|parentBeaconBlockRoot)$/,
    reason: "headers of chains name no root of a state and no beacon block; randomness follows from the parent's hash",
  },
  {
    methods: BLOCKS,
    at: /size$/,
    reason: "Hardhat counts typed transactions without the string header that they have in a block (EIP-2718)",
  },
  {
    methods: TRANSACTIONS,
    at: /(yParity|chainId)$/,
    reason: "Ethereum's specification has them: yParity of typed transactions, the chain of those that name one",
  },
  {
    methods:
      /^eth_(getBlockByNumber|getTransactionByBlockNumberAndIndex|getBlockTransactionCountByNumber|getBalance|getTransactionCount)/,
    at: /./,
    params: /"pending"/,
    reason: "of the pending block a chain tells its place and what is ready, and executes nothing of it",
  },
  {
    methods: /^eth_getTransactionReceipt/,
    at: /^result\.contractAddress$/,
    reason: "Ethereum's nodes name the address of a creation that failed, Hardhat's does not",
  },
  {
    methods: TRACES,
    at: /returnData$/,
    reason: "an empty return is left out, as geth does",
  },
  {
    methods: TRACES,
    at: /error$/,
    reason: "steps and calls fail in geth's words, in Hardhat's by the names that its EVM has inside",
  },
  {
    methods: TRACES,
    at: /0x[0-9a-f]{40}\.balance$/,
    reason: "the fee recipient has what was paid for the chain's accounts before this history",
  },
  {
    methods: TRACES,
    at: /^result\.logs$/,
    reason: "a call that failed has no logs, as geth tells it",
  },
  {
    methods: TRACES,
    at: /\.storage\.0x[0-9a-f]{64}$/,
    reason: "a write that runs out of gas has not been made",
  },
  {
    methods: /^eth_(call|estimateGas)$/,
    at: /^error\.code$/,
    reason: "3 is for reverts alone, as in geth; what cannot be read is an invalid parameter",
  },
  {
    methods: /^eth_estimateGas$/,
    at: /^result$/,
    reason: "an estimate is the least that is enough; Hardhat's ends one gas above it",
  },
  {
    methods: /^eth_feeHistory$/,
    at: /(baseFeePerBlobGas|blobGasUsedRatio)$|^result\.reward/,
    reason: "a chain tells of blobs that there are none, as geth does, and no reward below its gas price",
  },
  {
    methods: /^eth_(gasPrice|maxPriorityFeePerGas)$/,
    at: /^result$/,
    reason: "the chain's own price",
  },
  {
    methods: /^eth_(getBlock|getTransactionBy|feeHistory|getLogs|newFilter|debug)/,
    at: /^(result|error)$/,
    params: /^\[\{"blockNumber"|^\["0x2","latest"\]$|^\[\]$|^\[\{\},/,
    reason: "a block may be named in each form of EIP-1898, and what is left out is the newest, or nothing",
  },
  {
    methods: /^eth_(get(Block|Transaction)|pendingTransactions)/,
    at: /blockTimestamp$/,
    reason: "a transaction has its block's time, as in Ethereum's specification",
  },
  {
    methods: /^eth_getFilter/,
    at: /./,
    reason: "block filters begin with the next block, and a missing filter is an error, as in geth",
  },
  {
    methods: /^eth_getProof$/,
    at: /./,
    reason: "headers name no root to prove against; zks_getProof proves under L1's",
  },
  {
    methods: /^eth_(new.*Filter|subscribe)$|^evm_snapshot$/,
    at: /^result$/,
    reason: "names are the node's own",
  },
  {
    methods: /^eth_sendRawTransaction$|^eth_feeHistory$|^eth_getLogs$|^hardhat_dropTransaction$|sign|^eth_sendTransaction$/,
    at: /^error\.code$/,
    reason: "what cannot be read, or names what a chain cannot have, is an invalid parameter; the rest is refused",
  },
  {
    methods: /^eth_(uninstallFilter|unsubscribe)$/,
    at: /^(result|error)$/,
    reason: "there is no filter of that name: false",
  },
  {
    methods: /^eth_get(TransactionByHash|TransactionReceipt)$/,
    at: /(type|[fF]ee\w*|[gG]asPrice|accessList|v)$/,
    params: /impersonated transaction/,
    reason: "what an impersonated account sends has no signature and pays nothing (docs/rpc.md)",
  },
  {
    methods: /^eth_getBlockByNumber$/,
    at: /(transactionsRoot|receiptsRoot)$/,
    params: /^\["latest",false\]$/,
    reason: "so its block has other roots",
  },
  {
    methods: /^hardhat_setStorageAt$/,
    at: /^(result|error)$/,
    reason: "a chain takes a value that is shorter than a word",
  },
  {
    methods: /^(hardhat_metadata|web3_clientVersion)$/,
    at: /./,
    reason: "each has its own name",
  },
  {
    methods: /^evm_increaseTime$/,
    at: /^result$/,
    reason: "both clocks advance with real time",
    isByTime: true,
  },
];

/** Returns the differences without a reason, and the reasons without a difference. */
export function explained(differences: readonly Difference[]): {
  readonly unexplained: readonly Difference[];
  readonly unused: readonly string[];
} {
  const used = new Set<string>();
  const unexplained = differences.filter((difference) => {
    const known = KNOWN_DIFFERENCES.filter(
      ({ methods, at, params = /./ }) =>
        methods.test(difference.method) && at.test(difference.at) && params.test(difference.params),
    );
    for (const { reason } of known) used.add(reason);
    return known.length === 0;
  });
  return {
    unexplained,
    unused: KNOWN_DIFFERENCES.flatMap(({ reason, isByTime }) => (used.has(reason) || isByTime === true ? [] : [reason])),
  };
}

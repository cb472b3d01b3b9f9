import type { BaseWallet } from "ethers";
import type { Mark } from "../../core/marks.ts";
import type { Chain } from "../../chain.ts";
import type { Partition } from "../../sequencer/partition-check.ts";
import { aboutMethods, CLIENT_VERSION } from "../about-methods.ts";
import { listMethods } from "../access/list-methods.ts";
import { accountHistoryMethods } from "../blocks/account-history.ts";
import { accountSearchMethods } from "../blocks/account-search.ts";
import { accountMethods } from "../accounts/account-methods.ts";
import { NO_ACCOUNTS, type UnlockedAccounts } from "../accounts/unlocked-accounts.ts";
import { bytes } from "../request/call-request.ts";
import { snapshotParameter } from "../request/parameters.ts";
import { quantity } from "../request/quantities.ts";
import { configMethods, modulesOf } from "../chain-config.ts";
import { cheatMethods } from "../development/cheat-methods.ts";
import type { RpcMethod } from "../request/dispatch.ts";
import { asking } from "../calls/asking.ts";
import { Calls } from "../calls/calls.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { miningMethods } from "../development/mining-methods.ts";
import { messageMethods, type RevertReason } from "../zks/message-status.ts";
import type { GasPrice } from "../../mempool/gas-price.ts";
import { withNamedBlocks } from "../blocks/named-blocks.ts";
import { namedReads } from "../blocks/named-reads.ts";
import { sponsorMethods } from "../bundler/sponsor-methods.ts";
import { operationMethods } from "../bundler/operation-methods.ts";
import { oneAtATime } from "../request/concurrency-limit.ts";
import { otterscanMethods } from "../blocks/otterscan.ts";
import { LocalCalls } from "../calls/own-calls.ts";
import { MIN_BLOB_FEE } from "../blocks/fee-history.ts";
import { fixedValueMethods } from "../fixed-values.ts";
import { Impersonation } from "../development/impersonation.ts";
import { newestBlock } from "../request/newest-block.ts";
import { poolMethods } from "../development/pool-methods.ts";
import type { SettlementView } from "../zks/settlement-view.ts";
import { sendSyncMethod } from "../blocks/send-sync.ts";
import { simulateMethod } from "../calls/simulate.ts";
import { parityMethods } from "../traces/parity-traces.ts";
import { startTracer } from "../traces/traces.ts";
import { traceMethods } from "../traces/debug-traces.ts";
import { zksBatchMethods } from "../zks/zks-batches.ts";
import { zksMethods } from "../zks/zks-methods.ts";
import { zksProofMethods } from "../zks/zks-proofs.ts";
import { zksVersionMethods } from "../zks/zks-versions.ts";
import { unservedMethods } from "../request/unserved-methods.ts";
import { stateMethods } from "../calls/state-methods.ts";
import { fromHex, hexQuantity, keccak } from "../../../ground/protocol/hex.ts";

export interface ChainMethodOptions {
  readonly gasPrice: Pick<GasPrice, "toldWei">;
  /** Name of the order of transactions: "fifo" and "fees" as anvil has them, or another. Default: "fifo". */
  readonly orderName?: string;
  /** Whether anyone may move time, mine, take snapshots: for development chains. */
  readonly development: boolean;
  /** For which a development chain signs. Default: none. */
  readonly accounts?: UnlockedAccounts;
  /** The operator's key, which carries user operations (ERC-4337) into blocks. Default: no bundler runs. */
  readonly operator?: BaseWallet;
  /** Data of the chain on its settlement layer; without it, methods that need them do not exist. */
  readonly settlement?: SettlementView;
  /** Describes the revert data of another chain's call; default: they are shown unchanged. */
  readonly revertReason?: RevertReason;
  /** Milliseconds of a monotonic clock, by which idle filters end. Default: the process's. */
  readonly nowMs?: () => number;
  /** Milliseconds of processor time for a call, an estimate, a simulation or a trace. Default: `MAX_QUESTION_MS`. */
  readonly maxQuestionMs?: number;
}

/** More than a batch of requests holds. */
const MAX_WAITING_MARKS = 512;
/** Processor time of a call. The dearest bundle that can be sent takes 5,000,000 gas, and its estimate runs it several times. */
const MAX_QUESTION_MS = 10_000;
/** A week of blocks on Ethereum, over which many governors have votes, is 50,400; each takes some tenths of a millisecond. */
const MAX_MINED_BLOCKS = 100_000n;
/** Seconds: some 35,000 years from now, and far from what 64 bits or a JavaScript number hold. */
const LAST_TIMESTAMP = 2n ** 40n;

/** All methods that the chain itself answers. */
export function chainMethods(chain: Chain, options: ChainMethodOptions): Map<string, RpcMethod> {
  const ask = asking(chain, options.maxQuestionMs ?? MAX_QUESTION_MS);
  const calls = new Calls(chain, new LocalCalls(chain, ask), ask, options.gasPrice);
  const { gasPrice, settlement } = options;
  const methods = new Map([...stateMethods(chain), ...namedReads(chain, options), ...statedValues(chain, gasPrice)]);
  methods.set("eth_call", (params, client) => calls.call(params, client));
  methods.set("eth_estimateGas", (params, client) => calls.estimate(params, client));
  methods.set("eth_createAccessList", (params, client) => calls.accessList(params, client));
  methods.set("eth_simulateV1", simulateMethod(chain, ask));
  methods.set("eth_sendRawTransactionSync", sendSyncMethod(chain, methods));
  methods.set("eth_sendRawTransaction", sendRawMethod(chain, "rollup"));
  const tracer = startTracer(chain, ask);
  for (const [method, answer] of [...traceMethods(tracer), ...parityMethods(chain, tracer)]) methods.set(method, answer);
  if (options.development) {
    const impersonated = new Impersonation();
    const { accounts = NO_ACCOUNTS } = options;
    const keyed = accountMethods(chain, {
      accounts,
      impersonated,
      gasPrice,
      others: methods,
    });
    const sponsoring = sponsorMethods(chain, { accounts, others: methods });
    for (const [method, answer] of [...cheatMethods(chain, impersonated), ...keyed, ...sponsoring]) methods.set(method, answer);
    addDevelopmentMethods(chain, methods);
    for (const [method, answer] of [...aboutMethods(chain, options), ...fixedValueMethods(chain)]) methods.set(method, answer);
  }
  const own = [
    zksMethods(chain, ask, gasPrice, settlement, methods),
    zksBatchMethods(chain, gasPrice, settlement),
    zksVersionMethods(chain),
    zksProofMethods(chain, settlement),
    messageMethods(chain, settlement, options.revertReason),
    listMethods(chain),
    configMethods(chain, gasPrice),
    operationMethods(chain, ask, {
      operator: options.operator,
      nowMs: options.nowMs ?? (() => performance.now()),
      others: methods,
    }),
  ];
  for (const group of [...own, otterscanMethods(methods), accountHistoryMethods(methods), accountSearchMethods(methods)])
    for (const [method, answer] of group) methods.set(method, answer);
  for (const [method, answer] of unservedMethods(options.development)) methods.set(method, answer);
  methods.set("rpc_modules", modulesOf(methods.keys()));
  return withNamedBlocks(methods, chain, settlement);
}

/** Methods that answer with one value of the chain or of this software. */
function statedValues(chain: Chain, gasPrice: ChainMethodOptions["gasPrice"]): readonly (readonly [string, RpcMethod])[] {
  const price: RpcMethod = async () => hexQuantity(gasPrice.toldWei);
  return [
    ["eth_blockNumber", async () => hexQuantity(newestBlock(chain))],
    ["eth_gasPrice", price],
    ["eth_maxPriorityFeePerGas", price],
    ["eth_coinbase", async () => chain.sequencer.nextEnvironment.coinbase],
    ["eth_blobBaseFee", async () => MIN_BLOB_FEE],
    ["eth_chainId", async () => hexQuantity(chain.chainId)],
    ["net_version", async () => String(chain.chainId)],
    ["eth_syncing", async () => false],
    ["web3_clientVersion", async () => CLIENT_VERSION],
    ["web3_sha3", async ([data]) => keccak(fromHex(bytes(data)))],
    ["eth_accounts", async () => []],
    ["eth_mining", async () => false],
    ["net_listening", async () => true],
  ];
}

/** `eth_sendRawTransaction` for transactions that are signed for the id of a partition. */
export function sendRawMethod(chain: Pick<Chain, "submit">, partition: Partition): RpcMethod {
  return async ([raw]) => {
    if (typeof raw !== "string") throw new RpcError(RpcCode.invalidParams, "the first parameter is the serialised transaction");
    return chain.submit(raw, partition);
  };
}

function addDevelopmentMethods(chain: Chain, methods: Map<string, RpcMethod>): void {
  const { sequencer } = chain;
  for (const [method, answer] of [...miningMethods(chain), ...poolMethods(chain)]) methods.set(method, answer);
  const marks = new Map<string, Mark>();
  let nextMark = 1;
  methods.set("evm_mine", async ([timestamp]) => {
    if (timestamp !== undefined) await sequencer.setNextTimestamp(pointInTime(quantity(timestamp)));
    await sequencer.answered(sequencer.mine());
    // As Hardhat's node has it.
    return "0";
  });
  methods.set("hardhat_mine", async ([count = "0x1", interval = "0x1"]) => {
    const blocks = quantity(count);
    if (blocks > MAX_MINED_BLOCKS)
      throw new RpcError(
        RpcCode.limitExceeded,
        `at most ${MAX_MINED_BLOCKS} blocks at once, got ${blocks}; ask for the rest in further requests`,
      );
    const apart = quantity(interval);
    if (blocks > 1n) pointInTime(sequencer.nextEnvironment.timestamp + apart * (blocks - 1n));
    await sequencer.answered(sequencer.mineMany(Number(blocks), apart));
    return true;
  });
  methods.set("evm_increaseTime", async ([by]) => {
    pointInTime(sequencer.nextEnvironment.timestamp + quantity(by));
    // As Hardhat's node has it: all moves together, in digits.
    return (await sequencer.skipTime(quantity(by))).toString();
  });
  methods.set("evm_setNextBlockTimestamp", async ([timestamp]) => {
    await sequencer.setNextTimestamp(pointInTime(quantity(timestamp)));
    return quantity(timestamp).toString();
  });
  // In turn: a mark that is being made while an earlier one is returned to would be known here, and nowhere else.
  const inTurn = oneAtATime(MAX_WAITING_MARKS, "snapshots and returns to them wait");
  methods.set("evm_snapshot", () =>
    inTurn(async () => {
      const id = hexQuantity(nextMark++);
      marks.set(id, await chain.snapshot());
      return id;
    }),
  );
  methods.set("evm_revert", ([named]) =>
    inTurn(async () => {
      const id = snapshotParameter(named);
      const mark = marks.get(id);
      if (mark === undefined) return false;
      // Reverting ends the mark and all later ones, as everywhere.
      const ids = [...marks.keys()];
      for (const later of ids.slice(ids.indexOf(id))) marks.delete(later);
      await chain.revert(mark);
      return true;
    }),
  );
  methods.set("hyperchain_sealBatch", async () => {
    const batch = await sequencer.answered(chain.seal());
    return batch === undefined ? null : hexQuantity(batch.outputs.batchNumber);
  });
}

/**
 * Time of the next block. The clock is monotonic, and the engine has a last time after which there is no next
 * block. Throws RpcError.
 */
function pointInTime(timestamp: bigint): bigint {
  if (timestamp <= LAST_TIMESTAMP) return timestamp;
  throw new RpcError(RpcCode.invalidParams, `time ends at ${LAST_TIMESTAMP} here, got ${timestamp}`);
}

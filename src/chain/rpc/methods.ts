import type { Chain, ChainMark } from "../chain.ts";
import { withBlockTags } from "./block-tags.ts";
import { address, quantity } from "./call-request.ts";
import { cheatMethods } from "./cheat-methods.ts";
import type { RpcMethod } from "./dispatch.ts";
import { checkFeeHistory, withLeastRewards } from "./fee-history.ts";
import { GuardedCalls } from "./guarded-calls.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";
import { miningMethods } from "./mining-methods.ts";
import { messageMethods } from "./message-status.ts";
import { namedReads } from "./named-reads.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { OwnCalls } from "./own-calls.ts";
import { hexQuantity } from "./hex-quantity.ts";
import type { SettlementView } from "./settlement-view.ts";
import { traceMethods } from "./traces.ts";
import { zksBatchMethods } from "./zks-batches.ts";
import { zksMethods } from "./zks-methods.ts";
import { zksProofMethods } from "./zks-proofs.ts";

export interface ChainMethodOptions {
  /** Answer of `eth_gasPrice`, and the least reward in `eth_feeHistory`. */
  readonly gasPriceWei: bigint;
  /** Whether anyone may move time, mine, take snapshots: for development chains. */
  readonly development: boolean;
  /** What the settlement layer knows of the chain; without it, methods that need it do not exist. */
  readonly settlement?: SettlementView;
  /** Milliseconds of a clock that never goes back, by which filters end that nobody asks. Default: the process's. */
  readonly nowMs?: () => number;
  /** How long a call or an estimate may keep the witness from its blocks. Default 2,000. */
  readonly maxQuestionMs?: number;
}

/** Reads that the engine answers: they change nothing and run no code. */
const ENGINE_READS = [
  "eth_chainId",
  "eth_syncing",
  "eth_accounts",
  "eth_getBalance",
  "eth_getBlockTransactionCountByHash",
  "eth_getBlockTransactionCountByNumber",
  "eth_getCode",
  "eth_getProof",
  "eth_getStorageAt",
  "net_listening",
  "net_version",
  "web3_clientVersion",
  "web3_sha3",
] as const;

/** More than a batch of requests holds. */
const MAX_WITNESS_CALLS = 512;
const MAX_WAITING_MARKS = 512;
/** For a question to the witness, as nodes give to theirs. */
const MAX_QUESTION_MS = 2_000;
/** A day of blocks on Ethereum is 7,200; each takes some tenths of a millisecond. */
const MAX_MINED_BLOCKS = 10_000n;
/** Seconds: some 35,000 years from now, and far from what 64 bits or a JavaScript number hold. */
const LAST_TIMESTAMP = 2n ** 40n;

/** All methods that the chain itself answers. */
export function chainMethods(chain: Chain, options: ChainMethodOptions): Map<string, RpcMethod> {
  const { engine } = chain;
  const asking = withPatientWitness(chain, options.maxQuestionMs);
  const calls = new GuardedCalls(asking, new OwnCalls(chain));
  const methods = new Map<string, RpcMethod>();
  for (const method of ENGINE_READS) methods.set(method, (params) => engine.request(method, params));
  for (const [method, answer] of namedReads(chain, options.nowMs)) methods.set(method, answer);
  const gasPrice: RpcMethod = async () => hexQuantity(options.gasPriceWei);
  // The engine has a block a little before anyone can ask what its transactions are called.
  methods.set("eth_blockNumber", async () => hexQuantity(chain.index.head ?? chain.sequencer.head.number));
  methods.set("eth_gasPrice", gasPrice);
  methods.set("eth_maxPriorityFeePerGas", gasPrice);
  methods.set("eth_feeHistory", async (params) => {
    checkFeeHistory(params);
    return withLeastRewards(await engine.request("eth_feeHistory", params), options.gasPriceWei);
  });
  methods.set("eth_call", (params, client) => calls.call(params, client));
  methods.set("eth_estimateGas", (params, client) => calls.estimate(params, client));
  methods.set("eth_sendRawTransaction", async ([raw]) => {
    if (typeof raw !== "string") throw new RpcError(RpcCode.invalidParams, "the first parameter is the serialised transaction");
    return chain.submit(raw);
  });
  methods.set("eth_getTransactionCount", async ([account, tag]) => {
    const waiting = tag === "pending" ? chain.mempool.nextNonce(address(account)) : undefined;
    if (waiting !== undefined) return hexQuantity(waiting);
    return engine.request("eth_getTransactionCount", [account, tag ?? "latest"]);
  });
  for (const [method, answer] of traceMethods(chain, calls)) methods.set(method, answer);
  if (options.development) addDevelopmentMethods(chain, methods);
  const { gasPriceWei, settlement } = options;
  const own = [
    zksMethods(asking, gasPriceWei, settlement, methods),
    zksBatchMethods(chain, gasPriceWei, settlement),
    zksProofMethods(chain, settlement),
    messageMethods(chain, settlement),
  ];
  for (const group of own) for (const [method, answer] of group) methods.set(method, answer);
  return withBlockTags(methods, chain, settlement);
}

/**
 * The chain as those see it who only ask: the witness answers one of them at a time, so blocks, which it repeats in between, wait
 * for one question at most, however many come.
 */
function withPatientWitness(chain: Chain, maxMs = MAX_QUESTION_MS): Chain {
  const { witness } = chain;
  const inTurn = oneAtATime(MAX_WITNESS_CALLS, "calls are being answered");
  return {
    ...chain,
    witness: {
      request: (operation, request) => inTurn(() => witness.request(operation, operation === "call" || operation === "preview" ? Object.assign({ maxMs }, request) : request)),
      get pending() {
        return witness.pending;
      },
      close: () => witness.close(),
    },
  };
}

function addDevelopmentMethods(chain: Chain, methods: Map<string, RpcMethod>): void {
  const { sequencer } = chain;
  for (const [method, answer] of [...cheatMethods(chain), ...miningMethods(chain)]) methods.set(method, answer);
  const marks = new Map<string, ChainMark>();
  let nextMark = 1;
  methods.set("evm_mine", async ([timestamp]) => {
    if (timestamp !== undefined) await sequencer.setNextTimestamp(pointInTime(seconds(timestamp)));
    await sequencer.mine();
    return "0x0";
  });
  methods.set("hardhat_mine", async ([count = "0x1", interval = "0x1"]) => {
    const blocks = seconds(count);
    if (blocks > MAX_MINED_BLOCKS) throw new RpcError(RpcCode.limitExceeded, `at most ${MAX_MINED_BLOCKS} blocks at once, got ${blocks}`);
    for (let i = 0n; i < blocks; i++) {
      // The first block has the time that it is; the others follow at the interval.
      if (i > 0n) await sequencer.setNextTimestamp(pointInTime(sequencer.head.timestamp + seconds(interval)));
      await sequencer.mine();
    }
    return true;
  });
  methods.set("evm_increaseTime", async ([by]) => {
    pointInTime(sequencer.nextEnvironment.timestamp + seconds(by));
    await sequencer.skipTime(seconds(by));
    return `0x${seconds(by).toString(16)}`;
  });
  methods.set("evm_setNextBlockTimestamp", async ([timestamp]) => {
    await sequencer.setNextTimestamp(pointInTime(seconds(timestamp)));
    return `0x${seconds(timestamp).toString(16)}`;
  });
  // In turn: a mark that is being made while an earlier one is returned to would be known here, and nowhere else.
  const inTurn = oneAtATime(MAX_WAITING_MARKS, "snapshots and returns to them wait");
  methods.set("evm_snapshot", () =>
    inTurn(async () => {
      const id = `0x${(nextMark++).toString(16)}`;
      marks.set(id, await chain.snapshot());
      return id;
    }),
  );
  methods.set("evm_revert", ([id]) =>
    inTurn(async () => {
      const mark = typeof id === "string" ? marks.get(id) : undefined;
      if (mark === undefined) return false;
      // Reverting ends the mark and all later ones, as everywhere.
      const ids = [...marks.keys()];
      for (const later of ids.slice(ids.indexOf(id as string))) marks.delete(later);
      await chain.revert(mark);
      return true;
    }),
  );
  methods.set("hyperchain_sealBatch", async () => {
    const batch = await chain.seal();
    return batch === undefined ? null : hexQuantity(batch.outputs.batchNumber);
  });
}

/** The chain's clock cannot go back, and behind the last time that an engine knows there is no next block. Throws RpcError. */
function pointInTime(timestamp: bigint): bigint {
  if (timestamp <= LAST_TIMESTAMP) return timestamp;
  throw new RpcError(RpcCode.invalidParams, `time ends at ${LAST_TIMESTAMP} here, got ${timestamp}`);
}

/** Clients send times as numbers or as hexadecimal quantities. */
function seconds(value: unknown): bigint {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : quantity(value);
}

import type { Chain } from "../../chain.ts";
import { prevRandaoOf } from "../../../ground/protocol/prev-randao.ts";
import type { SimulatedAnswer, SimulatedBlock, SimulatedBlockAnswer, SimulationRefusal } from "../../questions/asked/question.ts";
import { fromHex, hashTag, hexQuantity, keccak, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { AskedBlock, AskedCall } from "../../witness/asked-call.ts";
import { readBlockContext } from "./asked-place.ts";
import type { Asking } from "./asking.ts";
import { withBlockOverrides } from "./block-overrides.ts";
import { askedCall, capped, list, parseCall, parseOverrides, record } from "../request/call-request.ts";
import { quantity } from "../request/quantities.ts";
import { failureOf } from "./call-outcome.ts";
import type { RpcMethod } from "../request/dispatch.ts";
import { failureWords } from "../../../ground/transaction/client-words.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";

/** Maximum number of blocks, that of geth. */
const MAX_BLOCKS = 256;
const MAX_CALLS = 1_000;
/** The codes of the execution-apis' specification for what is wrong with a simulation and its calls. */
const SimulationCode = {
  vmError: -32_015,
  timeout: -32_016,
  blockNumber: -38_020,
  blockTime: -38_021,
  limitExceeded: -38_026,
} as const;
const REFUSAL_CODES: Readonly<Record<SimulationRefusal, number>> = {
  NonceTooLow: -38_010,
  NonceTooHigh: -38_011,
  FeeTooLow: -38_012,
  IntrinsicGasTooLow: -38_013,
  FundsTooLow: -38_014,
  BlockGasExceeded: -38_015,
  InitCodeTooLarge: -38_025,
};
const OPTIONS = ["blockStateCalls", "validation", "traceTransfers", "returnFullTransactions"];
const PARTS = ["blockOverrides", "stateOverrides", "calls"];
/**
 * Constant parts of a block here: without uncles, withdrawals, blobs, requests. Nothing is hashed into roots.
 */
const EMPTY_PARTS = {
  ...{ sha3Uncles: "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347", uncles: [] },
  ...{ stateRoot: wordToHex(0n), transactionsRoot: wordToHex(0n), receiptsRoot: wordToHex(0n) },
  ...{ difficulty: "0x0", totalDifficulty: "0x0", nonce: "0x0000000000000000", extraData: "0x", size: "0x0" },
  ...{ withdrawals: [], withdrawalsRoot: "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421" },
  ...{ blobGasUsed: "0x0", excessBlobGas: "0x0", parentBeaconBlockRoot: wordToHex(0n) },
  requestsHash: "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
};
const NO_CALLS: SimulatedBlockAnswer = { calls: [], logsBloom: `0x${"00".repeat(256)}` };
const SIMULATED = fromHex(hashTag("hyperchain.simulated.v1"));

/**
 * `eth_simulateV1`: blocks of calls, in sequence, on the state of a block. The calls need the money
 * that they pass on, as a transaction does, and with `validation` valid nonces and fees too.
 */
export function simulateMethod(chain: Chain, ask: Asking): RpcMethod {
  return async ([payload, tag], client) => {
    const { blockStateCalls, ...options } = known(record(payload, "the simulation"), OPTIONS, "the simulation");
    const [validates, logsTransfers, isFull] = ["validation", "traceTransfers", "returnFullTransactions"].map((name) =>
      flag(name, options[name]),
    ) as [boolean, boolean, boolean];
    const place = await readBlockContext(chain, (tag ?? undefined) === undefined || tag === "pending" ? "latest" : tag);
    const blocks = readBlocks(chain, place.block, list(blockStateCalls, "blockStateCalls"));
    const calls = blocks.reduce((sum, block) => sum + block.calls.length, 0);
    if (calls > MAX_CALLS) throw limitExceeded(`a simulation has at most ${MAX_CALLS} calls, got ${calls}`);
    const question = { at: place.at, blocks, logsTransfers, checks: validates ? "all" : "funds" } as const;
    const answers = await ask("simulate", question, client).catch((error: unknown) => {
      const isTooLarge = error instanceof RpcError && (error.data as { code?: unknown } | undefined)?.code === "AnswerTooLarge";
      throw isTooLarge ? limitExceeded(error.message, error.data) : error;
    });
    let parentHash = keccak(SIMULATED, fromHex(wordToHex(place.at)));
    return blocks.map((block, i) => {
      const shown = showBlock(block, answers[i] ?? NO_CALLS, parentHash, isFull ? chain.chainId : undefined);
      parentHash = shown.hash;
      return shown;
    });
  };
}

function readBlocks({ chainId }: Chain, before: AskedBlock, given: readonly unknown[]): SimulatedBlock[] {
  const blocks: SimulatedBlock[] = [];
  let last = before;
  const next = (): AskedBlock => {
    const number = last.number + 1n;
    return {
      ...before,
      number,
      timestamp: last.timestamp + 1n,
      prevRandao: prevRandaoOf(BigInt(chainId), number),
    };
  };
  const add = (block: SimulatedBlock): void => {
    if (blocks.length === MAX_BLOCKS)
      throw limitExceeded(`a simulation has at most ${MAX_BLOCKS} blocks, those between named ones included`);
    blocks.push(block);
    last = block.block;
  };
  for (const value of given) {
    const {
      blockOverrides,
      stateOverrides,
      calls = [],
    } = known(record(value, "a block of the simulation"), PARTS, "a block of the simulation");
    let block = withBlockOverrides(next(), blockOverrides);
    if (block.number <= last.number)
      throw new RpcError(
        SimulationCode.blockNumber,
        `block numbers of a simulation rise: ${block.number} follows ${last.number}`,
      );
    while (block.number > last.number + 1n) {
      add({ block: next(), overrides: [], calls: [] });
      block = withBlockOverrides({ ...next(), number: block.number }, blockOverrides);
    }
    if (block.timestamp <= last.timestamp)
      throw new RpcError(
        SimulationCode.blockTime,
        `times of a simulation's blocks rise: ${block.timestamp} follows ${last.timestamp}`,
      );
    const asked = list(calls, "calls").map((call) => {
      const parsed = parseCall(call);
      const { nonce } = record(call, "the call");
      const asked = { ...askedCall(parsed, capped(parsed.gas)), takesGasLeft: parsed.gas === undefined };
      return (nonce ?? undefined) === undefined ? asked : { ...asked, nonce: quantity(nonce) };
    });
    add({ block, overrides: parseOverrides(stateOverrides), calls: asked });
  }
  return blocks;
}

function showBlock(
  { block, calls }: SimulatedBlock,
  { calls: answers, logsBloom }: SimulatedBlockAnswer,
  parentHash: Hex,
  fullFor: number | undefined,
): { readonly hash: Hex } & Readonly<Record<string, unknown>> {
  const hash = keccak(SIMULATED, fromHex(parentHash), fromHex(wordToHex(block.number)), fromHex(wordToHex(block.timestamp)));
  const transactions = calls.map((_, i) => keccak(SIMULATED, fromHex(hash), fromHex(wordToHex(BigInt(i)))));
  let logIndex = 0;
  let gasUsed = 0n;
  const results = answers.map((answer, i) => {
    const { receipt } = answer;
    if (receipt === undefined) throw invalid(answer, i, block.number);
    gasUsed += receipt.gasUsed;
    const place = {
      blockHash: hash,
      blockNumber: hexQuantity(block.number),
      blockTimestamp: hexQuantity(block.timestamp),
      transactionHash: transactions[i],
      transactionIndex: hexQuantity(BigInt(i)),
    };
    const logs = receipt.logs.map((log) => ({ ...log, ...place, logIndex: hexQuantity(BigInt(logIndex++)), removed: false }));
    const failure = receipt.success ? {} : { error: callFailure(answer) };
    return {
      returnData: answer.output,
      logs,
      gasUsed: hexQuantity(receipt.gasUsed),
      maxUsedGas: hexQuantity(receipt.gasUsed),
      status: receipt.success ? "0x1" : "0x0",
      ...failure,
    };
  });
  return {
    ...EMPTY_PARTS,
    logsBloom,
    hash,
    parentHash,
    number: hexQuantity(block.number),
    timestamp: hexQuantity(block.timestamp),
    gasLimit: hexQuantity(block.gasLimit),
    gasUsed: hexQuantity(gasUsed),
    miner: block.coinbase,
    mixHash: block.prevRandao,
    baseFeePerGas: hexQuantity(block.baseFeeWei ?? 0n),
    transactions: fullFor === undefined ? transactions : calls.flatMap((call, i) => full(call, i, answers[i])),
    calls: results,
  };

  function full(call: AskedCall, i: number, answer: SimulatedAnswer | undefined): object[] {
    if (answer === undefined) return [];
    const { nonce, gasLimit } = answer;
    const shown = {
      ...{ type: "0x2", chainId: hexQuantity(BigInt(fullFor ?? 0)), hash: transactions[i], nonce: hexQuantity(nonce) },
      ...{ blockHash: hash, blockNumber: hexQuantity(block.number), transactionIndex: hexQuantity(BigInt(i)) },
      ...{ from: call.from, to: call.to ?? null, value: hexQuantity(call.valueWei), input: call.data },
      ...{ gas: hexQuantity(gasLimit), gasPrice: hexQuantity(call.gasPriceWei), accessList: call.accessList },
      ...{ maxFeePerGas: hexQuantity(call.gasPriceWei), maxPriorityFeePerGas: hexQuantity(call.gasPriceWei) },
      ...{ yParity: "0x0", v: "0x0", r: "0x0", s: "0x0" },
    };
    return [shown];
  }
}

/** Throws RpcError for a field that means nothing here, and would pass in silence. */
function known(
  fields: Readonly<Record<string, unknown>>,
  names: readonly string[],
  subject: string,
): Readonly<Record<string, unknown>> {
  const unknown = Object.keys(fields).find((name) => !names.includes(name));
  if (unknown === undefined) return fields;
  throw new RpcError(
    RpcCode.invalidParams,
    `${subject} has no ${JSON.stringify(unknown.slice(0, 80))}; it has ${names.join(", ")}`,
  );
}

function flag(name: string, value: unknown = false): boolean {
  if (typeof value === "boolean") return value;
  throw new RpcError(RpcCode.invalidParams, `${name} is true or false`);
}

/** Error of a call that ran and failed: a revert as in other methods, otherwise the EVM's error. */
function callFailure(answer: SimulatedAnswer): object {
  return answer.error === "revert"
    ? failureOf(answer)
    : { code: SimulationCode.vmError, message: failureWords(String(answer.error)) };
}

function limitExceeded(message: string, data?: unknown): RpcError {
  return new RpcError(SimulationCode.limitExceeded, message, data);
}

function invalid({ reason = "", refusal, isLate }: SimulatedAnswer, place: number, block: bigint): RpcError {
  const code = isLate ? SimulationCode.timeout : refusal === undefined ? RpcCode.rejected : REFUSAL_CODES[refusal];
  const data = isLate ? { code: "QuestionTooLong" } : undefined;
  return new RpcError(code, `call ${place} of block ${block} is not valid: ${reason}`, data);
}

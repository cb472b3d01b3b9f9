import { library, devnetExecutor } from "./interfaces.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { MAX_TRANSACTION_GAS } from "../../relayer/own-account.ts";
import type { Composed, SentPacket } from "./book.ts";
import type { LayerZeroContracts } from "./deploy.ts";
import type { ExecutorOptions, PaidCall } from "./executor-options.ts";
import type { WorkerTransaction } from "../worked-member.ts";

const COMMIT_GAS = 600_000n;
/** Gas of an execution without its receiver: the executor, an emitted failure, and each byte and drop. */
const EXECUTION_GAS = 600_000n;
const GAS_A_BYTE = 150n;
const GAS_A_DROP = 150_000n;

/** Makes the library report to the endpoint that a packet's DVNs have verified it. */
export function commitment({ header, payloadHash }: SentPacket, { receiveLib }: LayerZeroContracts): WorkerTransaction {
  const data = library.encodeFunctionData("commitVerification", [header, payloadHash]) as Hex;
  return { to: receiveLib, data, value: 0n, gas: COMMIT_GAS };
}

/** Executes a packet as its sender has paid for, or with other gas. */
export function execution(
  packet: SentPacket,
  { receive, drops }: ExecutorOptions,
  { executor }: LayerZeroContracts,
  gas: bigint = receive.gas,
): WorkerTransaction {
  const { srcEid, sender, nonce, receiver, guid, message } = packet;
  const run = { origin: { srcEid, sender, nonce }, receiver, guid, message, extraData: "0x", gasLimit: gas };
  return {
    to: executor,
    data: devnetExecutor.encodeFunctionData("execute", [run, drops]) as Hex,
    value: receive.value + coinsOf(drops),
    gas: gasOf(gas, message, drops.length),
  };
}

/** Pays a packet's drops, which no longer wait for its execution. */
export function dropping({ guid }: SentPacket, { drops }: ExecutorOptions, { executor }: LayerZeroContracts): WorkerTransaction {
  const data = devnetExecutor.encodeFunctionData("drop", [guid, drops]) as Hex;
  return { to: executor, data, value: coinsOf(drops), gas: EXECUTION_GAS + GAS_A_DROP * BigInt(drops.length) };
}

/** Makes a call that a receiver has queued. */
export function composition(composed: Composed, { gas, value }: PaidCall, { executor }: LayerZeroContracts): WorkerTransaction {
  const { from, to, guid, index, message } = composed;
  const run = { from, to, guid, index, message, extraData: "0x", gasLimit: gas };
  return { to: executor, data: devnetExecutor.encodeFunctionData("compose", [run]) as Hex, value, gas: gasOf(gas, message, 0) };
}

function coinsOf(drops: ExecutorOptions["drops"]): bigint {
  return drops.reduce((sum, { amount }) => sum + amount, 0n);
}

/** A call passes on at most 63/64 of the gas that is left. */
function gasOf(gas: bigint, message: Hex, drops: number): bigint {
  const bytes = BigInt(message.length / 2 - 1);
  const all = gas + gas / 63n + EXECUTION_GAS + GAS_A_BYTE * bytes + GAS_A_DROP * BigInt(drops);
  return all < MAX_TRANSACTION_GAS ? all : MAX_TRANSACTION_GAS;
}

import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";

/** Asks a member, by JSON-RPC. */
export type AskRemote = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** A call as `callTracer` tells it. */
export interface CallFrame {
  readonly type: string;
  readonly from: Hex;
  readonly to?: Hex;
  readonly value?: Hex;
  readonly gas: Hex;
  readonly gasUsed: Hex;
  readonly input: Hex;
  readonly output?: Hex;
  readonly error?: string;
  readonly calls?: readonly CallFrame[];
}

/** The calls that a transaction made. Rejects with the member's error. */
export async function callsOf(ask: AskRemote, transactionHash: Hex): Promise<CallFrame> {
  return (await ask("debug_traceTransaction", [transactionHash, { tracer: "callTracer" }])) as CallFrame;
}

/**
 * The call of a user's contract in which a delivery failed: below the protocol's own contracts, which brought the call
 * there, and below the sender's account. Undefined where nothing failed there.
 */
export function failedUserCall(frame: CallFrame): CallFrame | undefined {
  const failed = frame.calls?.findLast(({ error }) => error !== undefined);
  if (failed === undefined) return undefined;
  return isOfProtocol(failed) ? failedUserCall(failed) : failed;
}

/** The calls with which a delivery entered users' contracts, those that failed left out. */
export function userCalls(frame: CallFrame): readonly CallFrame[] {
  return (frame.calls ?? []).flatMap((call) => {
    if (call.error !== undefined) return [];
    if (isOfProtocol(call)) return userCalls(call);
    return call.type === "CALL" ? [call] : [];
  });
}

/**
 * Repeats the call on the state before its block, and returns the failure as an error whose stack trace names
 * contracts, functions and lines. `console.log` prints again. Returns undefined if the call succeeds now,
 * because the transactions before it in its block are missing.
 */
export async function repeatCall(ask: AskRemote, call: CallFrame, blockNumber: number): Promise<Error | undefined> {
  try {
    await ask("eth_call", repeatedCall(call, blockNumber));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The call as `eth_call` and `eth_estimateGas` take it, on the state before a block. */
export function repeatedCall({ from, to, value = "0x0", gas, input }: CallFrame, blockNumber: number): readonly unknown[] {
  const before = hexQuantity(Math.max(blockNumber - 1, 0));
  // What the call passes on came with it.
  const overrides = BigInt(value) === 0n ? [] : [{ [from]: { balance: value } }];
  return [{ from, to, value, gas: hexQuantity(BigInt(gas) + ownGas(input)), data: input }, before, ...overrides];
}

/**
 * Intrinsic gas of a call as a separate transaction: EIP-7623's floor is above it, and an excess hardly
 * matters.
 */
function ownGas(input: Hex): bigint {
  return 21_000n + 20n * BigInt(input.length);
}

/** The lines of a stack trace that are in Solidity sources. */
export function solidityLines({ message, stack = "" }: Error = new Error()): readonly string[] {
  // A stack begins with the message, and a stranger's contract may revert with what looks like lines of a stack.
  const calls = stack.indexOf(message);
  return (calls < 0 ? "" : stack.slice(calls + message.length))
    .split("\n")
    .filter((line) => SOLIDITY_LINE.test(line))
    .map((line) => line.trim());
}

/** "at Counter.increase (contracts/Counter.sol:17)", and what has no source. */
const SOLIDITY_LINE = /^\s+at .*(\.sol:\d+\)|\.vy:\d+\)|Unrecognized\w*>)/;

const PROTOCOL: ReadonlySet<string> = new Set(Object.values(PREDEPLOYS));

/** True if the address is a protocol contract on a chain. */
export function isProtocolAddress(address: string | undefined): boolean {
  return address !== undefined && PROTOCOL.has(address.toLowerCase());
}

/**
 * True for the protocol's contracts, and for the accounts that they make for senders, because those run a
 * protocol contract.
 */
function isOfProtocol({ to, calls = [] }: CallFrame): boolean {
  if (isProtocolAddress(to)) return true;
  const [first] = calls;
  return calls.length === 1 && first?.type === "DELEGATECALL" && first.to?.toLowerCase() === PREDEPLOYS.InteropAccount;
}

import { isProtocolAddress, type AskRemote, type CallFrame } from "../../../client/sending/remote-failure.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { ProjectNames } from "../books/describe.ts";

/** Origin of a message, and the place of its event. */
interface Sending {
  readonly calls: CallFrame;
  readonly transactionHash: Hex;
  readonly messageHash: Hex;
}

/** An instruction of a trace without a tracer. */
interface Step {
  readonly pc: number;
  readonly op: string;
  /** Depth of the call; 1 for the transaction's call. */
  readonly depth: number;
}

/** A call that led to the message: the number among its caller's calls of the one that it made for that. */
interface Leading {
  readonly frame: CallFrame;
  readonly place: number;
}

const CALLS = new Set(["CALL", "CALLCODE", "DELEGATECALL", "STATICCALL", "CREATE", "CREATE2"]);

/**
 * The lines of Solidity from which a message was sent, innermost first; empty where the sources are unknown, where an account
 * sent it itself, and where the chain refuses to trace so much.
 */
export async function sentFrom(sending: Sending, ask: AskRemote, names: ProjectNames): Promise<readonly string[]> {
  const path = pathTo(sending.calls, sending.messageHash.slice(2).toLowerCase());
  if (path === undefined || path.length === 0 || names.lines === undefined) return [];
  const options = { disableStack: true, disableStorage: true };
  const traced = await ask("debug_traceTransaction", [sending.transactionHash, options]).catch(() => undefined);
  if (traced === undefined) return [];
  const trails = trailsOf((traced as { readonly structLogs: readonly Step[] }).structLogs, path);
  const lines: string[] = [];
  for (const [i, { frame }] of path.entries()) {
    const trail = trails[i];
    const contract = trail === undefined ? undefined : names.contract?.(String(await ask("eth_getCode", [frame.to, "latest"])));
    if (trail !== undefined && contract !== undefined) lines.unshift(...(await names.lines(contract.fullName, trail)));
  }
  return lines;
}

/** The calls from the transaction's own to the one that called the protocol's contracts, where one answered with the hash. */
function pathTo({ calls = [], ...frame }: CallFrame, digits: string): readonly Leading[] | undefined {
  for (const [place, call] of calls.entries()) {
    const below = isProtocolAddress(call.to) ? (sends(call, digits) ? [] : undefined) : pathTo(call, digits);
    if (below !== undefined) return [{ frame, place }, ...below];
  }
  return undefined;
}

/** True if a contract of the protocol, or one below it, returns the hash: `sendMessage` itself has another name for it. */
function sends({ to, error, output, calls = [] }: CallFrame, digits: string): boolean {
  if (!isProtocolAddress(to) || error !== undefined) return false;
  return output?.toLowerCase().includes(digits) === true || calls.some((call) => sends(call, digits));
}

/** Program counters of each call on the path, at which its code jumped, then at which it made the next call. */
function trailsOf(steps: readonly Step[], path: readonly Leading[]): readonly (readonly number[])[] {
  const trails: number[][] = [];
  let trail: number[] = [];
  let made = 0;
  for (const { pc, op, depth } of steps) {
    const leading = path[trails.length];
    if (leading === undefined) break;
    if (depth !== trails.length + 1) continue;
    if (op === "JUMP") trail.push(pc);
    if (!CALLS.has(op) || made++ !== leading.place) continue;
    trails.push([...trail, pc]);
    trail = [];
    made = 0;
  }
  return trails;
}

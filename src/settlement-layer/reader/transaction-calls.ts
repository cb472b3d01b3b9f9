import type { Provider } from "ethers";

/** A call that a transaction led to. */
export interface TracedCall {
  /** 20 bytes in lower case; undefined for a creation. */
  readonly to: string | undefined;
  /** Lower case. */
  readonly input: string;
}

interface TracingNode {
  readonly send?: (method: string, params: readonly unknown[]) => Promise<unknown>;
}

/**
 * All calls of a transaction, its own first, as a node traces them that keeps old states: with `debug_traceTransaction`, or with
 * `trace_transaction`. Undefined where the node answers neither. Calls that reverted are among them.
 */
export async function tracedCalls(provider: Provider, transactionHash: string): Promise<readonly TracedCall[] | undefined> {
  const node = provider as TracingNode;
  const ask = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    try {
      return await node.send?.(method, params);
    } catch {
      // Most public nodes do not trace, and say so in many ways.
      return undefined;
    }
  };
  const tree = nestedCalls(await ask("debug_traceTransaction", [transactionHash, { tracer: "callTracer" }]));
  if (tree.length > 0) return tree;
  const list = listedCalls(await ask("trace_transaction", [transactionHash]));
  return list.length > 0 ? list : undefined;
}

/** Of geth's `callTracer`: a call with the calls under it. */
function nestedCalls(trace: unknown): TracedCall[] {
  const found: TracedCall[] = [];
  const open: unknown[] = [trace];
  while (open.length > 0) {
    const call = open.pop();
    if (typeof call !== "object" || call === null) continue;
    const { calls } = call as { readonly calls?: unknown };
    found.push(...plainCall(call));
    if (Array.isArray(calls)) open.push(...(calls as unknown[]).toReversed());
  }
  return found;
}

/** Of OpenEthereum's kind of nodes: a list of actions. */
function listedCalls(trace: unknown): TracedCall[] {
  if (!Array.isArray(trace)) return [];
  return trace.flatMap((step: unknown) => plainCall((step as { readonly action?: unknown } | null)?.action));
}

function plainCall(call: unknown): TracedCall[] {
  const { to, input } = (call ?? {}) as { readonly to?: unknown; readonly input?: unknown };
  if (typeof input !== "string") return [];
  return [{ to: typeof to === "string" ? to.toLowerCase() : undefined, input: input.toLowerCase() }];
}

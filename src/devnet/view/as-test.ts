import type { RpcClient } from "../../chain/rpc/request/dispatch.ts";
import { RpcCode, RpcError } from "../../chain/rpc/request/json-rpc.ts";
import type { CallFrame } from "../../client/remote-failure.ts";
import type { EcosystemInfo, MessageInfo } from "./ecosystem-info.ts";
import { memberAsker } from "./looking-methods.ts";
import type { LookingDependencies } from "./looking-methods.ts";
import { traceMessage } from "./message-trace.ts";
import { memberNamed } from "./named-member.ts";
import type { Sight } from "./sight.ts";
import { pastOf, standsOn } from "./as-test-past.ts";
import type { PastTransaction } from "./as-test-past.ts";
import { keyOf } from "./as-test-parsed.ts";
import { writeTest } from "./as-test-text.ts";
import type { CopiedContract, CopiedMessage } from "./as-test-text.ts";

interface AsTestDependencies {
  readonly ecosystem: { info(): EcosystemInfo; messages(): Promise<readonly MessageInfo[]> };
  readonly traced: LookingDependencies;
  readonly sight: Sight;
}

/**
 * A mocha test that does a user's transaction again, with what it stands on, and expects what it did. Rejects with RpcError where
 * the member has no such transaction of a user, or where it stands on too much.
 */
export async function asTest(
  chain: unknown,
  hash: unknown,
  client: RpcClient | undefined,
  { ecosystem, traced, sight }: AsTestDependencies,
): Promise<string> {
  const chainId = Number(memberNamed(ecosystem, chain));
  sight.require(BigInt(chainId));
  const info = ecosystem.info();
  const ask = memberAsker(traced, client);
  const past = await pastOf({ info, ask, sees: (id) => sight.chain(id), told: traced.told });
  const target = past.find((each) => each.chainId === chainId && each.hash === hash);
  if (target === undefined)
    throw new RpcError(RpcCode.invalidParams, "the parameters are a member, and the hash of a transaction of a user that it has");
  const transactions = [...standsOn(target, past), target];
  const messages = (await ecosystem.messages()).filter(sight.message);
  return writeTest({
    transactions,
    contracts: await contractsOf(transactions, past, { names: traced.names, ask }),
    messages: await arrivals(transactions, messages, (message) => traceMessage(message, client, traced)),
    revertData: target.succeeded ? undefined : await revertDataOf(target, ask),
    l1: info.l1,
    chains: info.chains.filter((each) => sight.chain(each.chainId)),
  });
}

type Ask = ReturnType<typeof memberAsker>;

/** The project's contracts among those that the transactions name. */
async function contractsOf(
  transactions: readonly PastTransaction[],
  past: readonly PastTransaction[],
  { names, ask }: { readonly names: LookingDependencies["names"]; readonly ask: Ask },
): Promise<ReadonlyMap<string, CopiedContract>> {
  const known = await names();
  const created = past.filter((each) => each.created !== undefined && transactions.includes(each));
  const found = new Map<string, CopiedContract>();
  for (const { chainId, created: address = "0x" } of created) {
    const contract = known.contract?.(String(await ask(chainId, "eth_getCode", [address, "latest"])));
    if (contract !== undefined) found.set(keyOf(chainId, address), contract);
  }
  return found;
}

/** Messages that have arrived, by what began them; why one failed is asked of the last transaction alone. */
async function arrivals(
  transactions: readonly PastTransaction[],
  messages: readonly MessageInfo[],
  trace: (message: MessageInfo) => ReturnType<typeof traceMessage>,
): Promise<ReadonlyMap<string, readonly CopiedMessage[]>> {
  const last = transactions.at(-1);
  const found = new Map<string, readonly CopiedMessage[]>();
  for (const { hash } of transactions) {
    const begun = messages.filter(
      ({ steps }) => steps[0]?.transactionHash === hash && steps.some(({ step }) => step === "executed"),
    );
    const copied: CopiedMessage[] = [];
    for (const message of begun) {
      const failure = hash === last?.hash ? (await trace(message)).failure : undefined;
      copied.push({ destinationChainId: message.destinationChainId, failure });
    }
    if (copied.length > 0) found.set(hash, copied);
  }
  return found;
}

async function revertDataOf({ chainId, hash }: PastTransaction, ask: Ask): Promise<CallFrame["input"]> {
  const { output = "0x" } = (await ask(chainId, "debug_traceTransaction", [hash, { tracer: "callTracer" }])) as CallFrame;
  return output;
}

import type { RpcClient } from "../../chain/rpc/request/dispatch.ts";
import { RpcCode, RpcError } from "../../chain/rpc/request/json-rpc.ts";
import { queuedHashes } from "../../client/queue/l1-request.ts";
import type { CallFrame } from "../../client/sending/remote-failure.ts";
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
  const messages = (await ecosystem.messages()).filter(sight.message);
  const target = targetOf({ chainId, hash }, past, messages);
  if (target === undefined)
    throw new RpcError(
      RpcCode.invalidParams,
      "the parameters are a member, and the hash of a transaction of a user that it has, or of a message that such a one sent",
    );
  const transactions = [...standsOn(target, past), target];
  return writeTest({
    transactions,
    contracts: await contractsOf(transactions, past, { names: traced.names, ask }),
    messages: await arrivals(transactions, messages, {
      trace: (message) => traceMessage(message, client, traced),
      deposited: (transaction) => deposited(transaction, info, ask),
    }),
    revertData: target.succeeded ? undefined : await revertDataOf(target, ask),
    l1: { chainId: info.l1.chainId, factory: info.l1.contracts.factory },
    chains: info.chains.filter((each) => sight.chain(each.chainId)),
  });
}

type Ask = ReturnType<typeof memberAsker>;

/**
 * What is done again: the transaction itself; for a message, and for a transaction that brought one further, such as a claim or a
 * delivery, the transaction that sent it. Its arrival is expected.
 */
function targetOf(
  { chainId, hash }: { readonly chainId: number; readonly hash: unknown },
  past: readonly PastTransaction[],
  messages: readonly MessageInfo[],
): PastTransaction | undefined {
  const sent = messages.find(
    ({ messageHash, steps }) =>
      messageHash === hash || steps.slice(1).some((step) => step.chainId === chainId && step.transactionHash === hash),
  );
  const [first] = sent?.steps ?? [];
  const begun = past.find((each) => each.chainId === first?.chainId && each.hash === first.transactionHash);
  return begun ?? past.find((each) => each.chainId === chainId && each.hash === hash);
}

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
  {
    trace,
    deposited: depositedBy,
  }: {
    readonly trace: (message: MessageInfo) => ReturnType<typeof traceMessage>;
    readonly deposited: (transaction: PastTransaction) => Promise<readonly CopiedMessage[]>;
  },
): Promise<ReadonlyMap<string, readonly CopiedMessage[]>> {
  const last = transactions.at(-1);
  const found = new Map<string, readonly CopiedMessage[]>();
  for (const transaction of transactions) {
    const { hash } = transaction;
    const begun = messages.filter(
      ({ steps }) => steps[0]?.transactionHash === hash && steps.some(({ step }) => step === "executed"),
    );
    const copied: CopiedMessage[] = [...(await depositedBy(transaction))];
    for (const message of begun) {
      const failure = hash === last?.hash ? (await trace(message)).failure : undefined;
      copied.push({ destinationChainId: message.destinationChainId, failure });
    }
    if (copied.length > 0) found.set(hash, copied);
  }
  return found;
}

/** What a transaction on L1 put into the queues of chains, and the chains have done. */
async function deposited(
  { chainId, logs }: PastTransaction,
  { l1, chains }: EcosystemInfo,
  ask: Ask,
): Promise<readonly CopiedMessage[]> {
  if (chainId !== l1.chainId) return [];
  const found: CopiedMessage[] = [];
  for (const { chainId: destinationChainId, hyperchain } of chains)
    for (const hash of queuedHashes({ logs }, hyperchain)) {
      const receipt = (await ask(destinationChainId, "eth_getTransactionReceipt", [hash])) as { readonly status: string } | null;
      if (receipt?.status === "0x1") found.push({ destinationChainId });
    }
  return found;
}

async function revertDataOf({ chainId, hash }: PastTransaction, ask: Ask): Promise<CallFrame["input"]> {
  const { output = "0x" } = (await ask(chainId, "debug_traceTransaction", [hash, { tracer: "callTracer" }])) as CallFrame;
  return output;
}

import type { RpcClient } from "../../../../chain/rpc/request/dispatch.ts";
import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import { queuedHashes } from "../../../client/queue/l1-request.ts";
import type { CallFrame } from "../../../client/sending/remote-failure.ts";
import type { EcosystemInfo, MessageInfo } from "../books/ecosystem-info.ts";
import { memberAsker, type LookingDependencies } from "../looking/looking-methods.ts";
import { traceMessage } from "../feed/message-trace.ts";
import { memberNamed } from "../books/named-member.ts";
import type { Sight } from "../books/sight.ts";
import { pastOf, standsOn, type PastTransaction } from "./as-test-past.ts";
import { ETHERS } from "./as-test-ethers.ts";
import { flowActOf } from "./as-test-flow-act.ts";
import type { TestLibrary } from "./as-test-library.ts";
import { VIEM } from "./as-test-viem.ts";
import { keyOf } from "./as-test-parsed.ts";
import { writeTest, type CopiedContract, type CopiedMessage } from "./as-test-text.ts";

interface AsTestDependencies {
  readonly ecosystem: { info(): EcosystemInfo; messages(): Promise<readonly MessageInfo[]> };
  readonly traced: LookingDependencies;
  readonly sight: Sight;
}

/** Libraries for whose users a test is written. */
const LIBRARIES: ReadonlyMap<unknown, TestLibrary> = new Map([
  ["ethers", ETHERS],
  ["viem", VIEM],
]);

/**
 * A test, for mocha with ethers or for Node's runner with viem, that repeats a user's transaction, after those that it
 * depends on, and expects its results. Rejects with RpcError if the member has no such transaction of a user, or if it
 * depends on too many.
 */
export async function asTest(
  [chain, hash, library = "ethers"]: readonly unknown[],
  client: RpcClient | undefined,
  { ecosystem, traced, sight }: AsTestDependencies,
): Promise<string> {
  const written = LIBRARIES.get(library);
  if (written === undefined)
    throw new RpcError(RpcCode.invalidParams, `a test is written with ${[...LIBRARIES.keys()].join(" or ")}`);
  const chainId = Number(memberNamed(ecosystem, chain));
  sight.require(BigInt(chainId));
  const info = ecosystem.info();
  const ask = memberAsker(traced, client);
  const past = await pastOf({ info, ask, sees: (id) => sight.chain(id), blockTimes: traced.blockTimes });
  const messages = (await ecosystem.messages()).filter(sight.message);
  const target = targetOf({ chainId, hash }, past, messages);
  if (target === undefined)
    throw new RpcError(
      RpcCode.invalidParams,
      "the parameters are a member, and the hash of a transaction of a user that it has, or of a message that such a one sent",
    );
  requireOwnLeg(target);
  const transactions = [...standsOn(target, past), target];
  return writeTest({
    library: written,
    transactions,
    callOf: (id) => past.map(flowActOf).find((act) => act?.name === "execute" && act.id === id)?.data,
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

/** The test API has each leg given by its party. Throws RpcError where another account tried. */
function requireOwnLeg(target: PastTransaction): void {
  const act = flowActOf(target);
  const party = act?.name === "prepare" ? act.flow?.legs[act.leg]?.party : target.from;
  if (party === target.from.toLowerCase()) return;
  throw new RpcError(
    RpcCode.rejected,
    `the leg is ${party ?? "no account"}'s to give, and ${target.from} tried; a test has no word for that`,
  );
}

type Ask = ReturnType<typeof memberAsker>;

/**
 * Transaction to repeat: the transaction itself; for a message, and for a transaction that advanced one, such as a claim
 * or a delivery, the transaction that sent it. Its arrival is expected.
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

/** Deposits that a transaction on L1 put into the queues of chains, and that the chains have executed. */
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

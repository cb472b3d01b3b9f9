import { Interface, keccak256, Transaction, Wallet, type Provider } from "ethers";
import { devnetExecutorAbi } from "../../../src/ground/abi/devnet-executor.ts";
import type { BridgeMember } from "../../../src/ecosystem/bridges/bridge-member.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

const executor = new Interface(devnetExecutorAbi);
const COMMIT = new Interface(["function commitVerification(bytes packetHeader, bytes32 payloadHash)"]);

/** A log as a fake member emits it. */
export interface FakeLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

/** Transaction of the bridge's key. */
export interface FakeTransaction {
  readonly kind: "commit" | "execute" | "drop" | "compose" | "other";
  /** Decoded arguments of an execution. */
  readonly args: readonly unknown[];
  readonly data: string;
}

/** A node with a block for each transaction, which answers, refuses and falls silent as the test says. */
export class FakeMember {
  readonly member: BridgeMember;
  readonly sent: FakeTransaction[] = [];
  /** Result of a transaction: its logs, or the node's refusal. */
  onTransaction: (transaction: FakeTransaction) => readonly FakeLog[] | Error = () => [];
  /** Answer to a call; throws if the call is refused. */
  onCall: (data: string, gas: bigint) => string = answerTo;
  /** Returns true if a transaction is included and reverts, so that it has no logs. */
  reverts: (transaction: FakeTransaction) => boolean = () => false;
  isSilent = false;
  /** Answers all but which block has a number. */
  tellsNoBlocks = false;
  /** Balance of the bridge's key. */
  balance = 10n ** 20n;
  readonly #blocks: (readonly (FakeLog & { readonly transactionHash: string })[])[] = [[]];
  readonly #receipts = new Map<string, object>();

  constructor(name: string, id: number) {
    const answers: Record<string, (...args: never[]) => unknown> = {
      getNetwork: () => ({ chainId: BigInt(id) }),
      getFeeData: () => ({ gasPrice: 1n, maxFeePerGas: 1n, maxPriorityFeePerGas: 1n }),
      getTransactionCount: () => this.#receipts.size,
      getBalance: () => this.balance,
      getTransactionReceipt: (hash: string) => this.#receipts.get(hash) ?? null,
      getBlock: (tag: number | string) => {
        if (typeof tag !== "number") return blockAt(this.#blocks.length - 1);
        return this.tellsNoBlocks ? new Promise(() => undefined) : blockAt(tag);
      },
      getLogs: ({ fromBlock, toBlock }: { fromBlock: number; toBlock: number }) =>
        this.#blocks
          .slice(fromBlock, toBlock + 1)
          .flatMap((logs, i) => logs.map((log, index) => ({ ...log, blockNumber: fromBlock + i, index }))),
      getCode: () => "0x01",
      call: ({ data, gasLimit }: { data: string; gasLimit?: bigint }) => this.onCall(data, gasLimit ?? 0n),
      broadcastTransaction: (raw: string) => this.#take(Transaction.from(raw)),
    };
    const provider = Object.fromEntries(
      Object.entries(answers).map(([method, answer]) => [
        method,
        async (...args: never[]) => (this.isSilent ? new Promise(() => undefined) : answer(...args)),
      ]),
    ) as unknown as Provider;
    const wallet = new Wallet(`0x${"07".repeat(32)}`, provider);
    this.member = {
      name,
      chainId: BigInt(id),
      id: BigInt(id),
      isL1: false,
      provider,
      wallet,
      coin: `0x${"00".repeat(20)}`,
      fromBlock: 0,
    };
  }

  /** A block with these logs, of a transaction of anyone. */
  emit(...logs: readonly FakeLog[]): Hex {
    const transactionHash = keccak256(`0x${this.#blocks.length.toString(16).padStart(64, "0")}`) as Hex;
    this.#blocks.push(logs.map((log) => ({ ...log, transactionHash })));
    return transactionHash;
  }

  #take({ data, hash }: Transaction): void {
    const transaction = readTransaction(data);
    const outcome = this.onTransaction(transaction);
    if (outcome instanceof Error) throw outcome;
    this.sent.push(transaction);
    const isReverted = this.reverts(transaction);
    const logs = isReverted ? [] : outcome.map((log) => ({ ...log, transactionHash: hash ?? "" }));
    this.#blocks.push(logs);
    this.#receipts.set(hash ?? "", { status: isReverted ? 0 : 1, hash, logs });
  }
}

/** Seconds. */
export const FAKE_BLOCK_TIME = (number: number): bigint => 1_000n + BigInt(number);

function blockAt(number: number): object {
  return { number, timestamp: Number(FAKE_BLOCK_TIME(number)), hash: keccak256(`0x${number.toString(16).padStart(64, "0")}`) };
}

function readTransaction(data: string): FakeTransaction {
  const parsed = executor.parseTransaction({ data });
  if (parsed?.name === "execute" || parsed?.name === "drop" || parsed?.name === "compose")
    return { kind: parsed.name, args: [...parsed.args], data };
  const commit = COMMIT.parseTransaction({ data });
  return commit === null ? { kind: "other", args: [], data } : { kind: "commit", args: [...commit.args], data };
}

/** Everything is in order, and every receiver would take it. */
function answerTo(data: string): string {
  const parsed = executor.parseTransaction({ data });
  return parsed === null ? `0x${"ff".repeat(8).padStart(64, "0")}` : `0x${"01".padStart(64, "0")}`;
}

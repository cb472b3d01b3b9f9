import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Transaction, Wallet } from "ethers";
import { predeployTransactions } from "../../src/chain/predeploys/system-transactions.ts";
import { checkedChain, NO_INPUTS, type SharedInputs, type CheckedChain } from "../../src/ecosystem/sequencing/checked-chain.ts";
import { checkDecision, type CheckResult } from "../../src/ecosystem/sequencing/decision-check.ts";
import { encodeDecision, type LeaderCommand } from "../../src/ecosystem/sequencing/decision.ts";
import { ExecutedInputs } from "../../src/ecosystem/sequencing/executed-inputs.ts";
import type { NumberedWish } from "../../src/chain/sequencer/shared-input.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { DecidedByHand } from "../core/support/proposals.ts";
import { ask as request } from "../chain/support/ask.ts";
import { startTestChain, type TestChain, type TestChainOptions } from "../chain/support/chain.ts";
import { realGenesis } from "../chain/support/predeploys.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { operationTo } from "./support/operations.ts";

const ETHER = 10n ** 18n;
const SINK: Hex = `0x${"ee".repeat(20)}`;
/** Loops until its gas is used up: JUMPDEST, PUSH0, JUMP. */
const LOOP: Hex = `0x${"ab".repeat(20)}`;
const NOTHING: Hex = `0x${"00".repeat(32)}`;
const PAYMENT = { to: SINK, value: 5n, gasLimit: 21_000n };
const CHEAT: NumberedWish = { type: "cheat", cheat: { type: "balance", address: SINK, balanceWei: 9n } };

interface Node extends TestChain {
  readonly checked: CheckedChain;
  readonly wallets: readonly [TestWallet, TestWallet];
  readonly inputs: { -readonly [Name in keyof SharedInputs]: SharedInputs[Name] };
}

type Commands = readonly (LeaderCommand | readonly [type: string, timestamp: Hex, ...values: unknown[]])[];

async function startNode(predeploys?: TestChainOptions["predeploys"]): Promise<Node> {
  const wallets = [new TestWallet(191), new TestWallet(192)] as const;
  const test = await startTestChain({
    genesis: [
      ...wallets.map(({ address }) => ({ address, balanceWei: 100n * ETHER })),
      { address: LOOP, code: "0x5b5f56", nonce: 1n },
    ],
    ...(predeploys === undefined ? {} : { predeploys, system: predeployTransactions }),
    access: { lists: {}, admin: () => SINK },
    deciders: new DecidedByHand(),
    sequencer: { cheatsAllowed: true },
  });
  const inputs: Node["inputs"] = { ...NO_INPUTS };
  const executed = new ExecutedInputs();
  test.chain.spine.attach(executed);
  return { ...test, wallets, inputs, checked: checkedChain(test.chain, () => inputs, executed) };
}

/** Runs a test on a node that checks a leader's proposals, and whose chain has no fault at the end. */
async function withNode(run: (node: Node) => Promise<void>, predeploys?: TestChainOptions["predeploys"]): Promise<void> {
  const node = await startNode(predeploys);
  try {
    await run(node);
    assert.deepEqual(node.faults, []);
  } finally {
    await node.chain.close();
  }
}

function bytesOf(outcome: Hex, commands: Commands): Uint8Array {
  const isTuple = (command: Commands[number]): command is readonly [string, Hex] => Array.isArray(command);
  const tuples = commands.map((command) => {
    if (isTuple(command)) return command;
    const [, tuple] = JSON.parse(new TextDecoder().decode(encodeDecision({ outcome, commands: [command as LeaderCommand] })));
    return tuple as unknown;
  });
  return new TextEncoder().encode(JSON.stringify([outcome, ...tuples]));
}

function check(node: Node, commands: Commands, outcome = NOTHING, isNotarized = false): Promise<CheckResult> {
  return checkDecision(bytesOf(outcome, commands), node.checked, { isNotarized, signal: new AbortController().signal });
}

/** Hash after these commands, as another node finds it that executes them. */
async function outcomeOf(
  commands: readonly LeaderCommand[],
  { inputs = {}, predeploys }: { inputs?: Partial<SharedInputs>; predeploys?: TestChainOptions["predeploys"] } = {},
): Promise<Hex> {
  const twin = await startNode(predeploys);
  Object.assign(twin.inputs, inputs);
  try {
    const found = await check(twin, commands);
    assert.ok(found.verdict === "invalid");
    const [hash] = /0x[0-9a-f]{64}/.exec(found.reason) ?? [];
    assert.ok(hash !== undefined && !hash.startsWith("0x00000000"), found.reason);
    return hash as Hex;
  } finally {
    await twin.chain.close();
  }
}

/** Asserts that a decision is refused for this reason, and leaves nothing on the chain. */
async function refused(node: Node, commands: Commands, verdict: "invalid" | "later", reason: RegExp): Promise<void> {
  const { sequencer, spine } = node.chain;
  const before = [sequencer.executedHead, spine.executed, sequencer.hasOpenBatch];
  const found = await check(node, commands);
  assert.ok(found.verdict !== "valid");
  assert.equal(found.verdict, verdict, found.reason);
  assert.match(found.reason, reason);
  assert.deepEqual([sequencer.executedHead, spine.executed, sequencer.hasOpenBatch], before);
}

const reasonOf = (found: CheckResult): string => ("reason" in found ? found.reason : found.verdict);
const now = ({ chain }: Node): bigint => chain.sequencer.nextEnvironment.timestamp;
const open = (node: Node): LeaderCommand => ({ type: "open", timestamp: now(node) });
const block = (node: Node, ...transactions: readonly Hex[]): LeaderCommand => ({
  type: "block",
  timestamp: now(node),
  transactions,
});

describe("a decision of an honest leader", () => {
  it("is valid, and changes the chain when it is decided", () =>
    withNode(async (node) => {
      const raws = [await node.wallets[0].signRaw(PAYMENT), await node.wallets[1].signRaw({ ...PAYMENT, gasLimit: 200_000n })];
      const commands = [open(node), block(node, ...raws)];
      const found = await check(node, commands, await outcomeOf(commands));
      assert.ok(found.verdict === "valid", "reason" in found ? found.reason : found.verdict);
      assert.equal(await request(node.chain, "eth_blockNumber"), "0x0");
      await found.decision.settle("decided");
      assert.equal(await request(node.chain, "eth_getBalance", [SINK, "latest"]), "0xa");
    }));

  it("operation unseen on L1: waits; operations in their order, and a wish, are valid", async () => {
    const predeploys = await realGenesis();
    await withNode(async (node) => {
      const inputs = {
        operation: (index: bigint) => (index < 2n ? operationTo(SINK, index) : undefined),
        wish: () => CHEAT,
      };
      Object.assign(node.inputs, inputs);
      const timestamp = now(node);
      const commands: readonly LeaderCommand[] = [
        open(node),
        { type: "operation", timestamp, index: 0n },
        { type: "operation", timestamp, index: 1n },
        { type: "wish", timestamp, number: 0n },
      ];
      const found = await check(node, commands, await outcomeOf(commands, { inputs, predeploys }));
      assert.ok(found.verdict === "valid", "reason" in found ? found.reason : found.verdict);
      await found.decision.settle("decided");
      assert.equal(await request(node.chain, "eth_getBalance", [SINK, "latest"]), "0x9");
      for (const index of [0n, 1n, 3n])
        await refused(node, [{ type: "operation", timestamp, index }], "invalid", /operation \d before operation 2/);
      await refused(node, [{ type: "operation", timestamp, index: 2n }], "later", /has not received operation 2/);
    }, predeploys);
  });
});

describe("a lying leader", () => {
  it("impersonation by a leader: is not a decision", () =>
    withNode(async (node) => {
      const { address } = node.wallets[0];
      const request = { from: address, to: SINK, valueWei: "0x7", data: "0x", gasLimit: "0x5208" };
      await refused(node, [open(node), ["impersonation", "0x1", request]], "invalid", /without a decision/);
    }));

  it("cheat without a wish, altered, twice: is refused", () =>
    withNode(async (node) => {
      const timestamp = now(node);
      await refused(node, [open(node), ["cheat", "0x1", { balanceWei: "0x9" }]], "invalid", /without a decision/);
      const wish = { type: "wish", timestamp, number: 0n } as const;
      await refused(node, [open(node), wish], "later", /has not received wish 0/);
      node.inputs.wish = (number) => (number === 0n ? CHEAT : undefined);
      await refused(node, [open(node), ["wish", "0x1", "0x0", { balanceWei: "0xff" }]], "invalid", /without a decision/);
      await refused(node, [open(node), wish, wish], "invalid", /wish 0 before wish 1/);
    }));

  it("foreign signature by a leader: a transaction without a chain id, valid on every chain, is refused", () =>
    withNode(async (node) => {
      const victim = new Wallet(`0x${"77".repeat(32)}`);
      const unprotected = Transaction.from({
        type: 0,
        to: SINK,
        value: 0n,
        gasLimit: 21_000n,
        gasPrice: 0n,
        nonce: 0,
        chainId: 0n,
      });
      unprotected.signature = victim.signingKey.sign(unprotected.unsignedHash);
      await refused(node, [open(node), block(node, unprotected.serialized as Hex)], "invalid", /chain/);
    }));

  it("200 loops of 2^24 gas, hostile code: end at the limit of work, and end no follower", () =>
    withNode(async (node) => {
      const raws: Hex[] = [];
      for (let i = 0; i < 200; i++) raws.push(await node.wallets[0].signRaw({ to: LOOP, gasLimit: 2n ** 24n }));
      const cpu = process.cpuUsage();
      await refused(node, [open(node), block(node, ...raws)], "invalid", /no engine of the chain may run/);
      const { user, system } = process.cpuUsage(cpu);
      // One loop runs 0.9 to 1.6 s if nothing ends it.
      assert.ok((user + system) / 1e6 < 10, `${(user + system) / 1e6} CPU s`);
      // Begins with an incomplete PUSH20.
      const hostile = await node.wallets[1].signRaw({ data: "0x73", gasLimit: 200_000n });
      await refused(node, [open(node), block(node, hostile)], "invalid", /no engine of the chain may run/);
    }));

  it("cannot exceed the limit of work with many commands", async () => {
    const given: number[] = [];
    const chain = {
      executedHead: { hash: NOTHING },
      maxTransactionWork: 4_000_000,
      facts: () => ({
        hasOpenBatch: given.length > 0,
        isL1Fresh: true,
        opening: () => ({ type: "seal", timestamp: 0n }),
        maySeal: true,
      }),
      propose: (command: unknown, { maxWork }: { maxWork: number }) => {
        given.push(maxWork);
        return Promise.resolve({ result: { command }, work: 4_000_000, refusal: undefined, settled: Promise.resolve("decided") });
      },
    } as unknown as CheckedChain;
    const commands: readonly LeaderCommand[] = [
      { type: "open", timestamp: 0n },
      ...Array.from({ length: 3 }, () => ({ type: "seal", timestamp: 0n }) as const),
    ];
    await checkDecision(encodeDecision({ outcome: NOTHING, commands }), chain, {
      isNotarized: false,
      signal: new AbortController().signal,
    });
    assert.deepEqual(given, [12_500_000, 8_500_000, 4_500_000, 500_000]);
  });

  it("always-sealing leader: a batch ends by wish, age or limit; time passes by the clock, and commands come in order", () =>
    withNode(async (node) => {
      const timestamp = now(node);
      await refused(node, [open(node), block(node)], "invalid", /without transactions/);
      await refused(node, [open(node), { type: "seal", timestamp }], "later", /no wish, age or limit/);
      await refused(node, [block(node, await node.wallets[0].signRaw(PAYMENT))], "invalid", /block with no batch/);
      await refused(node, [open(node), open(node)], "invalid", /open with an open batch/);
      await refused(node, [{ type: "open", timestamp: 0n }], "invalid", /earlier/);
      await refused(node, [{ type: "open", timestamp: timestamp + 60n }], "later", /later than the chain's clock allows/);
    }));

  it("may end a batch that has room for others, if the operation that comes next does not fit", () =>
    withNode(async (node) => {
      node.chain.sequencer.pause();
      const payment = await node.wallets[0].signRaw(PAYMENT);
      const commands = [open(node), block(node, payment), { type: "seal", timestamp: now(node) } as const];
      const showsNext = (gasLimit: bigint) => {
        node.inputs.operation = (index) => (index === 0n ? operationTo(SINK, index, gasLimit) : undefined);
      };
      for (const gasLimit of [undefined, 100_000n]) {
        if (gasLimit !== undefined) showsNext(gasLimit);
        await refused(node, commands, "later", /no wish, age or limit/);
      }
      // Gas that could change more than a batch with content may publish, and no more than an empty one may.
      showsNext(9_900_000n);
      await refused(node, commands, "invalid", /the newest block is/);
    }));

  it("cannot make a node open a batch whose version the node does not have yet: its view of L1 must be fresh", () =>
    withNode(async (node) => {
      const payment = await node.wallets[0].signRaw(PAYMENT);
      const commands = [open(node), block(node, payment)];
      node.inputs.isL1Fresh = false;
      await refused(node, commands, "later", /old view of L1, and opens no batch/);
      assert.equal((await check(node, commands, NOTHING, true)).verdict, "later");
      node.inputs.isL1Fresh = true;
      const found = await check(node, commands, await outcomeOf(commands));
      assert.ok(found.verdict === "valid");
      await found.decision.settle("decided");
      // A batch that is open has its version.
      node.inputs.isL1Fresh = false;
      const next = await node.wallets[1].signRaw(PAYMENT);
      await refused(node, [block(node, next)], "invalid", /the newest block is 0x[0-9a-f]{64}, and not/);
    }));

  it("omitted operation: a decision without one that is due waits; one that ends the batch first makes room", async () => {
    const predeploys = await realGenesis();
    await withNode(async (node) => {
      const inputs = { operation: (index: bigint) => (index === 0n ? operationTo(SINK, index) : undefined) };
      Object.assign(node.inputs, inputs);
      assert.equal(node.checked.dueOperation(1), undefined);
      node.inputs.mustTake = (index, view) => index === 0n && view < 5;
      assert.deepEqual([node.checked.dueOperation(4), node.checked.dueOperation(5)], [0n, undefined]);
      // A node requires nothing that it leaves out itself, and nothing while it makes no blocks.
      const { sequencer } = node.chain;
      sequencer.censor({ senders: new Set(), operations: new Set([operationTo(SINK, 0n).canonicalTxHash]) });
      assert.equal(node.checked.dueOperation(4), undefined);
      sequencer.censor({ senders: new Set(), operations: new Set() });
      sequencer.pause();
      assert.equal(node.checked.dueOperation(4), undefined);
      const timestamp = now(node);
      const payment = block(node, await node.wallets[0].signRaw(PAYMENT));
      const judge = (commands: readonly LeaderCommand[], outcome: Hex, dueOperation: bigint | undefined) =>
        checkDecision(encodeDecision({ outcome, commands }), node.checked, {
          ...{ isNotarized: false, signal: new AbortController().signal, dueOperation },
        });
      for (const commands of [[], [open(node), payment], [open(node), payment, { type: "seal", timestamp } as const]]) {
        const found = await judge(commands, NOTHING, 0n);
        assert.ok(found.verdict === "later", found.verdict);
        assert.match(found.reason, /operation 0 is missing, which this node has seen for long/);
      }
      // Then all other rules count.
      assert.match(reasonOf(await judge([{ type: "seal", timestamp }], NOTHING, 0n)), /seal with no batch/);
      assert.match(reasonOf(await judge([open(node), payment], NOTHING, undefined)), /the newest block is/);
      const commands = [open(node), payment, { type: "operation", timestamp, index: 0n } as const];
      const found = await judge(commands, await outcomeOf(commands, { inputs, predeploys }), 0n);
      assert.ok(found.verdict === "valid", reasonOf(found));
      await found.decision.settle("decided");
      sequencer.unpause();
      assert.equal(node.checked.dueOperation(4), undefined);
    }, predeploys);
  });

  it("cannot leave transactions out, or name another outcome", () =>
    withNode(async (node) => {
      const raw = await node.wallets[0].signRaw({ ...PAYMENT, nonce: 5 });
      await refused(node, [open(node), block(node, raw)], "invalid", /engine refused/);
      const other = await node.wallets[1].signRaw(PAYMENT);
      await refused(node, [open(node), block(node, other)], "invalid", /the newest block is 0x[0-9a-f]{64}, and not 0x0000/);
    }));

  it("cannot write one decision in two forms", () =>
    withNode(async (node) => {
      await refused(node, [["open", "0x01"]], "invalid", /without a decision/);
      await refused(node, [["open", "0x1", "more"]], "invalid", /without a decision/);
      await refused(node, [["unknown", "0x1"]], "invalid", /without a decision/);
      const text = new TextEncoder().encode(` ["${NOTHING}"]`);
      const found = await checkDecision(text, node.checked, { isNotarized: false, signal: new AbortController().signal });
      assert.equal(found.verdict, "invalid");
    }));
});

describe("a check of a decision", () => {
  it("does not use this node's lists for a decision that a quorum has notarized: lists may have changed since", () =>
    withNode(async (node) => {
      node.chain.sequencer.pause();
      const much = { ...PAYMENT, gasLimit: 200_000n };
      const raws = [await node.wallets[0].signRaw(PAYMENT), await node.wallets[1].signRaw(much)];
      const commands = [open(node), block(node, ...raws)];
      const outcome = await outcomeOf(commands);
      await node.chain.sequencer.setLists(() => ({ senders: [node.wallets[1].address], deployers: [] }));
      const alone = await check(node, commands, outcome);
      assert.deepEqual(alone.verdict, "invalid");
      assert.match(reasonOf(alone), /is not on the list of senders/);
      const found = await check(node, commands, outcome, true);
      assert.ok(found.verdict === "valid", reasonOf(found));
      await found.decision.settle("decided");
    }));

  it("is ended by its signal, without a finding, and leaves nothing", () =>
    withNode(async (node) => {
      const aborted = new AbortController();
      aborted.abort();
      const content = bytesOf(NOTHING, [open(node)]);
      const found = await checkDecision(content, node.checked, { isNotarized: false, signal: aborted.signal });
      assert.deepEqual([found.verdict, node.chain.spine.executed], ["later", 0]);
    }));

  it("does not use this node's clock for a decision that a quorum has notarized", () =>
    withNode(async (node) => {
      const late: LeaderCommand = { type: "open", timestamp: now(node) + 60n };
      const found = await check(node, [late], NOTHING, true);
      assert.ok(found.verdict === "invalid");
      assert.match(found.reason, /the newest block is/);
    }));
});

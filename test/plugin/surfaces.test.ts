import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory, Interface, JsonRpcProvider, Wallet, type Provider, type Signer } from "ethers";
import hre from "hardhat";
import { stepsOf } from "../../src/ecosystem/client/sending/act-steps.ts";
import { announceToken } from "../../src/ecosystem/client/messages/announce.ts";
import { callTogether } from "../../src/ecosystem/client/calls/call-together.ts";
import { call, type CallRequest } from "../../src/ecosystem/client/calls/call.ts";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { bringRoot } from "../../src/ecosystem/client/queue/l1-word.ts";
import { executeL1Call } from "../../src/ecosystem/client/calls/l1-calls.ts";
import { deployRemoteSwap } from "../../src/ecosystem/client/transfers/remote-swap-contract.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { swap } from "../../src/ecosystem/client/transfers/swap.ts";
import { sendListed } from "../../src/ecosystem/client/transfers/transfer-list.ts";
import { finalizeWithdrawal, withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import type { EcosystemInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Prepared } from "../../src/ecosystem/devnet/view/acts/prepare.ts";
import type { Hyperchains } from "../../src/tool/plugin/api/hyperchains.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { deploy as deployed } from "../client/support.ts";
import { createHardhat } from "./connection/support/open.ts";
import { createWorkplace, type SpawnedEcosystem } from "./support/run-task.ts";

const ETHER = 10n ** 18n;
/** The development account with number 1. */
const KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const ALICE = new Wallet(KEY).address.toLowerCase() as Hex;
const BOB = "0x0000000000000000000000000000000000b0b000";
/** Code that counts calls in slot 0, and the code that creates it. */
const COUNTER_INIT = "0x6d5f54600101805f555f5260205ff35f52600e6012f3";
const VISIT = new Interface(["function visit(uint256)"]).encodeFunctionData("visit", [7]) as Hex;

/** Transaction that an account signs, with its member. */
type Signed = readonly [chainId: number, to: string | null, value: bigint, data: string];
type SignerOf = (chainId: number) => Signer;

/** One act, as each surface is asked for it. */
interface Act {
  readonly library: (info: EcosystemInfo, signerOf: SignerOf) => Promise<unknown>;
  /** A request of `hyperchain_prepare`, which the page's wallet makes. */
  readonly prepared: object;
  readonly testApi?: (hyperchains: Hyperchains) => Promise<unknown>;
  readonly task?: readonly string[];
}

/** Tasks that wait for the arrival, unless an option disables the wait. */
const WAITS = new Set(["call", "call-together", "deposit", "send", "swap", "withdraw"].map((name) => `hyperchain:${name}`));

const workplace = createWorkplace();
after(() => workplace.close());

describe("an act signs the same from the library, a wallet over RPC, the test API and the command line", () => {
  let ecosystem: SpawnedEcosystem;
  let info: EcosystemInfo;
  let hyperchains: Hyperchains;
  let providers: ReadonlyMap<number, JsonRpcProvider>;
  let tokens: { readonly l1: Hex; readonly alpha: Hex };
  let counters: readonly Hex[];
  let withdrawal: Hex;
  let waiting: { readonly chain: number; readonly sender: Hex; readonly messageHash: Hex };
  let swapped: { readonly at: string; readonly wanted: string; readonly to: string; readonly amount: bigint };
  let l1: number;
  const [A, B] = [271, 272];
  const close: (() => unknown)[] = [];

  const on = (chainId: number): JsonRpcProvider => providers.get(chainId)!;
  const wallet = (chainId: number): Wallet => new Wallet(KEY, on(chainId));

  before(async () => {
    ecosystem = await workplace.spawn(["--batch-ms", "0", "--proofs", "none", "--no-relayer"]);
    ({ info } = ecosystem);
    const members = [info.l1, ...info.chains].map(({ chainId, url }) => {
      const provider = new JsonRpcProvider(url, chainId, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 });
      return [chainId, provider] as const;
    });
    providers = new Map(members);
    l1 = info.l1.chainId;
    const project = await createHardhat({ url: info.l1.url });
    const connection = await project.network.create("hyperchains");
    ({ hyperchains } = connection);
    close.push(
      () => connection.close(),
      ...members.map(
        ([, provider]) =>
          () =>
            provider.destroy(),
      ),
    );
    const { abi, bytecode } = await hre.artifacts.readArtifact("DevelopmentToken");
    const token = async (chainId: number): Promise<Hex> => {
      const made = await new ContractFactory(abi, bytecode, wallet(chainId)).deploy("Money", "MNY", ALICE, 1_000n * ETHER);
      return (await (await made.waitForDeployment()).getAddress()).toLowerCase() as Hex;
    };
    const counter = async (chainId: number): Promise<Hex> =>
      (await (await wallet(chainId).sendTransaction({ data: COUNTER_INIT })).wait())!.contractAddress!.toLowerCase() as Hex;
    // One transaction more, so that no token has the address of one elsewhere.
    counters = [await counter(l1), await counter(A), await counter(B)];
    await (await wallet(A).sendTransaction({ to: BOB })).wait();
    tokens = { l1: await token(l1), alpha: await token(A) };
    await deposit(info, { chain: A, amount: 50n * ETHER, token: tokens.l1 }, wallet(l1));
    withdrawal = (await withdraw(info, { chain: A, amount: 5n }, wallet(A))).messageHash;
    const { messageHash } = await call(info, { chain: A, to: `${counters[0]}@l1`, data: VISIT }, wallet(A));
    waiting = { chain: A, sender: ALICE, messageHash };
    const sold = await deployed(wallet(B), "L2TestToken", 10n ** 12n, false, false);
    const at = await deployed(wallet(B), "TestPool", sold);
    const pool = new Interface(["function transfer(address,uint256)", "function sync() payable"]);
    await included(B, { to: sold, data: pool.encodeFunctionData("transfer", [at, 10n ** 9n]) });
    await included(B, { to: at, data: pool.encodeFunctionData("sync"), value: ETHER });
    await deployRemoteSwap(info, B, wallet(B));
    swapped = { at: `${at}@beta`, wanted: sold, to: `${BOB}@beta`, amount: ETHER / 10n };
    await hyperchains.settle();
  });
  after(async () => {
    for (const end of close) await end();
  });

  const acts: Readonly<Record<string, () => Act>> = {
    "a deposit": () => ({
      library: (all, signerOf) => deposit(all, { chain: A, amount: ETHER }, signerOf(l1)),
      prepared: { action: "deposit", chain: "alpha", amount: String(ETHER) },
      testApi: (api) => api.deposit({ chain: "alpha", amount: ETHER, from: ALICE }),
      task: ["hyperchain:deposit", "1", "1@alpha", "--from", "1"],
    }),
    "a deposit of a token to another account": () => ({
      library: (all, signerOf) => deposit(all, { chain: B, amount: 2n * ETHER, token: tokens.l1, to: BOB }, signerOf(l1)),
      prepared: { action: "deposit", chain: B, amount: String(2n * ETHER), token: tokens.l1, to: BOB },
      testApi: (api) => api.deposit({ to: `${BOB}@beta`, amount: 2n * ETHER, token: tokens.l1, from: ALICE }),
      task: ["hyperchain:deposit", "2", `${BOB}@beta`, "--token", tokens.l1, "--from", "1"],
    }),
    ...Object.fromEntries(
      (
        [
          ["on a chain", "alpha", "alpha"],
          ["between chains", "alpha", "beta"],
          ["from L1 to a chain", "l1", "beta"],
          ["from a chain to L1", "beta", "l1"],
          ["on L1", "l1", "l1"],
        ] as const
      ).map(([where, from, to]) => [`a payment ${where}`, () => payment(from, to, {})]),
    ),
    "a payment with a fee": () => payment("alpha", "beta", { fee: "0.5" }),
    "a token that leaves its chain for the first time": () => payment("alpha", "beta", { token: tokens.alpha }),
    "a token of L1 from L1": () => payment("l1", "beta", { token: tokens.l1 }),
    "a token of L1 from a chain to L1": () => payment("alpha", "l1", { token: tokens.l1 }),
    "a token inside a chain": () => payment("alpha", "alpha", { token: tokens.alpha }),
    "an entry of a list": () => listed({}),
    "an entry of a list with a fee": () => listed({ fee: "0.25" }),
    "an entry of a list, of a token": () => listed({ token: tokens.alpha }),
    "a withdrawal": () => ({
      library: (all, signerOf) => withdraw(all, { chain: A, amount: ETHER }, signerOf(A)),
      prepared: { action: "withdraw", chain: "alpha", amount: String(ETHER) },
      testApi: (api) => api.withdraw({ chain: "alpha", amount: ETHER, from: ALICE }),
      task: ["hyperchain:withdraw", "1", "1@l1", "--from", "1@alpha"],
    }),
    "a withdrawal of a token to another account": () => ({
      library: (all, signerOf) => withdraw(all, { chain: A, amount: ETHER, token: tokens.l1, to: BOB }, signerOf(A)),
      prepared: { action: "withdraw", chain: "alpha", amount: String(ETHER), token: tokens.l1, to: BOB },
      testApi: (api) => api.withdraw({ chain: "alpha", amount: ETHER, token: tokens.l1, to: BOB, from: ALICE }),
      task: ["hyperchain:withdraw", "1", `${BOB}@l1`, "--token", tokens.l1, "--from", "1@alpha"],
    }),
    "a claim": () => ({
      library: (all, signerOf) => finalizeWithdrawal(all, { chain: A, messageHash: withdrawal }, signerOf(l1)),
      prepared: { action: "claim", chain: "alpha", messageHash: withdrawal },
      task: ["hyperchain:claim", "alpha", withdrawal, "--from", "1"],
    }),
    "a call on a chain": () => calling("alpha", "alpha", {}),
    "a call on L1": () => calling("l1", "l1", {}),
    "a call on another chain": () => calling("alpha", "beta", {}),
    "a call on another chain with value": () => calling("alpha", "beta", { value: "0.5" }),
    "a call on another chain with a reward and its gas": () => calling("beta", "alpha", { reward: "0.1", gas: "700000" }),
    "a call from L1": () => calling("l1", "alpha", {}),
    "a call from L1 with value": () => calling("l1", "beta", { value: "0.25" }),
    "a call on a chain with value": () => calling("alpha", "alpha", { value: "0.5" }),
    "a call on L1 with value": () => calling("l1", "l1", { value: "0.5" }),
    "a call on another chain with a last second, and another account for what comes back": () =>
      calling("alpha", "beta", { value: "0.5" }, { deadline: 4_102_444_800n, refundTo: BOB }),
    "a call on another chain with a token": () =>
      calling("alpha", "beta", {}, { tokens: [{ token: tokens.alpha, amount: ETHER, recipient: BOB }] }),
    "a call on L1 that waits to be made": () => ({
      library: (all, signerOf) => executeL1Call(all, waiting, signerOf(l1)),
      prepared: { action: "execute", ...waiting, chain: "alpha" },
      task: ["hyperchain:claim", "alpha", waiting.messageHash, "--from", "1"],
    }),
    "a swap": () => ({
      library: (all, signerOf) => swap(all, { chain: "alpha", ...swapped }, signerOf(A), on),
      prepared: { action: "swap", chain: "alpha", ...digits(swapped) },
      testApi: (api) => api.swap({ chain: "alpha", ...swapped, from: ALICE }),
      task: ["hyperchain:swap", "0.1", swapped.at, "--wanted", swapped.wanted, "--to", swapped.to, "--from", "1@alpha"],
    }),
    "a root for a chain that imports none": () => ({
      library: (all, signerOf) => bringRoot(all, A, signerOf(l1)),
      prepared: { action: "bringRoot", chain: "alpha" },
    }),
    "calls together": () => ({
      library: (all, signerOf) => callTogether(all, { chain: l1, calls: together() }, signerOf(l1)),
      prepared: {
        action: "callTogether",
        chain: "l1",
        calls: together().map(({ value, ...rest }) => ({ ...rest, value: String(value) })),
      },
      testApi: (api) => api.callTogether({ chain: "l1", calls: together(), from: ALICE }),
      task: [
        "hyperchain:call-together",
        JSON.stringify(together().map(({ to, data, value }) => ({ to, function: data, value: value === 0n ? "0" : "0.5" }))),
        ...["--from", "1"],
      ],
    }),
    "a token's name": () => ({
      library: (all, signerOf) => announceToken(all, { chain: A, token: tokens.alpha }, signerOf(A)),
      prepared: { action: "announce", chain: "alpha", token: tokens.alpha },
      testApi: (api) => api.announce({ chain: "alpha", token: tokens.alpha, from: ALICE }),
      task: ["hyperchain:announce", tokens.alpha, "--from", "1@alpha"],
    }),
  };

  function payment(from: string, to: string, { token, fee }: { readonly token?: Hex; readonly fee?: string }): Act {
    const amount = 3n * ETHER;
    const place = `${BOB}@${to}`;
    const named = { ...(token === undefined ? {} : { token }), ...(fee === undefined ? {} : { fee: inWei(fee) }) };
    return {
      library: (all, signerOf) => send(all, { chain: from, to: place, amount, ...named }, signerOf(idOf(from))),
      prepared: { action: "send", chain: from, to: place, amount: String(amount), ...digits(named) },
      testApi: (api) => api.send({ chain: from, to: place, amount, ...named, from: ALICE }),
      task: ["hyperchain:send", "3", place, "--from", `1@${from}`, ...options({ token, fee })],
    };
  }

  function listed({ token, fee }: { readonly token?: Hex; readonly fee?: string }): Act {
    const { prepared, task } = payment("alpha", "beta", { ...(token && { token }), ...(fee && { fee }) });
    const request = { to: `${BOB}@beta`, amount: 3n * ETHER, ...(token && { token }), ...(fee && { fee: inWei(fee) }) };
    return {
      library: (all, signerOf) => sendListed(all, { chain: A, ...request }, signerOf(A), on(B)),
      prepared: { ...prepared, action: "list" },
      testApi: (api) => api.sendListed({ chain: "alpha", ...request, from: ALICE }),
      task: [...task!, "--listed"],
    };
  }

  function calling(
    from: string,
    to: string,
    { value, reward, gas }: { readonly value?: string; readonly reward?: string; readonly gas?: string },
    more?: Pick<CallRequest, "deadline" | "refundTo" | "tokens">,
  ): Act {
    const place = `${counters[["l1", "alpha", "beta"].indexOf(to)]}@${to}`;
    const paid = { ...(value && { value: inWei(value) }), ...(reward && { reward: inWei(reward) }) };
    const request = { to: place, data: VISIT, ...paid, ...(gas && { gasLimit: BigInt(gas) }), ...more };
    const task = ["hyperchain:call", place, "visit(uint256)", "7", "--from", `1@${from}`, ...options({ value, reward, gas })];
    return {
      library: (all, signerOf) => call(all, { chain: from, ...request }, signerOf(idOf(from))),
      prepared: { action: "call", chain: from, ...digits(request) },
      testApi: (api) => api.call({ chain: from, ...request, from: ALICE }),
      // The command line has no option for these.
      ...(more === undefined ? { task } : {}),
    };
  }

  const together = () => [
    { to: `${counters[1]}@alpha`, data: VISIT, value: ETHER / 2n },
    { to: `${counters[2]}@beta`, data: VISIT, value: 0n },
  ];
  const idOf = (name: string): number => ({ l1, alpha: A, beta: B })[name]!;
  const inWei = (text: string): bigint => BigInt(Math.round(Number(text) * 1_000)) * 10n ** 15n;
  const options = (named: Readonly<Record<string, string | undefined>>): readonly string[] =>
    Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
  const digits = (fields: object): object =>
    JSON.parse(JSON.stringify(fields, (_name, value: unknown) => (typeof value === "bigint" ? String(value) : value))) as object;

  /** Signs by what `hyperchain_prepare` answers until its request is done. */
  async function carryOut(request: object): Promise<void> {
    for (;;) {
      const prepared = (await on(A).send("hyperchain_prepare", [ALICE, request])) as Prepared;
      const { chainId, to, data, value, gas } = prepared.transaction;
      await included(Number(chainId), { to: to ?? null, data, value, gasLimit: gas });
      if (prepared.isLast) return;
    }
  }

  async function included(chainId: number, transaction: Parameters<Wallet["sendTransaction"]>[0]): Promise<Hex> {
    const sent = await wallet(chainId).sendTransaction(transaction);
    assert.equal((await sent.wait())?.status, 1);
    return sent.hash as Hex;
  }

  async function bySteps({ library }: Act): Promise<void> {
    const steps = stepsOf(
      ALICE,
      (id): Provider => on(id),
      (signerOf) => library(info, signerOf),
    );
    for (let step = await steps.next(); step.done !== true;) {
      const { chainId, to, data, valueWei: value, gasLimit } = step.value;
      step = await steps.next(await included(chainId, { to: to ?? null, data, value, gasLimit }));
    }
  }

  /**
   * Transactions that the account has signed on all members during `work`; then the earlier state is
   * restored.
   */
  async function signedBy(work: () => Promise<unknown>): Promise<readonly Signed[]> {
    const mark = await hyperchains.snapshot();
    const heights = await Promise.all([...providers].map(async ([, provider]) => provider.getBlockNumber()));
    await work();
    const signed: Signed[] = [];
    for (const [i, [chainId, provider]] of [...providers].entries()) {
      const last = await provider.getBlockNumber();
      for (let number = heights[i]! + 1; number <= last; number++) {
        const block = await provider.getBlock(number, true);
        for (const { from, to, value, data, type } of block!.prefetchedTransactions) {
          // What L1's queue brings has the account as its sender too.
          if (from.toLowerCase() === ALICE && type <= 4) signed.push([chainId, to?.toLowerCase() ?? null, value, data]);
        }
      }
    }
    await hyperchains.revert(mark);
    return signed;
  }

  for (const [name, actOf] of Object.entries(acts)) {
    test(name, async () => {
      const act = actOf();
      const expected = await signedBy(() => bySteps(act));
      assert.ok(expected.length > 0);
      assert.deepEqual(await signedBy(() => carryOut(act.prepared)), expected, "hyperchain_prepare");
      const { testApi, task } = act;
      if (testApi !== undefined) assert.deepEqual(await signedBy(() => testApi(hyperchains)), expected, "the test API");
      if (task === undefined) return;
      const ran = await signedBy(async () => {
        const { code, stderr } = await workplace.run([...task, ...(WAITS.has(task[0]!) ? ["--no-wait"] : [])]);
        assert.equal(code, 0, stderr);
      });
      assert.deepEqual(ran, expected, "the command line");
    });
  }
});

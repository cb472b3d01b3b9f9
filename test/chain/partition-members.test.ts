import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getCreateAddress, Interface, keccak256, Wallet } from "ethers";
import { chainRules, withChainId } from "../../src/proofs/rules/chain-rules.ts";
import { requirePartition, requireServed } from "../../src/chain/sequencer/partition-check.ts";
import { decodeTransaction } from "../../src/ground/transaction/decode-transaction.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import { testContract, type TestContract } from "./support/artifact.ts";
import { ask } from "./support/ask.ts";
import { COINBASE } from "./support/engine.ts";
import { startVerifiedChain, type VerifiedChain } from "./support/verified-chain.ts";
import { TestWallet } from "./support/wallet.ts";
import { Random } from "./state/support/random.ts";

const [ROLLUP, PORTER] = [271, 1271];
const ETHER = 10n ** 18n;
const MEMBERS = 0x10016n;
/** Protocol's accounts are below. */
const FIRST_USER = 2n ** 32n;

interface Receipt {
  readonly status: Hex;
  readonly gasUsed: Hex;
  readonly contractAddress: Hex | null;
  readonly logs: readonly { readonly address: Hex; readonly topics: readonly Hex[]; readonly data: Hex }[];
}
const isMember = ({ chain }: VerifiedChain, account: string): boolean =>
  chain.tree.get({ leafKind: LeafKind.storage, address: MEMBERS, slot: BigInt(account) }) !== 0n;

async function startBoth(wallets: readonly TestWallet[]) {
  const initialState = wallets.map(({ address }) => ({ address, balanceWei: 100n * ETHER }));
  const one = await startVerifiedChain({ initialState });
  return { one, two: await startVerifiedChain({ initialState, porterId: PORTER }) };
}

async function send({ chain }: VerifiedChain, raw: Hex): Promise<Receipt> {
  const hash = await chain.submit(raw);
  return (await ask(chain, "eth_getTransactionReceipt", [hash])) as Receipt;
}

/** A receipt without names of transactions and blocks, which have other hashes. */
function comparable({ status, gasUsed, contractAddress, logs }: Receipt): object {
  const shown = logs.map(({ address, topics, data }) =>
    // Kind 8 of the workload is a block's hash.
    ({ address, topics: BigInt(topics[1] ?? 0) === 8n ? topics.slice(0, 2) : topics, data }),
  );
  return { status, gasUsed, contractAddress, logs: shown };
}

/** Addresses by the sources of CREATE, at any depth. */
async function createdBy({ chain }: VerifiedChain, creator: string): Promise<string[]> {
  const { nonce } = await chain.engine.state("now").account(creator.toLowerCase() as Hex);
  const direct = Array.from({ length: Number(nonce) }, (_, i) => getCreateAddress({ from: creator, nonce: i }));
  const deeper = await Promise.all(direct.map((each) => createdBy({ chain } as VerifiedChain, each)));
  return [...direct, ...deeper.flat()];
}

describe("F7: transactions of both partitions", () => {
  const wallets = Array.from({ length: 6 }, (_, i) => new TestWallet(70 + i));
  const twins = Array.from({ length: 6 }, (_, i) => new TestWallet(70 + i));
  const idOf = (i: number): number => (i % 2 === 0 ? ROLLUP : PORTER);
  let one: VerifiedChain;
  let two: VerifiedChain;
  let workload: TestContract;

  before(async () => {
    workload = await testContract("Workload");
    ({ one, two } = await startBoth(wallets));
  });
  after(() => Promise.all([one.chain.close(), two.chain.close()]));

  /** Sends a transaction on both chains, on the second with the id of its sender's partition. */
  async function sendBoth(i: number, request: Parameters<TestWallet["signRaw"]>[0]): Promise<Receipt> {
    const expected = await send(one, await (wallets[i] as TestWallet).signRaw(request));
    const actual = await send(two, await (twins[i] as TestWallet).signRaw({ ...request, chainId: idOf(i) }));
    assert.deepEqual(comparable(actual), comparable(expected));
    return actual;
  }

  test("have the receipts, gas and state of a chain with one tree, and validators run them alike", async () => {
    const random = new Random(7);
    const contracts: Hex[] = [];
    for (let i = 0; i < wallets.length; i++) {
      const { contractAddress } = await sendBoth(i, { data: workload.initCode, value: 50n, gasLimit: 3_000_000n });
      contracts.push(contractAddress as Hex);
    }
    for (let batch = 0; batch < 3; batch++) {
      for (let step = 0; step < 12; step++) {
        const data = workload.abi.encodeFunctionData("work", [random.bits(256), 3 + random.below(8)]);
        const to = random.below(6) === 0 ? random.pick(wallets).address : random.pick(contracts);
        const value = BigInt(random.below(1000));
        await sendBoth(random.below(wallets.length), { to, data, value, gasLimit: 2_000_000n });
      }
      const formed = await one.sealAndVerify();
      await two.sealAndVerify();
      const members = wallets.flatMap(({ address }, i) => (idOf(i) === PORTER ? [address] : []));
      const created = await Promise.all(members.map((each) => createdBy(two, each)));
      const inPorter = new Set([...members, ...created.flat()].map((address) => BigInt(address)));
      let compared = 0;
      for (const { value: _, ...place } of formed.writes) {
        if (place.address < FIRST_USER) continue;
        const isOfPorter = inPorter.has(place.address);
        const porter = two.chain.partition!.tree;
        const [has, other] = isOfPorter ? [porter, two.chain.tree] : [two.chain.tree, porter];
        assert.equal(has.get(place), one.chain.tree.get(place), `leaf of ${place.address.toString(16)}`);
        assert.equal(other.get(place), 0n);
        if (isOfPorter) compared++;
      }
      assert.ok(compared > 10, `${compared} leaves of the porter`);
    }
  });

  test("a trace of the first transaction from the porter repeats it", async () => {
    const wallet = new TestWallet(90);
    await send(two, await twins[0]!.signRaw({ to: wallet.address, value: ETHER }));
    const data = new Interface(["function isMember(address) view returns (bool)"]).encodeFunctionData("isMember", [
      wallet.address,
    ]);
    // A first transaction finds its sender in the porter.
    const raw = await wallet.signRaw({ to: "0x0000000000000000000000000000000000010016", data, chainId: PORTER });
    const hash = await two.chain.submit(raw);
    const trace = (await ask(two.chain, "debug_traceTransaction", [hash, { tracer: "callTracer" }])) as { readonly output: Hex };
    assert.equal(BigInt(trace.output), 1n);
    const shown = (await ask(two.chain, "eth_getTransactionByHash", [hash])) as { readonly chainId: Hex };
    assert.equal(Number(shown.chainId), PORTER);
  });
});

describe("F7: a transaction is for the partition of its sender", () => {
  const [rollup, porter, unborn, poor] = [80, 81, 82, 83].map((number) => new TestWallet(number)) as [
    TestWallet,
    TestWallet,
    TestWallet,
    TestWallet,
  ];
  const to = "0x00000000000000000000000000000000c0ffee01";
  let two: VerifiedChain;

  before(async () => {
    const initialState = [rollup, porter, unborn].map(({ address }) => ({ address, balanceWei: ETHER }));
    two = await startVerifiedChain({ initialState, porterId: PORTER });
    await send(two, await rollup.signRaw({ to, value: 1n }));
    await send(two, await porter.signRaw({ to, value: 1n, chainId: PORTER }));
  });
  after(() => two.chain.close());
  const refused = (sending: Promise<Hex>, message: RegExp) =>
    assert.rejects(sending, (error: Error & { readonly code: string }) => {
      assert.equal(error.code, "WrongPartition");
      assert.match(error.message, message);
      return true;
    });

  test("a replay from the rollup in the porter is refused, and one from the porter in the rollup", async () => {
    const other = await rollup.signRaw({ to, value: 1n, chainId: PORTER });
    await refused(two.chain.submit(other), new RegExp(`^${rollup.address} belongs to chain 271; send to its RPC$`));
    rollup.nonce--;
    const back = await porter.signRaw({ to, value: 1n, chainId: ROLLUP });
    await refused(two.chain.submit(back), new RegExp(`^${porter.address} belongs to chain 1271; send to its RPC$`));
    porter.nonce--;
  });

  test("another chain's id is refused, and both are named", async () => {
    await assert.rejects(two.chain.submit(await unborn.signRaw({ to, chainId: 1272 })), {
      code: "WrongChain",
      message: /chain 271 or 1271$/,
    });
    unborn.nonce--;
  });

  test("an authorization for the porter's id is refused by name, since no engine applies it; one for the chain's id counts", async () => {
    const wallet = new TestWallet(86);
    const key = new Wallet(keccak256("0x7702"));
    await send(two, await rollup.signRaw({ to: wallet.address, value: ETHER / 100n }));
    const delegating = (chainId: number, signedFor: number) =>
      wallet.signRaw({
        ...{ type: 4, to, chainId: signedFor, gasLimit: 300_000n },
        authorizationList: [
          key.authorizeSync({ address: to, nonce: 0, chainId: 0 }),
          key.authorizeSync({ address: to, nonce: 0, chainId }),
        ],
      });
    for (const served of ["porter", undefined] as const) {
      const raw = await delegating(PORTER, PORTER);
      await refused(
        two.chain.submit(raw, served),
        /authorization \(EIP-7702\) for chain 1271; sign authorizations for chain 271/,
      );
      wallet.nonce--;
    }
    const ofRollup = await delegating(PORTER, ROLLUP);
    await refused(two.chain.submit(ofRollup, "rollup"), /authorization \(EIP-7702\) for chain 1271/);
    wallet.nonce--;
    await two.chain.submit(await delegating(ROLLUP, PORTER), "porter");
    const code = await two.chain.engine.state("now").code(key.address.toLowerCase() as Hex);
    assert.equal(code, `0xef0100${to.slice(2)}`);
  });

  test("a transaction that names no chain is refused at the porter in these words, and not as one for the rollup", async () => {
    const key = new Wallet(keccak256("0x1559"));
    const none = { type: 0, to, nonce: 0, gasLimit: 100_000n, gasPrice: 7n };
    const raw = (await key.signTransaction(none)) as Hex;
    await assert.rejects(two.chain.submit(raw, "porter"), { message: /valid on every chain; sign it for chain 271 or 1271 / });
    const rules = chainRules(ROLLUP);
    const porterRules = withChainId(rules, BigInt(PORTER));
    const ids = { chainId: ROLLUP, porterId: BigInt(PORTER) };
    const serve = (each: string): void =>
      requireServed(decodeTransaction(each, rules, { replayProtection: "optional", porter: porterRules }), "porter", ids);
    assert.throws(() => serve(raw), {
      code: "WrongPartition",
      message: /names no chain, so it belongs to chain 271, this is chain 1271; sign it for chain 1271 \(EIP-155\)$/,
    });
    const named = (chainId: number) => key.signTransaction({ ...none, chainId });
    const ofRollup = await named(ROLLUP);
    assert.throws(() => serve(ofRollup), { message: /is signed for chain 271, this is chain 1271; send to its RPC$/ });
    serve(await named(PORTER));
  });

  test("an account before its creation is captured by no other: coins, calls and creations of others do not join it", async () => {
    await send(two, await porter.signRaw({ to: unborn.address, value: 5n, chainId: PORTER }));
    await two.sealAndVerify();
    assert.ok(!isMember(two, unborn.address));
    await send(two, await unborn.signRaw({ to, value: 1n }));
    await two.sealAndVerify();
    assert.ok(!isMember(two, unborn.address));
  });

  test("no proof of L1's state shows zeros for an account of the porter", async () => {
    await assert.rejects(ask(two.chain, "zks_getProof", [porter.address, ["0x0"]]), {
      message: /is in the chain's porter/,
      data: { code: "WrongPartition" },
    });
    const { header } = (await ask(two.chain, "zks_getProof", [rollup.address, []])) as {
      readonly header: { readonly value: Hex };
    };
    assert.notEqual(BigInt(header.value), 0n);
  });

  test("a transaction that cannot pay does not join its sender", async () => {
    await assert.rejects(two.chain.submit(await poor.signRaw({ to, value: 1n, chainId: PORTER })));
    poor.nonce--;
    await send(two, await rollup.signRaw({ to: poor.address, value: ETHER / 100n }));
    await send(two, await poor.signRaw({ to, value: 1n }));
    await two.sealAndVerify();
    assert.ok(!isMember(two, poor.address));
  });

  test("a first transaction that fails joins its sender, as it takes the nonce", async () => {
    const wallet = new TestWallet(85);
    await send(two, await rollup.signRaw({ to: wallet.address, value: ETHER / 100n }));
    const receipt = await send(two, await wallet.signRaw({ data: "0xfe", chainId: PORTER, gasLimit: 100_000n }));
    assert.equal(receipt.status, "0x0");
    await two.sealAndVerify();
    assert.ok(isMember(two, wallet.address));
  });

  test("a validator refuses a block in which a sender is in the other partition", async () => {
    await send(two, await porter.signRaw({ to, value: 2n, chainId: PORTER }));
    const formed = await two.chain.seal();
    const inputs = two.inputs(formed!.outputs.batchNumber);
    const raw = await rollup.signRaw({ to, value: 2n, chainId: PORTER });
    rollup.nonce--;
    const blocks = inputs.blocks.map((block) => ({
      ...block,
      transactions: block.transactions.map((each) => (each.kind === "signed" ? { ...each, raw } : each)),
    }));
    await assert.rejects(two.verifier.verify({ ...inputs, blocks }), /WrongPartition|belongs to chain 271/);
    assert.equal((await two.verifier.verify(inputs)).commitment, formed!.commitment);
  });

  test("porter coinbase: the account of the fees cannot join", async () => {
    const operation = { from: COINBASE, porterId: BigInt(PORTER) };
    const state = two.chain.engine.state("now");
    const ids = { chainId: ROLLUP, porterId: BigInt(PORTER), coinbase: COINBASE };
    await assert.rejects(requirePartition(operation, state, ids), { code: "WrongPartition", message: /receives the fees/ });
    await assert.rejects(requirePartition({ ...operation, from: "0x000000000000000000000000000000000001000d" }, state, ids), {
      code: "WrongPartition",
    });
  });
});

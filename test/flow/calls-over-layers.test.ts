import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type HDNodeWallet, type JsonRpcProvider, type Log } from "ethers";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import { chainAccountsContract, l1AccountOf } from "../../src/ecosystem/client/calls/chain-accounts.ts";
import { chainAccounts, messenger } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import type { SentCall } from "../../src/ecosystem/client/calls/direct-call.ts";
import { estimateCall } from "../../src/ecosystem/client/transfers/estimate.ts";
import { executeL1Call, onwardCall, type ExecutedL1Call, type L1CallName } from "../../src/ecosystem/client/calls/l1-calls.ts";
import { readMessageLog } from "../../src/ecosystem/client/messages/sent-messages.ts";
import { ecosystemOf } from "../../src/ecosystem/client/ecosystem/settlement-base.ts";
import { refusalOf } from "../../src/ecosystem/client/sending/submit.ts";
import { viewL1 } from "../../src/ecosystem/client/messages/withdraw.ts";
import type { EcosystemInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { decodeL1Call, encodeL1Call } from "../../src/ground/protocol/l1-call.ts";
import { fromHex, keccak, toHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { proveWithdrawal } from "../../src/ecosystem/relayer/inclusion-proof.ts";
import { deploy } from "../client/support.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { ALICE, BOB, clientOf, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

const [A, X] = [271n, 271n + (1n << 32n)];
/** On x, by night. */
const Y = X + (1n << 44n);
const byNight = { skip: !IS_NIGHTLY };
const target = new Interface([
  "function double(uint256) payable returns (uint256)",
  "event Called(address caller, uint256 argument, uint256 value)",
]);
const data = (argument: bigint): Hex => target.encodeFunctionData("double", [argument]) as Hex;

describe("C7: a call from a chain on a chain reaches L1 over the chains between, by one signature", () => {
  let devnet: FlowDevnet;
  let info: EcosystemInfo;
  let contract: Hex;
  const clients = new Map<bigint, JsonRpcProvider>();
  const on = (id: bigint | "l1", account = ALICE): HDNodeWallet =>
    devnet.accounts.wallet(account).connect(id === "l1" ? devnet.l1.provider : clients.get(id)!);
  /** Layer on which the calls of a chain's senders are made. */
  const below = (id: bigint): bigint | "l1" => (id === Y ? X : id === X ? A : "l1");
  const first = ({ sourceChainId: chain, sender, messageHash }: SentCall) => ({ chain, sender, messageHash });
  const bring = (name: L1CallName, account = RELAYER): Promise<ExecutedL1Call> =>
    executeL1Call(info, name, on(below(BigInt(name.chain)), account));
  const settle = (id: bigint): Promise<unknown> => devnet.settle(id);
  const order = (id: bigint, more: Partial<Parameters<typeof call>[1]> = {}, account = ALICE): Promise<SentCall> =>
    call(info, { chain: id, to: `${contract}@l1`, data: data(4n), ...more }, on(id, account));

  async function calls(): Promise<readonly (readonly unknown[])[]> {
    const logs = await devnet.l1.provider.getLogs({ address: contract, fromBlock: 0 });
    return logs.map((log) =>
      [...target.parseLog(log)!.args].map((value) => (typeof value === "string" ? value.toLowerCase() : value)),
    );
  }

  /** The body of the message that a transaction on a chain sent. */
  async function bodyIn(id: bigint, hash: string): Promise<Uint8Array> {
    const receipt = await clients.get(id)!.getTransactionReceipt(hash);
    const message = receipt!.logs.map((log: Log) => readMessageLog(log)).find((each) => each !== undefined);
    return message!.body;
  }

  async function sendRaw(id: bigint, body: Uint8Array, account: number): Promise<string> {
    const transaction = { to: PREDEPLOYS.L1Messenger, data: messenger.encodeFunctionData("sendToL1", [toHex(body)]) };
    return (await (await on(id, account).sendTransaction(transaction)).wait())!.hash;
  }

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha" },
        { chainId: X, name: "x", settlesOn: "alpha" },
        ...(IS_NIGHTLY ? [{ chainId: Y, name: "y", settlesOn: "x" }] : []),
      ],
      { ...(IS_NIGHTLY ? {} : UNPROVEN), fundedAccounts: [ALICE, BOB, RELAYER] },
    );
    info = devnet.info();
    for (const chain of devnet.chains) clients.set(chain.chainId, clientOf(chain));
    contract = await deploy(on("l1"), "CallTarget");
    await devnet.settle();
  });
  after(async () => {
    for (const client of clients.values()) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("each step is brought by any account, in its order and once; the contract sees the sender's account on L1", async () => {
    const account = l1AccountOf(info, { chain: X, sender: on(X).address, on: "l1" });
    await (await on("l1", BOB).sendTransaction({ to: account, value: 5n })).wait();
    const estimate = { chain: X, to: `${contract}@l1`, data: data(4n), value: 5n, sender: on(X).address };
    const { gasLimit } = await estimateCall(info, estimate, (id) => (id === Number(A) ? clients.get(A)! : devnet.l1.provider));
    const nonce = await on(X).getNonce();
    const sent = await order(X, { value: 5n, funded: true, gasLimit });
    assert.equal((await on(X).getNonce()) - nonce, 1);
    const [second, ...further] = sent.onward!;
    assert.deepEqual([further, sent.destinationChainId], [[], info.l1.chainId]);
    // Clients read in the message the data that were reported when it was sent.
    const body = await bodyIn(X, sent.transactionHash);
    assert.deepEqual(onwardCall(info, first(sent), body)?.name, second);
    assert.deepEqual(await bring(first(sent)), { state: "unknown" });
    await settle(X);
    assert.deepEqual(await bring(second!), { state: "unknown" });
    const made = await bring(first(sent));
    assert.equal(made.state, "executed");
    assert.deepEqual(await bring(first(sent)), { ...made, state: "executedBefore" });
    assert.deepEqual(await bring(second!), { state: "unknown" });
    await settle(A);
    assert.equal((await bring(second!)).state, "executed");
    assert.deepEqual(await calls(), [[account, 4n, 5n]]);
    assert.equal((await bring(second!)).state, "executedBefore");
  });

  test(
    "over two chains between as well, from a chain on a chain on a chain, and to a layer that is not L1",
    byNight,
    async () => {
      const account = l1AccountOf(info, { chain: Y, sender: on(Y).address, on: "l1" });
      const sent = await order(Y, { data: data(6n) });
      assert.deepEqual(
        sent.onward!.map(({ chain }) => BigInt(chain)),
        [X, A],
      );
      const before = await calls();
      for (const name of [first(sent), ...sent.onward!]) {
        await settle(BigInt(name.chain));
        assert.equal((await bring(name)).state, "executed");
      }
      assert.deepEqual((await calls()).slice(before.length), [[account, 6n, 0n]]);
      const onAlpha = await deploy(on(A), "CallTarget");
      const there = await order(Y, { to: `${onAlpha}@alpha` });
      for (const name of [first(there), ...there.onward!]) {
        await settle(BigInt(name.chain));
        assert.equal((await bring(name)).state, "executed");
      }
      const [log] = await clients.get(A)!.getLogs({ address: onAlpha, fromBlock: 0 });
      const [caller] = target.parseLog(log!)!.args as unknown as readonly [string];
      assert.equal(caller.toLowerCase(), l1AccountOf(info, { chain: Y, sender: on(Y).address, on: "alpha" }));
    },
  );

  test("a value is refused with the account that must have it, and so is an account outside the layers below", async () => {
    const account = l1AccountOf(info, { chain: X, sender: on(X).address, on: "l1" });
    const nonce = await on(X).getNonce();
    await assert.rejects(order(X, { value: 7n }), {
      code: "NotOnRoute",
      details: { option: "value", route: "withdrawal", account },
      message:
        /^a call over chains between brings no value: send 7 wei to 0x[0-9a-fA-F]{40}@l1, the sender's account there, and call with "funded"/,
    });
    assert.equal(await on(X).getNonce(), nonce);
    assert.throws(() => l1AccountOf(info, { chain: A, sender: on(A).address, on: "x" }), {
      code: "OtherSettlementLayer",
      message: "alpha does not settle on x, so its senders have no accounts there",
    });
  });

  test("attack: a stranger's copy of either message is the stranger's own call", async () => {
    const sent = await order(X, { data: data(10n) });
    const outer = await bodyIn(X, sent.transactionHash);
    const inner = onwardCall(info, first(sent), outer)!.body;
    const copy = { ...first(sent), sender: on(X, BOB).address.toLowerCase() as Hex };
    await sendRaw(X, outer, BOB);
    await sendRaw(A, inner, BOB);
    await settle(X);
    assert.equal((await bring(copy)).state, "executed");
    await settle(A);
    const before = await calls();
    const stolen = onwardCall(info, copy, outer)!.name;
    assert.equal((await bring(stolen)).state, "executed");
    assert.equal((await bring({ ...stolen, sender: on(A, BOB).address.toLowerCase() as Hex })).state, "executed");
    assert.deepEqual((await calls()).slice(before.length), [
      [l1AccountOf(info, { chain: X, sender: on(X, BOB).address, on: "l1" }), 10n, 0n],
      [l1AccountOf(info, { chain: A, sender: on(A, BOB).address }), 10n, 0n],
    ]);
    // The sender's own is neither made nor closed by that.
    assert.equal((await bring(first(sent))).state, "executed");
    await settle(A);
    assert.equal((await bring(sent.onward![0]!)).state, "executed");
    assert.deepEqual((await calls()).at(-1)![0], l1AccountOf(info, { chain: X, sender: on(X).address, on: "l1" }));
  });

  /** Error of the contract on a layer for a message of a chain's sender; undefined if it makes the call. */
  async function refusal(id: bigint, sender: Hex, body: Uint8Array, gas = {}): Promise<string | undefined> {
    const provider = on(below(id)).provider!;
    const seen = ecosystemOf(
      info,
      info.chains.find(({ chainId }) => BigInt(chainId) === id)!,
    );
    const view = viewL1(seen, provider);
    await view.poll();
    const place = view.messages(id, sender, keccak(body)).at(-1)!;
    const { l2BatchNumber, l2MessageIndex, message: bytes, merkleProof } = proveWithdrawal(place)!;
    const message = { txNumberInBatch: 0, sender, data: bytes };
    const execution = [id, l2BatchNumber, l2MessageIndex, message, merkleProof];
    const { address: to } = chainAccountsContract(seen.l1.contracts.factory);
    const request = { to, data: chainAccounts.encodeFunctionData("execute", execution), ...gas };
    return provider.call(request).then(
      () => undefined,
      (error: unknown) => refusalOf(error)?.name,
    );
  }

  test("attack: messages for another base or another contract there are refused, at either step", async () => {
    const sent = await order(X, { data: data(12n) });
    const outer = decodeL1Call(await bodyIn(X, sent.transactionHash))!;
    const { body: inner, name } = onwardCall(info, first(sent), encodeL1Call(outer))!;
    const other = `0x${"0b".repeat(20)}` as const;
    const innerCall = decodeL1Call(inner)!;
    const refusedFirst = [{ ...outer, l1ChainId: 272n }, { ...outer, accounts: other }, innerCall].map(encodeL1Call);
    const refusedNext = [
      { ...innerCall, l1ChainId: A },
      { ...innerCall, accounts: other },
    ].map(encodeL1Call);
    for (const body of refusedFirst) await sendRaw(X, body, ALICE);
    const wrapped = refusedNext.map((body) =>
      encodeL1Call({ ...outer, data: messenger.encodeFunctionData("sendToL1", [toHex(body)]) as Hex }),
    );
    for (const body of wrapped) {
      await sendRaw(X, body, ALICE);
      assert.equal(onwardCall(info, first(sent), body), undefined);
    }
    await settle(X);
    const sender = on(X).address.toLowerCase() as Hex;
    for (const body of refusedFirst) assert.equal(await refusal(X, sender, body), "NotACallHere");
    for (const body of wrapped) assert.equal((await bring({ ...first(sent), messageHash: keccak(body) })).state, "executed");
    await settle(A);
    for (const body of refusedNext) assert.equal(await refusal(A, name.sender, body), "NotACallHere");
  });

  test("attack: a step brought with too little gas is not made, and can be brought again", async () => {
    const sent = await order(X, { data: data(14n) });
    await settle(X);
    const body = await bodyIn(X, sent.transactionHash);
    const { gasLimit } = decodeL1Call(body)!;
    assert.equal(await refusal(X, first(sent).sender, body, { gasLimit }), "NotEnoughGas");
    assert.equal((await bring(first(sent))).state, "executed");
  });

  test("the gas that a step demands suffices for any message", async () => {
    for (const bytes of [0, 10_000, 60_000]) {
      const sent = await order(X, { data: `${data(16n)}${"5a".repeat(bytes)}` as Hex });
      const { gasLimit, data: sending } = decodeL1Call(await bodyIn(X, sent.transactionHash))!;
      const from = l1AccountOf(info, { chain: X, sender: on(X).address });
      // Without the base cost of a transaction, like a call of the account's contract.
      const tokens = fromHex(sending).reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 21_000);
      const taken = (await clients.get(A)!.estimateGas({ from, to: PREDEPLOYS.L1Messenger, data: sending })) - BigInt(tokens);
      assert.ok(taken > 0n && taken < gasLimit, `${bytes} bytes: ${taken} of ${gasLimit}`);
    }
  });

  test(
    "one that was brought to the chain between in time and to L1 late is not made; its account's money stays the sender's",
    byNight,
    async () => {
      const account = l1AccountOf(info, { chain: X, sender: on(X).address, on: "l1" });
      await (await on("l1", BOB).sendTransaction({ to: account, value: 3n })).wait();
      const deadline = BigInt((await devnet.l1.provider.getBlock("latest"))!.timestamp) + 1_000n;
      const late = await order(X, { data: data(18n), value: 3n, funded: true, deadline });
      const body = onwardCall(info, first(late), await bodyIn(X, late.transactionHash))!.body;
      await settle(X);
      assert.equal((await bring(first(late))).state, "executed");
      await settle(A);
      await devnet.l1.request("evm_increaseTime", [2_000]);
      await devnet.l1.request("evm_mine", []);
      const [second] = late.onward!;
      assert.deepEqual(await bring(second!), { state: "expired" });
      assert.equal(await refusal(A, second!.sender, body), "CallExpired");
      const again = await order(X, { data: data(20n), value: 3n, funded: true });
      for (const name of [first(again), ...again.onward!]) {
        await settle(BigInt(name.chain));
        assert.equal((await bring(name)).state, "executed");
      }
      assert.deepEqual((await calls()).at(-1), [account, 20n, 3n]);
    },
  );
});

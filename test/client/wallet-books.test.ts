import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type Provider } from "ethers";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { tokenHoldings } from "../../src/ecosystem/client/tokens/token-holdings.ts";
import { WalletBooks } from "../../src/ecosystem/client/wallet/wallet-books.ts";
import { walletView, type WalletView } from "../../src/ecosystem/client/wallet/wallet-view.ts";
import { withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { deploy, ETHER, startClientEcosystem, type ClientEcosystem } from "./support.ts";

const [ALICE, STRANGER] = [1, 9];
const JUNK = 70;
const BOB: Hex = "0x00000000000000000000000000000000000b0b01";
const vault = new Interface(["function registerToken(address)"]);

/** Creates an account with this code: CODECOPY, RETURN. */
const creating = (code: string): Hex => {
  const length = (code.length / 2).toString(16).padStart(2, "0");
  return `0x60${length}600c60003960${length}6000f3${code}`;
};

describe("C10: what looks at wallets read", () => {
  let ecosystem: ClientEcosystem;
  before(async () => {
    ecosystem = await startClientEcosystem();
  });
  after(async () => {
    await ecosystem.close();
    assert.deepEqual(ecosystem.devnet.faults, []);
  });

  const asked: string[] = [];
  /** Members that note what they are asked. */
  const counting = (chainId: number): Provider =>
    new Proxy(ecosystem.provider(chainId), {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          asked.push(String(name));
          return (value as (...given: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  const look = async (account: string, books?: WalletBooks): Promise<{ view: WalletView; questions: readonly string[] }> => {
    asked.length = 0;
    const view = await walletView(ecosystem.info, account, counting, books);
    return { view, questions: [...asked] };
  };

  test("isolates other accounts' tokens that burn gas, answer with unlimited data or return nothing", async () => {
    const a = ecosystem.on("a", ALICE);
    const good = await deploy(a, "L2TestToken", 1_000n, false, false);
    // An endless loop; 64 KiB of zeros; a revert; the word 5 to whatever is asked; an account without code.
    const odd: Hex[] = [];
    for (const code of ["5b5f56", "6300010000_5ff3".replace("_", ""), "5f5ffd", "60055f5260205ff3"]) {
      const receipt = await (await a.sendTransaction({ data: creating(code) })).wait();
      odd.push(receipt!.contractAddress!.toLowerCase() as Hex);
    }
    const held = await tokenHoldings([...odd, good, BOB], a.address as Hex, a.provider!);
    assert.deepEqual(
      held.map(({ amount, symbol, decimals }) => [amount, symbol, decimals]),
      [
        [0n, "?", 0],
        [0n, "?", 0],
        [0n, "?", 0],
        [5n, "?", 5],
        [1_000n, held[4]!.symbol, held[4]!.decimals],
        [0n, "?", 0],
      ],
    );
    assert.match(held[4]!.symbol, /^\w+$/);
    const many = Array.from({ length: 150 }, (_, i) => (i % 2 === 0 ? odd[0]! : good));
    const all = await tokenHoldings(many, a.address as Hex, a.provider!);
    assert.equal(all.filter(({ amount }) => amount === 1_000n).length, 75);
  });

  test("junk tokens of a stranger cost another account's look a call for 60 of them, and no token's name is asked for alone", async () => {
    const before = await look(BOB);
    const stranger = ecosystem.on("a", STRANGER);
    let nonce = await stranger.getNonce();
    const waits: Promise<unknown>[] = [];
    for (let i = 0; i < JUNK; i++) {
      const created = await stranger.sendTransaction({ data: creating("60055f5260205ff3"), nonce: nonce++ });
      waits.push(created.wait());
      const token = (await created.wait())!.contractAddress!;
      const data = vault.encodeFunctionData("registerToken", [token]);
      waits.push(stranger.sendTransaction({ to: PREDEPLOYS.L2NativeTokenVault, data, nonce: nonce++ }));
    }
    await Promise.all(waits);
    const { view, questions } = await look(BOB);
    assert.equal(view.members.find(({ name }) => name === "a")?.tokens.length, JUNK + 1);
    // Each says that BOB has 5 of it, so what of that L1 has executed is asked too: 2 calls each.
    assert.ok(questions.length - before.questions.length <= 4, `${questions.length} after ${before.questions.length}`);
  });

  test("a holder's assets include a project's token before any bridge has it, until the last unit", async () => {
    const on = { a: ecosystem.on("a", ALICE), l1: ecosystem.on("l1", ALICE) };
    const own = async (books?: WalletBooks): Promise<readonly (readonly [string, bigint])[]> =>
      (await look(on.a.address, books)).view.members.flatMap(({ name, tokens }) =>
        tokens.filter(({ address }) => address === onA || address === onL1).map(({ amount }) => [name, amount] as const),
      );
    const onA = (await deploy(on.a, "DevelopmentToken", "Money", "MNY", on.a.address, 700n)).toLowerCase() as Hex;
    const onL1 = (await deploy(on.l1, "DevelopmentToken", "Coin", "CON", on.a.address, 900n)).toLowerCase() as Hex;
    const books = new WalletBooks();
    assert.deepEqual(await own(books), [
      ["l1", 900n],
      ["a", 700n],
    ]);
    const { view } = await look(on.a.address, books);
    const money = view.assets.find(({ origin }) => origin.token === onA);
    assert.deepEqual([money?.symbol, money?.decimals, money?.total, money?.origin.chainId], ["MNY", 18, 700n, 271]);
    const { questions } = await look(on.a.address, books);
    assert.equal(questions.filter((name) => name === "getLogs").length, 0, "its logs are read once");
    const transfer = new Interface(["function transfer(address, uint256)"]).encodeFunctionData("transfer", [BOB, 700n]);
    await (await on.a.sendTransaction({ to: onA, data: transfer })).wait();
    assert.deepEqual(await own(books), [["l1", 900n]]);
    const bobs = (await look(BOB)).view.members.find(({ name }) => name === "a")?.tokens.find(({ address }) => address === onA);
    assert.equal(bobs?.amount, 700n);
  });

  test("attack: a fresh address costs a process that answers for any no search of the past, and has what it received", async () => {
    const books = new WalletBooks({ creators: [] });
    const searches = ({ questions }: { readonly questions: readonly string[] }): number =>
      questions.filter((name) => name === "getLogs").length;
    const fresh = (i: number): Hex => `0x${(0xf2e500 + i).toString(16).padStart(40, "0")}`;
    const alice = ecosystem.on("a", ALICE);
    const token = await deploy(alice, "DevelopmentToken", "Many", "MANY", alice.address, 700n);
    const first = searches(await look(fresh(0), books));
    assert.equal(searches(await look(fresh(1), books)), 0, "nothing is new");
    const transfer = new Interface(["function transfer(address, uint256)"]);
    for (const account of [fresh(2), fresh(3)]) {
      const data = transfer.encodeFunctionData("transfer", [account, 5n]);
      await (await alice.sendTransaction({ to: token, data })).wait();
    }
    const { view, questions } = await look(fresh(3), books);
    assert.ok(searches({ questions }) < first, "what is new on one chain is searched, and no other member");
    const has = ({ members }: WalletView): unknown =>
      members.find(({ name }) => name === "a")?.tokens.find(({ address }) => address === token)?.amount;
    assert.equal(has(view), 5n);
    const another = await look(fresh(2), books);
    assert.deepEqual([searches(another), has(another.view)], [0, 5n]);
    assert.equal(has((await look(fresh(1), books)).view), undefined);
  });

  test("a second view reads no log again and queries no arrived transfer, except after a reorg", async () => {
    const books = new WalletBooks();
    const alice = ecosystem.on("a", ALICE);
    await deposit(ecosystem.info, { chain: "a", amount: ETHER }, ecosystem.on("l1", ALICE));
    assert.ok(
      (await look(alice.address, books)).view.inFlight.some(({ type, amount }) => type === "deposit" && amount === ETHER),
    );
    await ecosystem.devnet.relay();
    for (let i = 1n; i <= 4n; i++) await send(ecosystem.info, { chain: "a", to: { chain: "b", account: BOB }, amount: i }, alice);
    await withdraw(ecosystem.info, { chain: "a", amount: 7n, to: BOB }, alice);
    const kinds = ({ inFlight }: WalletView): readonly string[] => inFlight.map(({ type, amount }) => `${type} ${amount}`);
    const open = ["transfer 1", "transfer 2", "transfer 3", "transfer 4", "withdrawal 7"];
    assert.deepEqual(kinds((await look(alice.address, books)).view), open);
    const snapshot = await ecosystem.devnet.chains[1]!.provider.request({ method: "evm_snapshot", params: [] });
    await ecosystem.moveOn();
    const first = await look(alice.address, books);
    assert.deepEqual(kinds(first.view), ["withdrawal 7"]);
    const second = await look(alice.address, books);
    assert.deepEqual(second.view, first.view);
    const count = (questions: readonly string[], name: string): number => questions.filter((each) => each === name).length;
    assert.equal(count(second.questions, "getLogs"), 0);
    assert.equal(count(second.questions, "getTransactionReceipt"), 0);
    assert.ok(count(first.questions, "call") >= count(second.questions, "call") + 4, "four transfers are not asked for again");
    // All members revert with the requested one; arrived transfers are in flight again.
    await ecosystem.devnet.chains[1]!.provider.request({ method: "evm_revert", params: [snapshot] });
    assert.deepEqual(kinds((await look(alice.address, books)).view), open);
    assert.deepEqual((await look(alice.address, books)).view, (await look(alice.address)).view);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Contract } from "ethers";
import { createRandomness } from "../../protocol/random-batches.ts";
import { ETH, type SimulatedChain } from "./support/ecosystem.ts";
import { COIN, NEVER, startSwapFixture, type SwapFixture } from "./support/swap-fixture.ts";

const OPERATIONS = 80;
const OWNERS = [0, 1, 2] as const;
const STRANGER = 3;
/** The coin and two tokens. */
const ASSETS = [0, 1, 2] as const;

describe("C8: purses under random orders, gifts and emptyings", () => {
  let fixture: SwapFixture;
  let b: SimulatedChain;
  let tokens: Contract[];
  let assets: string[];
  let purses: string[];
  before(async () => {
    fixture = await startSwapFixture();
    ({ b } = fixture);
    const other = (await b.ethers.deployContract("L2TestToken", [10n ** 18n, false, true])) as unknown as Contract;
    tokens = [fixture.token, other];
    assets = [COIN, await fixture.token.getAddress(), await other.getAddress()];
    await b.send(other, "transfer", await fixture.router.getAddress(), 10n ** 15n);
    purses = [];
    for (const owner of [...OWNERS, STRANGER]) {
      const { address } = b.users[owner]!;
      await b.deposit(address, ETH, 10n ** 12n);
      for (const token of tokens) await b.send(token, "transfer", address, 10n ** 9n);
      if (owner !== STRANGER) purses.push((await fixture.swaps.getFunction("purseOf").staticCall(address)) as string);
    }
  });
  after(() => fixture.ecosystem.close());

  const recipientOf = (owner: number): string => `0x${(0xb0b0000 + owner).toString(16).padStart(40, "0")}`;
  const balance = async (asset: number, account: string): Promise<bigint> =>
    asset === 0
      ? fixture.ethBalance(b, account)
      : ((await tokens[asset - 1]!.getFunction("balanceOf").staticCall(account)) as bigint);
  const by = (owner: number): Contract => fixture.swaps.connect(b.users[owner]!) as Contract;

  async function give(from: number, to: string, asset: number, amount: bigint): Promise<void> {
    const signer = b.users[from]!;
    if (asset === 0) await (await signer.sendTransaction({ to, value: amount })).wait();
    else await b.send(tokens[asset - 1]!.connect(signer) as Contract, "transfer", to, amount);
  }

  test(`no owner's money reaches another, and none is lost, in ${OPERATIONS} operations of three owners`, async () => {
    const random = createRandomness(20261122);
    const held = OWNERS.map(() => [0n, 0n, 0n]);
    const paidOut = OWNERS.map(() => [0n, 0n, 0n]);
    const done = new Map<string, number>();
    const count = (what: string): void => void done.set(what, (done.get(what) ?? 0) + 1);
    const amountBelow = (most: number): bigint => BigInt(random.index(most));

    /** An order as SwapPurse promises it, on the model; undefined where it must be refused. */
    function expected(
      owner: number,
      {
        given,
        wanted,
        amountIn,
        taken,
        paid,
        minimum,
      }: Record<"given" | "wanted", number> & Record<"amountIn" | "taken" | "paid" | "minimum", bigint>,
    ): { readonly held: bigint[]; readonly out: bigint[] } | undefined {
      const purse = [...held[owner]!];
      const out = [...paidOut[owner]!];
      // A coin is attached; a router of tokens takes from what lies in the purse, up to the order's amount.
      if (given === 0) purse[0]! += amountIn;
      if (taken > amountIn || purse[given]! < taken) return undefined;
      const gained = given === wanted ? paid - taken : paid;
      if ((gained > 0n ? gained : 0n) < minimum) return undefined;
      const had = purse[given]!;
      purse[given]! -= taken;
      purse[wanted]! += paid;
      out[wanted]! += purse[wanted]!;
      purse[wanted] = 0n;
      // What the router left goes too, if it is still the order's.
      const left = amountIn - taken;
      if (given !== wanted && left > 0n && had - taken >= left) {
        out[given]! += left;
        purse[given]! -= left;
      }
      return { held: purse, out };
    }

    async function order(owner: number): Promise<void> {
      const [given, wanted] = [random.index(3), random.index(3)];
      const amountIn = 1n + amountBelow(50);
      const taken = random.index(3) === 0 ? amountBelow(60) : amountIn;
      const [paid, minimum] = [amountBelow(100), amountBelow(40)];
      const data = fixture.router.interface.encodeFunctionData("trade", [
        assets[given],
        taken,
        assets[wanted],
        paid,
        purses[owner],
      ]);
      const said = {
        router: await fixture.router.getAddress(),
        data,
        tokenIn: assets[given],
        amountIn,
        tokenOut: assets[wanted],
      };
      const args = { ...said, minimumOut: minimum, deadline: NEVER, chainId: b.chainId, recipient: recipientOf(owner) };
      const overrides = { value: given === 0 ? amountIn : 0n };
      const outcome = expected(owner, { given, wanted, amountIn, taken, paid, minimum });
      if (outcome === undefined) {
        await assert.rejects(by(owner).getFunction("swap").staticCall(args, overrides));
        count("refused");
        return;
      }
      await b.send(by(owner), "swap", args, overrides);
      [held[owner], paidOut[owner]] = [outcome.held, outcome.out];
      count("swapped");
    }

    async function gift(owner: number): Promise<void> {
      const [asset, amount] = [random.index(3), 1n + amountBelow(60)];
      await give(random.index(2) === 0 ? STRANGER : owner, purses[owner]!, asset, amount);
      held[owner]![asset]! += amount;
      count("given");
    }

    async function empty(owner: number): Promise<void> {
      const asset = random.index(3);
      await b.send(by(owner), "empty", assets[asset], b.chainId, recipientOf(owner));
      paidOut[owner]![asset]! += held[owner]![asset]!;
      held[owner]![asset] = 0n;
      count("emptied");
    }

    for (let i = 0; i < OPERATIONS; i++) {
      const owner = random.index(OWNERS.length);
      await [order, order, order, gift, gift, empty][random.index(6)]!(owner);
      for (const each of OWNERS) {
        for (const asset of ASSETS) {
          const label = `operation ${i}, owner ${each}, asset ${asset}`;
          assert.equal(await balance(asset, purses[each]!), held[each]![asset], `purse: ${label}`);
          assert.equal(await balance(asset, recipientOf(each)), paidOut[each]![asset], `recipient: ${label}`);
        }
      }
      assert.equal(await fixture.ethBalance(b, await fixture.swaps.getAddress()), 0n);
    }
    for (const what of ["swapped", "refused", "given", "emptied"])
      assert.ok((done.get(what) ?? 0) >= 5, JSON.stringify([...done]));
  });
});

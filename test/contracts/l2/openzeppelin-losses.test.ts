import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Contract } from "ethers";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { interoperable } from "./support/bundles.ts";
import type { SimulatedChain } from "./support/ecosystem.ts";
import { startInteropFixture, type InteropFixture, type SentBundle } from "./support/interop-fixture.ts";
import { assertReverts } from "./support/revert-reason.ts";

const AMOUNT = 100n;
/** Panic(0x11): the token's subtraction underflows. */
const UNDERFLOW = `0x4e487b71${"11".padStart(64, "0")}`;

describe("OpenZeppelin's cross-chain contracts between chains", () => {
  let fixture: InteropFixture;
  let a: SimulatedChain;
  let b: SimulatedChain;
  let alice: string;
  let bob: string;
  before(async () => {
    fixture = await startInteropFixture();
    ({ a, b } = fixture);
    [alice, bob] = [a.users[0]!.address, b.users[2]!.address];
  });
  after(() => fixture.ecosystem.close());

  const deploy = async (chain: SimulatedChain, name: string, ...args: unknown[]): Promise<Contract> =>
    (await chain.ethers.deployContract(name, args, chain.users[0])) as unknown as Contract;
  const view = async (contract: Contract, name: string, ...args: unknown[]): Promise<unknown> =>
    contract.getFunction(name).staticCall(...args);

  /** Links two contracts to each other. */
  async function link(here: Contract, there: Contract): Promise<void> {
    await a.send(here, "link", PREDEPLOYS.InteropCenter, interoperable(b.chainId, String(there.target)));
    await b.send(there, "link", PREDEPLOYS.InteropCenter, interoperable(a.chainId, String(here.target)));
  }

  async function outcome(bundle: SentBundle): Promise<[success: boolean, result: string]> {
    await fixture.ecosystem.settle();
    return fixture.outcomeOf(await fixture.execute(b, bundle));
  }

  /** A failed bundle cannot be delivered again. */
  async function assertFinal(bundle: SentBundle): Promise<void> {
    const again = (await fixture.handler(b)).getFunction("executeBundle").staticCall(...bundle.arguments());
    await assertReverts(again, "InteropHandler", "AlreadyReceived");
  }

  test("BridgeERC20 locks tokens for good if the bridge there holds fewer", async () => {
    const [tokenA, tokenB] = [
      await deploy(a, "L2TestToken", AMOUNT, false, false),
      await deploy(b, "L2TestToken", AMOUNT, false, false),
    ];
    const [here, there] = [await deploy(a, "LinkedBridge", tokenA.target), await deploy(b, "LinkedBridge", tokenB.target)];
    await link(here, there);
    await b.send(tokenB, "transfer", there.target, AMOUNT - 1n);
    await a.send(tokenA, "approve", here.target, AMOUNT);
    const bundle = fixture.bundleOf(await a.send(here, "crosschainTransfer", interoperable(b.chainId, bob), AMOUNT));
    assert.deepEqual(await outcome(bundle), [false, UNDERFLOW]);
    await b.send(tokenB, "transfer", there.target, 1n);
    await assertFinal(bundle);
    assert.deepEqual([await view(tokenA, "balanceOf", here.target), await view(tokenB, "balanceOf", bob)], [AMOUNT, 0n]);
  });

  test("ERC721Crosschain loses a token whose id exists there", async () => {
    const [here, there] = [await deploy(a, "LinkedNft"), await deploy(b, "LinkedNft")];
    await link(here, there);
    await a.send(here, "mint", alice, 1n);
    await b.send(there, "mint", bob, 1n);
    const bundle = fixture.bundleOf(await a.send(here, "crosschainTransferFrom", alice, interoperable(b.chainId, bob), 1n));
    const [success, result] = await outcome(bundle);
    assert.deepEqual([success, there.interface.parseError(result)?.name], [false, "ERC721InvalidSender"]);
    await assertFinal(bundle);
    await assert.rejects(view(here, "ownerOf", 1n), /ERC721NonexistentToken/);
  });
});

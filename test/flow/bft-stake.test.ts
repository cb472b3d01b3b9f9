import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { ZeroAddress, type JsonRpcProvider } from "ethers";
import type { EcosystemInfo } from "../../src/devnet/view/books/ecosystem-info.ts";
import type { VoteEvidence } from "../../src/sequencing/evidence-list.ts";
import { createWorkplace } from "../plugin/support/run-task.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

const [LIAR, OTHER_LIAR] = [3, 2];

type StakeInfo = NonNullable<EcosystemInfo["stake"]>;

describe("E2, D5: nodes whose keys are staked", () => {
  const workplace = createWorkplace();
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  before(async () => {
    devnet = await startFlowDevnet([{ chainId: 271n, sequencing: { by: "bft", nodes: 4 } }], {
      ...UNPROVEN,
      fundedAccounts: [ALICE],
      stake: { unbondingSeconds: 100_000 },
    });
    client = clientOf(devnet.chains[0]!);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    await workplace.close();
    assert.deepEqual(devnet.faults, []);
  });

  const request = (method: string, ...params: readonly unknown[]): Promise<unknown> => client.send(method, [...params]);
  const stake = (): StakeInfo => devnet.info().stake!;
  const addresses = (): readonly string[] => devnet.chains[0]!.pipeline.nodes!.status.members.map(({ address }) => address);
  const pay = async (): Promise<void> => {
    const payment = { to: devnet.accounts.wallet(BOB).address, value: 1n };
    await (await devnet.accounts.wallet(ALICE).connect(client).sendTransaction(payment)).wait();
  };
  /** The weight of a second counts when L1 has a later one. */
  const tick = async (): Promise<void> => {
    await devnet.l1.request("evm_increaseTime", [5]);
    await devnet.l1.request("evm_mine", []);
  };
  async function until(isReached: (info: StakeInfo) => boolean): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      if (isReached(stake())) return;
      await pause(50);
    }
    assert.fail(`not reached: ${JSON.stringify(stake())}`);
  }
  const evidenceNow = async (): Promise<readonly VoteEvidence[]> =>
    (await request("hyperchain_evidence")) as readonly VoteEvidence[];
  /** Lets the node lie until it has signed two more proposals. Resolves with the votes. */
  async function lie(node: number): Promise<VoteEvidence> {
    const { length } = await evidenceNow();
    await request("hyperchain_setFault", { type: "node", chainId: 271, node, condition: "equivocating" });
    for (let tries = 0; tries < 40; tries++) {
      await pay();
      const pair = (await evidenceNow())[length];
      if (pair !== undefined) return pair;
    }
    return assert.fail("no evidence");
  }

  test("each node has one coin at stake", async () => {
    await tick();
    await until(({ keys }) => keys.length === 4 && keys.every(({ stakeWei }) => stakeWei === String(ETHER)));
    assert.deepEqual(
      stake()
        .keys.map(({ key }) => key)
        .toSorted(),
      [...addresses()].toSorted(),
    );
    assert.deepEqual(await request("hyperchain_evidence"), []);
  });

  test("a node that signs two proposals loses its stake on L1, and the others lose nothing", async () => {
    const burnt = await devnet.l1.provider.getBalance(ZeroAddress);
    await lie(LIAR);
    await tick();
    await until(({ slashes }) => slashes.length > 0);
    const [{ chainId, key, amountWei } = assert.fail("nothing is slashed")] = stake().slashes;
    assert.deepEqual([chainId, key, amountWei], [271, addresses()[LIAR], String(ETHER)]);
    assert.equal((await devnet.l1.provider.getBalance(ZeroAddress)) - burnt, (ETHER * 9n) / 10n);
    // More pairs of the same node take nothing more.
    await pay();
    await tick();
    await until(({ keys }) => keys.find((each) => each.key === key)?.stakeWei === "0");
    const others = stake().keys.filter((each) => each.key !== key);
    assert.ok(others.length === 3 && others.every(({ stakeWei }) => stakeWei === String(ETHER)));
    assert.equal(stake().slashes.length, 1);
  });

  test("hyperchain:watch-stake reads the same votes, and L1 takes nothing more for them", async () => {
    const run = await workplace.run([
      "hyperchain:watch-stake",
      "--once",
      "--json",
      "--from",
      "12",
      "--url",
      devnet.chains[0]!.url,
    ]);
    assert.equal(run.code, 0, run.stderr);
    const lines = run.stdout.split("\n").filter((line) => line !== "");
    const types = lines.map((line) => (JSON.parse(line) as { readonly type: string }).type);
    assert.ok(types.includes("stakes") && !types.includes("reportedVotes"), run.stdout);
  });

  test("a node that signs two proposals before a return to a snapshot loses nothing: the return makes its votes void", async () => {
    const snapshot = await devnet.snapshot();
    const { signer, first, second } = await lie(OTHER_LIAR);
    assert.equal(signer, addresses()[OTHER_LIAR]);
    assert.deepEqual([first.view, first.kind], [second.view, second.kind]);
    assert.notEqual(first.id, second.id);
    // The second of the votes is after L1's newest block, so the watcher cannot have reported them.
    assert.equal(await devnet.revert(snapshot), true);
    await until(({ rewinds }) => rewinds.count === 1);
    await tick();
    const newest = await devnet.l1.provider.getBlockNumber();
    await until(({ watcher }) => (watcher.readUpTo ?? -1) >= newest);
    assert.equal(stake().slashes.length, 1);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ZeroAddress, type JsonRpcProvider } from "ethers";
import type { HubInfo } from "../../src/ecosystem/devnet/view/books/hub-info.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

const MEMBER = 271n;
/** The proposals of an odd leader reach the quorum with one decision, and the other aggregator sees both. */
const LIAR = 1;
/** Blocks until each aggregator has led, with the views that lying leaders waste. */
const MAX_BLOCKS = 12;
const POLL_MS = 100;

describe("a hub whose four aggregators have stake", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  before(async () => {
    devnet = await startFlowDevnet(
      [{ chainId: MEMBER, name: "alpha", execution: "proven", pace: { aggregatorSeconds: 2_000 }, facts: { from: [] } }],
      {
        ...UNPROVEN,
        stake: { unbondingSeconds: 100_000 },
        hubs: { main: { members: ["alpha"], aggregators: 4, landing: { maxAgeSeconds: 3_600 } } },
        pollIntervalMs: POLL_MS,
      },
    );
    client = clientOf(devnet.chains[0]!);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const look = (): Promise<HubInfo> => client.send("hyperchain_getHub", ["main"]) as Promise<HubInfo>;
  const stakes = async (): Promise<readonly bigint[]> => (await look()).aggregators.map(({ stakeWei }) => BigInt(stakeWei!));
  const land = async (): Promise<void> => {
    const signer = devnet.accounts.wallet(ALICE).connect(client);
    await (await signer.sendTransaction({ to: devnet.accounts.wallet(BOB).address, value: 1n })).wait();
    await client.send("hyperchain_landHub", ["main"]);
  };

  test("each aggregator has one coin at stake, and an honest one loses nothing", async () => {
    await land();
    assert.deepEqual(await stakes(), [ETHER, ETHER, ETHER, ETHER]);
    assert.deepEqual(devnet.hub("main")!.evidence, []);
  });

  test("an aggregator that signs two proposals of one view loses its stake on L1, and the others lose nothing", async () => {
    const { provider } = devnet.l1;
    const burnt = await provider.getBalance(ZeroAddress);
    const hub = devnet.hub("main")!;
    const liar = hub.aggregators[LIAR]!.address;
    const { account } = (await look()).aggregators.find(({ address }) => address === liar)!;
    await client.send("hyperchain_setFault", [{ type: "aggregator", hub: "main", account, condition: "equivocating" }]);
    for (let i = 0; i < MAX_BLOCKS && hub.evidence.length === 0; i++) await land();
    assert.deepEqual(new Set(hub.evidence.map(({ signer }) => signer)), new Set([liar]));
    await client.send("hyperchain_setFault", [{ type: "clear" }]);
    // L1's time reaches the votes' with its next block.
    await land();
    const left = [0, 1, 2, 3].map((each) => (each === account ? 0n : ETHER));
    while ((await stakes())[account!] !== 0n) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    assert.deepEqual(await stakes(), left);
    assert.equal((await provider.getBalance(ZeroAddress)) - burnt, (ETHER * 9n) / 10n);
  });
});

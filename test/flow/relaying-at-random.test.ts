import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ALICE, clientOf, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { transferOf } from "./support/interop.ts";
import { Choices } from "../simulation/support/random.ts";
import { byNight } from "../support/nightly.ts";

const CHAINS = [271n, 272n, 273n];
const SEEDS = byNight(
  Array.from({ length: 20 }, (_, i) => i + 1),
  [1],
);
const STEPS = byNight(60, 30);
/** Rounds of settling, relaying and mining in which everything arrives. */
const CLOSING_ROUNDS = 8;
/** Interval that is longer than a step, so that a step's blocks and those of the interval mix. */
const INTERVAL_MS = 30;

/** Actions so far; a return to a snapshot removes the later ones. */
interface Sent {
  /** To each chain. */
  readonly wei: readonly bigint[];
}

describe("A3: messages at random, with blocks by interval, on demand and at once", () => {
  let devnet: FlowDevnet;
  let clients: readonly JsonRpcProvider[];
  before(async () => {
    devnet = await startFlowDevnet(CHAINS, { ...UNPROVEN, relayer: true, fundedAccounts: [ALICE, RELAYER] });
    clients = devnet.chains.map(clientOf);
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const heldBy = (account: string): Promise<bigint[]> => Promise.all(clients.map((client) => client.getBalance(account)));
  const relayedOn = (client: JsonRpcProvider): Promise<number> =>
    client.getTransactionCount(devnet.accounts.wallet(RELAYER).address, "latest");

  /** One transfer; it is in a block before the next step, whatever the chain's policy. */
  async function send(random: Choices, to: Hex, sent: Sent): Promise<Sent> {
    const from = random.index(CHAINS.length);
    const place = (from + 1 + random.index(CHAINS.length - 1)) % CHAINS.length;
    const wei = BigInt(1 + random.index(1_000));
    const alice = devnet.accounts.wallet(ALICE).connect(clients[from]!);
    const { hash } = await alice.sendTransaction({ ...transferOf(CHAINS[place]!, wei, to), gasLimit: 400_000n });
    await clients[from]!.send("evm_mine", []);
    assert.equal((await clients[from]!.getTransactionReceipt(hash))?.status, 1);
    return { wei: sent.wei.map((before, i) => (i === place ? before + wei : before)) };
  }

  async function changeBlocks(random: Choices): Promise<void> {
    const client = random.pick(clients)!;
    const policy = random.choose("automine", "onDemand", "interval");
    await client.send("evm_setAutomine", [policy === "automine"]);
    await client.send("evm_setIntervalMining", [policy === "interval" ? INTERVAL_MS : 0]);
  }

  const statuses = async (): Promise<void> => {
    const { outdated, stuck } = (await devnet.status()).messages;
    assert.equal(outdated, undefined);
    assert.deepEqual(stuck, []);
  };

  for (const seed of SEEDS) {
    test(`each arrives once, through snapshots and returns, and no look fails (seed ${seed})`, async () => {
      const random = new Choices(seed);
      const to: Hex = `0x${(0xb0b000 + seed).toString(16).padStart(40, "0")}`;
      let sent: Sent = { wei: CHAINS.map(() => 0n) };
      const marks: { readonly id: Hex; readonly sent: Sent }[] = [];
      const looks: Promise<void>[] = [];
      /**
       * Records the failure for the end: an unhandled one ends a test, and its steps run concurrently with those of the
       * next test.
       */
      const beside = (look: Promise<void>): void => {
        look.catch(() => undefined);
        looks.push(look);
      };
      for (let step = 0; step < STEPS; step++) {
        const what = random.index(20);
        if (what < 7) sent = await send(random, to, sent);
        else if (what < 10) await changeBlocks(random);
        else if (what < 12) await devnet.settle();
        // Runs concurrently with the next steps, as in an automatic ecosystem.
        else if (what < 15) {
          beside(devnet.relayer!.advance());
          beside(devnet.relay().then(() => undefined));
        } else if (what < 16) await random.pick(clients)!.send("evm_mine", []);
        else if (what < 18) await statuses();
        else if (what < 19) marks.push({ id: await devnet.snapshot(), sent });
        else {
          const mark = marks.pop();
          if (mark === undefined) continue;
          assert.equal(await devnet.revert(mark.id), true);
          ({ sent } = mark);
        }
      }
      await Promise.all(looks);
      await Promise.all(clients.map((client) => client.send("evm_setIntervalMining", [0])));
      const mineAll = () => Promise.all(clients.map((client) => client.send("evm_mine", [])));
      for (let round = 0; round < CLOSING_ROUNDS; round++) {
        await devnet.settle();
        await devnet.relay();
        await mineAll();
      }
      assert.deepEqual(await heldBy(to), sent.wei);
      const { inFlight, stuck } = (await devnet.status()).messages;
      assert.deepEqual([inFlight, stuck], [0, []]);
      // What was delivered took one transaction each: none failed, which is how a second delivery would end.
      for (const client of clients) await requireNoFailure(client, await relayedOn(client));
    });
  }

  async function requireNoFailure(client: JsonRpcProvider, count: number): Promise<void> {
    const { address } = devnet.accounts.wallet(RELAYER);
    for (let nonce = 0; nonce < count; nonce++) {
      const transaction = (await client.send("eth_getTransactionBySenderAndNonce", [address, `0x${nonce.toString(16)}`])) as {
        readonly hash: string;
      };
      assert.equal((await client.getTransactionReceipt(transaction.hash))?.status, 1, `nonce ${nonce}`);
    }
  }
});

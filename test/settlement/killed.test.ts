import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openFileJournal } from "../../src/chain/settlement/journal/journal.ts";
import { reduceJournal } from "../../src/chain/settlement/journal/progress.ts";
import { readTotals } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { serveFaultyL1, type FaultyL1, type Fate } from "../support/faulty-l1.ts";
import { byNight } from "../support/nightly.ts";
import { createSettledChain, plainMessage, startSettledL1, type SettledL1 } from "./support/settled-l1.ts";
import type { SettlingReport, SettlingTask } from "./support/settling-process.ts";

const STAGES = ["commit", "prove", "execute"] as const;
/** Development accounts: of the transactions, and of the only validator. */
const [SENDER, VALIDATOR] = [0, 1];

/** Around a stage's transaction: when the process is killed, and what L1 has of it. */
const MOMENTS: readonly {
  readonly name: string;
  readonly killedAt: "transaction" | "look";
  readonly fate: Fate;
  readonly isMined: boolean;
}[] = [
  { name: "before L1 has its transaction", killedAt: "transaction", fate: "unseen", isMined: false },
  { name: "after L1 has mined its transaction, before the answer", killedAt: "transaction", fate: "answerLost", isMined: true },
  { name: "while its transaction waits to be mined", killedAt: "look", fate: "unseen", isMined: false },
  { name: "before it has seen the receipt", killedAt: "look", fate: "unseen", isMined: true },
];

describe("A6: a process that is killed in the middle of settlement, with its journal in a file", () => {
  let settled: SettledL1;
  let l1: FaultyL1;
  let folder: string;
  let nextChainId = 501n;

  before(async () => {
    settled = await startSettledL1({ proofs: "none" });
    l1 = await serveFaultyL1((method, params) => settled.l1.ethers.provider.send(method, [...params]) as Promise<unknown>);
    folder = await mkdtemp(join(tmpdir(), "hyperchain-killed-"));
  });
  after(async () => {
    await l1.close();
    await settled.l1.close();
    await rm(folder, { recursive: true });
  });
  const mining = (automine: boolean) => settled.l1.ethers.provider.send("evm_setAutomine", [automine]);

  function start(task: SettlingTask) {
    const child = fork(new URL("./support/settling-process.ts", import.meta.url), [], {
      serialization: "advanced",
      execArgv: [],
    });
    child.send(task);
    const report = once(child, "message").then(([message]) => message as SettlingReport);
    return { child, report, ended: once(child, "exit") };
  }

  for (const [place, stage] of STAGES.entries()) {
    // By day the moment at which the next process knows least: L1 has what no answer told of.
    for (const { name, killedAt, fate, isMined } of byNight(MOMENTS, MOMENTS.slice(1, 2))) {
      test(`${stage}: ${name}; the next one continues, and sends nothing twice`, async () => {
        const chain = await createSettledChain(settled, nextChainId++);
        const provider = settled.l1.ethers.provider;
        const journal = join(folder, `${chain.contract.hyperchain}.jsonl`);
        const task: SettlingTask = {
          url: l1.url,
          contract: chain.contract,
          fromBlock: chain.created.fromBlock,
          sender: SENDER,
          validator: VALIDATOR,
          journal,
          batch: await chain.form({ logs: [plainMessage(name)] }),
        };
        const nonce = await settled.accounts[SENDER]!.getNonce();

        let sent = 0;
        const first = start(task);
        l1.decide = async (method): Promise<Fate> => {
          if (method === "eth_sendRawTransaction" && sent++ === place) {
            await mining(isMined);
            if (killedAt === "transaction") first.child.kill("SIGKILL");
            return killedAt === "transaction" ? fate : "answered";
          }
          const looksAfter = method === "eth_getTransactionReceipt" && sent > place;
          if (looksAfter) first.child.kill("SIGKILL");
          return looksAfter ? fate : "answered";
        };
        assert.deepEqual(await first.ended, [null, "SIGKILL"]);
        const kept = await openFileJournal(journal);
        const progress = reduceJournal(kept.entries).get(0n);
        await kept.close();
        assert.equal(progress?.stages[stage].state, "broadcast", "it was reported before it was sent");

        // The next process looks for what waits, and then it is mined.
        let looks = 0;
        l1.decide = async (method): Promise<Fate> => {
          if (method === "eth_sendRawTransaction") {
            sent++;
            await mining(true);
          }
          if (method === "eth_getTransactionReceipt" && ++looks === 3) {
            await mining(true);
            await provider.send("evm_mine", []);
          }
          return "answered";
        };
        // Signatures that are given now hold for other seconds.
        await provider.send("evm_increaseTime", [5]);
        const second = start(task);
        const { proofs } = await second.report;
        assert.deepEqual(await second.ended, [0, null]);
        l1.decide = () => "answered";

        assert.deepEqual(await readTotals({ ...chain.contract, provider, fromBlock: task.fromBlock }), {
          committed: 1n,
          verified: 1n,
          executed: 1n,
        });
        assert.equal((await settled.accounts[SENDER]!.getNonce()) - nonce, STAGES.length, "one transaction for each stage");
        const unseen = killedAt === "transaction" && fate === "unseen" ? 1 : 0;
        assert.equal(sent, STAGES.length + unseen, "what L1 has is not sent again");
        if (stage !== "commit") assert.equal(proofs, 0, "the proof was kept");
      });
    }
  }
});

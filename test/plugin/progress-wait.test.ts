import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";
import { JsonRpcProvider } from "ethers";
import { createDevelopmentAccounts, DEVELOPMENT_MNEMONIC } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { JsonRpcError } from "../../src/tool/plugin/discovery/json-rpc.ts";
import { whenExecuted } from "../../src/tool/plugin/tasks/following/claim-withdrawal.ts";
import { followMessage, hintFor } from "../../src/tool/plugin/tasks/following/follow-message.ts";
import { waitWithProgress } from "../../src/tool/plugin/tasks/session/progress-wait.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { Session } from "../../src/tool/plugin/tasks/session/session.ts";

const WAITS = "L1 does not answer as it should (connect ECONNREFUSED)";
const HASH = `0x${"5e".repeat(32)}` as const;

/** A session of which a task needs no more than this. */
function session(request: Session["request"]): { readonly session: Session; readonly lines: string[] } {
  const lines: string[] = [];
  const output = { json: false, progress: (line: string) => void lines.push(line), result: () => assert.fail("no result") };
  const info = { name: "hyperchains" } as Session["info"];
  return {
    lines,
    session: {
      info,
      url: "",
      output,
      request,
      ask: () => assert.fail("no answer"),
      provider: () => assert.fail("no provider"),
      names: () => assert.fail("no names"),
      renewed: () => assert.fail("no other chains"),
    },
  };
}

test("B10: a hint says to settle only where a batch is waited for", () => {
  assert.match(hintFor("the sender's batch is sealed and proven on L1"), /hyperchain:settle/);
  assert.equal(hintFor("a relayer delivers the message"), "");
});

/** Lets promises that are settled already do their work. */
async function turn(): Promise<void> {
  for (let i = 0; i < 10; ++i) await Promise.resolve();
}

describe("tasks while L1 is away", () => {
  test("I5: a settle that takes long tells once what it waits for", async () => {
    const { session: patient, lines } = session(() =>
      Promise.resolve({ chains: [{ name: "alpha", waitsFor: WAITS }, { name: "beta" }] }),
    );
    mock.timers.enable({ apis: ["setInterval"] });
    try {
      const work = Promise.withResolvers<number>();
      const done = waitWithProgress(patient, work.promise);
      mock.timers.tick(4_900);
      await turn();
      assert.deepEqual(lines, []);
      for (let i = 0; i < 3; ++i) {
        mock.timers.tick(5_000);
        await turn();
      }
      assert.deepEqual(lines, [`alpha waits, and continues automatically: ${WAITS}`]);
      work.resolve(7);
      assert.equal(await done, 7);
    } finally {
      mock.timers.reset();
    }
  });

  test("I5: a message that cannot be looked at is named, since it may be sent already", async () => {
    const { session: blind } = session(() =>
      Promise.reject(new JsonRpcError(-32603, "connect ECONNREFUSED 127.0.0.1:8545", undefined)),
    );
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const followed = followMessage(blind, HASH, "executed");
      for (let look = 0; look < 20; ++look) {
        await turn();
        mock.timers.tick(200);
      }
      await assert.rejects(followed, new RegExp(`${HASH}.*ECONNREFUSED.*hyperchain:message ${HASH}`));
    } finally {
      mock.timers.reset();
    }
  });

  test("I5: a member that is silent for a while ends nothing: it is said once, and asked again", async () => {
    const standing = { messageHash: HASH, type: "transfer", sourceChainId: 271, destinationChainId: 272, steps: [] };
    let looks = 0;
    const { session: busy, lines } = session(() =>
      ++looks < 4
        ? Promise.reject(new JsonRpcError(-32603, "L1 has not answered for 3 s: what is known of it is older", undefined))
        : Promise.resolve(standing),
    );
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const followed = followMessage(busy, HASH, "executed");
      for (let look = 1; look < 4; ++look) {
        await turn();
        mock.timers.tick(200);
      }
      assert.equal(await followed, standing);
      assert.deepEqual(lines, [
        `the progress of ${HASH} is unavailable (L1 has not answered for 3 s: what is known of it is older); looking again…`,
      ]);
    } finally {
      mock.timers.reset();
    }
  });

  test("what is to be claimed on another chain waits for that one, and not for L1", async () => {
    const { session: bare, lines } = session(() => assert.fail("no request"));
    const account = createDevelopmentAccounts().wallet(0).address.toLowerCase() as Hex;
    const base = {
      info: {
        l1: { name: "alpha", chainId: 271, contracts: { roots: account } },
        chains: [],
        accounts: { mnemonic: DEVELOPMENT_MNEMONIC },
      } as unknown as Session["info"],
      provider: () => new JsonRpcProvider("http://127.0.0.1:1", 271, { staticNetwork: true }),
    };
    const states = ["unknown", "proven", "paid"] as const;
    let attempts = 0;
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const attempt = () => Promise.resolve({ state: states[attempts++] ?? "paid" });
      const done = whenExecuted({ ...bare, ...base }, 271, { chainId: 271, account }, attempt);
      for (const _ of states) {
        await turn();
        mock.timers.tick(200);
      }
      assert.deepEqual(await done, { state: "paid" });
      assert.deepEqual(lines, [
        "waiting for its batch to be committed on alpha",
        "waiting for the execution of its batch on alpha",
      ]);
    } finally {
      mock.timers.reset();
    }
  });
});

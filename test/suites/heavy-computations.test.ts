import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { toBeHex } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import type { Member } from "../../src/tool/plugin/api/hyperchains.ts";
import { openMembersWith } from "./support/members.ts";

/** Counts its input down to 0, six instructions and 26 gas a time, and returns 7. */
const COUNTER = "0x0000000000000000000000000000000000c0c0c0";
/** STATICCALL of console.log(uint256) with 42, then as COUNTER. */
const LOGGER = "0x00000000000000000000000000000000001095e5";
/** Counts, then reverts with 7. */
const REFUSER = "0x0000000000000000000000000000000000bad007";
/** Counts, then creates an empty contract. */
const MAKER = "0x0000000000000000000000000000000000c4ea7e";

const LOG = `7ff82c50f1${"0".repeat(56)}5f52602a6004525f5f60245f6a${"636f6e736f6c652e6c6f67"}5afa50`;

/** Counts down what is in the calldata; `before` runs first, `end` with an empty stack. */
function counting(before: string, end: string): string {
  const loop = 2 + before.length / 2;
  const pc = loop.toString(16).padStart(2, "0");
  return `0x${before}5f355b600190038060${pc}5750${end}`;
}
const RETURN_SEVEN = "60075f5260205ff3";
const word = (value: number): string => toBeHex(value, 32);

describe("suites: heavy computations on a chain, as on Hardhat's network", () => {
  let connection: NetworkConnection;
  let members: readonly Member[];
  before(async () => {
    ({ connection, members } = await openMembersWith({
      [COUNTER]: counting("", RETURN_SEVEN),
      [LOGGER]: counting(LOG, RETURN_SEVEN),
      [REFUSER]: counting("", "60075f5260205ffd"),
      [MAKER]: counting("", "5f5f5ff0505f5ff3"),
    }));
  });
  after(() => connection.close());

  /** Returns the members' common answer; fails if they differ. */
  async function same(ask: (member: Member) => Promise<unknown>): Promise<unknown> {
    const answers: unknown[] = [];
    for (const member of members) {
      answers.push(
        await ask(member).catch((error: Error & { data?: unknown }) => ({ message: error.message, data: error.data })),
      );
    }
    for (const answer of answers.slice(1)) assert.deepEqual(answer, answers[0]);
    return answers[0];
  }

  test("calls that need millions of gas give the same, and fail with the same", async () => {
    assert.equal(
      await same(({ provider }) =>
        provider.request({ method: "eth_call", params: [{ to: COUNTER, data: word(40_000) }, "latest"] }),
      ),
      word(7),
    );
    const refusal = await same(({ provider }) =>
      provider.request({ method: "eth_call", params: [{ to: REFUSER, data: word(40_000) }, "latest"] }),
    );
    assert.match(JSON.stringify(refusal), /0{63}7/);
    assert.equal(
      await same(({ provider }) =>
        provider.request({ method: "eth_call", params: [{ to: MAKER, data: word(40_000) }, "latest"] }),
      ),
      "0x",
    );
  });

  test("gas is estimated alike", async () => {
    for (const to of [COUNTER, LOGGER, MAKER]) {
      for (const times of [10, 4_000]) {
        const gas = await same(({ provider }) =>
          provider.request({ method: "eth_estimateGas", params: [{ to, data: word(times) }] }),
        );
        assert.match(String(gas), /^0x/, `${to} ${times}`);
      }
    }
  });

  test("what a contract logs is printed, once, also of calls that need much gas", async () => {
    for (const { provider } of members) {
      for (const times of [10, 40_000])
        assert.deepEqual(
          await printed(() => provider.request({ method: "eth_call", params: [{ to: LOGGER, data: word(times) }, "latest"] })),
          ["42"],
        );
    }
  });

  test("transactions run as many instructions as their gas pays for, and can be traced", async () => {
    // 2.4 million of them.
    const seen = await same(async ({ ethers, provider }) => {
      const [sender] = await ethers.getSigners();
      const sent = await sender?.sendTransaction({ to: COUNTER, data: word(400_000), gasLimit: 16_000_000n });
      const receipt = await sent?.wait();
      const small = await (await sender?.sendTransaction({ to: COUNTER, data: word(10) }))?.wait();
      const trace = (await provider.request({
        method: "debug_traceTransaction",
        params: [small?.hash, { enableMemory: true }],
      })) as { structLogs: unknown[] };
      return [receipt?.status, receipt?.gasUsed, trace.structLogs.length];
    });
    assert.ok(
      Array.isArray(seen) && seen[0] === 1 && Number(seen[1]) > 10_000_000,
      JSON.stringify(seen, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
    );
  });

  test("calls about older blocks have all gas", async () => {
    for (const { ethers, networkHelpers, provider } of members) {
      const then = await ethers.provider.getBlockNumber();
      await networkHelpers.mine(200);
      for (const to of [COUNTER, MAKER]) {
        const answer = await provider.request({
          method: "eth_call",
          params: [{ to, data: word(40_000) }, toBeHex(then).replace(/^0x0+/, "0x")],
        });
        assert.equal(answer, to === COUNTER ? word(7) : "0x");
      }
    }
  });

  test("more calls and traces can wait at the same time than clients of a server may have", async () => {
    const { provider } = connection;
    const answers = await Promise.all(
      Array.from({ length: 1_500 }, () =>
        provider.request({ method: "eth_call", params: [{ to: MAKER, data: word(1) }, "latest"] }),
      ),
    );
    assert.deepEqual(new Set(answers), new Set(["0x"]));
    const traces = await Promise.all(
      Array.from({ length: 50 }, () =>
        provider.request({
          method: "debug_traceCall",
          params: [{ to: COUNTER, data: word(1) }, "latest", { tracer: "callTracer" }],
        }),
      ),
    );
    assert.deepEqual(new Set(traces.map((trace) => (trace as { output: string }).output)), new Set([word(7)]));
  });
});

/** Returns the lines that are printed during `work`. */
async function printed(work: () => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  const log = console.log;
  console.log = (...values: unknown[]) => lines.push(...values.map(String));
  try {
    await work();
  } finally {
    console.log = log;
  }
  return lines.map((line) => line.trim()).filter((line) => line !== "");
}

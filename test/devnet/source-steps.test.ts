import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CodePlaces, ProjectNames } from "../../src/ecosystem/devnet/view/books/describe.ts";
import { sourceSteps } from "../../src/ecosystem/devnet/view/contracts/source-steps.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const HASH: Hex = `0x${"11".repeat(32)}`;
const [SHOP, BANK, STRANGER] = ["5b", "ba", "cc"].map((byte) => `0x${byte.repeat(20)}`) as [Hex, Hex, Hex];
/** Lines of each contract's code by its instructions; a letter behind a line is the jump that is made there. */
const CODE: Readonly<Record<string, readonly string[]>> = {
  [SHOP]: ["", "3", "3", "4i", "8", "8o", "4", "5", "6"],
  [BANK]: ["", "2", "3"],
};

const placesOf =
  (address: string): CodePlaces =>
  (pc) => {
    const [, line = "", jump = "-"] = /^(\d*)([io]?)$/.exec(CODE[address]?.[pc] ?? "-") ?? [];
    if (CODE[address]?.[pc] === undefined) return undefined;
    const place = line === "" ? undefined : { source: `${address}.sol`, line: Number(line), function: `f${line}` };
    return { jump: jump === "" ? "-" : jump, place };
  };

interface Made {
  readonly steps: readonly (readonly [depth: number, pc: number, op?: string, called?: Hex])[];
  readonly text?: string | undefined;
  readonly to?: Hex | null;
}

function told({ steps, text = "a\nb\r\nc", to = SHOP }: Made) {
  const structLogs = steps.map(([depth, pc, op = "ADD", called = "0x0"]) => ({
    depth,
    pc,
    op,
    stack: ["0x1", called, "0x5208"],
  }));
  const answers: Readonly<Record<string, (params: readonly unknown[]) => unknown>> = {
    eth_getTransactionByHash: () => ({ to }),
    debug_traceTransaction: () => ({ structLogs }),
    eth_getCode: ([address]) => address,
  };
  const names = {
    contract: (code: string) => (code in CODE ? { fullName: code } : undefined),
    places: (fullName: string) => Promise.resolve(placesOf(fullName)),
    source: () => Promise.resolve(text),
  } as unknown as ProjectNames;
  const ask = (_chain: number, method: string, params: readonly unknown[]) => Promise.resolve(answers[method]?.(params));
  return sourceSteps({ chainId: 271, hash: HASH, ask, names });
}

const short = ({ stops }: Awaited<ReturnType<typeof told>>) => stops.map(({ step, line, level }) => [step, line, level]);

describe("I11: the lines through which a transaction went", () => {
  test("a stop for each line, one level deeper in a function that is called, and back behind it", async () => {
    const found = await told({ steps: [0, 1, 2, 3, 4, 5, 6, 7].map((pc) => [1, pc] as const) });
    assert.deepEqual(short(found), [
      [1, 3, 0],
      [3, 4, 0],
      [4, 8, 1],
      [6, 4, 0],
      [7, 5, 0],
    ]);
    assert.deepEqual(found.sources, [{ name: `${SHOP}.sol`, lines: ["a", "b", "c"] }]);
    assert.equal(found.stops[2]?.function, "f8");
  });

  test("a call's code is that of the called account, also of a call that is made in a function; a stranger's has no stops", async () => {
    const found = await told({
      steps: [
        [1, 3],
        [1, 4, "CALL", BANK],
        [2, 1],
        [2, 2, "DELEGATECALL", STRANGER],
        [3, 1],
        [2, 2],
        [1, 5],
        [1, 7],
      ],
    });
    assert.deepEqual(
      found.stops.map(({ source, line, level }) => [source, line, level]),
      [
        [0, 4, 0],
        [0, 8, 1],
        [1, 2, 2],
        [1, 3, 2],
        [0, 8, 1],
        [0, 5, 0],
      ],
    );
  });

  test("of a contract's creation, and after it in the same transaction, only known code is shown", async () => {
    assert.deepEqual(short(await told({ steps: [[1, 1]], to: null })), []);
    const found = await told({
      steps: [
        [1, 1, "CREATE2", BANK],
        [2, 1],
        [1, 7],
      ],
    });
    assert.deepEqual(short(found), [
      [0, 3, 0],
      [2, 5, 0],
    ]);
  });

  test("attack: sources and stops beyond what one answer has are counted", async () => {
    const steps = Array.from({ length: 5_003 }, (_, i) => [1, i % 2 === 0 ? 6 : 7] as const);
    const many = await told({ steps });
    assert.deepEqual([many.stops.length, many.more], [5_000, 3]);
    const large = await told({ steps: steps.slice(0, 4), text: "x".repeat(2 ** 19 + 1) });
    assert.deepEqual([large.sources, large.stops, large.more], [[], [], 4]);
  });

  test("attack: jumps out of more functions than have begun lead to no level below the call's own", async () => {
    const found = await told({ steps: [5, 5, 7, 5, 6].map((pc) => [1, pc] as const) });
    assert.deepEqual(
      short(found).map(([, , level]) => level),
      [0, 0, 0, 0],
    );
  });
});

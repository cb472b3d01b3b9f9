import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as v from "valibot";
import { ancestryConflicts } from "../../src/ecosystem/options/ancestry-rules.ts";
import { CHAIN_IN_CODE } from "../../src/ecosystem/options/chain.ts";
import { planChain, type PlannedAt, type PlannedEcosystem } from "../../src/ecosystem/options/plan.ts";
import { fields } from "../../src/ecosystem/options/fields/values.ts";
import { resolveHyperchains } from "../../src/tool/plugin/config/resolve.ts";

const ECOSYSTEM: PlannedEcosystem = {
  ...{ use: "devnet", l1: {}, host: "127.0.0.1", execution: "trusted" },
  ...{ allowUnlimitedContractSize: false, distinctTimestamps: false, isMeasured: false },
};

function chain(name: string, chainId: number, more: object = {}): PlannedAt {
  const said = v.parse(fields(CHAIN_IN_CODE), { name, chainId, ...more });
  return { path: ["chains", name], plan: planChain(said, 0, ECOSYSTEM) };
}

const ALPHA = chain("alpha", 271);
const PROVEN = { execution: "proven" } as const;
/** 2^32 + 271. */
const ON_ALPHA = 4_294_967_567;
/** 2^44 + 2^32 + 271. */
const ON_X = 17_596_481_011_983;

/** Title, chains, the option that the problem names, and its message. */
type Refused = readonly [string, readonly PlannedAt[], string, RegExp];

describe("D3: where a chain may settle", () => {
  test("on a rollup with ETH, under an id that names it", () => {
    const x = chain("x", ON_ALPHA, { settlesOn: "alpha" });
    assert.deepEqual(ancestryConflicts([chain("z", ON_X, { settlesOn: "x" }), x, ALPHA]), []);
  });

  test("proven on a proven chain, with up to four signers, and with data there or on L1", () => {
    const p = chain("p", 271, PROVEN);
    for (const more of [{}, { quorum: { members: 4, threshold: 3 } }, { dataAvailability: "chain" }])
      assert.deepEqual(ancestryConflicts([p, chain("x", ON_ALPHA, { settlesOn: "p", ...PROVEN, ...more })]), []);
  });

  test("on a chain that runs enough instructions to commit a full batch, however many they are", () => {
    for (const maxInstructions of [undefined, 2_000_000, 2 ** 24]) {
      const alpha = chain("alpha", 271, { maxInstructions });
      assert.deepEqual(ancestryConflicts([alpha, chain("x", ON_ALPHA, { settlesOn: "alpha", maxInstructions: 1_000_000 })]), []);
    }
  });

  const refused: readonly Refused[] = [
    ["an unknown chain", [ALPHA, chain("x", ON_ALPHA, { settlesOn: "b" })], "settlesOn", /no chain "b"; name one of alpha/],
    ["itself", [chain("x", ON_ALPHA, { settlesOn: "x" })], "settlesOn", /the chain itself/],
    [
      "a circle of two",
      [chain("x", ON_ALPHA, { settlesOn: "y" }), chain("y", ON_ALPHA, { settlesOn: "x" })],
      "settlesOn",
      /a circle that never reaches L1/,
    ],
    [
      "a circle that others made",
      [
        chain("x", ON_ALPHA, { settlesOn: "y" }),
        chain("y", ON_ALPHA, { settlesOn: "z" }),
        chain("z", ON_ALPHA, { settlesOn: "y" }),
      ],
      "settlesOn",
      /"y" settles in a circle that never reaches L1/,
    ],
    [
      "a chain above an L4",
      [
        chain("w", ON_X, { settlesOn: "z" }),
        chain("z", ON_X, { settlesOn: "x" }),
        chain("x", ON_ALPHA, { settlesOn: "alpha" }),
        ALPHA,
      ],
      "settlesOn",
      /"z" is 2 chains above L1 itself, and ids name no chain above it; name one of x, alpha/,
    ],
    [
      "an id on the chain below the one below",
      [ALPHA, chain("x", ON_ALPHA, { settlesOn: "alpha" }), chain("z", 2 * 2 ** 32 + 271, { settlesOn: "x" })],
      "chainId",
      /its lowest bits must be 4294967567, such as 17596481011983/,
    ],
    [
      "a chain whose transactions run too few instructions",
      [chain("alpha", 271, { maxInstructions: 1_999_999 }), chain("x", ON_ALPHA, { settlesOn: "alpha" })],
      "settlesOn",
      /"alpha" run at most 1999999 instructions \(its maxInstructions\), .* takes up to 2000000; give it that many/,
    ],
    [
      "a validium",
      [chain("v", 271, { dataAvailability: "validium" }), chain("x", ON_ALPHA, { settlesOn: "v" })],
      "settlesOn",
      /is a validium/,
    ],
    [
      "a trusted chain on a proven one",
      [chain("p", 271, { execution: "proven" }), chain("x", ON_ALPHA, { settlesOn: "p" })],
      "settlesOn",
      /exceeds the units of a transaction there; set execution: "proven", or name a trusted chain/,
    ],
    [
      "a proven chain on a trusted one",
      [ALPHA, chain("x", ON_ALPHA, { settlesOn: "alpha", execution: "proven" })],
      "execution",
      /is "proven", and contracts on the trusted chain alpha check no proof of execution/,
    ],
    [
      "a proven chain on a proven chain on a proven one",
      [
        chain("p", 271, PROVEN),
        chain("x", ON_ALPHA, { settlesOn: "p", ...PROVEN }),
        chain("z", ON_X, { settlesOn: "x", ...PROVEN }),
      ],
      "settlesOn",
      /"x" settles on p, and only L1 records statements; name another chain/,
    ],
    ...(
      [
        [{ sequencing: "queue" }, /has its order from L1's queue/],
        [{ sequencing: { by: "bft", nodes: 4 } }, /several sequencers/],
        [{ quorum: { members: 3, threshold: 2 } }, /get no proofs of statements/],
        [{ pace: { shared: true } }, /shown with its batches alone/],
      ] as const
    ).map(([more, message]): Refused => [
      `a proven chain on one with ${JSON.stringify(more)}`,
      [chain("p", 271, { ...PROVEN, ...more }), chain("x", ON_ALPHA, { settlesOn: "p", ...PROVEN })],
      "settlesOn",
      message,
    ]),
    ...(
      [
        ["sequencing", { sequencing: "queue" }, /settlers of a queue do not reach the imports of p/],
        ["pace", { pace: { shared: true } }, /and p shows the chain's proofs/],
        ["dataAvailability", { dataAvailability: "validium" }, /exceed the units of a transaction of p; set "rollup" or "chain"/],
        ["quorum", { quorum: { members: 5, threshold: 2 } }, /has 5 signers, and a commit on the proven chain p has units for 4/],
        [
          "quorum",
          { standby: { accounts: Array.from({ length: 5 }, (_, i) => `0x${"0".repeat(39)}${i + 1}`), threshold: 1 } },
          /has 5 signers/,
        ],
      ] as const
    ).map(([field, more, message]): Refused => [
      `${JSON.stringify(more)} on a proven chain on a proven one`,
      [chain("p", 271, PROVEN), chain("x", ON_ALPHA, { settlesOn: "p", ...PROVEN, ...more })],
      field,
      message,
    ]),
    [
      "a chain with other fees",
      [chain("g", 271, { baseToken: { name: "Gold", symbol: "GLD" } }), chain("x", ON_ALPHA, { settlesOn: "g" })],
      "settlesOn",
      /not paid in ETH/,
    ],
    [
      "data on the chain below, of a chain on L1",
      [chain("a", 271, { dataAvailability: "chain" })],
      "dataAvailability",
      /in settlesOn/,
    ],
    [
      "data that the chain below does not pass on",
      [ALPHA, chain("x", ON_ALPHA, { settlesOn: "alpha", dataAvailability: "chain" }), chain("z", ON_X, { settlesOn: "x" })],
      "dataAvailability",
      /those of "x" stay on "alpha"; say "chain", or "rollup" for "x" too/,
    ],
    ["another chain's id", [ALPHA, chain("x", 272, { settlesOn: "alpha" })], "chainId", /must be 271, such as 4294967567/],
    ["an id on a chain, for L1", [chain("x", ON_ALPHA)], "chainId", /settles on chain 271; name that one in settlesOn/],
  ];
  for (const [what, chains, field, message] of refused)
    test(`not: ${what}`, () => {
      const [problem] = ancestryConflicts(chains);
      assert.equal(problem?.path.at(-1), field);
      assert.match(problem?.message ?? "", message);
    });

  test("ids that a config leaves out follow from the chain below", () => {
    const { chains } = resolveHyperchains({
      chains: { z: { settlesOn: "x" }, x: { settlesOn: "beta" }, beta: { chainId: 300 }, y: { settlesOn: "beta" } },
    });
    assert.deepEqual(
      chains.map(({ chainId }) => chainId),
      // 2^44 + 2^32 + 300, 2^32 + 300, 300, 2 · 2^32 + 300.
      [17_596_481_012_012, 4_294_967_596, 300, 8_589_934_892],
    );
  });
});

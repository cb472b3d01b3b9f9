import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Interface } from "ethers";
import { allSeen } from "../../page/all-seen.ts";
import { isAddress } from "../../page/is-address.ts";
import { stepsOf, stepWords } from "../../page/message-steps.ts";
import { baseOf } from "../../page/settlement-base.ts";
import { PHASES, phaseWords, proofAndMaker, withProof } from "../../page/proof-phases.ts";
import { contractNames } from "../../src/ecosystem/client/sending/revert-reason.ts";
import type { EcosystemStatus, ProofStage } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { versionInWords } from "../../src/ground/protocol/protocol-version.ts";

/** 271 + 2^32: the first chain on chain 271. */
const [ON_L1, ON_271] = [271, 4_294_967_567];

describe("I8: what the page says of messages and proofs", () => {
  test("names what each chain settles on", () => {
    const down = { sourceChainId: ON_L1, destinationChainId: ON_271 };
    assert.equal(stepWords("settled", down), "the sender's batch is proven on L1");
    assert.equal(stepWords("importSettled", down), "the receiver's batch is executed on chain 271 too");
    const up = { sourceChainId: ON_271, destinationChainId: ON_L1 };
    assert.equal(
      stepWords("inTransactionRoot", up),
      "the sender's batch is executed on chain 271, and its root is in the registry",
    );
    assert.equal(stepWords("importSettled", up), "the receiver's batch is executed on L1 too");
    assert.equal(phaseWords("posting", ON_L1), "L1 checks it");
    assert.equal(phaseWords("posting", ON_271), "chain 271 checks it");
    assert.equal(phaseWords("made", ON_271), "made; waits for its turn on chain 271");
  });

  test("a chain's page, batches and transactions name what it settles on, and are checked there", () => {
    const alpha = { name: "alpha", chainId: ON_L1 };
    const ecosystem = { l1: { name: "l1", chainId: 31_337 }, chains: [alpha, { name: "x", settlesOn: alpha }] };
    assert.deepEqual(baseOf(ecosystem, "alpha"), { member: "l1", chainId: 31_337, name: "l1", words: "L1" });
    assert.deepEqual(baseOf(ecosystem, "x"), { member: "271", chainId: 271, name: "alpha", words: "alpha" });
  });

  test("tells apart whether a batch's execution is proven, and its proof for what it settles on is made", () => {
    const chunk = { chunk: 2, chunks: 10, phase: "fri", fraction: 0.5, worker: "rack-7" } as const;
    const proven = { execution: { kind: "proven" } } as const;
    const cases: readonly [ProofStage, string][] = [
      [{ phase: "queued" }, "waits for a prover"],
      [{ phase: "trace", worker: "rack-7" }, "1 of 9: filling in the trace, by rack-7"],
      [{ phase: "queued", execution: { kind: "waiting" } }, "its execution is not proven yet: waits for its turn"],
      [
        { phase: "queued", execution: { kind: "proving", ...chunk } },
        "its execution is not proven yet: chunk 3 of about 10: 7 of 9: folding (FRI), by rack-7",
      ],
      [{ phase: "queued", ...proven }, "its execution is proven; the proof of that for L1: waits for a prover"],
      [
        { phase: "grind", ...proven, tree: { kind: "leaf", made: 2, proofs: 20 }, worker: "rack-8" },
        "its execution is proven; for L1, proof 3 of 20 (leaf): 8 of 9: grinding, by rack-8",
      ],
      [
        { phase: "queued", ...proven, tree: { kind: "batch", made: 18, proofs: 18 } },
        "its execution is proven; 18 proofs for L1 are made; waits for other batches'",
      ],
      [{ phase: "made" }, "made; waits for its turn on L1"],
      [{ phase: "posting" }, "L1 checks it"],
    ];
    for (const [stage, words] of cases) assert.equal(proofAndMaker(stage, ON_L1), words);
  });

  test("a proof that the feed tells of has where its execution is, as the status has it", () => {
    const chain = { chainId: ON_L1, batches: { proven: 4 } };
    const before = { chains: [chain] } as unknown as EcosystemStatus;
    const stage = { phase: "queued", execution: { kind: "proving", chunk: 0, chunks: 2, phase: "trace", fraction: 0 } } as const;
    const { chains } = withProof(before, { position: "x", type: "proof", chainId: ON_L1, number: 5, ...stage });
    assert.deepEqual(chains[0]!.proving, [{ batch: 5, ...stage }]);
  });

  test("has words for each step and phase", () => {
    const message = { type: "transfer", sourceChainId: ON_L1, destinationChainId: ON_271 } as const;
    for (const step of stepsOf(message)) assert.notEqual(stepWords(step, message), step);
    assert.equal(PHASES.length, 12);
    for (const phase of PHASES) assert.notEqual(phaseWords(phase, ON_L1), phase);
  });
});

test("distinguishes 20 bytes such as a batch's point from an address by the checksum's capitals", () => {
  const names = contractNames([["function commit(address by, bytes20 point)"]]);
  // The first address of ERC-55's own examples.
  const [address, point] = ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", `0x${"0d".repeat(20)}`] as const;
  const input = new Interface(["function commit(address, bytes20)"]).encodeFunctionData("commit", [address, point]) as Hex;
  const found = names.call(input)?.match(/0x[0-9a-fA-F]{40}/g) ?? [];
  assert.deepEqual(found.map(isAddress), [true, false]);
  assert.ok(isAddress(`0x${"0".repeat(40)}`));
});

test("the number of a version under which nothing is proven says so", () => {
  // docs/protocol.md, "Versions and formats": bit 31.
  assert.equal(versionInWords(2_147_483_650), "2147483650 (2^31 + 2: nothing is proven)");
  assert.equal(versionInWords(0x203), "515");
});

test("attack: invisible characters of a source, and those that turn its lines, are shown as their numbers", () => {
  const [override, pop, blank] = [0x202e, 0x2069, 0x200b].map((code) => String.fromCodePoint(code)) as [string, string, string];
  assert.equal(allSeen(`\tif (isAdmin${blank}) /*${override} } ${pop}*/`), "    if (isAdmin⟨U+200B⟩) /*⟨U+202E⟩ } ⟨U+2069⟩*/");
  for (const line of ["    uint256 größe = 1; // “free” → ∑", ""]) assert.equal(allSeen(line), line);
});

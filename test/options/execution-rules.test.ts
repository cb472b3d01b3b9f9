import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planAddedChain, planDevnet, type DevnetChainOptions, type DevnetOptions } from "../../src/devnet/described/options.ts";

const options = (chain: Partial<DevnetChainOptions>, prover: DevnetOptions["prover"]): DevnetOptions => ({
  ...{ chains: [{ chainId: 271n, ...chain }], fundedAccounts: [], fundingWei: 0n, prover, relayer: false },
});
const BY_PROOF = { quorum: { members: 1, threshold: 1, check: "proof" } } as const;
const PROVEN = { prover: { execution: "proven" } } as const;

describe("B3: options of proofs of execution beside others", () => {
  const refused = (given: DevnetOptions, message: RegExp): void =>
    assert.throws(() => planDevnet(given), { name: "DevnetOptionsError", message });

  test("refuse proofs of execution where L1 gets no proof of the published changes, for the ecosystem and for one chain", () => {
    refused(options({}, { mode: "none", execution: "proven" }), /^prover\.execution is "proven", and with prover\.mode "none"/);
    refused(options(PROVEN, { mode: "none" }), /^chains\[0\]\.prover\.execution is "proven", and with prover\.mode "none"/);
    planDevnet(options(PROVEN, { mode: "stark" }));
  });

  test("refuse validators that ask for proofs where none are made", () => {
    const message = /^chains\[0\]\.quorum\.check is "proof", and no proofs are made/;
    refused(options(BY_PROOF, { mode: "stark" }), message);
    refused(options({ ...BY_PROOF, prover: { execution: "trusted" } }, { mode: "stark", execution: "proven" }), message);
    planDevnet(options(BY_PROOF, { mode: "stark", execution: "proven" }));
    planDevnet(options({ ...BY_PROOF, ...PROVEN }, { mode: "stark" }));
  });

  test("let L1 check the execution, or a marker, of a chain of version 3 that settles on L1, and of no other", () => {
    const onL1 = { prover: { execution: "onL1" }, protocolVersion: 3 } as const;
    const stark = { mode: "stark" } as const;
    assert.equal(planDevnet(options(onL1, stark)).plans[0]!.proving.execution, "onL1");
    planDevnet(options({ ...BY_PROOF, ...onL1 }, stark));
    refused(
      options({ ...onL1, protocolVersion: 2 }, stark),
      /^chains\[0\]\.prover\.execution is "onL1", which takes chains of protocolVersion 3/,
    );
    assert.equal(planDevnet(options(onL1, { mode: "none" })).plans[0]!.proving.execution, "onL1");
    refused(
      options({ ...BY_PROOF, ...onL1 }, { mode: "none" }),
      /^chains\[0\]\.quorum\.check is "proof", and no proofs are made; leave it out/,
    );
    const chains = [
      { chainId: 271n, name: "alpha" },
      { chainId: 4_294_967_567n, settlesOn: "alpha", ...onL1 },
    ];
    refused({ ...options({}, stark), chains }, /^chains\[1\]\.prover\.execution is "onL1", and the chain settles on/);
    // Of all chains it cannot be said.
    refused(options({}, { mode: "stark", execution: "onL1" as "proven" }), /^prover\.execution must be/);
  });

  test("refuse the same of a chain that is added to others", () => {
    const { options: complete, plans } = planDevnet(options({}, { mode: "stark" }));
    assert.throws(() => planAddedChain({ chainId: 272n, ...BY_PROOF }, 1, plans, complete), /^DevnetOptionsError: quorum\.check/);
    assert.equal(planAddedChain({ chainId: 272n, ...BY_PROOF, ...PROVEN }, 1, plans, complete).validators.quorum?.check, "proof");
  });
});

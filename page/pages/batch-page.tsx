import { useState } from "preact/hooks";
import { executionOfBatch } from "../../src/ecosystem/devnet/view/batches/unproven.ts";
import type { BatchAnswer, BatchInfo, EcosystemInfo, EcosystemStatus } from "../answers.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { count, plural, time } from "../format.ts";
import { Addresses } from "../parts/addresses.tsx";
import { BatchChanges } from "../parts/batch-changes.tsx";
import { BatchStage } from "../parts/batch-stage.tsx";
import { Answer, Facts, Mark, Section } from "../parts/layout.tsx";
import { BlockLink, TransactionLink } from "../parts/links.tsx";
import { Neighbours } from "../parts/neighbours.tsx";
import { MemberGlyph } from "../parts/shape.tsx";
import { proofAndMaker } from "../proof-phases.ts";
import { ask } from "../rpc.ts";
import { baseOf, type SettlementBase } from "../settlement-base.ts";
import type { Check } from "../verify/record-checks.ts";
import { verifyBatch } from "../verify/verify-batch.ts";

interface WholeBatch {
  readonly batch: BatchAnswer;
  readonly blocks: readonly [string, string] | null;
  readonly content: BatchInfo | null;
}

export interface BatchPageProps {
  readonly chain: string;
  readonly member: string;
  readonly number: number;
}

export function BatchPage({ chain, member, number }: BatchPageProps) {
  const { version, status, info } = useEcosystem();
  const { chainId = 0, proving, execution, batches, ...standing } = status.chains.find(({ name }) => name === chain) ?? {};
  const base = baseOf(info, chain);
  const proof = proving?.find(({ batch }) => batch === number);
  const underWay = proof && proofAndMaker(proof, chainId);
  const missingOf = (batch: BatchAnswer) => missingProof(info.prover.mode, base.words, batch, { ...standing, underWay });
  const asked = useAsked(() => whole(member, number), [`${member}:${number}`, version]);
  return (
    <>
      <h1>
        <MemberGlyph name={chain} /> Batch {count(number)} of {chain}
      </h1>
      <Neighbours chain={chain} kind="batch" number={number} last={(batches?.sealed ?? 0) - 1} />
      <Answer asked={asked} missing="This batch is not sealed yet.">
        {({ batch, blocks, content }) => (
          <>
            <VerifyHere {...{ chain, member, batch }} missing={missingOf(batch)} key={`${chain}:${number}`} />
            <Facts
              facts={{
                stage: <BatchStage batch={batch} />,
                proof: underWay ?? inShort(missingOf(batch)),
                execution: executionOfBatch(chain, number, execution),
                began: time(batch.timestamp),
                blocks: blocks && (
                  <>
                    <BlockLink chain={chain} number={blocks[0]} /> to <BlockLink chain={chain} number={blocks[1]} />
                  </>
                ),
                transactions: `${count(batch.l2TxCount)} of users, ${count(batch.l1TxCount)} from ${base.words}'s queue`,
                "state root after it": <code>{batch.rootHash}</code>,
                commitment: <code>{batch.commitment}</code>,
                "committed by": onBase(base, batch.commitTxHash, content?.l1Gas.commit),
                "proven by": onBase(base, batch.proveTxHash, content?.l1Gas.prove),
                "checked twice by": batch.secondCheckTxHash && onBase(base, batch.secondCheckTxHash, content?.l1Gas.secondCheck),
                "executed by": onBase(base, batch.executeTxHash, content?.l1Gas.execute),
                "signed by": content?.signers && <Signed by={content.signers.validators} on={base.name} as="validator" />,
                "data kept by": content?.signers?.committee && (
                  <Signed by={content.signers.committee} on={base.name} as="committee member" />
                ),
                "attested by": content?.signers?.attestor && <code>{content.signers.attestor.x}</code>,
              }}
            />
            {content !== null && <BatchChanges batch={content} />}
          </>
        )}
      </Answer>
    </>
  );
}

type Standing = Partial<Pick<EcosystemStatus["chains"][number], "fault" | "stopped" | "ended" | "waitsFor">> & {
  /** Present work of a prover on the batch. */
  readonly underWay: string | undefined;
};

/** That there is no proof of a batch, and why. */
interface MissingProof {
  /** Whether one may come. */
  readonly comes: boolean;
  readonly why: string;
}

/** Why the `base` has no proof of a batch; undefined where it has one. */
function missingProof(
  mode: EcosystemInfo["prover"]["mode"],
  base: string,
  { proveTxHash }: BatchAnswer,
  { underWay, fault, stopped, ended, waitsFor }: Standing,
): MissingProof | undefined {
  if (mode === "none") return { comes: false, why: `the prover is off, and ${base} takes a marker instead` };
  if (proveTxHash !== null) return undefined;
  if (ended === true) return { comes: false, why: "the chain has ended" };
  if (fault !== undefined) return { comes: false, why: `the chain has stopped: ${fault}` };
  if (stopped === true) return { comes: true, why: "the chain is paused" };
  return { comes: true, why: underWay ?? waitsFor ?? "it waits for its turn" };
}

function inShort(missing: MissingProof | undefined): string | undefined {
  return missing && `none${missing.comes ? " yet" : ""}: ${missing.why}`;
}

async function whole(member: string, number: number): Promise<WholeBatch | null> {
  const [batch, blocks, content] = await Promise.all([
    ask<BatchAnswer | null>(member, "zks_getL1BatchDetails", [number]),
    ask<readonly [string, string] | null>(member, "zks_getL1BatchBlockRange", [number]),
    ask<BatchInfo | null>("any", "hyperchain_batch", [Number(member), number]),
  ]);
  return batch === null ? null : { batch, blocks, content };
}

function onBase({ name }: SettlementBase, hash: string | null, gas: number | undefined) {
  if (hash === null) return undefined;
  return (
    <>
      <TransactionLink chain={name} hash={hash} />
      {gas !== undefined && `, ${count(gas)} gas`}
    </>
  );
}

/** Signers whose signatures were checked at the batch's commit. */
function Signed({ by, on, as }: { readonly by: readonly string[]; readonly on: string; readonly as: string }) {
  return (
    <>
      {plural(by.length, as)}: <Addresses chain={on} addresses={by} />
    </>
  );
}

type Verification =
  | { readonly state: "idle" | "running" }
  | { readonly state: "done"; readonly checks: readonly Check[] }
  | { readonly state: "failed"; readonly reason: string };

/** Turns the lowest bit of the byte in the proof's middle. */
function flipped(proof: Uint8Array): Uint8Array {
  const middle = Math.floor(proof.length / 2);
  const byte = proof[middle] ?? 0;
  proof[middle] = byte % 2 === 0 ? byte + 1 : byte - 1;
  return proof;
}

/** The proof, checked by the reader's own machine; why there is none where it is missing. */
function VerifyHere({
  chain,
  member,
  batch,
  missing,
}: Omit<BatchPageProps, "number"> & {
  readonly batch: BatchAnswer;
  readonly missing: MissingProof | undefined;
}) {
  const { info } = useEcosystem();
  const [verification, set] = useState<Verification>({ state: "idle" });
  const hyperchain = info.chains.find(({ name }) => name === chain)?.hyperchain;
  const base = baseOf(info, chain);
  const { proveTxHash } = batch;
  if (missing !== undefined)
    return (
      <Section title="Verify here">
        <p>
          There is no proof {missing.comes && "yet "}to verify: {missing.why}.
        </p>
      </Section>
    );
  if (proveTxHash === null || hyperchain === undefined) return null;
  const run = (tamper?: (proof: Uint8Array) => Uint8Array): void => {
    set({ state: "running" });
    verifyBatch(
      {
        ...{ member, layerMember: base.member, layer: base.words },
        ...{ batchNumber: batch.number, hyperchain, proveTransaction: proveTxHash, commitment: batch.commitment },
      },
      tamper,
    ).then(
      (checks) => set({ state: "done", checks }),
      (error: unknown) => set({ state: "failed", reason: error instanceof Error ? error.message : String(error) }),
    );
  };
  return (
    <Section title="Verify here">
      <p>
        Your browser asks for the proof, compares its record with {base.words}'s, and checks it itself. What the proof says:{" "}
        {info.proven}
      </p>
      <p>
        <button class="primary" onClick={() => run()} disabled={verification.state === "running"}>
          Verify the proof here
        </button>{" "}
        <button onClick={() => run(flipped)} disabled={verification.state === "running"}>
          …with one bit of it turned
        </button>
      </p>
      <div aria-live="polite">
        {verification.state === "running" && <p>checking…</p>}
        {verification.state === "failed" && <p class="bad">{verification.reason}</p>}
        {verification.state === "done" && <Checks checks={verification.checks} base={base} />}
      </div>
    </Section>
  );
}

function Checks({ checks, base }: { readonly checks: readonly Check[]; readonly base: SettlementBase }) {
  const holds = checks.every((check) => check.holds);
  const word = `Verified: ${base.words}'s record and the proof belong together.`;
  return (
    <>
      <ul class="checks">
        {checks.map(({ what, holds: isTrue, detail }) => (
          <li>
            <Mark kind={isTrue ? "good" : "bad"}>{isTrue ? "true" : "false"}</Mark> {what}: <code>{detail}</code>
          </li>
        ))}
      </ul>
      <p class={holds ? "proven" : "bad"}>{holds ? word : "Not verified."}</p>
    </>
  );
}

import { ImportKind, importKindOf } from "../../../ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { AwaitedFact, readContracts } from "./awaited-fact.ts";
import { AwaitedStatement } from "./awaited-statement.ts";
import type { SenderContext } from "./sender-context.ts";

const LOOK_MS = 1_000;
const AWAITED: readonly number[] = [ImportKind.fact, ImportKind.statement];

/**
 * Waits until L1 shows this chain every fact that the batch imports. At half of the patience since the batch's commit it requests
 * the execution of the source, from stored evidence, so a source that stops voids nothing. Rejects with SettlementError FactVoid
 * if L1 executed another batch with that number or stores one, deep enough, or has executed none until the patience has passed.
 * If the fact was promised, L1 has judged the promise before. Waits for statements as well, which are never void, and reports a
 * statement whose proof is not stored here.
 */
export async function awaitFacts(context: SenderContext, imports: readonly ImportedRoot[], batch: StoredBatch): Promise<void> {
  const claims = imports.filter(({ registryIndex }) => AWAITED.includes(importKindOf(registryIndex)));
  if (claims.length === 0) return;
  const contracts = await readContracts(context);
  const waiting = claims.map((claim) =>
    importKindOf(claim.registryIndex) === ImportKind.fact
      ? new AwaitedFact(context, contracts, claim, batch)
      : new AwaitedStatement(context, contracts, claim),
  );
  await awaitAll(context, waiting, false);
}

type AwaitedClaim = AwaitedFact | AwaitedStatement;

/** Waits until L1 shows all claims. `isTold`: the missing evidence of a statement is already reported. */
async function awaitAll(context: SenderContext, claims: readonly AwaitedClaim[], isTold: boolean): Promise<void> {
  let waiting = claims;
  for (;;) {
    // Each turn reads all claims, because one may be void while the source of another waits.
    const open: AwaitedClaim[] = [];
    for (const claim of waiting) if (!(await claim.isShown())) open.push(claim);
    if (open.length === 0) return;
    waiting = open;
    const message = isTold ? undefined : missingEvidenceOf(open);
    if (message !== undefined)
      return context.patience.telling({ code: "EvidenceMissing", message }, () => awaitAll(context, open, true));
    await context.delay(LOOK_MS, "execute");
  }
}

function missingEvidenceOf(claims: readonly AwaitedClaim[]): string | undefined {
  return claims.flatMap((claim) => (claim instanceof AwaitedStatement ? (claim.missingEvidence ?? []) : []))[0];
}

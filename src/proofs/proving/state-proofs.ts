import { createStateTransitionSystem } from "../circuits/state-transition/state-transition-system.ts";
import { toHex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import { encodeStatement } from "../../ground/protocol/statement.ts";
import type { BatchProof, ProofOptions, StateJob } from "../prover/job.ts";
import type { Prover } from "../prover/prover.ts";
import { encodeStateInput } from "../prover/encode-state-input.ts";
import { verify } from "../stark/proofs/verify.ts";
import type { System } from "../stark/systems/system.ts";
import { driveTree, type Proving, type TreeOptions } from "./driver.ts";

/** Cells of a change's rows in the table, about. */
const CELLS_OF_CHANGE = 2 ** 11;

/** Made for the process's first ecosystem, and the same for all. */
let stateSystem: System | undefined;

/** A chain that does not say which one it is. */
const UNNAMED_CHAIN: ChainId = 0n;

/** Proves state transitions through a queue: a tree of one job each. */
export function provedByQueue(proving: Proving): Pick<Prover, "proveBatch"> {
  const system = (stateSystem ??= createStateTransitionSystem());
  const key = toHex(system.verificationKeyDigest);
  return {
    async proveBatch(stateJob: StateJob, options: ProofOptions = {}): Promise<BatchProof> {
      const { signal, chain = UNNAMED_CHAIN } = options;
      signal?.throwIfAborted();
      const [statement, { witness, protocolVersion: version }] = [encodeStatement(stateJob.statement), stateJob];
      const input = await proving.blobs.put(await encodeStateInput(stateJob));
      const weight = CELLS_OF_CHANGE * witness.operations.length;
      const job = { kind: "state", version, key, input, needs: [], weight } as const;
      const check = async (proof: Uint8Array): Promise<string | undefined> => {
        const outcome = verify(system, statement, proof);
        return outcome.ok ? undefined : outcome.rejection.code;
      };
      try {
        const onProgress: TreeOptions["onProgress"] = (_id, progress) => options.onProgress?.(progress);
        const [proof] = (await driveTree(proving, [{ job, statement, check }], { chain, signal, onProgress })).values();
        if (proof === undefined) throw new TypeError("a tree of one job has one proof");
        return { proof: proof.bytes, statement, metrics: proof.metrics };
      } finally {
        await proving.blobs.drop(input);
      }
    },
  };
}

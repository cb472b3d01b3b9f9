import { parentPort, workerData } from "node:worker_threads";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import { createCompressor } from "../../kernels/wasm/compressor.ts";
import { serveJobs } from "../../../ground/runtime/serve-jobs.ts";
import type { ProverInput } from "../../stark/proving/prover-input.ts";
import { sizedProfile } from "../run-profiles.ts";
import { ChunkFilling } from "./chunk-filling.ts";
import { uncommittedSystem } from "./execution-key.ts";
import { type UnprovenExecution, unprovenBy } from "./unproven-execution.ts";
import type { FillingAnswer, FillingJob, FillingThreadSetup } from "./filling-requests.ts";
import { createPrimitives } from "./machine-primitives.ts";
import { cutBatch } from "./planned-batch.ts";

/** The body of the thread of a `ChunkFiller`. */
const port = parentPort;
if (port === null) throw new Error("filling-thread.ts is the body of a worker thread; use ChunkFiller");
const { protocolVersion, parameters, rows } = workerData as FillingThreadSetup;
const system = uncommittedSystem(protocolVersion, parameters, rows);
const profiles = system.profiles?.map((profile) => sizedProfile(system.system, profile));
let filling: ChunkFilling | undefined;

function answer(job: FillingJob): FillingAnswer {
  switch (job.type) {
    case "start":
      return undefined;
    case "plan": {
      const tools = { program: system.program, primitives: createPrimitives(), compress: createCompressor().compress, profiles };
      return { kind: "planned", ...cutBatch(job.witness, job.claim, job, tools) };
    }
    case "fill": {
      filling = new ChunkFilling(system, protocolVersion, job.chunk, job.segmentCells);
      const filled = filling.fill();
      return "cells" in filled ? { kind: "chunk", ...filled } : { kind: "crowded", ...filled };
    }
    case "segment":
      if (filling === undefined) throw new Error("no chunk has been filled");
      return { kind: "segment", input: filling.segment(job.index) };
  }
}

function orUnproven(job: FillingJob): FillingAnswer | UnprovenExecution {
  try {
    return answer(job);
  } catch (error) {
    return unprovenBy(error);
  }
}

serveJobs<FillingJob, FillingAnswer, undefined, string>(
  port,
  (job) => Promise.resolve(orUnproven(job)),
  reasonOf,
  (filled) => (filled?.kind === "chunk" || filled?.kind === "segment" ? buffersOf(filled.input) : []),
);

/** Buffers of the columns, which are moved to the owner, not copied. */
function buffersOf(input: ProverInput | undefined): ArrayBuffer[] {
  const buffers = new Set((input?.traces ?? []).flat().map(({ buffer }) => buffer));
  return [...buffers].filter((buffer) => buffer instanceof ArrayBuffer);
}

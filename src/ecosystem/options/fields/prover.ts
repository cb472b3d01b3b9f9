import * as v from "valibot";
import { fields, oneOf, option, wholeNumber, withDefault } from "./values.ts";
import { ecosystemOption } from "./field.ts";
import { flag } from "./flag.ts";
import { host } from "./host.ts";
import { execution } from "./proving.ts";
import { port } from "./serving.ts";

/** Proofs of every batch of an ecosystem that L1 checks. */
const proofs = oneOf("stark", "none");
/** Proofs or markers. */
export type Proofs = v.InferOutput<typeof proofs>;
export const proverDevice = oneOf("auto", "wasm", "gpu");
/** In MiB. */
const gpuMemory = wholeNumber(256, 65_536, 3072);
export const proverWorkers = wholeNumber(1, 64, 4);
const TOKEN = "16 to 128 letters, digits, - and _; node -p 'crypto.randomUUID()' makes one";
/** The message does not show the value. */
export const proverToken = v.pipe(
  v.custom<string>((value) => typeof value === "string" && /^[\w-]{16,128}$/.test(value), `must be ${TOKEN}`),
  v.metadata({ wanted: TOKEN, type: "string" }),
);

const POSTGRES_URL = 'a URL of a database such as "postgres://fleet:…@10.0.0.5/proofs"';
/** The message does not show the value, which has a password. */
export const postgresUrl = v.pipe(
  v.custom<string>((value) => typeof value === "string" && /^postgres(ql)?:\/\/\S+$/.test(value), `must be ${POSTGRES_URL}`),
  v.metadata({ wanted: POSTGRES_URL, type: "string" }),
);

/** Endpoint at which workers of other processes and machines may join the prover. */
const fleet = v.pipe(
  fields({
    host: withDefault(host, "interface to listen on for workers", "127.0.0.1"),
    port: withDefault(port, "port at which they join; 0 for any free port", 0),
    token: v.pipe(proverToken, v.description("what a worker must show")),
    postgres: option(postgresUrl, "a database by which they may join, too; needs the package pg-boss", "HTTP alone"),
  }),
  v.metadata({ name: "HyperchainsFleetUserConfig" }),
);

const prover = v.pipe(
  fields({
    workers: option(proverWorkers, "threads of the prover", "all cores"),
    device: withDefault(
      proverDevice,
      '"auto": proofs are made on a graphics card that is faster than WebAssembly; "gpu": on a card, or there is no start',
      "auto",
    ),
    gpuMemory: option(gpuMemory, "MiB of the card's memory that a proof may take; a larger one is made by WebAssembly", "3072"),
    fleet: option(
      fleet,
      "workers of other processes and machines, which join by `hyperchain:prover`",
      "this process alone proves",
    ),
  }),
  v.metadata({ name: "HyperchainsProverUserConfig" }),
);

/** Proofs of an ecosystem, and what makes them. */
export const PROVER = {
  proofs: ecosystemOption(
    withDefault(
      proofs,
      'whether L1 checks a proof of every batch; "none": **nothing is proven**, for tests that only need speed',
      "stark",
    ),
    { proofs: flag(proofs, "proofs of batches: stark, or none for tests in which NOTHING IS PROVEN", "stark") },
  ),
  lastProof: ecosystemOption(
    option(
      oneOf("fast", "small"),
      'the proof of execution that new contracts check: "fast" takes less time, "small" less gas',
      '"fast" on an L1 in this process, "small" on one at a URL',
    ),
  ),
  execution: ecosystemOption(
    withDefault(
      execution,
      'execution of chains that name none: "trusted" by their signers, "proven" by a proof that L1 checks',
      "trusted",
    ),
    {
      execution: flag(
        execution,
        "execution of the chains that name none in the config: trusted, or proven for batches that L1 executes by a proof",
        "that of the config, else trusted",
      ),
    },
  ),
  prover: ecosystemOption(withDefault(prover, "what makes the proofs", {}), {
    proverWorkers: flag(proverWorkers, "threads of the prover", "all cores", {
      part: "workers",
      into: (given, said: object) => ({ ...said, workers: given }),
    }),
    proverDevice: flag(
      proverDevice,
      "what proofs are made on: auto for a graphics card that is faster than WebAssembly, wasm, gpu for a card or no start",
      "that of the config, else auto",
      { part: "device", into: (given, said: object) => ({ ...said, device: given }) },
    ),
  }),
} as const;
